# The primary user and root. Both are let in by the same keys.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib)
    mkIf
    mkMerge
    ;
  inherit (import ../../../lib/priority.nix { inherit lib; }) follow said taste;
  inherit (config) hostSpec;
  inherit (hostSpec) userName;

  hasPassword = import ./passwords.nix;
in
{
  # As a service of the host's has it, by either sign of a system user. NixOS asks then for one of two
  # options, of which `hostSpec` has none.
  assertions = lib.optional (userName != null) (
    let
      inherit (config.users.users.${userName}) isSystemUser uid;
    in
    {
      assertion = !isSystemUser && (uid == null || uid >= 1000);
      message = "host `${hostSpec.hostName}` has `${userName}` as a system user, by `isSystemUser` or by an id below 1000, and `hostSpec.userName` makes that its primary user, who is a person. Name another there.";
    }
  );

  users = {
    # The configuration is the truth: a password set by hand would be lost with the root file
    # system of an impermanent host, and would differ from host to host on the others.
    mutableUsers = taste false;

    users = mkMerge [
      {
        root = {
          openssh.authorizedKeys.keys = hostSpec.sshAuthorizedKeys;
          hashedPasswordFile = mkIf (hostSpec.rootHashedPasswordFile != null) (
            said hostSpec.rootHashedPasswordFile
          );
        };
      }
      (mkIf (userName != null) {
        ${userName} = {
          isNormalUser = taste true;
          home = follow options.hostSpec.home hostSpec.home;
          # The shell is `users.defaultUserShell`.
          useDefaultShell = taste true;
          extraGroups = [ "wheel" ];
          openssh.authorizedKeys.keys = hostSpec.sshAuthorizedKeys;
          hashedPasswordFile = mkIf (hostSpec.hashedPasswordFile != null) (said hostSpec.hashedPasswordFile);
        };
      })
    ];
  };

  # `nixos-rebuild --target-host ops@HOST --sudo` copies a system that no cache has signed: the daemon
  # takes that from a trusted user alone. One who is root without being asked for a password is as good
  # as root already (nix.conf(5), trusted-users); the others stay untrusted.
  nix.settings.trusted-users = mkIf (
    userName != null
    && (!config.security.sudo.wheelNeedsPassword || !hasPassword config.users.users.${userName})
  ) [ userName ];

  # A user without a password has none to give to sudo. Their keys are root's too, so that this
  # lets nobody do more than they could. sudo-rs, where it takes sudo's place, has rules of its own.
  security = lib.genAttrs [ "sudo" "sudo-rs" ] (
    name:
    let
      sudo = config.security.${name};
      asked = userName != null && sudo.wheelNeedsPassword && !hasPassword config.users.users.${userName};
    in
    {
      extraRules = mkIf (asked && !sudo.execWheelOnly) [
        {
          users = [ userName ];
          commands = [
            {
              command = "ALL";
              options = [ "NOPASSWD" ];
            }
          ];
        }
      ];
      # Where sudo is for wheel alone, rules that name a user are refused, of a member too (srvos, and
      # sudo-rs in NixOS: an assertion on `extraRules`).
      extraConfig = mkIf (asked && sudo.execWheelOnly) "${userName} ALL=(ALL:ALL) NOPASSWD: ALL";
    }
  );
}
