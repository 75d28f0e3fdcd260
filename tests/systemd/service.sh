#!/bin/sh
# The service, boot by boot.
boot=$(($(cat /var/lib/boots 2>/dev/null || echo 0) + 1))
echo "$boot" >/var/lib/boots
. /root/step.sh

# eventually PROGRAM ARGUMENT…: until it succeeds; a guest may be slow, and slower the more often one asks.
eventually() {
  for _ in $(seq 360); do
    "$@" && return
    sleep 1
  done
  return 1
}

# Until the log of events has a line that matches.
logged() {
  eventually grep -E "$1" /var/log/syslog && return
  tail -5 /var/log/syslog
  return 1
}

process() {
  systemctl show --property MainPID --value "$1"
}

# restarted SERVICE PID: whether it runs, as another process.
restarted() {
  now=$(process "$1")
  [ "$now" != 0 ] && [ "$now" != "$2" ] && [ "$(systemctl is-active "$1")" = active ]
}

of_true() {
  /bin/true "$1"
  logged "sysmon: .*<EventID>1<.*<Data Name=\"CommandLine\">/bin/true $1<"
}

reloads() {
  systemctl reload sysmon && logged '<EventID>16<.*<Data Name="Configuration">/root/config.xml<.*' |
    wc -l
}

# Killed, it is back, and what happened in between is there.
killed() {
  before=$(process sysmon)
  systemctl kill --signal KILL sysmon
  /bin/true between
  eventually restarted sysmon "$before"
  logged 'sysmon: .*<Data Name="CommandLine">/bin/true between<'
}

# From the next start on systemd waits shorter for a word, until the next boot.
shorten_watchdog() {
  mkdir -p /run/systemd/system/sysmon.service.d
  printf '[Service]\nWatchdogSec=15\n' >/run/systemd/system/sysmon.service.d/watchdog.conf
  systemctl daemon-reload
}

# Without a word it is ended and started again, and what happened in between is there.
hung() {
  before=$(process sysmon)
  systemctl kill --kill-who main --signal STOP sysmon
  /bin/true hanging
  eventually restarted sysmon "$before"
  journalctl --no-pager --output cat --unit sysmon --grep 'Watchdog timeout'
  logged 'sysmon: .*<Data Name="CommandLine">/bin/true hanging<'
}

leftovers() {
  ls -d /opt/sysmon /etc/sysmon /var/lib/sysmon /run/sysmon /sys/fs/bpf/sysmon \
    /etc/systemd/system/sysmon.service 2>/dev/null
  systemctl list-unit-files sysmon.service --no-legend
}

package_events() {
  monomi reload /root/config.xml || return
  /bin/true packaged
  eventually grep -F '"/bin/true packaged"' /var/log/monomi/events.json
}

# Runs programs until the file $1 is there; says how many.
keep_running() {
  count=0
  until [ -e "$1" ]; do
    count=$((count + 1))
    /bin/true "upgrade-$count"
  done
  echo $count
}

distinct_upgrades() {
  grep -o '"/bin/true upgrade-[0-9]*"' /var/log/monomi/events.json | sort -u | wc -l
}

# A package over an older one, while programs run: of each there is an event.
package_upgrade() {
  before=$(process monomi)
  keep_running /run/upgraded >/run/count &
  dpkg -i /root/next.deb
  touch /run/upgraded
  wait
  restarted monomi "$before" || return
  /bin/true upgraded
  eventually grep -qF '"/bin/true upgraded"' /var/log/monomi/events.json
  ran=$(cat /run/count)
  seen=$(distinct_upgrades)
  [ "$seen" = "$ran" ] && seen=all
  cmp /root/config.xml /etc/monomi/config.xml &&
    echo "$(dpkg-query --show --showformat '${Version}' monomi)" \
      "$(systemctl is-active monomi), events: $seen, the configuration is kept"
  echo "of $ran"
}

# An administrator has disabled it: an upgrade leaves it so, and running.
package_disabled() {
  systemctl disable --quiet monomi
  dpkg -i /root/monomi.deb
  echo "$(systemctl is-enabled monomi), $(systemctl is-active monomi)"
  systemctl enable --quiet monomi
}

# What is left of a package: files that an administrator may have changed, until it is purged.
package_leftovers() {
  ls -d /usr/bin/monomi /usr/lib/systemd/system/monomi.service /etc/monomi \
    /etc/systemd/system/multi-user.target.wants/monomi.service /var/lib/monomi /var/log/monomi \
    /run/monomi /sys/fs/bpf/monomi 2>/dev/null
  for comm in /proc/[0-9]*/comm; do
    [ "$(cat "$comm" 2>/dev/null)" != monomi ] || echo "$comm"
  done
}

if [ "$boot" = 1 ]; then
  step install /root/sysmon -accepteula -i /root/config.xml
  step active systemctl is-active sysmon
  step enabled systemctl is-enabled sysmon
  step unit systemd-analyze verify --man=no /etc/systemd/system/sysmon.service
  step security systemd-analyze security --no-pager sysmon.service
  step events of_true first
  step reload reloads
  shorten_watchdog
  step killed killed
  step hung hung
  step messages journalctl --no-pager --output cat --unit sysmon
  systemctl reboot
else
  step active-again systemctl is-active sysmon
  step events-again of_true second
  step status /root/sysmon status --json
  step messages-again journalctl --no-pager --output cat --unit sysmon --boot
  step uninstall /root/sysmon -u
  step leftovers leftovers
  step package dpkg -i /root/monomi.deb
  step package-active systemctl is-active monomi
  step package-install monomi install
  step package-events package_events
  step package-upgraded package_upgrade
  step package-disabled package_disabled
  step package-removed dpkg -r monomi
  step package-kept package_leftovers
  step package-purged dpkg --purge monomi
  step package-gone package_leftovers
  systemctl poweroff
fi
