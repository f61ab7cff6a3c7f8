#!/bin/sh
# sh make-keys.sh: makes each host's SSH host key, and the key that the cache signs with.
#
# The private ones are below files/HOST, which git does not track and an install brings along; the
# public ones are in keys/, where flake.nix reads them. What is there already stays, so run it again
# for a new host.
set -eu
cd "$(dirname "$0")"
# What is copied to a host keeps its mode, folders among them.
umask 022
mkdir -p keys

for host in hosts/*/; do
  host=$(basename "$host")
  [ ! -e "keys/$host.pub" ] || continue
  key=files/$host/etc/ssh/ssh_host_ed25519_key
  mkdir -p "${key%/*}"
  [ -e "$key.pub" ] || ssh-keygen -q -t ed25519 -N "" -C "root@$host" -f "$key"
  cp "$key.pub" "keys/$host.pub"
done

if [ ! -e keys/cache-signing.pub ]; then
  key=files/fleet/var/lib/secrets/cache-signing.key
  mkdir -p "${key%/*}"
  [ -e "$key.pub" ] || nix-store --generate-binary-cache-key home-cache-1 "$key" "$key.pub"
  chmod 600 "$key"
  cp "$key.pub" keys/cache-signing.pub
  chmod 644 keys/cache-signing.pub
fi
