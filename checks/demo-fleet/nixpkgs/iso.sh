# shellcheck shell=bash disable=SC2154 # the derivation's attributes are its environment
# The installer: $out/iso/<name>.iso, started by UEFI alone, with root's keys and nothing else.
tree=$TMPDIR/iso
mkdir -p "$tree/overlay/etc/ssh/authorized_keys.d" "$out/iso"
cp --reflink=auto "$base/root.squashfs" "$tree/"
for program in nixos-install nixos-generate-config; do
  install -D -m 755 "$programs/$program.sh" "$tree/overlay/usr/local/bin/$program"
done
# nixos-anywhere asks for it, for the sake of kexec.
ln -s /bin/busybox "$tree/overlay/usr/local/bin/cpio"
echo installer >"$tree/overlay/etc/hostname"
printf '%s\n' "$keys" >"$tree/overlay/etc/ssh/authorized_keys.d/root"
# An installer of NixOS, by what nixos-anywhere looks at (get-facts.sh).
printf 'PRETTY_NAME="Demo installer"\nNAME="Debian"\nID=debian\nID_LIKE=nixos\nVARIANT_ID=installer\n' \
  >"$tree/overlay/etc/os-release"

mkdir -p "$TMPDIR/loader"
printf 'timeout 0\n' >"$TMPDIR/loader/loader.conf"
cat >"$TMPDIR/loader/live.conf" <<EOF
title Demo installer
linux /kernel
initrd /initrd
options root=live $(cat "$boot/options")
EOF

# The El Torito image: a FAT file system with the boot loader, the kernel and the initrd.
size=$(($(du -kc "$boot"/* | tail -n 1 | cut -f 1) + 2048))
truncate --size "${size}K" "$tree/efi.img"
mkfs.vfat -n DEMOBOOT "$tree/efi.img" >/dev/null
export MTOOLS_SKIP_CHECK=1
mmd -i "$tree/efi.img" ::EFI ::EFI/BOOT ::loader ::loader/entries
mcopy -i "$tree/efi.img" "$boot/loader.efi" ::EFI/BOOT/BOOTX64.EFI
mcopy -i "$tree/efi.img" "$boot/kernel" "$boot/initrd" ::
mcopy -i "$tree/efi.img" "$TMPDIR/loader/loader.conf" ::loader/
mcopy -i "$tree/efi.img" "$TMPDIR/loader/live.conf" ::loader/entries/

xorriso -as mkisofs -quiet -V DEMO_INSTALLER -eltorito-alt-boot -e efi.img -no-emul-boot \
  -o "$out/iso/$imageName.iso" "$tree"
