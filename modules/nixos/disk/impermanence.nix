# The layout `disks.btrfs-impermanence` as the value of `disko.devices`: a root that is wiped at each
# boot, beside a Nix store and a persistent tree that are not. `wrap` puts encryption around it.
{
  config,
  lib,
  wrap ? content: content,
}:
let
  cfg = config.nixfleet.impermanence;
  btrfs = import ./btrfs.nix { inherit lib; };
  rootInMemory = cfg.rootKind == "tmpfs";
in
{
  disk = import ./partitions.nix { inherit config lib; } {
    root = {
      size = "100%";
      content = wrap (
        btrfs (
          {
            "/nix" = "/nix";
            "/persist" = cfg.persistRoot;
          }
          // lib.optionalAttrs (!rootInMemory) { "/root" = "/"; }
        )
      );
    };
  };
}
// lib.optionalAttrs rootInMemory {
  nodev."/" = {
    fsType = "tmpfs";
    mountOptions = [
      # Memory is taken as files are written, up to this: the rest is the programs'.
      "size=25%"
      # sshd refuses keys below a root that others may write to.
      "mode=755"
    ];
  };
}
