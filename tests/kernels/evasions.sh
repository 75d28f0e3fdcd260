# Runs evasions, `PROGRAM CASE` a word pair each, beside a sensor, and prints what they say of themselves and
# what the sensor wrote.
events=/tmp/evasions.json
monomi run -c /evasions.xml --sink json:$events 2>/tmp/sensor.err &
sensor=$!
for i in $(seq 600); do
  grep -q capturing /tmp/sensor.err && break
  kill -0 $sensor 2>/dev/null || break
  sleep 0.1
done
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
kill $sensor
wait $sensor
echo "=== events"
grep -E '"EventID":(11|23|26)' $events
echo "=== sensor"
cat /tmp/sensor.err
