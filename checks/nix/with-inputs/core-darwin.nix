# What the core module makes of a Mac.
{ lib, nixfleet, ... }:
let
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";
  configOf =
    args:
    (nixfleet.mkHost (
      {
        hostName = "macbook";
        platform = "aarch64-darwin";
        stateVersion = 6;
        hostSpec = {
          userName = "me";
          sshAuthorizedKeys = [ key ];
        };
      }
      // args
    )).config;
  config = configOf { };
  builds = config: lib.hasSuffix ".drv" config.system.build.toplevel.drvPath;
in
{
  "test: a Mac has its name in three forms, and its time zone" = {
    expr =
      let
        config = configOf { hostSpec.timeZone = "Europe/Berlin"; };
      in
      [
        config.networking.hostName
        config.networking.localHostName
        config.networking.computerName
        config.time.timeZone
      ];
    expected = [
      "macbook"
      "macbook"
      "macbook"
      "Europe/Berlin"
    ];
  };

  "test: the primary user has a home, a shell and the keys" = {
    expr = [
      config.system.primaryUser
      config.users.users.me.home
      config.users.users.me.shell
      config.users.users.me.openssh.authorizedKeys.keys
    ];
    expected = [
      "me"
      "/Users/me"
      "/bin/zsh"
      [ key ]
    ];
  };

  "test: sudo takes Touch ID, inside tmux too" = {
    expr = [
      config.security.pam.services.sudo_local.touchIdAuth
      config.security.pam.services.sudo_local.reattach
    ];
    expected = [
      true
      true
    ];
  };

  "test: SSH lets keys in, and no passwords" = {
    expr = [
      config.services.openssh.enable
      (lib.hasInfix "PasswordAuthentication no" config.services.openssh.extraConfig)
    ];
    expected = [
      true
      true
    ];
  };

  "test: lines of a user's own for SSH come first, and keep passwords out" = {
    expr =
      lib.hasPrefix "PermitRootLogin yes\nPermitRootLogin no\nPasswordAuthentication no"
        (configOf { modules = [ { services.openssh.extraConfig = "PermitRootLogin yes"; } ]; })
        .services.openssh.extraConfig;
    expected = true;
  };

  "test: without a key SSH is left as it is" = {
    expr = (configOf { hostSpec.userName = "me"; }).services.openssh.enable;
    expected = null;
  };

  "test: nix-darwin manages Nix, and cleans up" = {
    expr = [
      config.nix.enable
      config.nix.settings.experimental-features
      config.nix.gc.automatic
      config.nix.optimise.automatic
    ];
    expected = [
      true
      [
        "nix-command"
        "flakes"
      ]
      true
      true
    ];
  };

  "test: with Determinate Nix nix-darwin leaves Nix alone" = {
    expr =
      let
        config = configOf { modules = [ { nixfleet.determinateNix = true; } ]; };
      in
      [
        config.nix.enable
        (builds config)
      ];
    expected = [
      false
      true
    ];
  };

  "test: a Mac has no guests" = {
    expr = config.system.defaults.loginwindow.GuestEnabled;
    expected = false;
  };

  "test: a Mac keeps its own time zone unless one is given, and UTC is GMT there" = {
    expr =
      map
        (
          hostSpec:
          let
            config = configOf { inherit hostSpec; };
          in
          if builds config then config.time.timeZone else null
        )
        [
          { }
          { timeZone = "UTC"; }
          { timeZone = "Etc/UTC"; }
          { timeZone = "America/Argentina/Buenos_Aires"; }
        ];
    expected = [
      null
      "GMT"
      "GMT"
      "America/Argentina/Buenos_Aires"
    ];
  };

  "test: a time zone that macOS does not list is refused, where its activation would end" = {
    expr = builds (configOf {
      hostSpec.timeZone = "US/Eastern";
    });
    expectedError.msg = "macOS lists no time zone `US/Eastern`";
  };

  "test: so is one that a module sets" = {
    expr = builds (configOf {
      modules = [ { time.timeZone = "UTC"; } ];
    });
    expectedError.msg = "macOS lists no time zone `UTC`: .*Write `GMT`";
  };

  "test: a module of NixOS's is refused as such" = {
    expr = builds (configOf {
      modules = [ nixfleet.nixosModules.server ];
    });
    expectedError.msg = "server.nix.*cannot be imported into a module evaluation that expects class \"darwin\"";
  };

  "test: a Mac without a primary user builds" = {
    expr = builds (configOf {
      hostSpec = { };
    });
    expected = true;
  };

  "test: a user's settings win" = {
    expr =
      (configOf { modules = [ { system.defaults.loginwindow.GuestEnabled = true; } ]; })
      .system.defaults.loginwindow.GuestEnabled;
    expected = true;
  };

  "test: fields that do nothing on a Mac are warned about, and where they belong" = {
    expr =
      map
        (
          hostSpec:
          map (lib.removePrefix "host `macbook` is a Mac, where ") (
            lib.filter (lib.hasInfix "does nothing") (configOf { inherit hostSpec; }).warnings
          )
        )
        [
          {
            hashedPasswordFile = "/run/secrets/ops";
            networking = {
              interface = "en0";
              dns = [ "192.168.1.1" ];
            };
          }
          { timeZone = "Europe/Berlin"; }
        ];
    expected = [
      (map
        (
          field:
          "`hostSpec.${field}` does nothing: leave it out; as a default for the other hosts, write it into `defaults.nixos`"
        )
        [
          "hashedPasswordFile"
          "networking.dns"
          "networking.interface"
        ]
      )
      [ ]
    ];
  };

  "test: an Intel Mac is warned about, and no other" = {
    expr =
      map
        (
          platform:
          lib.any (lib.hasInfix "26.05 is the last release") (configOf { inherit platform; }).warnings
        )
        [
          "x86_64-darwin"
          "aarch64-darwin"
        ];
    expected = [
      true
      false
    ];
  };
}
