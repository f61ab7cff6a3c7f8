# shellcheck shell=bash disable=SC2154 # the derivation's attributes are its environment
# The Debian system that the installer and every host share: $out/root.squashfs, and in $boot the
# kernel, an initrd of our own that mounts either, and the boot loader.

main() {
  sources >"$TMPDIR/sources.list"
  [[ -s $TMPDIR/sources.list ]] || {
    echo "apt knows no Debian sources on this machine, and the demo's guests are made from them: run \`apt-get update\`" >&2
    exit 1
  }
  mkdir -p "$out" "$boot"
  # lz4: the guest unpacks it, and the guest's processor is emulated.
  debian | sqfstar -comp lz4 -root-mode 0755 -quiet -no-progress "$out/root.squashfs"
  mv "$TMPDIR"/boot-files/* "$boot/"
}

# The machine's own sources, as apt reads them: no mirror is named here.
sources() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  apt-get indextargets \
    --format "deb [signed-by=$keyring] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)|\$(ORIGIN)" \
    'Created-By: Packages' | sed -n 's/|Debian$//p' | sort -u
}

# As a tar on stdout: whoever builds need not be root, so the files are never laid out with their
# owners outside of mmdebstrap. set-up.sh runs inside.
debian() {
  local packages=(
    systemd-sysv udev dbus linux-image-cloud-amd64 systemd-boot-efi grub-pc-bin
    openssh-server iproute2 sudo tzdata procps curl nginx-light nix-bin nix-setup-systemd
    busybox-static kmod e2fsprogs dosfstools fdisk
  )
  mmdebstrap --variant=minbase --quiet \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --include="$(IFS=,; echo "${packages[*]}")" \
    --customize-hook="bash -eu $setup \"\$1\" $initrdInit" \
    --customize-hook="copy-out /boot-files $TMPDIR" \
    --customize-hook='rm -rf "$1/boot-files"' \
    "" - "$TMPDIR/sources.list"
}

main
