# SSH by key alone. The firewall is open for it, and for nothing else.
{ lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
in
{
  services.openssh = {
    enable = taste true;
    openFirewall = taste true;
    settings = {
      # nixos-anywhere and `nixos-rebuild --target-host` log in as root, by key.
      PermitRootLogin = taste "prohibit-password";
      PasswordAuthentication = taste false;
      KbdInteractiveAuthentication = taste false;
      X11Forwarding = taste false;
    };
  };
}
