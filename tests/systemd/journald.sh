#!/bin/sh
# Events of /root/events.json to journald, which is killed once it has the first and once it has the second of
# the record ids in /root/kills; all that it has then is left in /root/journal.json.
. /root/step.sh

newest() {
  journalctl --quiet --identifier sysmon --lines 1 --output json --all \
    --output-fields SYSMON_EVENT_RECORD_ID |
    sed -n 's/.*"SYSMON_EVENT_RECORD_ID":"\([0-9]*\)".*/\1/p'
}

process() {
  systemctl show --property MainPID --value systemd-journald
}

deliver() {
  mkdir -p /etc/systemd/journald.conf.d
  cat >/etc/systemd/journald.conf.d/test.conf <<END
[Journal]
Storage=persistent
RateLimitIntervalSec=0
SystemMaxUse=3G
SystemKeepFree=1M
ForwardToSyslog=no
END
  systemctl restart systemd-journald
  journalctl --flush
  /root/monomi replay --stats --sink json:journald /root/events.json 2>&1 &
  sender=$!
  while read -r id; do
    at=
    until [ "${at:-0}" -ge "$id" ]; do
      kill -0 $sender || return
      at=$(newest)
    done
    before=$(process)
    systemctl kill --signal KILL systemd-journald
    until [ "$(process)" != "$before" ] && systemctl is-active --quiet systemd-journald; do
      sleep 0.1
    done
    echo "journald $before killed at event $at"
  done </root/kills
  wait $sender
}

collect() {
  journalctl --sync
  journalctl --quiet --identifier sysmon --output json --output-fields MESSAGE >/root/journal.json
}

step deliver deliver
step collect collect
systemctl poweroff
