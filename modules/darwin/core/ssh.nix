# SSH by key alone, once there is a key.
{ config, lib, ... }:
let
  inherit (lib) mkAfter mkIf;
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
in
{
  services.openssh = mkIf (config.hostSpec.sshAuthorizedKeys != [ ]) {
    enable = taste true;
    # sshd takes the first value that it reads: lines of a user's own win, and drop none of these.
    extraConfig = mkAfter ''
      PermitRootLogin no
      PasswordAuthentication no
      KbdInteractiveAuthentication no
    '';
  };
}
