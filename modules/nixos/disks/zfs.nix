# One ZFS pool, with datasets for the system, the homes, the Nix store and state.
{ config, lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  cfg = config.nixfleet.disk;

  # NixOS mounts the datasets itself, so that they are there in the order that it needs.
  dataset = mountpoint: {
    type = "zfs_fs";
    inherit mountpoint;
    options.mountpoint = "legacy";
  };
in
{
  imports = [
    ../disk.nix
    ../disk/host-id.nix
    ../disk/pool.nix
  ];

  disko.devices = {
    disk = import ../disk/partitions.nix { inherit config lib; } {
      root = {
        size = "100%";
        content = {
          type = "zfs";
          inherit (cfg) pool;
        };
      };
    };

    zpool.${cfg.pool} = {
      type = "zpool";
      options = {
        # 4 KiB sectors: what a disk reports may be smaller than what it writes, and this can't be
        # mended later.
        ashift = "12";
        autotrim = "on";
      };
      rootFsOptions = {
        # journald and NFS keep POSIX ACLs; xattr=sa stores them in the inode instead of a hidden
        # directory.
        acltype = "posixacl";
        xattr = "sa";
        atime = "off";
        compression = "zstd";
        mountpoint = "none";
        canmount = "off";
      };
      datasets = {
        root = dataset "/";
        home = dataset "/home";
        nix = dataset "/nix";
        var = dataset "/var";
      };
    };
  };

  # Reads all of the pool once a month, so that what a disk has lost is found while a copy is there.
  services.zfs.autoScrub.enable = taste true;

  # NixOS looks for the pool below /dev/disk/by-id, where a virtio disk without a serial number does
  # not appear; every GPT partition has a UUID.
  boot.zfs.devNodes = taste "/dev/disk/by-partuuid";

  # The installer has an id of its own, and a machine that is powered off after the install never
  # exported the pool: without force the first boot would refuse it.
  boot.zfs.forceImportRoot = taste true;
}
