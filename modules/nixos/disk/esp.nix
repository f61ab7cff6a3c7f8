# The EFI system partition, and how many generations fit into it: each keeps its kernel and initrd
# there, unless it shares them with another.
{ config, lib, ... }:
let
  inherit (lib) toInt;
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  cfg = config.nixfleet.disk;
  inherit (config.boot) loader;

  # Of a size as disko takes it: `512M`, `1G`.
  mebibytes =
    size:
    let
      parts = builtins.match "([0-9]+)([MGT])" size;
    in
    toInt (lib.head parts)
    * {
      M = 1;
      G = 1024;
      T = 1024 * 1024;
    }
    .${lib.last parts};
  room = mebibytes cfg.espSize;

  # A kernel of NixOS 26.05 takes 14 MB, an initrd with systemd 20 MB at the least, and 40 with
  # firmware and a few drivers more: half of the partition is for what grows, and for the one that is
  # written before the oldest is removed.
  atLeast = 30;
  ample = 100;
  fit = lib.max 2 (lib.min 20 (room / ample));

  limit = loader.systemd-boot.configurationLimit;
  onEsp = loader.systemd-boot.enable && loader.efi.efiSysMountPoint == "/boot";
in
{
  boot.loader.systemd-boot.configurationLimit = taste fit;
  boot.loader.grub.configurationLimit = taste fit;

  warnings = lib.optional (onEsp && (limit == null || limit * atLeast > room)) ''
    the EFI system partition, ${cfg.espSize}, is too small for ${
      if limit == null then "every generation" else "${toString limit} generations"
    }: one whose kernel does not fit cannot be made the one to boot.
    Write at most boot.loader.systemd-boot.configurationLimit = ${
      toString (lib.max 1 (room / atLeast))
    };, or, before an install, a larger `nixfleet.disk.espSize`.'';
}
