# Installs a service that refuses what is done to it, tries that, and says of each whether it could be done;
# then the documented ways, which must work. Where nothing can be refused, one change of its files only.
mkdir -p /opt/monomi /etc/monomi /var/lib /var/log /run
chmod 700 /opt/monomi /etc/monomi
# In its place already, it need not prove that its copy runs, which takes long here.
cp /bin/monomi /opt/monomi/monomi
mount -t bpf -o mode=0700 bpf /sys/fs/bpf
cat >/etc/monomi/monomi.yaml <<END
protect: true
sinks: ["json:/var/log/monomi/events.json"]
END
chmod 600 /etc/monomi/monomi.yaml

# try NAME COMMAND…
try() {
  name=$1
  shift
  if "$@" >/tmp/out 2>&1; then echo "done $name"; else echo "denied $name: $(head -n 1 /tmp/out)"; fi
}
pid_in() {
  sed 's/.*"pid":\([0-9]*\).*/\1/' /run/monomi/$1
}

try install /opt/monomi/monomi install -c /unblocked.xml
sensor=$(pid_in lock)
supervisor=$(pid_in supervisor.lock)
config=$(ls /etc/monomi/config.*)
pin=$(ls /sys/fs/bpf/monomi/*/link-protect_signal-*)

attempts() {
  try kill sh -c "kill -KILL $sensor"
  try term sh -c "kill -TERM $sensor"
  try stop sh -c "kill -STOP $sensor"
  try kill-supervisor sh -c "kill -KILL $supervisor"
  try trace interfere trace $sensor
  try write interfere write $sensor
  try memory interfere memory $sensor
  try descriptor interfere descriptor $sensor
  try move mv $config /etc/elsewhere
  try mode chmod 644 $config
  try mode-descriptor interfere fchmod $config
  try owner chown 1 $config
  try owner-descriptor interfere fchown $config
  try truncate truncate -s 0 $config
  try remove rm /var/lib/monomi/running.json
  try remove-all rm -r /var/lib/monomi
  try make touch /var/lib/monomi/new
  try link ln /etc/monomi/monomi.yaml /etc/monomi/linked
  try pin rm $pin
  try program cp /bin/busybox /opt/monomi/monomi
}

try append sh -c "echo >>$config"
# Elsewhere nothing would be left to be looked at.
if grep -q bpf /sys/kernel/security/lsm; then attempts; fi
try read cat $config
try ask sh -c "kill -0 $sensor"
try elsewhere touch /etc/config.xml
try alive sh -c "[ $sensor = $(pid_in lock) ]"
# Rules that tell of no program: these would be hashed.
try reload monomi reload /seen.xml
try status monomi status
grep '^protection' /tmp/out
try uninstall monomi uninstall
try gone sh -c "! ls -d /opt/monomi /etc/monomi /var/lib/monomi /sys/fs/bpf/monomi /proc/$sensor /proc/$supervisor"
try kept grep -q Stopped /var/log/monomi/events.json
echo "=== events"
grep -E '"EventID":(4|255)' /var/log/monomi/events.json
echo "=== sensor"
cat /var/log/monomi/service.log
umount /sys/fs/bpf
