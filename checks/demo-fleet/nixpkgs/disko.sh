# shellcheck shell=bash disable=SC2154 # the derivation's attributes are its environment
# The disk script: an ESP and a root on a GPT disk, mounted at /mnt.
cat >"$out" <<EOF
#!/bin/sh
set -eu
umount -R /mnt 2>/dev/null || true
wipefs --quiet --all $device
sfdisk --quiet --label gpt $device <<TABLE
size=256M, type=uefi, name=ESP
type=linux, name=root
TABLE
udevadm settle
mkfs.vfat -F 32 -n BOOT ${device}1 >/dev/null
mkfs.ext4 -q -L nixos ${device}2
mkdir -p /mnt
mount ${device}2 /mnt
mkdir -p /mnt/boot
mount -o umask=0077 ${device}1 /mnt/boot
EOF
chmod +x "$out"
