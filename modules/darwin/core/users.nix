{ config, lib, ... }:
let
  inherit (lib) mkDefault mkIf;
  inherit (config) hostSpec;
  inherit (hostSpec) userName;
in
{
  # Settings of a user, like the Dock's, are this user's.
  system.primaryUser = mkIf (userName != null) (mkDefault userName);

  users.users = mkIf (userName != null) {
    ${userName} = {
      home = mkDefault hostSpec.home;
      shell = mkDefault "/bin/zsh";
      openssh.authorizedKeys.keys = hostSpec.sshAuthorizedKeys;
    };
  };

  security.pam.services.sudo_local = {
    touchIdAuth = mkDefault true;
    # Inside tmux or screen Touch ID is out of reach without it.
    reattach = mkDefault true;
  };
}
