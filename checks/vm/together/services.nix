# The agent and the control plane on a Debian guest: NixFleet's own modules, evaluated by nixpkgs' real
# `lib`, and what they say as the settings that a guest takes: units, packages, users.
{
  lib,
  modules,
  given,
}:
let
  inherit (lib) mkOption types;

  # What the modules set and read of NixOS.
  nixos =
    let
      anything = mkOption {
        type = types.attrsOf types.anything;
        default = { };
      };
    in
    {
      options = {
        assertions = mkOption { type = types.listOf types.anything; };
        environment.etc = anything;
        environment.systemPackages = mkOption { type = types.listOf types.package; };
        networking = anything;
        systemd.package = mkOption { type = types.anything; };
        systemd.services = anything;
        users.users = anything;
        users.groups = anything;
        boot.loader = anything;
        nix = anything;
        hostSpec = anything;
        services.openssh = anything;
        services.postgresql = anything;
      };
      config = {
        inherit (given) hostSpec;
        boot.loader.systemd-boot.enable = false;
        services.openssh.hostKeys = [
          {
            type = "ed25519";
            path = "/etc/ssh/ssh_host_ed25519_key";
          }
        ];
        nix.package = "/usr";
        systemd.package = "/usr";
      };
    };

  program = name: {
    type = "derivation";
    inherit name;
    outPath = "${builtins.path {
      name = "programs";
      path = ./bin + "/${name}";
    }}";
    meta.mainProgram = name;
  };

  settings = {
    services.nixfleet-agent = {
      package = program "nixfleet-agent";
      probation = "1s";
      settle = "10s";
    };
    services.nixfleet-control-plane = {
      package = program "nixfleet-control-plane";
    }
    // given.services.nixfleet-control-plane or { };
    nixfleet.health = given.nixfleet.health or { };
  };

  # What mkFleet made of `release`, the one module of its kind.
  ofFleet = lib.filter (
    it:
    lib.isFunction it
    &&
      lib.functionArgs it == {
        lib = false;
        options = false;
      }
  ) modules;

  host = lib.evalModules {
    class = "nixos";
    modules = [
      ../../../modules/nixos/agent.nix
      ../../../modules/nixos/control-plane.nix
      nixos
      settings
      {
        _module.args.pkgs = {
          writeText = builtins.toFile;
          bash = "/usr";
          coreutils = "/usr";
          curl = "/usr";
          util-linux = "/usr";
        };
      }
    ]
    ++ ofFleet;
  };

  failed = lib.filter (it: !it.assertion) host.config.assertions;

  # A unit as NixOS writes it, with Debian's programs on its path.
  unit =
    {
      description,
      serviceConfig,
      after ? [ ],
      wants ? [ ],
      environment ? { },
      unitConfig ? { },
      startLimitIntervalSec ? null,
      ...
    }:
    lib.generators.toINI { listsAsDuplicateKeys = true; } {
      Unit = {
        Description = description;
        After = toString after;
        Wants = toString wants;
      }
      // lib.optionalAttrs (startLimitIntervalSec != null) {
        StartLimitIntervalSec = startLimitIntervalSec;
      }
      // unitConfig;
      Service = serviceConfig // {
        Environment = lib.mapAttrsToList (name: value: "${name}=${value}") (
          { PATH = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"; } // environment
        );
      };
    };
in
if failed != [ ] then
  throw (lib.concatMapStringsSep "\n" (it: it.message) failed)
else
  {
    systemd.units = lib.mapAttrs' (name: service: {
      name = "${name}.service";
      value.text = unit service;
    }) host.config.systemd.services;
    environment.systemPackages = map toString host.config.environment.systemPackages;
    users.users = lib.mapAttrs (_: user: { inherit (user) isSystemUser; }) host.config.users.users;
    nixfleet.vmTest.units = host.config.nixfleet.health.units;
  }
