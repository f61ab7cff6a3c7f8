# The layout `disks.ext4` as the value of `disko.devices`.
{ config, lib }:
{
  disk =
    import ./partitions.nix
      {
        inherit lib;
        cfg = config.nixfleet.disk;
      }
      {
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
