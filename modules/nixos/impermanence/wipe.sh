# Sets the subvolume $root of the btrfs file system on $device aside, below old-roots, makes an empty
# one, and deletes what was set aside more than $keep seconds ago. It runs in the initrd with `set -e`.
top=/run/nixfleet-wipe-root
mkdir -p "$top"
mount -t btrfs -o subvol=/ "$device" "$top"
cd "$top"

mkdir -p old-roots
now=$(date +%s)
name() { date --utc --date "@$1" +%Y-%m-%dT%H:%M:%SZ; }

if [ -e "$root" ]; then
  # A machine without a clock can boot in the same second twice.
  while [ -e "old-roots/$(name "$now")" ]; do now=$((now + 1)); done
  mv "$root" "old-roots/$(name "$now")"
fi
mkdir -p "$(dirname "$root")"
btrfs subvolume create "$root"

# Names made as above sort by time; others are not ours. --recursive, since programs such as
# systemd-machined make subvolumes below the root. A root that can't be deleted must not keep the
# machine from booting.
limit=$(name "$((now - keep))")
for old in old-roots/????-??-??T??:??:??Z; do
  if [ -e "$old" ] && ! [[ "${old#old-roots/}" > "$limit" ]]; then
    btrfs subvolume delete --recursive "$old" || true
  fi
done

cd /
umount "$top"
