# Who manages Nix on the Mac: nix-darwin, or Determinate Nix, which wants to alone.
{ config, lib, ... }:
let
  inherit (lib) mkIf mkOption;
  inherit (import ../../../lib/priority.nix { inherit lib; }) said taste;
in
{
  options.nixfleet.determinateNix = mkOption {
    type = lib.types.bool;
    default = false;
    description = ''
      Whether Nix was installed by Determinate's installer. Its daemon manages Nix then, and
      nix-darwin, which would refuse to be activated beside it, leaves `nix.*` alone.
    '';
    example = true;
  };

  config.nix = {
    enable = if config.nixfleet.determinateNix then said false else taste true;
    settings = mkIf config.nix.enable {
      experimental-features = [
        "nix-command"
        "flakes"
      ];
    };
    # Both are weekly unless told otherwise.
    gc = mkIf config.nix.enable {
      automatic = taste true;
      options = taste "--delete-older-than 30d";
    };
    optimise.automatic = mkIf config.nix.enable (taste true);
  };
}
