# A storm of everything beside a sensor, where nobody else does anything: `storm.sh RING ROUNDS`, and with `deaf`
# behind them the sensor does not listen meanwhile. Nothing is forked while it captures, but by the storm.
. /sensor.sh
events=/tmp/storm.json
rm -rf /ext/storm $events
mkdir /ext/storm
cp /bin/mixed_storm /ext/storm/mixed_storm
: >/tmp/storm.out
: >/tmp/sensor.err
monomi run --stats --ring $1 -c /storm.xml --sink json:$events 2>/tmp/sensor.err 9>&- &
sensor=$!
until [ -n "$ready" ]; do
  while read -r line; do
    case $line in *capturing*) ready=yes ;; *monomi:*) ready=no ;; esac
  done </tmp/sensor.err
  pause
done
[ "$3" = deaf ] && kill -STOP $sensor
/ext/storm/mixed_storm 0 /ext/storm $2 >>/tmp/storm.out 9>&-
kill -CONT $sensor
kill $sensor
wait $sensor
echo "code $?"
echo "=== done"
grep -v worker /tmp/storm.out
echo "=== written"
sed -n 's/.*"EventID":\([0-9]*\),.*/\1/p' $events | sort -n | uniq -c
echo "=== sensor"
cat /tmp/sensor.err
rm -rf /ext/storm $events
