# shellcheck shell=bash disable=SC2154 # the derivation's attributes are its environment
# A host: $out/init sets up what makes this machine this host, then starts systemd, as the second
# stage of NixOS does; $out/boot is what the boot loader needs.
mkdir -p "$out/keys"
ln -s "$boot" "$out/boot"
echo "$name" >"$out/name"
printf '%s\n' "$keys" >"$out/keys/root"
[[ -z $userName ]] || printf '%s\n' "$keys" >"$out/keys/$userName"

cat >"$out/init" <<EOF
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs /run
ln -s $out /run/current-system
$out/activate
exec /lib/systemd/systemd
EOF

cat >"$out/activate" <<EOF
#!/bin/sh
echo $hostName >/etc/hostname
printf '127.0.0.1 localhost $hostName\n' >/etc/hosts
ln -sfn /usr/share/zoneinfo/$timeZone /etc/localtime
rm -rf /etc/ssh/authorized_keys.d
cp -r $out/keys /etc/ssh/authorized_keys.d
EOF

[[ -z $userName ]] || cat >>"$out/activate" <<EOF
id -u $userName >/dev/null 2>&1 || useradd --create-home --shell /bin/bash --groups sudo $userName
EOF

[[ -z $nginx ]] || cat >>"$out/activate" <<EOF
echo $hostName >/var/www/html/index.html
ln -sfn /lib/systemd/system/nginx.service /etc/systemd/system/multi-user.target.wants/nginx.service
EOF

chmod +x "$out/init" "$out/activate"
