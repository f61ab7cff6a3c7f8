# The layouts `disks.ext4` and `disks.bios-ext4` as the value of `disko.devices`.
{
  config,
  lib,
  firmware ? "uefi",
}:
{
  disk = import ./partitions.nix { inherit config lib firmware; } {
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
