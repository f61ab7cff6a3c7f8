# One ext4 file system beside the EFI partition: the plain choice.
{ config, lib, ... }:
{
  imports = [ ../disk.nix ];

  disko.devices = import ../disk/ext4.nix { inherit config lib; };
}
