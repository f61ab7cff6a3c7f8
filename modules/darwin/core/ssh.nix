# SSH by key alone, once there is a key.
{ config, lib, ... }:
let
  inherit (lib) mkDefault mkIf;
in
{
  services.openssh = mkIf (config.hostSpec.sshAuthorizedKeys != [ ]) {
    enable = mkDefault true;
    extraConfig = mkDefault ''
      PermitRootLogin no
      PasswordAuthentication no
      KbdInteractiveAuthentication no
    '';
  };
}
