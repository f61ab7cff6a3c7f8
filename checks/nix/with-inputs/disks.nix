# The disk layouts: each evaluates to a system and a script that formats the disk.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;

  layouts = nixfleet.nixosModules.disks;

  inherit (import ../hosts.nix { inherit inputs nixfleet; })
    configOf
    fileSystems
    partitions
    withDisk
    ;

in
{
  "test: each layout, found by reading the folder, evaluates to a system and a disk script" = {
    expr = lib.filterAttrs (_: drvPaths: !lib.all lib.isString drvPaths) (
      lib.mapAttrs (
        layout: _:
        let
          inherit ((withDisk layout { swapSize = "4G"; }).system) build;
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
    expr = lib.mapAttrs (layout: _: fileSystems (withDisk layout { })) layouts;
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
      lib.mapAttrsToList (layout: _: (withDisk layout { }).disko.devices.disk.main.device) layouts
    );
    expected = [ "/dev/disk/by-id/one" ];
  };

  "test: without a device there is no guess" = {
    expr = (configOf { } [ layouts.ext4 ]).system.build.diskoScript.drvPath;
    expectedError.msg = "nixfleet.disk.device";
  };

  "test: a device that is no path of one is refused" = {
    expr = (withDisk "ext4" { device = "sda"; }).nixfleet.disk.device;
    expectedError.msg = "nixfleet.disk.device";
  };

  "test: the EFI partition has the size set, and only root reads it" = {
    expr =
      let
        inherit (partitions (withDisk "btrfs" { espSize = "512M"; })) esp;
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

  "test: a size that disko does not know is refused" = {
    expr = (withDisk "ext4" { swapSize = "4 GB"; }).nixfleet.disk.swapSize;
    expectedError.msg = "nixfleet.disk.swapSize";
  };

  "test: there is swap where a size is set, and none otherwise" = {
    expr = map (swapSize: lib.length (withDisk "ext4" { inherit swapSize; }).swapDevices) [
      "4G"
      null
    ];
    expected = [
      1
      0
    ];
  };

  "test: swap beside an encrypted disk is encrypted too" = {
    expr =
      map (layout: (partitions (withDisk layout { swapSize = "4G"; })).swap.content.randomEncryption)
        [
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
            luks = (partitions (withDisk "luks-btrfs-impermanence" { inherit luksPasswordFile; })).root.content;
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
      (withDisk "btrfs-impermanence" { }).nixfleet.impermanence.enable
      (withDisk "luks-btrfs-impermanence" { }).nixfleet.impermanence.enable
      (configOf { } [
        layouts.btrfs-impermanence
        {
          nixfleet.disk.device = "/dev/disk/by-id/one";
          nixfleet.impermanence.enable = false;
        }
      ]).nixfleet.impermanence.enable
      (withDisk "btrfs" { }).nixfleet.impermanence.enable
    ];
    expected = [
      true
      true
      false
      false
    ];
  };

  "test: ZFS has a host id that follows from the host's name" = {
    expr =
      let
        config = withDisk "zfs" { };
      in
      {
        inherit (config.networking) hostId;
        inherit (config.boot.zfs) devNodes forceImportRoot;
      };
    expected = {
      # echo -n db-01 | sha256sum | head -c 8
      hostId = builtins.substring 0 8 (builtins.hashString "sha256" "db-01");
      devNodes = "/dev/disk/by-partuuid";
      forceImportRoot = true;
    };
  };
}
