# What `nixosModules.server` makes of a host, and that any other word on it is stronger.
{
  inputs,
  lib,
  nixfleet,
}:
let
  inherit (import ../hosts.nix { inherit inputs nixfleet; })
    configOf
    ofLaterNixos
    toplevel
    withLayout
    ;
  server = modules: configOf { } ([ nixfleet.nixosModules.server ] ++ modules);
  plain = configOf { } [ ];

  # By the names that this release has for them.
  watchdogs =
    config:
    if config.systemd ? settings then
      [
        (config.systemd.settings.Manager.RuntimeWatchdogSec or null)
        (config.systemd.settings.Manager.RebootWatchdogSec or null)
      ]
    else
      [
        config.systemd.watchdog.runtimeTime
        config.systemd.watchdog.rebootTime
      ];
  mayNotSleep =
    config:
    if config.systemd.sleep ? settings then
      config.systemd.sleep.settings.Sleep.AllowSuspend or null == false
    else
      lib.hasInfix "AllowSuspend=no" config.systemd.sleep.extraConfig;

  # Each of its settings, as a host has it.
  settings = config: {
    emergencyShell = config.systemd.enableEmergencyMode;
    panic = config.boot.kernel.sysctl."kernel.panic" or null;
    initrdStartsAgain = lib.elem "boot.panic_on_fail" config.boot.kernelParams;
    cleanTmp = config.boot.tmp.cleanOnBoot;
    keysInHomes = config.services.openssh.authorizedKeysInHomedir;
    anyCard = config.systemd.network.wait-online.anyInterface;
    documentation = config.documentation.enable;
    icons = config.xdg.icons.enable;
    nixpkgsInClosure = config.nixpkgs.flake.setFlakeRegistry || config.nixpkgs.flake.setNixPath;
    comparesPackages = config.system.preSwitchChecks.nixfleet-packages or "" != "";
    graphics = config.virtualisation.vmVariant.virtualisation.graphics;
  };
