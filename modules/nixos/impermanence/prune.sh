# Deletes roots whose time is over. It runs by a timer, as the initrd goes by a clock that nothing has
# set yet, and a server may not boot for months. $waits: whether something sets this machine's clock.
top=/run/nixfleet-old-roots

if $waits && [ "$(timedatectl show --property=NTPSynchronized --value)" != yes ]; then
  echo "the clock is not set yet: nothing is deleted"
  exit 0
fi
mkdir -p "$top"
mount -t btrfs -o subvol=/ "$device" "$top"
trap 'cd / && umount "$top"' EXIT
cd "$top"
[ -d old-roots ] || exit 0
touch old-roots/.clock
delete_expired
