# shellcheck shell=bash disable=SC2154 # the derivation's attributes are its environment
# The disk script: an ESP, or where the machine starts by BIOS a place for GRUB, and a root on a GPT
# disk, with the names that disko gives, mounted at /mnt.
# $disks has a line for each further disk, of one partition: its name, its device, where it is mounted.
first='size=256M, type=uefi, name=disk-main-ESP'
# Where GRUB lies on a disk of this kind; sfdisk has no word for it.
[[ -z $bios ]] || first='size=1M, type=21686148-6449-6E6F-744E-656564454649, name=disk-main-bios'

cat >"$out" <<EOF
#!/bin/sh
set -eu
umount -R /mnt 2>/dev/null || true
wipefs --quiet --all $device
sfdisk --quiet --label gpt $device <<TABLE
$first
type=linux, name=disk-main-root
TABLE
udevadm settle
mkfs.ext4 -q -L nixos /dev/disk/by-partlabel/disk-main-root
mkdir -p /mnt
mount /dev/disk/by-partlabel/disk-main-root /mnt
EOF

[[ -n $bios ]] || cat >>"$out" <<EOF
mkfs.vfat -F 32 -n BOOT /dev/disk/by-partlabel/disk-main-ESP >/dev/null
mkdir -p /mnt/boot
mount -o umask=0077 /dev/disk/by-partlabel/disk-main-ESP /mnt/boot
EOF

[[ -z $disks ]] || while read -r name disk mountPoint; do
  cat >>"$out" <<EOF
wipefs --quiet --all $disk
echo 'type=linux, name=disk-$name-data' | sfdisk --quiet --label gpt $disk
udevadm settle
mkfs.ext4 -q -L $name /dev/disk/by-partlabel/disk-$name-data
mkdir -p /mnt$mountPoint
mount /dev/disk/by-partlabel/disk-$name-data /mnt$mountPoint
EOF
done <<<"$disks"
chmod +x "$out"
