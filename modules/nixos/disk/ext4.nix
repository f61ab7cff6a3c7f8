# The layout `disks.ext4` as the value of `disko.devices`.
{ config, lib }:
{
  disk = import ./partitions.nix { inherit config lib; } {
    root = {
      size = "100%";
      content = {
        type = "filesystem";
        format = "ext4";
        mountpoint = "/";
      };
    };
  };
}
