# Sets the subvolume $root of the btrfs file system on $device aside, below old-roots, and puts an empty
# one in its place. It runs in the initrd with `set -e`, after old-roots.sh.
#
# The empty one is made before anything is moved, so that at every point there is a root to boot: the
# new, or the last. $mark is there once the new one is; $reason says why it is not.
top=/run/nixfleet-wipe-root
mark=/run/nixfleet-root-wiped
reason=/run/nixfleet-root-not-wiped
new=$root.new

fail() {
  echo "$1" | tee "$reason" >&2
  exit 1
}

mkdir -p "$top"
mount -t btrfs -o subvol=/ "$device" "$top" || fail "$device can't be mounted"
trap 'cd / && umount "$top"' EXIT
cd "$top"
mkdir -p old-roots "$(dirname "$root")" || fail "nothing can be written to $device"

# Before this boot's own root is among those set aside.
known=$(known_time)

# A boot that was cut off has left it, still empty.
make_new() { [ -e "$new" ] || btrfs subvolume create "$new"; }

while is_short && delete_oldest; do :; done
until make_new; do
  delete_oldest || fail "no new root can be made on $device"
done

if [ -e "$root" ]; then
  aside=old-roots/$(next_name)
  mv "$root" "$aside" || fail "$root can't be set aside"
fi
if ! mv "$new" "$root"; then
  [ -z "${aside:-}" ] || mv "$aside" "$root"
  fail "the new root can't take the place of the last"
fi
: >"$mark"

# The clock of a machine that has just been switched on may be anything. What it says is taken for true
# as long as it is not too far from what is known; the rest waits for the timer.
if ((keep == 0 || $(date +%s) < known + keep)); then delete_expired; fi
