# A sensor beside which a script does something; read by those scripts.
events=/tmp/watched.json
# Nothing ever comes from it. Open before any sensor looks.
mkfifo /tmp/nothing 2>/dev/null
exec 9<>/tmp/nothing

# begin CONFIGURATION: returns when it captures.
begin() {
  rm -f $events
  monomi run -c $1 --sink json:$events 2>/tmp/sensor.err 9>&- &
  sensor=$!
  ready capturing
}

# A moment without a program: what is busy while it waits takes the emulator's time from the sensor.
pause() {
  read -t 0.3 _ <&9
}

# ready TEXT: once the sensor has said it; a guest has no clock but patience, and may be slow.
ready() {
  for i in $(seq 1000); do
    grep -q "$1" /tmp/sensor.err && return 0
    kill -0 $sensor 2>/dev/null || break
    pause
  done
  echo "not ready: $1"
}

# reload CONFIGURATION COPY: puts it in the place of the one that the sensor reads, once more.
reload() {
  reloads=$(grep -c reloaded /tmp/sensor.err)
  cp $1 $2
  kill -HUP $sensor
  for i in $(seq 1000); do
    [ "$(grep -c reloaded /tmp/sensor.err)" -gt "$reloads" ] && return 0
    kill -0 $sensor 2>/dev/null || break
    pause
  done
  echo "not reloaded: $1"
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
