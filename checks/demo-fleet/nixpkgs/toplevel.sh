# shellcheck shell=bash disable=SC2154 # the derivation's attributes are its environment
# A host: $out/init sets up what makes this machine this host, then starts systemd, as the second
# stage of NixOS does; $out/boot is what the boot loader needs. The other names are NixOS's own, and
# what its tools look for.
mkdir -p "$out"/{keys,units,wants,bin,etc}
ln -s "$boot" "$out/boot"
echo "$name" >"$out/name"
echo debian >"$out/nixos-version"
printf %s "$system" >"$out/system"
printf 'systemd 2' >"$out/init-interface-version"
echo "$hostName" >"$out/etc/hostname"
install -m 755 "$switch" "$out/bin/switch-to-configuration"
printf '%s\n' "$keys" >"$out/keys/root"
[[ -z $userName ]] || printf '%s\n' "$keys" >"$out/keys/$userName"

# An impermanent host's root is an overlay, which the initrd mounts.
[[ -n $persistence ]] || echo 'LABEL=nixos / ext4 defaults 0 1' >"$out/fstab"
if [[ -n $bios ]]; then echo "$device" >"$out/grub"; else echo 'LABEL=BOOT /boot vfat umask=0077 0 0' >>"$out/fstab"; fi
[[ -z $disks ]] || while read -r name _ mountPoint; do
  echo "LABEL=$name $mountPoint ext4 defaults 0 2" >>"$out/fstab"
done <<<"$disks"

mkdir "$out/network"
[[ -z $network ]] || while read -r unit file; do cp "$file" "$out/network/$unit"; done <<<"$network"

while read -r unit file; do
  [[ -n $unit ]] || continue
  cp "$file" "$out/units/$unit"
  ln -s "../units/$unit" "$out/wants/$unit"
done <<<"$units"
[[ -z $nginx ]] || ln -s /lib/systemd/system/nginx.service "$out/wants/"

cat >"$out/init" <<EOF
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs /run
ln -s $out /run/booted-system
$out/activate
exec /lib/systemd/systemd
EOF

# It runs at every boot and at every switch.
cat >"$out/activate" <<EOF
#!/bin/sh
set -e
ln -sfn $out /run/current-system
cp $out/etc/hostname /etc/hostname
ln -sfn $hosts /etc/hosts
cp $out/fstab /etc/fstab
ln -sfn /usr/share/zoneinfo/$timeZone /etc/localtime
rm -rf /etc/ssh/authorized_keys.d
cp -r $out/keys /etc/ssh/authorized_keys.d
cat >/etc/nix/host.conf <<'SETTINGS'
$nixSettings
SETTINGS
rm -f /etc/sudoers.d/wheel
rm -f /etc/systemd/network/10-*
for file in $out/network/*; do [ ! -e "\$file" ] || cp "\$file" /etc/systemd/network/; done
find /etc/systemd/system -lname '/nix/store/*' -delete
for unit in $out/units/*; do [ ! -e "\$unit" ] || ln -s "\$unit" /etc/systemd/system/; done
for unit in $out/wants/*; do [ ! -e "\$unit" ] || ln -s "\$unit" /etc/systemd/system/multi-user.target.wants/; done
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

# Debian's group `sudo` is NixOS's `wheel`.
[[ -n $sudoPassword ]] || echo "echo '%sudo ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/wheel" >>"$out/activate"

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
