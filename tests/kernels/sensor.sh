# A sensor beside which a script does something; read by those scripts.
events=/tmp/watched.json

# begin CONFIGURATION: returns when it captures.
begin() {
  rm -f $events
  monomi run -c $1 --sink json:$events 2>/tmp/sensor.err &
  sensor=$!
  ready capturing
}

# ready TEXT: once the sensor has said it; a guest has no clock but patience, and may be slow.
ready() {
  for i in $(seq 3000); do
    grep -q "$1" /tmp/sensor.err && return 0
    kill -0 $sensor 2>/dev/null || break
    sleep 0.1
  done
  echo "not ready: $1"
}

# finish PATTERN: ends it, and prints the events with it and what the sensor said.
finish() {
  kill $sensor
  wait $sensor
  echo "=== events"
  grep -E "$1" $events
  echo "=== sensor"
  cat /tmp/sensor.err
}
