# btrfs with a root, homes included, that is empty after each boot; `nixfleet.impermanence` says what
# stays.
{ config, lib, ... }:
{
  imports = [
    ../disk.nix
    ../impermanence.nix
  ];

  # Whoever picks this layout wants what it is made for.
  nixfleet.impermanence.enable = lib.mkDefault true;

  disko.devices = import ../disk/impermanence.nix { inherit config lib; };
}
