# File systems that are said twice: by disko's description of the disk, and by the file that
# nixos-generate-config wrote of the disk that was there before. NixOS's own words are about one option
# of one of them (github:nix-community/disko, issue 873).
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (import ./layout.nix { inherit config lib options; }) hasLayout;
  inherit (lib) concatMap concatStringsSep unique;
  inherit (lib.modules) filterOverrides;

  # What is left of a definition when its conditions are met.
  discharge =
    value:
    if value._type or null == "if" then
      if value.condition then discharge value.content else [ ]
    else if value._type or null == "merge" then
      concatMap discharge value.contents
    else
      [ value ];

  # What each file says of a mount point's device, as far as NixOS would heed it. What the type itself
  # sets, as below, is not among these definitions.
  devicesOf =
    mountPoint:
    filterOverrides (
      concatMap (
        { file, value }:
        concatMap (
          fileSystem:
          if lib.isAttrs fileSystem && fileSystem ? device then
            map (value: { inherit file value; }) (discharge fileSystem.device)
          else
            [ ]
        ) (if value ? ${mountPoint} then discharge value.${mountPoint} else [ ])
      ) options.fileSystems.definitionsWithLocations
    );
  isTwice = devices: lib.length devices > 1 && lib.length (unique (map (it: it.value) devices)) > 1;

  said = it: "`${toString it.value}` in ${toString it.file}";
  message = mountPoint: devices: ''
    host `${config.hostSpec.hostName}` has the file system `${mountPoint}` from two places: ${concatStringsSep " and " (map said devices)}.
      Where the disk's layout is to hold, remove `fileSystems` and `swapDevices` from hardware-configuration.nix, or make it anew:
        nixos-generate-config --no-filesystems
      Where the machine is to keep its disk as it is, remove the layout.'';
in
{
  options.fileSystems = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule (
        { name, ... }:
        let
          devices = devicesOf name;
          # Over both, which would end the evaluation with words of NixOS's.
          told = lib.mkIf (hasLayout && isTwice devices) (lib.mkForce (throw (message name devices)));
        in
        {
          config = {
            device = told;
            fsType = told;
          };
        }
      )
    );
  };
}
