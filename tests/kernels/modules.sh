# Loads a module in every way, beside a sensor; prints what the sensor wrote of it.
module=/lib/dummy.ko
events=/tmp/modules.json
monomi run -c /modules.xml --sink json:$events 2>/tmp/sensor.err &
sensor=$!
for i in $(seq 600); do
  grep -q capturing /tmp/sensor.err && break
  kill -0 $sensor 2>/dev/null || break
  sleep 0.1
done
# Without the signature's last line it is none.
head -c -28 $module >/tmp/unsigned.ko
cp $module /tmp/by-insmod.ko
for way in "file $module" "memory $module" "file /tmp/unsigned.ko"; do
  loader $way dummy || echo "failed $way"
done
insmod /tmp/by-insmod.ko && rmmod dummy || echo "failed insmod"
echo "signed $(sha256sum <$module | cut -d ' ' -f 1)"
echo "unsigned $(sha256sum </tmp/unsigned.ko | cut -d ' ' -f 1)"
kill $sensor
wait $sensor
echo "=== events"
grep '"EventID":6,' $events
echo "=== sensor"
cat /tmp/sensor.err