in
{
  "test: a server has all of it" = {
    expr = settings (server [ ]);
    expected = {
      emergencyShell = false;
      panic = 30;
      initrdStartsAgain = true;
      cleanTmp = true;
      keysInHomes = false;
      anyCard = true;
      documentation = false;
      icons = false;
      nixpkgsInClosure = false;
      comparesPackages = true;
      graphics = false;
    };
  };

  "test: it comes back when it hangs, and never sleeps" = {
    expr = {
      watchdogs = watchdogs (server [ ]);
      mayNotSleep = mayNotSleep (server [ ]);
    };
    expected = {
      watchdogs = [
        "30s"
        "2min"
      ];
      mayNotSleep = true;
    };
  };

  "test: a host that is none has nothing of it" = {
    expr = {
      inherit (settings plain)
        emergencyShell
        initrdStartsAgain
        cleanTmp
        keysInHomes
        documentation
        comparesPackages
        ;
      watchdogs = watchdogs plain;
      mayNotSleep = mayNotSleep plain;
    };
    expected = {
      emergencyShell = true;
      initrdStartsAgain = false;
      cleanTmp = false;
      keysInHomes = true;
      documentation = true;
      comparesPackages = false;
      watchdogs = [
        null
        null
      ];
      mayNotSleep = false;
    };
  };

  # A profile of nixpkgs' or a module of srvos' says one; so each of ours is weaker.
  "test: a `mkDefault` of anybody's is stronger than each" = {
    expr = settings (server [
      {
        systemd.enableEmergencyMode = lib.mkDefault true;
        systemd.network.wait-online.anyInterface = lib.mkDefault false;
        boot.kernel.sysctl."kernel.panic" = lib.mkDefault 1;
        boot.tmp.cleanOnBoot = lib.mkDefault false;
        services.openssh.authorizedKeysInHomedir = lib.mkDefault true;
        documentation.enable = lib.mkDefault true;
        xdg.icons.enable = lib.mkDefault true;
        nixpkgs.flake.setFlakeRegistry = lib.mkDefault true;
        nixpkgs.flake.setNixPath = lib.mkDefault true;
        system.preSwitchChecks.nixfleet-packages = lib.mkDefault "";
        virtualisation.vmVariant.virtualisation.graphics = lib.mkDefault true;
      }
    ]);
    expected = {
      emergencyShell = true;
      panic = 1;
      initrdStartsAgain = false;
      cleanTmp = false;
      keysInHomes = true;
      anyCard = false;
      documentation = true;
      icons = true;
      nixpkgsInClosure = true;
      comparesPackages = false;
      graphics = true;
    };
  };

  "test: the screen stays the last console, unless a module that knows the machine says a port" = {
    expr = map (modules: lib.filter (lib.hasPrefix "console=") (server modules).boot.kernelParams) [
      [ ]
      [ { boot.kernelParams = [ "console=ttyS2" ]; } ]
      [ { nixfleet.server.serialConsoles = [ ]; } ]
      [ { nixfleet.server.serialConsoles = [ "ttyS1,115200n8" ]; } ]
    ];
    expected = [
      [
        "console=ttyS0,115200"
        "console=tty0"
      ]
      [
        "console=ttyS0,115200"
        "console=tty0"
        "console=ttyS2"
      ]
      [ ]
      [
        "console=ttyS1,115200n8"
        "console=tty0"
      ]
    ];
  };

  "test: keys in homes count where the configuration has none, or a service writes them" = {
    expr = map (config: config.services.openssh.authorizedKeysInHomedir) [
      (configOf
        {
          hostSpec.userName = "ops";
        }
        [
          nixfleet.nixosModules.server
          { nixfleet.guards.lockout = false; }
        ]
      )
      (server [ { services.forgejo.enable = true; } ])
    ];
    expected = [
      true
      true
    ];
  };

  "test: the commit is known where the flake hands its inputs on, and left to an agent" = {
    expr =
      map
        (
          { self, modules }:
          (configOf { specialArgs.inputs = { inherit self; }; } ([ nixfleet.nixosModules.server ] ++ modules))
          .system.configurationRevision
        )
        [
          {
            self.rev = "abc";
            modules = [ ];
          }
          {
            self.dirtyRev = "abc-dirty";
            modules = [ ];
          }
          {
            self = { };
            modules = [ ];
          }
          {
            self.rev = "abc";
            modules = [ (ofLaterNixos [ "services" "nixfleet-agent" "enable" ] lib.types.bool true) ];
          }
        ];
    expected = [
      "abc"
      "abc-dirty"
      null
      null
    ];
  };

  "test: nixpkgs is named by its commit, and not carried along" = {
    expr =
      let
        config = server [
          {
            system.nixos.revision = "abc";
            nixpkgs.flake.source = lib.mkForce "/nix/store/00000000000000000000000000000000-source";
          }
        ];
      in
      [
        config.nix.registry.nixpkgs.to
        config.nix.nixPath
      ];
    expected = [
      {
        type = "github";
        owner = "NixOS";
        repo = "nixpkgs";
        rev = "abc";
      }
      [ "nixpkgs=flake:nixpkgs" ]
    ];
  };

  "test: a server with a disk can be built" = {
    expr = lib.hasSuffix ".drv" (toplevel (withLayout "ext4" [ nixfleet.nixosModules.server ]));
    expected = true;
  };

  # Of the core, on every host.
  "test: Nix gives way to the services, and to a full disk or an absent cache" = {
    expr =
      let
        inherit (plain) nix;
      in
      {
        inherit (nix.settings)
          min-free
          max-free
          connect-timeout
          fallback
          ;
        inherit (nix) daemonCPUSchedPolicy daemonIOSchedPriority;
        channel = nix.channel.enable;
        killedFirst = plain.systemd.services.nix-daemon.serviceConfig.OOMScoreAdjust;
      };
    expected = {
      min-free = 1073741824;
      max-free = 3221225472;
      connect-timeout = 5;
      fallback = true;
      daemonCPUSchedPolicy = "batch";
      daemonIOSchedPriority = 7;
      channel = false;
      killedFirst = 250;
    };
  };
}
