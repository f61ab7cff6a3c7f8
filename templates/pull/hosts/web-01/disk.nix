# How the disk is laid out. An install erases it.
{ nixfleet, ... }:
{
  imports = [ nixfleet.nixosModules.disks.ext4 ];

  # The disk of a VM. On a machine of its own, a name that stays: `ls -l /dev/disk/by-id` lists them.
  nixfleet.disk.device = "/dev/vda";
}
