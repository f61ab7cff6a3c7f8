# One btrfs file system, compressed, with subvolumes of their own for what is snapshot or rolled
# back apart: the system, the homes, the Nix store and the logs.
{ config, lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  btrfs = import ../disk/btrfs.nix { inherit lib; };
in
{
  imports = [ ../disk.nix ];

  # Reads all of it once a month and compares it with its checksums.
  services.btrfs.autoScrub.enable = taste true;

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
