# Loads a module in every way, beside a sensor; prints what the sensor wrote of it.
module=/lib/dummy.ko
. /sensor.sh
begin /modules.xml
# Without the signature's last line it is none.
head -c -28 $module >/tmp/unsigned.ko
cp $module /tmp/by-insmod.ko
for way in "file $module" "memory $module" "file /tmp/unsigned.ko"; do
  loader $way dummy || echo "failed $way"
done
insmod /tmp/by-insmod.ko && rmmod dummy || echo "failed insmod"
echo "signed $(sha256sum <$module | cut -d ' ' -f 1)"
echo "unsigned $(sha256sum </tmp/unsigned.ko | cut -d ' ' -f 1)"
finish '"EventID":6,'
