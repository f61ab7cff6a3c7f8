# One ext4 file system on a machine that starts by BIOS, as many virtual servers do, by GRUB. Kernels lie
# in the root file system: nothing else has to be large enough for them.
{ config, lib, ... }:
{
  imports = [ ../disk.nix ];

  disko.devices = import ../disk/ext4.nix {
    inherit config lib;
    firmware = "bios";
  };
}
