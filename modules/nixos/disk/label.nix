# The name that a disk's partitions bear, by which its file systems are found at each boot. It differs
# by host: a disk that is moved to another machine of the fleet, or mounted there for a rescue, would
# otherwise be taken for that machine's own (github:nix-community/disko, issue 551).
{ config, lib, ... }:
let
  inherit (builtins) hashString stringLength substring;
  inherit (config.hostSpec) hostName;
  cfg = config.nixfleet.disk;

  # 36 characters are what GPT has for a partition's name (UEFI specification, table 5-6), and the
  # longest partition of a layout is `-root`.
  limit = 36 - stringLength "-root";
  ofHost =
    if stringLength "disk-${hostName}" <= limit then
      "disk-${hostName}"
    else
      "disk-${substring 0 16 hostName}-${substring 0 8 (hashString "sha256" hostName)}";

  devices = map (partition: partition.device) (
    lib.attrValues (config.disko.devices.disk.main.content.partitions or { })
  );
  labels = map baseNameOf (lib.filter (lib.hasPrefix "/dev/disk/by-partlabel/${cfg.label}-") devices);
in
{
  options.nixfleet.disk.label = lib.mkOption {
    type = lib.types.strMatching "[A-Za-z0-9_-]{1,${toString limit}}";
    default = if lib.versionOlder config.system.stateVersion "26.05" then "disk-main" else ofHost;
    defaultText = lib.literalMD "`disk-<hostName>`, the end of a long name cut to a hash; `disk-main` where `system.stateVersion` is older than 26.05";
    description = ''
      What the names of the layout's partitions begin with: the root file system is found at
      `/dev/disk/by-partlabel/<label>-root`. A disk keeps the name that it was formatted with, so a
      host that is renamed, or was installed when every disk was called `disk-main`, keeps it here.
    '';
    example = "disk-main";
  };

  # A machine whose disk bears another name would not find its root at the next boot. Where nothing is
  # booted, as in an install and in the build of an image, there is nothing to compare with.
  config.system.preSwitchChecks = lib.mkIf (labels != [ ]) {
    nixfleetDiskLabel = ''
      if [ -e /run/booted-system ] && [ -d /dev/disk/by-partlabel ]; then
        for label in ${lib.escapeShellArgs labels}; do
          [ ! -e "/dev/disk/by-partlabel/$label" ] || continue
          echo "nixfleet: this machine has no partition \`$label\`, which this configuration boots from." >&2
          echo "  Its disk was formatted under another name, which stays; there is:" >&2
          for there in /dev/disk/by-partlabel/*-root; do
            there=''${there##*/}
            [ "$there" = "*-root" ] || echo "    nixfleet.disk.label = \"''${there%-root}\";" >&2
          done
          exit 1
        done
      fi
    '';
  };
}
