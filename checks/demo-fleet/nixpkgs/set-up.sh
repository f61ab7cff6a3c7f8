# shellcheck shell=bash disable=SC2154 # the derivation's attributes are its environment
# Makes a plain Debian tree a test guest: $1 the tree, $2 the initrd's init.
# Its kernel, initrd and boot loader are left in /boot-files, for the caller to take.
root=$1 init=$2

main() {
  boot_files
  slim
  network
  ssh_server
  nix_store
}

boot_files() {
  # What every guest has, and what the installer and a root that is wiped have besides.
  local version modules=(
    virtio_pci virtio_blk virtio_net virtio_rng vfat nls_ascii nls_cp437 nls_iso8859-1 button evdev autofs4
  ) few=(virtio_scsi sd_mod sr_mod isofs squashfs overlay loop)
  version=$(basename "$root"/usr/lib/modules/*)
  mkdir "$root/boot-files"
  cp "$root/boot/vmlinuz-$version" "$root/boot-files/kernel"
  cp "$root/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$root/boot-files/loader.efi"

  # no_timer_check: emulated on a busy machine, the timer may be too late for the kernel's test of it, which
  # is fatal. tsc=reliable: emulated, the time stamps of all processors are one; else each look at the clock
  # is one at a device. lpj: an emulated processor is too uneven to be measured, which the kernel tries
  # again and again; as of one of 4 GHz at Debian's 250 Hz, no wait is too short on a slower one.
  # cryptomgr.notests: Debian's kernel tries each of its ciphers at every start, a tenth of all that it
  # does then (CRYPTO_MANAGER_DISABLE_TESTS, which Linux sets by itself). The others spare an emulated
  # processor what guards real hosts.
  echo console=tty0 console=ttyS0 no_timer_check tsc=reliable lpj=16000000 cryptomgr.notests init_on_alloc=0 mitigations=off \
    lsm=capability rcupdate.rcu_expedited=1 audit=0 systemd.log_level=notice quiet >"$root/boot-files/options"

  # For a machine that starts by BIOS: what lies in front of its file systems, and looks there for the rest.
  mkdir "$root/boot-files/grub"
  cp "$root/usr/lib/grub/i386-pc/boot.img" "$root/boot-files/grub/"
  # shellcheck disable=SC2016 # GRUB's variable
  printf 'search --label nixos --set root\nset prefix=($root)/boot/grub\n' >"$root/early.cfg"
  chroot "$root" grub-mkimage --format i386-pc --prefix /boot/grub --config /early.cfg \
    --output /boot-files/grub/core.img biosdisk part_gpt ext2 search search_label configfile normal linux
  rm "$root/early.cfg"
  mv "$root/usr/lib/grub/i386-pc/grub-bios-setup" "$root/usr/sbin/"

  # Only the modules that QEMU's hardware needs, in the initrd and in the system alike; and what
  # interfaces are made of, in the system.
  local tree=$root/initrd-tree all=$root/usr/lib/modules/$version kept=$root/kept-modules file
  mkdir -p "$tree/lib/modules/$version" "$kept"
  for file in $(with_needs "$version" "${modules[@]}" "${few[@]}"); do install -D -m 644 "$root$file" "$tree$file"; done
  for file in $(with_needs "$version" bridge bonding); do install -D -m 644 "$root$file" "$kept$file"; done
  cp "$all"/modules.{order,builtin,builtin.modinfo} "$tree/lib/modules/$version/"
  rm -rf "$all"
  cp -r "$tree/lib/modules/$version" "$all"
  cp -r "$kept/lib/modules/$version/." "$all/"
  rm -rf "$kept"
  chroot "$root" depmod "$version"
  cp "$all"/modules.* "$tree/lib/modules/$version/"

  install -D -m 755 "$root/bin/busybox" "$tree/bin/busybox"
  ln -s busybox "$tree/bin/sh"
  printf '%s\n' "${modules[@]}" >"$tree/modules"
  printf '%s\n' "${few[@]}" >"$tree/few-modules"
  install -m 755 "$init" "$tree/init"
  (cd "$tree" && find . | cpio --quiet --create --format=newc --owner=0:0) | gzip -6 >"$root/boot-files/initrd"
  rm -rf "$tree"
}

# with_needs VERSION MODULE…: the files of modules and of those that they need.
with_needs() {
  local module
  for module in "${@:2}"; do
    chroot "$root" modprobe --set-version "$1" --show-depends "$module"
  done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u
}

slim() {
  local units=$root/etc/systemd/system unit library
  rm -rf "${root:?}"/boot/* "$root"/initrd* "$root"/vmlinuz* "$root"/usr/share/{info,bash-completion}
  # Packages brought these along; no test guest runs them, and an install copies every file.
  rm -rf "$root"/usr/lib/grub "$root"/usr/share/grub "$root"/usr/bin/grub-* \
    "$root"/usr/lib/x86_64-linux-gnu/lib{freetype,fuse,efi,png16}*.so.* "$root"/usr/share/{perl,perl5,initramfs-tools,zsh,common-licenses} "$root"/usr/lib/x86_64-linux-gnu/perl{,5} \
    "$root"/var/{lib/dpkg,lib/apt,cache} "$root"/usr/lib/udev/hwdb.d "$root"/usr/lib/udev/hwdb.bin
  mkdir "$root/var/cache"
  # mkfs.vfat converts names to code page 850; nothing else converts anything.
  find "$root"/usr/lib/*/gconv -name '*.so' ! -name IBM850.so -delete
  # Nix links a library that links another for XML, and that one what is known of all scripts of the
  # world: 31 MB which nobody reads here.
  rm -f "$root"/usr/lib/*/libicu{i18n,io,tu,test}.so*
  for library in "$root"/usr/lib/*/libicudata.so.*.*; do
    [[ ! -e $library ]] || hollow "$library"
  done
  rm -f "$root"/etc/ssh/ssh_host_*_key* "$root/etc/machine-id" "$root/etc/hostname" "$root/etc/localtime"
  : >"$root/etc/machine-id"

  # What stays still runs.
  for command in "grub-bios-setup --version" "nix --version" "curl --version"; do
    # shellcheck disable=SC2086 # words
    chroot "$root" $command >/dev/null
  done

  # What a test guest never needs, and an emulated processor would spend seconds on.
  rm -f "$units"/timers.target.wants/* "$units"/multi-user.target.wants/{e2scrub_reap,nginx}.service
  rm -f "$units/sysinit.target.wants/systemd-pstore.service"
  for unit in getty@tty1 systemd-{update-utmp,update-utmp-runlevel,binfmt,random-seed,tmpfiles-setup-dev,journal-flush,hwdb-update,sysusers,update-done,journal-catalog-update} \
    systemd-{firstboot,pcrphase,pcrphase-sysinit,modules-load,sysctl,remount-fs} \
    kmod-static-nodes modprobe@; do
    ln -sfn /dev/null "$units/$unit.service"
  done
  for unit in proc-sys-fs-binfmt_misc.automount {dev-hugepages,dev-mqueue,sys-kernel-debug,sys-kernel-tracing}.mount \
    {sys-kernel-config,sys-fs-fuse-connections}.mount systemd-journald-audit.socket; do
    ln -sfn /dev/null "$units/$unit"
  done
  # Of the programs that make units at each start, those that find something to do.
  find "$root/usr/lib/systemd/system-generators" -type f ! -name systemd-fstab-generator -delete
  mkdir "$units/systemd-udev-trigger.service.d"
  cat >"$units/systemd-udev-trigger.service.d/few.conf" <<'EOF'
[Service]
ExecStart=
ExecStart=-udevadm trigger --action=add --subsystem-match=block --subsystem-match=net --subsystem-match=input
EOF
  # What its configuration is was decided when the host was built.
  mkdir "$units/nginx.service.d"
  printf '[Service]\nExecStartPre=\n' >"$units/nginx.service.d/untried.conf"
  # A manager of the user's own for each login.
  sed -i /pam_systemd/d "$root/etc/pam.d/common-session"
  # QEMU's devices are disks, a network card and a power switch.
  (cd "$root/usr/lib/udev/rules.d" && find . -type f ! -name '50-udev-default.rules' ! -name '60-block.rules' \
    ! -name '60-cdrom_id.rules' ! -name '60-persistent-storage.rules' ! -name '60-input-id.rules' ! -name '70-power-switch.rules' \
    ! -name '75-net-description.rules' ! -name '80-*' ! -name '99-systemd.rules' -delete)
}

# hollow LIBRARY: zeroes its data, all but the ends, which are what a program that links it needs.
hollow() {
  local blocks=$(($(stat -c %s "$1") / 65536))
  dd if=/dev/zero of="$1" bs=64K seek=1 count=$((blocks - 2)) conv=notrunc status=none
}

network() {
  cat >"$root/etc/systemd/network/80-dhcp.network" <<'EOF'
[Match]
Type=ether

[Network]
DHCP=yes
EOF
  ln -s /lib/systemd/system/systemd-networkd.service "$root/etc/systemd/system/multi-user.target.wants/"
  # No resolved in here: QEMU's own resolver answers at this address.
  echo 'nameserver 10.0.2.3' >"$root/etc/resolv.conf"
}

# Keys alone, from where NixOS keeps them; one host key, made at the first boot.
ssh_server() {
  cat >"$root/etc/ssh/sshd_config" <<'EOF'
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile %h/.ssh/authorized_keys /etc/ssh/authorized_keys.d/%u
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM yes
UseDNS no
Subsystem sftp internal-sftp
EOF
  mkdir -p "$root/etc/systemd/system/ssh.service.d"
  cat >"$root/etc/systemd/system/ssh.service.d/host-key.conf" <<'EOF'
[Service]
ExecStartPre=
ExecStartPre=/bin/sh -c 'test -s /etc/ssh/ssh_host_ed25519_key || ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key'
EOF
  # As on NixOS: no message of the day, which programs write at each login.
  sed -i /pam_motd/d "$root/etc/pam.d/sshd"
  # NixOS calls it sshd.service.
  ln -sf /lib/systemd/system/ssh.service "$root/etc/systemd/system/sshd.service"
}

# Debian's Nix, which the real tools reach over SSH. Its daemon, for those who are not root, starts
# when it is asked. What a guest builds it builds by its own programs, as the machine does that makes
# it: outside of a sandbox, or where Nix insists on one, for a store below /mnt, with them inside.
nix_store() {
  sed -i 's,daemon-socket 770,daemon-socket 755,' "$root/usr/lib/tmpfiles.d/nix-daemon.conf"
  rm -f "$root/etc/systemd/system/multi-user.target.wants/nix-daemon.service"
  cat >"$root/etc/nix/nix.conf" <<'EOF'
experimental-features = nix-command flakes
build-users-group =
sandbox = relaxed
sandbox-paths = /bin /lib /lib64 /usr
substituters =
!include host.conf
EOF
}

main
