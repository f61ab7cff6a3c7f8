# What the disk layouts (`nixosModules.disks.*`) share: where the disk is, how large its parts are,
# and a warning for a device name that may mean another disk after a reboot.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.nixfleet.disk;

  # What sgdisk and mkfs, by way of disko, understand as a size.
  size = types.strMatching "[1-9][0-9]*[MGT]";

  # The kernel hands these names out in the order in which it finds the disks. Virtio names
  # (/dev/vda) exist in virtual machines alone, where the order is the hypervisor's.
  unstableDisks = lib.filterAttrs (
    _: disk:
    builtins.match "/dev/(sd[a-z]+|hd[a-z]+|nvme[0-9]+n[0-9]+|mmcblk[0-9]+)" disk.device != null
  ) config.disko.devices.disk;
in
{
  _class = "nixos";

  imports = [
    ./disk/esp.nix
    ./disk/label.nix
  ];

  options.nixfleet.disk = {
    device = mkOption {
      type = types.strMatching "/dev/.+";
      description = ''
        The disk that the layout formats. Take a name that stays with the disk: `ls -l /dev/disk/by-id`
        on the machine lists them.
      '';
      example = "/dev/disk/by-id/nvme-Samsung_SSD_980_1TB_S649NX0R123456";
    };

    espSize = mkOption {
      type = size;
      default = "1G";
      description = "Size of the EFI system partition, which holds the boot loader and every kernel that can be booted: `boot.loader.systemd-boot.configurationLimit` follows from it, 10 generations for 1 GiB.";
      example = "512M";
    };

    swapSize = mkOption {
      type = types.nullOr size;
      default = null;
      description = "Size of the swap partition; `null` for none.";
      example = "8G";
    };

    warnUnstableDevice = mkOption {
      type = types.bool;
      default = true;
      description = ''
        Whether to warn about disks by names, such as `/dev/sda`, that may mean another disk after a
        reboot. On by default, off in virtual machines.
      '';
      example = false;
    };
  };

  config.warnings = lib.optionals cfg.warnUnstableDevice (
    lib.mapAttrsToList
      (name: disk: ''
        the disk `${name}` is set by the name `${disk.device}`, which may mean another disk after a reboot: an install would then erase the wrong one.
        `ls -l /dev/disk/by-id` on the machine lists names that stay; write one of them:
          nixfleet.disk.device = "/dev/disk/by-id/…";
        On a machine that has one disk and always will, say so: nixfleet.disk.warnUnstableDevice = false;'')
      unstableDisks
  );
}
