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

# The files of the system come off the installer; what makes it this host is the toplevel.
if [ -e "/mnt$system/wipe" ]; then root=/mnt/system wipe=wipe; else root=/mnt wipe=; fi
mkdir -p $root
cp -a /run-base/. $root/
cp "/mnt$system/fstab" $root/etc/fstab

boot=/mnt$(readlink "/mnt$system/boot")
mkdir -p /mnt/boot/EFI/BOOT /mnt/boot/loader/entries
cp "$boot/loader.efi" /mnt/boot/EFI/BOOT/BOOTX64.EFI
cp "$boot/kernel" "$boot/initrd" /mnt/boot/
printf 'timeout 0\n' >/mnt/boot/loader/loader.conf
# no_timer_check: emulated on a busy machine, the timer may be too late for the kernel's test of it,
# which is fatal.
cat >/mnt/boot/loader/entries/nixos.conf <<EOF
title $(cat "/mnt$system/name")
linux /kernel
initrd /initrd
options root=LABEL=nixos $wipe init=$system/init console=tty0 console=ttyS0 no_timer_check quiet
EOF
mkdir -p /mnt/nix/var/nix/profiles
ln -sfn "$system" /mnt/nix/var/nix/profiles/system
sync
