# Who administers a NixOS host, with which rights and passwords.
{
  lib,
  nixfleet,
  inputs,
  ...
}:
let
  inherit (import ../core-hosts.nix { inherit lib nixfleet; })
    configOf
    key
    ops
    refused
    refusedIn
    withModule
    withSpec
    ;

  # Whether sudo asks the primary user for no password. Of the rules that fit, the last decides
  # (sudoers(5)), and NixOS has one for wheel.
  letsIn =
    sudo:
    let
      rule = lib.last sudo.extraRules;
    in
    sudo.extraRules != [ ]
    && rule.users or [ ] == [ "ops" ]
    && lib.all (command: lib.elem "NOPASSWD" command.options) rule.commands;
in
{
  "test: the primary user administers the host" = {
    expr =
      let
        user = (withSpec (ops // { home = "/srv/ops"; })).users.users.ops;
      in
      [
        user.isNormalUser
        user.home
        user.extraGroups
        user.openssh.authorizedKeys.keys
        user.useDefaultShell
      ];
    expected = [
      true
      "/srv/ops"
      [ "wheel" ]
      [ key ]
      true
    ];
  };

  # Beside what NixOS itself defines of a normal user (nixos/modules/config/users-groups.nix), by which
  # the shell is that of all.
  "test: the primary user's home is hostSpec's, and the shell everyone's" = {
    expr =
      let
        user =
          (configOf {
            hostSpec = ops // {
              home = "/srv/ops";
            };
            modules = [
              {
                users.users.ops = {
                  home = lib.mkDefault "/home/ops";
                  useDefaultShell = lib.mkDefault true;
                };
              }
            ];
          }).users.users.ops;
      in
      [
        user.home
        user.useDefaultShell
      ];
    expected = [
      "/srv/ops"
      true
    ];
  };

  "test: a module moves the primary user's home" = {
    expr = (withModule { users.users.ops.home = "/data/ops"; }).users.users.ops.home;
    expected = "/data/ops";
  };

  "test: root has the keys of the primary user" = {
    expr = (withSpec ops).users.users.root.openssh.authorizedKeys.keys;
    expected = [ key ];
  };

  "test: a primary user whom a service has as a system user is refused, by its name" = refused (
    configOf
    {
      hostSpec = ops // {
        userName = "git";
      };
      modules = [
        {
          users.users.git = {
            isSystemUser = true;
            group = "git";
          };
          users.groups.git = { };
        }
      ];
    }
  ) "has `git` as a system user.*`hostSpec.userName` makes that its primary user";

  "test: without a primary user there is root alone" = {
    expr =
      lib.filterAttrs (_: user: user.isNormalUser)
        (withSpec {
          sshAuthorizedKeys = [ key ];
        }).users.users;
    expected = { };
  };

  "test: password files are those of hostSpec" = {
    expr =
      let
        inherit
          ((withSpec (
            ops
            // {
              hashedPasswordFile = "/persist/ops";
              rootHashedPasswordFile = "/persist/root";
            }
          )).users
          )
          users
          ;
      in
      [
        users.ops.hashedPasswordFile
        users.root.hashedPasswordFile
      ];
    expected = [
      "/persist/ops"
      "/persist/root"
    ];
  };

  "test: sudo asks those for a password who have one, by either program" = {
    expr =
      map
        (
          hostSpec:
          let
            inherit (withSpec hostSpec) security;
          in
          map letsIn [
            security.sudo
            security.sudo-rs
          ]
        )
        [
          ops
          (ops // { hashedPasswordFile = "/persist/ops"; })
        ];
    expected = [
      [
        true
        true
      ]
      [
        false
        false
      ]
    ];
  };

  "test: so it does when the password is not hostSpec's, and none that lets nobody in is one" = {
    expr = map (password: letsIn (withModule { users.users.ops = password; }).security.sudo) [
      { hashedPassword = "$y$j9T$hash"; }
      { initialPassword = "ops"; }
      { hashedPassword = "!"; }
      { initialHashedPassword = ""; }
    ];
    expected = [
      false
      false
      true
      true
    ];
  };

  # As srvos has it, and refuses a rule that names a user.
  "test: so it does where sudo is for wheel alone, and says it by no rule" = {
    expr =
      lib.mapAttrs
        (_: sudo: {
          byRule = letsIn sudo;
          inWords = lib.hasInfix "ops ALL=(ALL:ALL) NOPASSWD: ALL" sudo.extraConfig;
        })
        (
          lib.getAttrs [ "sudo" ]
            (withModule {
              security.sudo = {
                enable = true;
                execWheelOnly = true;
              };
            }).security
        );
    expected.sudo = {
      byRule = false;
      inWords = true;
    };
  };

  "test: there is nothing to say where wheel needs no password" = {
    expr =
      let
        inherit ((withModule { security.sudo.wheelNeedsPassword = false; }).security) sudo;
      in
      letsIn sudo || lib.hasInfix "ops" sudo.extraConfig;
    expected = false;
  };

  "test: a password file in the store is refused" = refusedIn [ "hashedPasswordFile" ] {
    hashedPasswordFile = "${./core-nixos.nix}";
  } "hashedPasswordFile.*outside the Nix store";
  "test: a password file that is copied to the store is refused" = refusedIn [
    "rootHashedPasswordFile"
  ] { rootHashedPasswordFile = ./core-nixos.nix; } "rootHashedPasswordFile.*outside the Nix store";
  "test: a private key is refused" = refusedIn [ "sshAuthorizedKeys" ] {
    sshAuthorizedKeys = [ "-----BEGIN OPENSSH PRIVATE KEY-----" ];
  } "sshAuthorizedKeys.*SSH public key";
}
