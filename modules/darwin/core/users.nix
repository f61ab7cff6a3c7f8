{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) mkIf;
  inherit (import ../../../lib/priority.nix { inherit lib; }) follow said taste;
  inherit (config) hostSpec;
  inherit (hostSpec) userName;
in
{
  # Settings of a user, like the Dock's, are this user's.
  system.primaryUser = mkIf (userName != null) (said userName);

  # macOS has the account already: nix-darwin makes and deletes those of `users.knownUsers` alone.
  users.users = mkIf (userName != null) {
    ${userName} = {
      home = follow options.hostSpec.home hostSpec.home;
      shell = taste "/bin/zsh";
      openssh.authorizedKeys.keys = hostSpec.sshAuthorizedKeys;
    };
  };

  security.pam.services.sudo_local = {
    touchIdAuth = taste true;
    # Without it Touch ID is out of reach inside tmux and screen.
    reattach = taste true;
  };
}
