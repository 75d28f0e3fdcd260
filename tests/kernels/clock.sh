# A sensor whose host's clock is set back by an hour, with a file that rotates by age and a receiver that is away
# at that time; prints what it wrote.
. /sensor.sh
events=/tmp/clock/events.json
mkdir /tmp/clock
# Counts old files.
old() {
  ls $events.* 2>/dev/null | wc -l
}
monomi run --stats -c /clock.xml --sink json:$events,age=3s,count=99 \
  --sink json:syslog+tcp://127.0.0.1:5140,framing=newline 2>/tmp/sensor.err 9>&- &
sensor=$!
ready capturing
sleep 1000 &
long=$!
for i in $(seq 20); do /bin/true before; done
ready 'cannot write'
echo "before $(date +%s)"
date -s "@$(($(date +%s) - 3600))" >/dev/null
echo "after $(date +%s)"
# The sensor asks four times a second.
sleep 0.5
for i in $(seq 20); do /bin/true after; done
rotated=$(old)
for i in $(seq 60); do
  [ "$(old)" -gt "$rotated" ] && break
  sleep 1
done
echo "rotated $(($(old) - rotated))"
# Its end of input would end the connection.
sleep 1000 | nc -l -p 5140 >/tmp/clock/received &
for i in $(seq 60); do
  [ "$(grep -c 'true after' /tmp/clock/received)" = 20 ] && break
  sleep 1
done
kill $long
kill $sensor
wait $sensor
echo "code $?"
echo "=== events"
for i in $(seq 99 -1 1); do [ -e $events.$i ] && cat $events.$i; done
cat $events
echo "=== received"
grep -c 'true after' /tmp/clock/received
echo "=== sensor"
cat /tmp/sensor.err
rm -rf /tmp/clock
