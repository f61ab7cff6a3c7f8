# One btrfs file system, compressed, with subvolumes of their own for what is snapshot or rolled
# back apart: the system, the homes, the Nix store and the logs.
{ config, lib, ... }:
let
  btrfs = import ../disk/btrfs.nix { inherit lib; };
in
{
  imports = [ ../disk.nix ];

  disko.devices.disk = import ../disk/partitions.nix { inherit config lib; } {
    root = {
      size = "100%";
      content = btrfs {
        "/root" = "/";
        "/home" = "/home";
        "/nix" = "/nix";
        "/log" = "/var/log";
      };
    };
  };
}
