# SSH by key alone. The firewall is open for it, and for nothing else.
{ lib, ... }:
let
  inherit (lib) mkDefault;
in
{
  services.openssh = {
    enable = mkDefault true;
    openFirewall = mkDefault true;
    settings = {
      # nixos-anywhere and `nixos-rebuild --target-host` log in as root, by key.
      PermitRootLogin = mkDefault "prohibit-password";
      PasswordAuthentication = mkDefault false;
      KbdInteractiveAuthentication = mkDefault false;
      X11Forwarding = mkDefault false;
    };
  };
}
