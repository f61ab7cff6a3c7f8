{ config, lib, ... }:
let
  inherit (lib) mkDefault;
in
{
  nix = {
    # `trusted-users` stays NixOS's own, root alone: a trusted user is as good as root
    # (nix.conf(5), trusted-users).
    settings.experimental-features = [
      "nix-command"
      "flakes"
    ];
    gc = {
      automatic = mkDefault config.nix.enable;
      dates = mkDefault "weekly";
      options = mkDefault "--delete-older-than 30d";
    };
    # As a timer: `auto-optimise-store` would slow down every build instead.
    optimise.automatic = mkDefault config.nix.enable;
  };
}
