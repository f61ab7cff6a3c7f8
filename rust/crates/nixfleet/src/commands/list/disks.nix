# What `list --eval` asks of a host's configuration, given what its disks are. For `nix eval --apply`.
disks:
host@{ config, ... }:
let
  inherit (builtins)
    attrValues
    concatMap
    isAttrs
    mapAttrs
    ;
  names = {
    lvm_pv = "LVM";
    mdraid = "RAID";
  };
  root = config.fileSystems."/" or { };

  # What lies in a disk, or in a part of it: the formats in the order of their names.
  formats =
    content:
    let
      parts = content.partitions or [ ];
    in
    if content == null then
      [ ]
    else if content ? partitions then
      concatMap (part: formats (part.content or null)) (if isAttrs parts then attrValues parts else parts)
    else if content.type == "luks" then
      map (inner: "${inner} in LUKS") (formats content.content)
    else
      [ (content.format or names.${content.type} or content.type) ];

  described = mapAttrs (_: disk: {
    inherit (disk) device;
    formats = formats (disk.content or null);
  }) (disks host);
in
if described != { } then
  described
# A host that is installed already, and describes no disk to format.
else if root ? fsType then
  {
    root = {
      device = root.device or null;
      formats = [ root.fsType ];
    };
  }
else
  { }
