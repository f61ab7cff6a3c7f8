{ nixfleet, ... }:
{
  imports = [
    nixfleet.nixosModules.disks.ext4
    nixfleet.nixosModules.disks.btrfs
  ];
}
