# What a layout does for its disk later on: generations that fit, and checksums that are read.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;

  layouts = nixfleet.nixosModules.disks;

  inherit (import ../hosts.nix { inherit inputs nixfleet; }) configOf withDisk;

in
{
  "test: as many generations are kept as the EFI partition has room for" = {
    expr = map (disk: (withDisk "ext4" disk).boot.loader.systemd-boot.configurationLimit) [
      { }
      { espSize = "512M"; }
      { espSize = "1T"; }
      { espSize = "1M"; }
    ];
    expected = [
      10
      5
      20
      2
    ];
  };

  "test: more generations than can fit are warned of" = {
    expr =
      map
        (
          configurationLimit:
          lib.any (lib.hasInfix "configurationLimit = 17;")
            (configOf { } [
              layouts.ext4
              {
                nixfleet.disk = {
                  device = "/dev/disk/by-id/one";
                  espSize = "512M";
                };
                boot.loader.systemd-boot = { inherit configurationLimit; };
              }
            ]).warnings
        )
        [
          17
          18
          null
        ];
    expected = [
      false
      true
      true
    ];
  };

  "test: file systems with checksums are read through each month" = {
    expr = lib.mapAttrs (
      layout: _:
      let
        inherit ((withDisk layout { }).services) btrfs zfs;
      in
      [
        btrfs.autoScrub.enable
        zfs.autoScrub.enable
      ]
    ) layouts;
    expected = {
      bios-ext4 = [
        false
        false
      ];
      ext4 = [
        false
        false
      ];
      btrfs = [
        true
        false
      ];
      btrfs-impermanence = [
        true
        false
      ];
      luks-btrfs-impermanence = [
        true
        false
      ];
      zfs = [
        false
        true
      ];
    };
  };
}
