{ config, lib, ... }:
let
  inherit (lib) mkDefault mkIf;
  inherit (config) hostSpec;
  inherit (hostSpec) userName;
in
{
  # Settings of a user, like the Dock's, are this user's.
  system.primaryUser = mkIf (userName != null) (mkDefault userName);

  # macOS has the account already: nix-darwin makes and deletes those of `users.knownUsers` alone.
  users.users = mkIf (userName != null) {
    ${userName} = {
      home = mkDefault hostSpec.home;
      shell = mkDefault "/bin/zsh";
      openssh.authorizedKeys.keys = hostSpec.sshAuthorizedKeys;
    };
  };

  security.pam.services.sudo_local = {
    touchIdAuth = mkDefault true;
    # Without it Touch ID is out of reach inside tmux and screen.
    reattach = mkDefault true;
  };
}
