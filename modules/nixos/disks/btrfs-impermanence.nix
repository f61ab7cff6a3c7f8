# btrfs with a root, homes included, that is empty after each boot; `nixfleet.impermanence` says what
# stays.
{ config, lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
in
{
  imports = [
    ../disk.nix
    ../impermanence.nix
  ];

  # Whoever picks this layout wants what it is made for.
  nixfleet.impermanence.enable = taste true;

  # Reads all of it once a month and compares it with its checksums.
  services.btrfs.autoScrub.enable = taste true;

  disko.devices = import ../disk/impermanence.nix { inherit config lib; };
}
