# Runs evasions, `PROGRAM CASE` a word pair each, beside a sensor, and prints what they say of themselves and
# what the sensor wrote.
. /sensor.sh
begin /evasions.xml
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
finish '"EventID":(11|23|26)'
