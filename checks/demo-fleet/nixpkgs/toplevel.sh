# shellcheck shell=bash disable=SC2154 # the derivation's attributes are its environment
# A host: $out/init sets up what makes this machine this host, then starts systemd, as the second
# stage of NixOS does; $out/boot is what the boot loader needs. The other names are NixOS's own, and
# what its tools look for.
etc=$out/etc
mkdir -p "$out"/{units,wants,bin} "$etc"/{nix,ssh/authorized_keys.d,sudoers.d,systemd/network,systemd/system/multi-user.target.wants}
ln -s "$boot" "$out/boot"
echo "$name" >"$out/name"
echo debian >"$out/nixos-version"
printf %s "$system" >"$out/system"
printf 'systemd 2' >"$out/init-interface-version"
echo "$hostName" >"$etc/hostname"
ln -s "$hosts" "$etc/hosts"
ln -s "/usr/share/zoneinfo/$timeZone" "$etc/localtime"
printf '%s\n' "$nixSettings" >"$etc/nix/host.conf"
install -m 755 "$switch" "$out/bin/switch-to-configuration"
for user in root $userName; do printf '%s\n' "$keys" >"$etc/ssh/authorized_keys.d/$user"; done
# Debian's group `sudo` is NixOS's `wheel`.
[[ -n $sudoPassword ]] || echo '%sudo ALL=(ALL:ALL) NOPASSWD: ALL' >"$etc/sudoers.d/wheel"

# An impermanent host's root is an overlay, which the initrd mounts.
[[ -n $persistence ]] || echo 'LABEL=nixos / ext4 defaults 0 1' >"$etc/fstab"
if [[ -n $bios ]]; then echo "$device" >"$out/grub"; else echo 'LABEL=BOOT /boot vfat umask=0077 0 0' >>"$etc/fstab"; fi
[[ -z $disks ]] || while read -r name _ mountPoint; do
  echo "LABEL=$name $mountPoint ext4 defaults 0 2" >>"$etc/fstab"
done <<<"$disks"

[[ -z $network ]] || while read -r unit file; do cp "$file" "$etc/systemd/network/$unit"; done <<<"$network"

while read -r unit file; do
  [[ -n $unit ]] || continue
  cp "$file" "$out/units/$unit"
  ln -s "../units/$unit" "$out/wants/$unit"
done <<<"$units"
[[ -z $nginx ]] || ln -s /lib/systemd/system/nginx.service "$out/wants/"
for unit in "$out"/units/*; do [[ ! -e $unit ]] || ln -s "$unit" "$etc/systemd/system/"; done
for unit in "$out"/wants/*; do [[ ! -L $unit ]] || ln -s "$unit" "$etc/systemd/system/multi-user.target.wants/"; done

cat >"$out/init" <<EOF
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs /run
ln -s $out /run/booted-system
$out/activate
# Each service would compile its filter of system calls: emulated, a tenth of a second.
export SYSTEMD_SECCOMP=0
exec /lib/systemd/systemd
EOF

# It runs when the host is installed, at every boot and at every switch: with few programs, each of which
# takes an emulated processor a tenth of a second.
cat >"$out/activate" <<EOF
#!/bin/sh
set -e
ln -sfn $out /run/current-system
rm -rf /etc/ssh/authorized_keys.d /etc/sudoers.d/wheel /etc/systemd/network/10-*
find /etc/systemd/system -lname '/nix/store/*' -delete
cp -rP --remove-destination $etc/. /etc/
EOF

[[ -z $userName ]] || cat >>"$out/activate" <<EOF
id -u $userName >/dev/null 2>&1 || useradd --create-home --shell /bin/bash --groups sudo $userName
EOF

[[ -z $systemUsers ]] || cat >>"$out/activate" <<EOF
for user in $systemUsers; do id -u "\$user" >/dev/null 2>&1 || useradd --system "\$user"; done
EOF

[[ -z $packages ]] || cat >>"$out/activate" <<EOF
for package in $packages; do ln -sfn "\$package"/bin/* /usr/local/bin/; done
EOF

[[ $hostKey == /etc/ssh/ssh_host_ed25519_key ]] || cat >>"$out/activate" <<EOF
mkdir -p $(dirname "$hostKey")
sed -i 's, /etc/ssh/ssh_host_ed25519_key, $hostKey,g' /etc/ssh/sshd_config /etc/systemd/system/ssh.service.d/host-key.conf
EOF

# What lasts is bound into the root, or linked where there is nothing to bind yet.
[[ -z $persistence ]] || {
  touch "$out/wipe"
  cat >>"$out/activate" <<EOF
persist_directory() { # STORAGE PATH USER GROUP MODE
  [ -e "\$1\$2" ] || { mkdir -p "\$1\$2" && chown "\$3:\$4" "\$1\$2" && chmod "\$5" "\$1\$2"; }
  mkdir -p "\$2"
  mountpoint -q "\$2" || mount --bind "\$1\$2" "\$2"
}
persist_file() { # STORAGE PATH
  mkdir -p "\$(dirname "\$1\$2")" "\$(dirname "\$2")"
  if mountpoint -q "\$2"; then return; fi
  # systemd makes an id where it finds an empty one.
  [ "\$2" != /etc/machine-id ] || [ -e "\$1\$2" ] || : >"\$1\$2"
  if [ -e "\$1\$2" ]; then touch "\$2" && mount --bind "\$1\$2" "\$2"; else ln -sfn "\$1\$2" "\$2"; fi
}
$persistence
# It takes an id that is bound for one of this boot alone; upstream has the same condition.
mkdir -p /etc/systemd/system/systemd-machine-id-commit.service.d
printf '[Unit]\nConditionFirstBoot=yes\n' >/etc/systemd/system/systemd-machine-id-commit.service.d/bound.conf
EOF
}

[[ -z $nginx ]] || echo "echo $hostName >/var/www/html/index.html" >>"$out/activate"

chmod +x "$out/init" "$out/activate"
