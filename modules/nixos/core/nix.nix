{ config, lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
in
{
  nix = {
    # `trusted-users` is root, and who is root without a password (users.nix): a trusted user is as good as root
    # (nix.conf(5), trusted-users).
    settings.experimental-features = [
      "nix-command"
      "flakes"
    ];
    gc = {
      automatic = taste config.nix.enable;
      dates = taste "weekly";
      options = taste "--delete-older-than 30d";
    };
    # As a timer: `auto-optimise-store` would slow down every build instead.
    optimise.automatic = taste config.nix.enable;
  };
}
