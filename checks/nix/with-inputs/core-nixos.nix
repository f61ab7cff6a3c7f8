# What the core module makes of a NixOS host.
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
  "test: the modules of the core stand alone" = {
    expr =
      (inputs.nixpkgs.lib.nixosSystem {
        modules = [
          nixfleet.nixosModules.core
          {
            nixpkgs.hostPlatform = "x86_64-linux";
            hostSpec.hostName = "alone";
          }
        ];
      }).config.hostSpec.isDarwin;
    expected = false;
  };

  "test: a host is what hostSpec says" = {
    expr =
      let
        config = withSpec {
          timeZone = "Europe/Berlin";
          locale = "de_DE.UTF-8";
          keyboardLayout = "de";
          secretsPath = "/run/secrets";
        };
      in
      [
        config.networking.hostName
        config.time.timeZone
        config.i18n.defaultLocale
        config.console.keyMap
        config.services.xserver.xkb.layout
        config.hostSpec.secretsPath
      ];
    expected = [
      "web-01"
      "Europe/Berlin"
      "de_DE.UTF-8"
      "de"
      "de"
      "/run/secrets"
    ];
  };

  "test: hostSpec has defaults" = {
    expr = removeAttrs (withSpec { userName = "ops"; }).hostSpec [ "networking" ];
    expected = {
      hostName = "web-01";
      userName = "ops";
      home = "/home/ops";
      timeZone = "UTC";
      locale = "en_US.UTF-8";
      keyboardLayout = "us";
      sshAuthorizedKeys = [ ];
      secretsPath = null;
      hashedPasswordFile = null;
      rootHashedPasswordFile = null;
      isDarwin = false;
    };
  };

  "test: the console has the keymap that kbd calls otherwise" = {
    expr = (withSpec { keyboardLayout = "gb"; }).console.keyMap;
    expected = "uk";
  };

  # kbd knows neither, and its `et` is another language than XKB's.
  "test: the console has a keymap made from XKB's where kbd has none" = {
    expr =
      map
        (
          keyboardLayout:
          lib.hasSuffix "-xkb-console-keymap" (withSpec { inherit keyboardLayout; }).console.keyMap
        )
        [
          "in"
          "us,de"
          "et"
        ];
    expected = [
      true
      true
      true
    ];
  };

  "test: a module sets another keymap" = {
    expr =
      (configOf {
        hostSpec = ops // {
          keyboardLayout = "in";
        };
        modules = [ { console.keyMap = "dvorak"; } ];
      }).console.keyMap;
    expected = "dvorak";
  };

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

  "test: SSH lets keys in, and no passwords" = {
    expr =
      let
        inherit (withSpec ops) services;
      in
      [
        services.openssh.enable
        services.openssh.openFirewall
        services.openssh.settings.PermitRootLogin
        services.openssh.settings.PasswordAuthentication
        services.openssh.settings.KbdInteractiveAuthentication
      ];
    expected = [
      true
      true
      "prohibit-password"
      false
      false
    ];
  };

  "test: the firewall is on" = {
    expr = (withSpec ops).networking.firewall.enable;
    expected = true;
  };

  "test: Nix has flakes, cleans up weekly and trusts who is root without a password" = {
    expr =
      let
        inherit (withSpec ops) nix;
      in
      [
        nix.settings.experimental-features
        (map (user: builtins.elem "ops" ((withSpec user).nix.settings.trusted-users or [ ])) [
          ops
          (ops // { hashedPasswordFile = "/persist/ops"; })
        ])
        nix.gc.automatic
        # NixOS makes a list of it, by its release.
        (lib.toList nix.gc.dates)
        nix.optimise.automatic
      ];
    expected = [
      [
        "nix-command"
        "flakes"
      ]
      [
        true
        false
      ]
      true
      [ "weekly" ]
      true
    ];
  };

  "test: a host without Nix collects no garbage" = {
    expr =
      let
        inherit (withModule { nix.enable = false; }) nix;
      in
      [
        nix.gc.automatic
        nix.optimise.automatic
      ];
    expected = [
      false
      false
    ];
  };

  "test: the boot menu cannot be edited, and is not endless" = {
    expr =
      let
        inherit ((withSpec ops).boot.loader) systemd-boot;
      in
      [
        systemd-boot.enable
        systemd-boot.editor
        (systemd-boot.configurationLimit != null)
      ];
    expected = [
      true
      false
      true
    ];
  };
}
