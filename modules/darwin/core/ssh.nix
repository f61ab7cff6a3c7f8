# SSH by key alone, once there is a key.
{ config, lib, ... }:
let
  inherit (lib) mkAfter mkDefault mkIf;
in
{
  services.openssh = mkIf (config.hostSpec.sshAuthorizedKeys != [ ]) {
    enable = mkDefault true;
    # sshd takes the first value that it reads: lines of a user's own win, and drop none of these.
    extraConfig = mkAfter ''
      PermitRootLogin no
      PasswordAuthentication no
      KbdInteractiveAuthentication no
    '';
  };
}
