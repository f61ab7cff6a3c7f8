# The id that ZFS marks a pool with, for the host that uses it. NixOS demands one that never changes; ours
# follows from the host's name, so a host that is renamed says the one that it had.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  inherit (config.networking) hostId;
in
{
  networking.hostId = taste (
    builtins.substring 0 8 (builtins.hashString "sha256" config.hostSpec.hostName)
  );

  # Where nobody said one and the machine has another, it was renamed. Under the new id the root's pool
  # would be imported all the same, by force, and every other one refused. hostid(1) reads /etc/hostid,
  # which in an install is the installer's.
  system.preSwitchChecks = lib.mkIf (options.networking.hostId.highestPrio >= 1250) {
    nixfleetHostId = ''
      if [ -e /run/booted-system ] && [ -e /etc/hostid ]; then
        id=$(PATH="$PATH:/run/current-system/sw/bin" hostid)
        if [ "$id" != ${lib.escapeShellArg hostId} ]; then
          echo "nixfleet: this machine's host id is \`$id\`, by which ZFS knows its pools, and this configuration has \`${hostId}\`." >&2
          echo "  Its pools beside the root's would not be imported at the next boot; say the id that they know:" >&2
          echo "    networking.hostId = \"$id\";" >&2
          exit 1
        fi
      fi
    '';
  };
}
