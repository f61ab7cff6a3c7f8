#!/bin/sh
# The installer's `nixos-install`: makes /mnt a bootable system out of a toplevel in its store.
#   nixos-install --system TOPLEVEL [--no-root-passwd] [--no-channel-copy]
set -eu

while [ $# -gt 0 ]; do
  case $1 in
    --system) system=$2; shift 2 ;;
    --root) shift 2 ;;
    --no-*) shift ;;
    *) echo "nixos-install: unknown argument \`$1\`" >&2; exit 1 ;;
  esac
done
[ -x "/mnt$system/init" ] || { echo "nixos-install: \`$system\` is not in the store of /mnt" >&2; exit 1; }

# The files of the system come off the installer; what makes it this host is the toplevel. What
# nixos-anywhere put there before stays.
if [ -e "/mnt$system/wipe" ]; then root=/mnt/system; else root=/mnt; fi
mkdir -p $root
cp -a --no-clobber /run-base/. $root/

nix-env --store /mnt --profile /mnt/nix/var/nix/profiles/system --set "$system"
ROOT=/mnt "/mnt$system/bin/switch-to-configuration" boot
# As NixOS's own does, so that the first boot makes no users. Of a root that is wiped nothing would stay.
[ -e "/mnt$system/wipe" ] ||
  unshare --mount sh -c "mount -t proc proc /mnt/proc && exec chroot /mnt $system/activate"
sync
