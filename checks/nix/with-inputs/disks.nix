# The disk layouts: each evaluates to a system and a script that formats the disk.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;

  inherit (import ../hosts.nix { inherit inputs nixfleet; }) configOf fileSystems;
  inherit (import ../disk-hosts.nix { inherit inputs nixfleet; }) layouts on partitions;
in
{
  "test: each layout, found by reading the folder, evaluates to a system and a disk script" = {
    expr = lib.filterAttrs (_: drvPaths: !lib.all lib.isString drvPaths) (
      lib.mapAttrs (
        layout: _:
        let
          inherit ((on layout { swapSize = "4G"; }).system) build;
        in
        [
          build.toplevel.drvPath
          build.diskoScript.drvPath
          build.formatScript.drvPath
          build.mountScript.drvPath
        ]
      ) layouts
    );
    expected = { };
  };

  "test: the layouts that the book names are there" = {
    expr = lib.attrNames layouts;
    expected = [
      "bios-ext4"
      "btrfs"
      "btrfs-impermanence"
      "ext4"
      "luks-btrfs-impermanence"
      "zfs"
    ];
  };

  "test: each layout mounts what its kind needs" = {
    expr = lib.mapAttrs (layout: _: fileSystems (on layout { })) layouts;
    expected = {
      bios-ext4."/" = "ext4";
      ext4 = {
        "/" = "ext4";
        "/boot" = "vfat";
      };
      btrfs = {
        "/" = "btrfs";
        "/boot" = "vfat";
        "/home" = "btrfs";
        "/nix" = "btrfs";
        "/var/log" = "btrfs";
      };
      btrfs-impermanence = {
        "/" = "btrfs";
        "/boot" = "vfat";
        "/nix" = "btrfs";
        "/persist" = "btrfs";
      };
      luks-btrfs-impermanence = {
        "/" = "btrfs";
        "/boot" = "vfat";
        "/nix" = "btrfs";
        "/persist" = "btrfs";
      };
      zfs = {
        "/" = "zfs";
        "/boot" = "vfat";
        "/home" = "zfs";
        "/nix" = "zfs";
        "/var" = "zfs";
      };
    };
  };

  "test: the disk that is formatted is the one set" = {
    expr = lib.unique (
      lib.mapAttrsToList (layout: _: (on layout { }).disko.devices.disk.main.device) layouts
    );
    expected = [ "/dev/disk/by-id/one" ];
  };

  "test: without a device there is no guess" = {
    expr = (configOf { } [ layouts.ext4 ]).system.build.diskoScript.drvPath;
    expectedError.msg = "nixfleet.disk.device";
  };

  "test: a device that is no path of one is refused" = {
    expr = (on "ext4" { device = "sda"; }).nixfleet.disk.device;
    expectedError.msg = "nixfleet.disk.device";
  };

  "test: the EFI partition has the size set, and only root reads it" = {
    expr =
      let
        inherit (partitions (on "btrfs" { espSize = "512M"; })) esp;
      in
      {
        inherit (esp) size type;
        inherit (esp.content) mountOptions;
      };
    expected = {
      size = "512M";
      type = "EF00";
      mountOptions = [ "umask=0077" ];
    };
  };

  "test: as many generations are kept as the EFI partition has room for" = {
    expr = map (disk: (on "ext4" disk).boot.loader.systemd-boot.configurationLimit) [
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
        inherit ((on layout { }).services) btrfs zfs;
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

  "test: a size that disko does not know is refused" = {
    expr = (on "ext4" { swapSize = "4 GB"; }).nixfleet.disk.swapSize;
    expectedError.msg = "nixfleet.disk.swapSize";
  };

  "test: there is swap where a size is set, and none otherwise" = {
    expr = map (swapSize: lib.length (on "ext4" { inherit swapSize; }).swapDevices) [
      "4G"
      null
    ];
    expected = [
      1
      0
    ];
  };

  "test: swap beside an encrypted disk is encrypted too" = {
    expr = map (layout: (partitions (on layout { swapSize = "4G"; })).swap.content.randomEncryption) [
      "luks-btrfs-impermanence"
      "btrfs-impermanence"
    ];
    expected = [
      true
      false
    ];
  };

  "test: the encrypted root is asked for, or read from a file at the install" = {
    expr =
      map
        (
          luksPasswordFile:
          let
            luks = (partitions (on "luks-btrfs-impermanence" { inherit luksPasswordFile; })).root.content;
          in
          {
            inherit (luks) type name askPassword;
          }
        )
        [
          null
          "/tmp/luks-password"
        ];
    expected = [
      {
        type = "luks";
        name = "root";
        askPassword = true;
      }
      {
        type = "luks";
        name = "root";
        askPassword = false;
      }
    ];
  };

  "test: the layouts for impermanence switch it on, a user can switch it off" = {
    expr = [
      (on "btrfs-impermanence" { }).nixfleet.impermanence.enable
      (on "luks-btrfs-impermanence" { }).nixfleet.impermanence.enable
      (configOf { } [
        layouts.btrfs-impermanence
        {
          nixfleet.disk.device = "/dev/disk/by-id/one";
          nixfleet.impermanence.enable = false;
        }
      ]).nixfleet.impermanence.enable
      (on "btrfs" { }).nixfleet.impermanence.enable
    ];
    expected = [
      true
      true
      false
      false
    ];
  };
}
