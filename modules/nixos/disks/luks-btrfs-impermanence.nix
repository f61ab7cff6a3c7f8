# The layout `disks.btrfs-impermanence` inside LUKS. Without `nixfleet.disk.luksPasswordFile` the
# passphrase is asked for, at the install and at each boot.
{ config, lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  cfg = config.nixfleet.disk;
in
{
  imports = [
    ../disk.nix
    ../impermanence.nix
  ];

  options.nixfleet.disk.luksPasswordFile = lib.mkOption {
    type = lib.types.nullOr lib.types.str;
    default = null;
    description = ''
      A file on the installer, read once when the disk is formatted, that holds the passphrase.
      `nixos-anywhere --disk-encryption-keys /tmp/luks-password ./luks-password` puts one there.
      `null` asks for the passphrase.
    '';
    example = "/tmp/luks-password";
  };

  config = {
    nixfleet.impermanence.enable = taste true;

    # Reads all of it once a month and compares it with its checksums.
    services.btrfs.autoScrub.enable = taste true;

    disko.devices = lib.mkMerge [
      (import ../disk/impermanence.nix {
        inherit config lib;
        wrap = content: {
          type = "luks";
          name = "root";
          passwordFile = cfg.luksPasswordFile;
          # TRIM shows which blocks are free, which is worth the years it gives an SSD.
          settings.allowDiscards = true;
          inherit content;
        };
      })
      # What is swapped out must not lie beside the encrypted disk in the clear.
      (lib.mkIf (cfg.swapSize != null) {
        disk.main.content.partitions.swap.content.randomEncryption = true;
      })
    ];
  };
}
