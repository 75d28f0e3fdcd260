# Tries what the rules of /blocking.xml deny, and what they leave alone; says of each whether it could be
# done; then the rules are lifted. The sensor, which is left, is watched.sh's.
mkdir -p /tmp/protected /tmp/installed /tmp/papers /tmp/other /tmp/.hidden
cp /bin/busybox /tmp/other/program
cp /bin/busybox /bin/busybox-installer
for name in there to-chmod to-map; do cp /bin/busybox /tmp/protected/$name; done
chmod 644 /tmp/protected/to-chmod
for name in 1 2 3 4 5 6 7 8 9 edited appended; do
  dd if=/bin/busybox of=/tmp/papers/$name bs=4096 count=2 2>/dev/null
done
cp /blocking.xml /tmp/rules.xml

# try NAME COMMAND…
try() {
  name=$1
  shift
  if "$@" >/tmp/out 2>&1; then echo "done $name"; else echo "denied $name: $(head -n 1 /tmp/out)"; fi
}

begin /tmp/rules.xml

try cp cp /tmp/other/program /tmp/protected/cp
try dd dd if=/tmp/other/program of=/tmp/protected/dd
cp /tmp/other/program /tmp/other/to-move
try mv mv /tmp/other/to-move /tmp/protected/mv
try ln ln /tmp/other/program /tmp/protected/ln
try chmod chmod +x /tmp/protected/to-chmod
try linker writer link /tmp/protected/linked
try writev writer writev /tmp/protected/vector
try sendfile writer sendfile /tmp/protected/sent /tmp/other/program
try copy-range writer copy-range /tmp/protected/ranged /tmp/other/program
cp /tmp/other/program /tmp/other/to-exchange
try exchange writer exchange /tmp/protected/to-chmod /tmp/other/to-exchange
try cat-onto sh -c 'cat /bin/busybox-installer >/tmp/protected/there'
try script sh -c 'echo "#!/bin/sh" >/tmp/protected/script'
try map-onto writer map /tmp/protected/to-map
try protect-onto writer map-protect /tmp/protected/to-map
try not-installer cp /tmp/other/program /tmp/installed/by-cp
try hidden cp /tmp/other/program /tmp/.hidden/a.bin

try by-installer busybox-installer cp /tmp/other/program /tmp/installed/program
try excluded cp /tmp/other/program /tmp/protected/program.allowed
try elsewhere cp /tmp/other/program /tmp/other/copy
try text-file sh -c 'echo text >/tmp/protected/text'
try data-copy cp /tmp/papers/1 /tmp/protected/data.txt
try read-program cat /tmp/protected/there

# Its exit code does not tell whether it could write.
try shred sh -c 'shred -n 1 /tmp/papers/1; ! cmp -s /tmp/papers/1 /tmp/papers/2'
try dd-over dd if=/dev/zero of=/tmp/papers/2 bs=4096 count=2 conv=notrunc
try over writer overwrite /tmp/papers/3
try over-middle writer overwrite-middle /tmp/papers/4
try over-32 writer overwrite-32 /tmp/papers/5
try punch writer punch /tmp/papers/6
try map-over writer map /tmp/papers/7

try edit writer edit /tmp/papers/edited
try append writer append /tmp/papers/appended
try new-paper sh -c 'echo text >/tmp/papers/new'
try sed sed -i s/a/b/ /tmp/papers/new
try remove rm /tmp/papers/8
try shred-elsewhere shred -n 1 /tmp/other/copy

reload /unblocked.xml /tmp/rules.xml
try lifted cp /tmp/other/program /tmp/protected/lifted
try lifted-shred shred -n 1 /tmp/papers/9
