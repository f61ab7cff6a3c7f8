# How the disk is laid out. An install erases it. The root is empty after each boot; the audit of
# impermanence warns about state that would be lost.
{ nixfleet, ... }:
{
  imports = [ nixfleet.nixosModules.disks.btrfs-impermanence ];

  # The disk of a VM. On a machine of its own, a name that stays: `ls -l /dev/disk/by-id` lists them.
  nixfleet.disk.device = "/dev/vda";
}
