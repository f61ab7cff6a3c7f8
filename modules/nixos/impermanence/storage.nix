# The place of what stays. impermanence asserts that its file system is mounted early, where there is
# one; without one it takes the place for a folder of the root, with which it would be lost.
{ config, lib, ... }:
let
  inherit (import ./paths.nix { inherit lib; }) isWithin lasting;
  cfg = config.nixfleet.impermanence;
in
{
  config.assertions = lib.mkIf cfg.enable [
    {
      assertion = lib.any (mountPoint: isWithin mountPoint cfg.persistRoot) (
        lasting [ ] config.fileSystems
      );
      message = ''
        nixfleet.impermanence: no file system is mounted at `${cfg.persistRoot}`, and what is to stay would be lost with the root.
          Either take a layout that has one:
            imports = [ nixfleet.nixosModules.disks.btrfs-impermanence ];
          or mount one there, or say where it is: nixfleet.impermanence.persistRoot = "/…";'';
    }
  ];
}
