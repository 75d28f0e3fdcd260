/** What dpkg runs as the package comes and goes. */

/** The service is this host's, not that of an image that the package goes into (`dpkg --root`). */
const SYSTEMD_RUNS = '[ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]';

/** The link that `systemctl enable` makes; it stays while the package is removed and not purged. */
const ENABLED = "/etc/systemd/system/multi-user.target.wants/monomi.service";

/** Starts the service, or a new version of it; one that was disabled stays so. */
export const POSTINST = `#!/bin/sh
set -e
if [ "$1" = configure ] && ${SYSTEMD_RUNS}; then
  systemctl daemon-reload
  if [ -z "$2" ]; then
    systemctl enable --quiet monomi.service || echo "monomi is not enabled" >&2
  fi
  how=try-restart
  if systemctl is-enabled --quiet monomi.service; then how=restart; fi
  systemctl $how monomi.service ||
    echo "monomi does not start; see: journalctl -u monomi" >&2
fi
`;

/** Stops it. */
export const PRERM = `#!/bin/sh
set -e
if [ "$1" = remove ] && ${SYSTEMD_RUNS}; then
  systemctl stop monomi.service
fi
# A sensor that protects itself does not let its program be replaced.
if [ "$1" = upgrade ] && ${SYSTEMD_RUNS} &&
  grep -qs '^protect: *true' /etc/monomi/monomi.yaml; then
  systemctl stop monomi.service
fi
`;

/** Removes what no file list has. */
export const POSTRM = `#!/bin/sh
set -e
if ${SYSTEMD_RUNS}; then systemctl daemon-reload; fi
case "$1" in remove | purge) rm -rf "$DPKG_ROOT/sys/fs/bpf/monomi" ;; esac
if [ "$1" = purge ]; then
  rm -rf "$DPKG_ROOT/var/lib/monomi" "$DPKG_ROOT/var/log/monomi" "$DPKG_ROOT/run/monomi"
  rm -f "$DPKG_ROOT${ENABLED}"
fi
`;
