# The name of the layout's ZFS pool, by which its file systems are found at each boot. It differs by
# host, as partitions' names do (./label.nix): of two pools of one name a machine imports either, by the
# id alone (zpool-import(8)).
{ config, lib, ... }:
let
  inherit (config.hostSpec) hostName;
  cfg = config.nixfleet.disk;
in
{
  options.nixfleet.disk.pool = lib.mkOption {
    # zpoolconcepts(7), and what needs no quoting as a device; some names that begin so are reserved.
    type = lib.types.addCheck (lib.types.strMatching "[A-Za-z][A-Za-z0-9_.-]{0,99}") (
      name: builtins.match "(mirror|raidz|draid|spare|log|c[0-9]).*" name == null
    );
    default =
      if lib.versionOlder config.system.stateVersion "26.05" then "rpool" else "rpool-${hostName}";
    defaultText = lib.literalMD "`rpool-<hostName>`; `rpool` where `system.stateVersion` is older than 26.05";
    description = ''
      The name of the layout's pool: the root file system is its dataset `root`. A pool keeps the name
      that it was made with, so a host that is renamed, or was installed when every pool was called
      `rpool`, keeps it here.
    '';
    example = "rpool";
  };

  # A machine whose pool bears another name would not find its root at the next boot.
  config.system.preSwitchChecks.nixfleetPool = ''
    if [ -e /run/booted-system ]; then
      while read -r device mountPoint type _; do
        [ "$mountPoint $type" = "/ zfs" ] && [ "''${device%%/*}" != ${lib.escapeShellArg cfg.pool} ] || continue
        echo "nixfleet: this machine's root is on the ZFS pool \`''${device%%/*}\`, and this configuration boots from \`${cfg.pool}\`." >&2
        echo "  A pool keeps the name that it was made with; say it:" >&2
        echo "    nixfleet.disk.pool = \"''${device%%/*}\";" >&2
        exit 1
      done </proc/mounts
    fi
  '';
}
