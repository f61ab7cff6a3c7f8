# The partitions that every layout begins with, and the disk around them: `partitions` in, the value
# of `disko.devices.disk` out.
{ config, lib }:
let
  cfg = config.nixfleet.disk;
in
partitions: {
  main = {
    type = "disk";
    inherit (cfg) device;
    content = {
      type = "gpt";
      partitions = lib.mapAttrs (name: partition: { label = "${cfg.label}-${name}"; } // partition) (
        {
          esp = {
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
        }
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
