# shellcheck shell=bash disable=SC2154 # the derivation's attributes are its environment
# The disk script: an ESP and a root on a GPT disk, with the names that disko gives, mounted at /mnt.
# $disks has a line for each further disk, of one partition: its name, its device, where it is mounted.
cat >"$out" <<EOF
#!/bin/sh
set -eu
umount -R /mnt 2>/dev/null || true
wipefs --quiet --all $device
sfdisk --quiet --label gpt $device <<TABLE
size=256M, type=uefi, name=disk-main-ESP
type=linux, name=disk-main-root
TABLE
udevadm settle
mkfs.vfat -F 32 -n BOOT /dev/disk/by-partlabel/disk-main-ESP >/dev/null
mkfs.ext4 -q -L nixos /dev/disk/by-partlabel/disk-main-root
mkdir -p /mnt
mount /dev/disk/by-partlabel/disk-main-root /mnt
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
