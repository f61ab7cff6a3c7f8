{ lib, ... }:
let
  inherit (lib) mkDefault;
in
{
  boot.loader = {
    efi.canTouchEfiVariables = mkDefault true;
    systemd-boot = {
      enable = mkDefault true;
      # Who stands before the machine could otherwise add `init=/bin/sh` and be root.
      editor = mkDefault false;
      # Each generation keeps its kernel in the boot partition, which is small.
      configurationLimit = mkDefault 20;
    };
  };
}
