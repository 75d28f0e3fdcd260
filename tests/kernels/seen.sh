# What is to be seen beside watched.sh's sensor: loads a module in every way; then runs evasions, `PROGRAM CASE` a
# word pair each. Prints what these say of themselves.
module=/lib/dummy.ko
reload /seen.xml /tmp/rules.xml
# Without the signature's last line it is none.
head -c -28 $module >/tmp/unsigned.ko
cp $module /tmp/by-insmod.ko
for way in "file $module" "memory $module" "file /tmp/unsigned.ko"; do
  loader $way dummy || echo "failed $way"
done
insmod /tmp/by-insmod.ko && rmmod dummy || echo "failed insmod"
echo "signed $(sha256sum <$module | cut -d ' ' -f 1)"
echo "unsigned $(sha256sum </tmp/unsigned.ko | cut -d ' ' -f 1)"
while [ $# -gt 0 ]; do
  directory=/tmp/evasion-$1-$2
  mkdir $directory
  echo "=== case $1 $2"
  evasion-$1 $2 $directory 2>&1
  echo "code $?"
  shift 2
done
echo "=== case busybox victim"
echo a >/tmp/victim
echo b >/tmp/replacement
mv /tmp/replacement /tmp/victim &
echo "pid $!"
echo "path /tmp/victim"
wait $!
echo "code $?"
