# The partitions that every layout begins with, and the disk around them: `partitions` in, the value
# of `disko.devices.disk` out. `firmware` is what starts the machine: it decides about the first.
{
  config,
  lib,
  firmware ? "uefi",
}:
let
  cfg = config.nixfleet.disk;

  first = {
    uefi.esp = {
      size = cfg.espSize;
      type = "EF00";
      content = {
        type = "filesystem";
        format = "vfat";
        mountpoint = "/boot";
        # The random seed of systemd-boot lies here: only root may read it.
        mountOptions = [ "umask=0077" ];
      };
    };
    # Where GRUB puts what does not fit in front of the first partition. disko tells GRUB the disk.
    bios.bios = {
      size = "1M";
      type = "EF02";
    };
  };
in
partitions: {
  main = {
    type = "disk";
    inherit (cfg) device;
    content = {
      type = "gpt";
      partitions = lib.mapAttrs (name: partition: { label = "${cfg.label}-${name}"; } // partition) (
        first.${firmware}
        // lib.optionalAttrs (cfg.swapSize != null) {
          swap = {
            size = cfg.swapSize;
            content = {
              type = "swap";
              discardPolicy = "both";
            };
          };
        }
        // partitions
      );
    };
  };
}
