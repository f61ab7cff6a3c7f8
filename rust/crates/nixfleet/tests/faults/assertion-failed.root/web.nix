{ nixfleet, ... }:
{
  imports = [ nixfleet.nixosModules.disks.ext4 ];
  nixfleet.impermanence.enable = true;
}
