{ lib, options, ... }:
let
  inherit (lib) mkIf;
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
in
{
  boot.loader = {
    efi.canTouchEfiVariables = taste true;
    systemd-boot = {
      enable = taste true;
      # Who stands before the machine could otherwise add `init=/bin/sh` and be root.
      editor = taste false;
      # Each generation keeps its kernel in the boot partition, which is small. With a layout of ours
      # its size is known (disk/esp.nix).
      configurationLimit = mkIf (!(options.nixfleet ? disk)) (taste 10);
    };
  };
}
