#!/bin/sh
# Mounts the root file system that the kernel's command line asks for and hands over to its init:
# `root=live` is the squashfs of the installer's CD under a memory overlay, `root=LABEL=…` a disk.
# With `wipe` beside it the root is what NixOS makes of btrfs subvolumes: the one of the last boot is
# set aside, below old-roots, and an empty one made, over the system's own files.
export PATH=/bin
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /root /cd /lower /upper
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for word in $(cat /proc/cmdline); do
  case $word in
    root=*) root=${word#root=} ;;
    wipe) wipe=yes ;;
    init=*) init=${word#init=} ;;
  esac
done

files=/modules
if [ "$root" = live ] || [ -n "$wipe" ]; then files="$files /few-modules"; fi
# shellcheck disable=SC2046,SC2086 # a word a file, and a module
modprobe -a $(cat $files) 2>/dev/null

give_up() {
  echo "initrd: $1" >/dev/console
  exec sh </dev/console >/dev/console 2>&1
}

mount_live() {
  for device in /dev/sr0 /dev/vd? /dev/sd?; do
    mount -t iso9660 -o ro "$device" /cd 2>/dev/null || continue
    [ -e /cd/root.squashfs ] && break
    umount /cd
  done
  [ -e /cd/root.squashfs ] || return 1
  mount -t squashfs -o ro,loop /cd/root.squashfs /lower
  mount -t tmpfs -o mode=0755 tmpfs /upper
  mkdir /upper/changes /upper/work
  mount -t overlay -o lowerdir=/lower,upperdir=/upper/changes,workdir=/upper/work overlay /root
  # nixos-install copies from it.
  mkdir -p /root/run-base && mount --bind /lower /root/run-base
  # What this ISO adds to the system that it shares with the hosts.
  cp -a /cd/overlay/. /root/
}

mount_disk() {
  device=$(findfs "$root") || return 1
  if [ -z "$wipe" ]; then mount -o rw "$device" /root; else mount_wiped; fi
}

mount_wiped() {
  mkdir -p /disk && mount -o rw "$device" /disk || return 1
  now=/disk/root new=/root
  mkdir -p /disk/old-roots
  [ ! -e $now ] || mv $now "/disk/old-roots/$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  mkdir -p $now/changes $now/work
  mount -t overlay -o lowerdir=/disk/system,upperdir=$now/changes,workdir=$now/work overlay $new
  for tree in nix persist; do
    mkdir -p /disk/$tree $new/$tree && mount --bind /disk/$tree $new/$tree
  done
}

tries=100
until if [ "$root" = live ]; then mount_live; else mount_disk; fi 2>/dev/null; do
  tries=$((tries - 1))
  [ $tries -gt 0 ] || give_up "found no root file system \`$root\`"
  sleep 0.1
done

for tree in proc sys dev; do mount --move /$tree /root/$tree; done
exec switch_root /root "${init:-/sbin/init}"
