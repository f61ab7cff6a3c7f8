#!/bin/sh
# A guest's `switch-to-configuration`, called as NixOS's own is:
#   switch-to-configuration check|dry-activate|test|boot|switch
# With ROOT it is another system than the running one whose boot entry is written.
# It ends with 0, or 4 where units failed, or 11 where another one runs: as NixOS's own does.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
root=${ROOT:-}
system=$(dirname "$(dirname "$(readlink -f "$0")")")
system=${system#"$root"}
old=$(readlink -f /run/current-system || true)

main() {
  case $1 in
    check) ;;
    dry-activate) for verb in stop restart start; do plan $verb | sed "s/^/would $verb /"; done >&2 ;;
    test) alone; activate ;;
    boot) alone; make_default ;;
    switch) alone; make_default; activate ;;
    *) echo "switch-to-configuration: unknown action \`$1\`" >&2; exit 1 ;;
  esac
}

alone() {
  mkdir -p /run/nixos
  exec 9>/run/nixos/switch-to-configuration.lock
  flock --nonblock 9 || { echo "switch-to-configuration: another one runs" >&2; exit 11; }
}

make_default() {
  boot=$root$(readlink "$root$system/boot")
  wipe=
  [ ! -e "$root$system/wipe" ] || wipe=wipe
  options="root=LABEL=nixos $wipe init=$system/init $(cat "$boot/options")"
  mkdir -p "$root/boot"
  replace "$boot/kernel" "$root/boot/kernel"
  replace "$boot/initrd" "$root/boot/initrd"
  if [ -e "$root$system/grub" ]; then by_bios; else by_uefi; fi
  sync -f "$root/boot"
}

by_uefi() {
  mkdir -p "$root/boot/EFI/BOOT" "$root/boot/loader/entries"
  replace "$boot/loader.efi" "$root/boot/EFI/BOOT/BOOTX64.EFI"
  printf 'timeout 0\n' >"$root/boot/loader/loader.conf"
  cat >"$root/boot/loader/entries/nixos.conf" <<ENTRY
title $(cat "$root$system/name")
linux /kernel
initrd /initrd
options $options
ENTRY
}

by_bios() {
  mkdir -p "$root/boot/grub"
  replace "$boot/grub/boot.img" "$root/boot/grub/boot.img"
  replace "$boot/grub/core.img" "$root/boot/grub/core.img"
  cat >"$root/boot/grub/grub.cfg" <<ENTRY
linux /boot/kernel $options
initrd /boot/initrd
boot
ENTRY
  grub-bios-setup --directory="$root/boot/grub" "$(cat "$root$system/grub")"
}

replace() { cmp -s "$1" "$2" || cp "$1" "$2"; }

activate() {
  stop=$(plan stop) restart=$(plan restart) start=$(plan start) failed=
  for unit in $stop; do systemctl stop "$unit"; done
  "$system/activate"
  systemctl daemon-reload
  for unit in $restart $start; do systemctl restart "$unit" || failed="$failed $unit"; done
  [ -z "$failed" ] || { echo "warning: the following units failed:$failed" >&2; exit 4; }
}

# plan stop|restart|start: what becomes of the units that the old system or this one wants.
plan() {
  for link in "$old"/wants/* "$system"/wants/*; do
    unit=$(basename "$link")
    if [ ! -e "$system/wants/$unit" ]; then verb=stop
    elif [ ! -e "$old/wants/$unit" ]; then verb=start
    elif cmp -s "$old/wants/$unit" "$system/wants/$unit"; then verb=none
    else verb=restart; fi
    [ "$verb" != "$1" ] || [ "$unit" = '*' ] || echo "$unit"
  done | sort -u
}

main "$@"
