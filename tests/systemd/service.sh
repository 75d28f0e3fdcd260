#!/bin/sh
# The service, boot by boot.
boot=$(($(cat /var/lib/boots 2>/dev/null || echo 0) + 1))
echo "$boot" >/var/lib/boots
. /root/step.sh

# Until the log of events has a line that matches, half a minute long.
logged() {
  for _ in $(seq 300); do
    grep -E "$1" /var/log/syslog && return
    sleep 0.1
  done
  tail -5 /var/log/syslog
  return 1
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
  before=$(systemctl show --property MainPID --value sysmon)
  systemctl kill --signal KILL sysmon
  /bin/true between
  for _ in $(seq 300); do
    now=$(systemctl show --property MainPID --value sysmon)
    [ "$now" != 0 ] && [ "$now" != "$before" ] &&
      [ "$(systemctl is-active sysmon)" = active ] && break
    sleep 0.1
  done
  logged 'sysmon: .*<Data Name="CommandLine">/bin/true between<'
}

leftovers() {
  ls -d /opt/sysmon /etc/sysmon /var/lib/sysmon /run/sysmon /sys/fs/bpf/sysmon \
    /etc/systemd/system/sysmon.service 2>/dev/null
  systemctl list-unit-files sysmon.service --no-legend
}

package_events() {
  monomi reload /root/config.xml || return
  /bin/true packaged
  for _ in $(seq 300); do
    grep -F '"/bin/true packaged"' /var/log/monomi/events.json && return
    sleep 0.1
  done
  return 1
}

# What is left of a package: files that an administrator may have changed, until it is purged.
package_leftovers() {
  ls -d /usr/bin/monomi /usr/lib/systemd/system/monomi.service /etc/monomi /var/lib/monomi \
    /var/log/monomi /run/monomi /sys/fs/bpf/monomi 2>/dev/null
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
  step killed killed
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
  step package-removed dpkg -r monomi
  step package-kept package_leftovers
  step package-purged dpkg --purge monomi
  step package-gone package_leftovers
  systemctl poweroff
fi
