# A btrfs file system as disko content: `subvolumes` maps a subvolume to where it is mounted.
{ lib }:
subvolumes: {
  type = "btrfs";
  # Without it mkfs refuses a partition that held a file system before.
  extraArgs = [ "-f" ];
  subvolumes = lib.mapAttrs (_: mountpoint: {
    inherit mountpoint;
    # noatime: otherwise every read would write metadata anew (copy on write).
    mountOptions = [
      "compress=zstd"
      "noatime"
    ];
  }) subvolumes;
}
