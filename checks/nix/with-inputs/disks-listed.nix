# What `nixfleet list --eval` shows of hosts' disks.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) configOf withLayout;

  # What it asks.
  tool = ../../../rust/crates/nixfleet/src;
  listed =
    config:
    import (tool + "/commands/list/disks.nix") (import (tool + "/faults/eval/disks.nix")) {
      inherit config;
    };
in
{
  "test: the list shows what each layout formats its disk with" = {
    expr = lib.mapAttrs (
      layout: _: (listed (withLayout layout [ { nixfleet.disk.swapSize = "4G"; } ])).main
    ) nixfleet.nixosModules.disks;
    expected =
      lib.mapAttrs
        (_: formats: {
          device = "/dev/disk/by-id/one";
          formats = formats ++ [ "swap" ];
        })
        {
          bios-ext4 = [ "ext4" ];
          ext4 = [
            "vfat"
            "ext4"
          ];
          btrfs = [
            "vfat"
            "btrfs"
          ];
          btrfs-impermanence = [
            "vfat"
            "btrfs"
          ];
          luks-btrfs-impermanence = [
            "vfat"
            "btrfs in LUKS"
          ];
          zfs = [
            "vfat"
            "zfs"
          ];
        };
  };

  "test: the list shows disks of other kinds" = {
    expr =
      lib.genAttrs
        [
          "luks-lvm"
          "boot-raid1"
          "legacy-table"
          "zfs"
        ]
        (
          example:
          lib.concatMap (disk: disk.formats) (
            lib.attrValues (listed (configOf { } [ (inputs.disko + "/example/${example}.nix") ]))
          )
        );
    expected = {
      luks-lvm = [
        "vfat"
        "LVM in LUKS"
      ];
      boot-raid1 = lib.replicate 4 "RAID";
      legacy-table = [
        "vfat"
        "ext4"
      ];
      zfs = [
        "vfat"
        "zfs"
        "zfs"
      ];
    };
  };

  "test: the list shows what a host without a layout has for its root" = {
    expr = listed (
      configOf { } [
        {
          fileSystems."/" = {
            device = "/dev/disk/by-label/nixos";
            fsType = "xfs";
          };
        }
      ]
    );
    expected.root = {
      device = "/dev/disk/by-label/nixos";
      formats = [ "xfs" ];
    };
  };
}
