# The btrfs subvolume of the root, as the configuration has it, and what the scripts that look at its
# file system are given. Pure: from a configuration.
{ lib }:
config:
let
  cfg = config.nixfleet.impermanence;

  # NixOS itself asserts that there is one; until it does, nothing here may fail.
  root =
    config.fileSystems."/" or {
      fsType = "not there";
      device = null;
      options = [ ];
    };

  # Of `subvol=/root` or `subvol=root`, as disko and people write it: `root`.
  subvolumeOf =
    fs:
    lib.findFirst (name: name != null) null (
      map (option: lib.mapNullable lib.head (builtins.match "subvol=/?(.+)" option)) fs.options
    );
  subvolume = subvolumeOf root;

  # What lies in the root's subvolume is set aside with it.
  nested = lib.attrNames (
    lib.filterAttrs (
      _: fs:
      fs.fsType == "btrfs"
      && fs.device == root.device
      && lib.hasPrefix "${toString subvolume}/" (toString (subvolumeOf fs))
    ) config.fileSystems
  );

  seconds =
    let
      parts = builtins.match "([0-9]+)(h|d|w)" cfg.keepOldRoots;
      hours = {
        h = 1;
        d = 24;
        w = 7 * 24;
      };
    in
    lib.toInt (lib.elemAt parts 0) * hours.${lib.elemAt parts 1} * 3600;

  # mount(8) takes a tag for a device, systemd has no unit of one.
  device =
    let
      tag = builtins.match "(UUID|LABEL|PARTUUID|PARTLABEL)=\"?([^\"]*)\"?" cfg.device;
    in
    if tag == null then
      cfg.device
    else
      # udev writes a blank so.
      "/dev/disk/by-${lib.toLower (lib.head tag)}/${
        lib.replaceStrings [ " " ] [ "\\x20" ] (lib.elemAt tag 1)
      }";
in
{
  inherit
    root
    device
    subvolume
    nested
    ;

  settings = ''
    device=${lib.escapeShellArg device}
    keep=${toString seconds}
    ${builtins.readFile ./old-roots.sh}
  '';
}
