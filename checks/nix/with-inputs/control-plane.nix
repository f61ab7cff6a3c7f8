# The control plane's module: what the program is told, and what stays on an impermanent host.
{
  inputs,
  lib,
  nixfleet,
  ...
}:
let
  inherit (import ../control-planes.nix { inherit inputs nixfleet; }) controlPlane key with';
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) audited configOf;

  ourWarnings = config: lib.filter (lib.hasInfix "nixfleet-cp") config.warnings;
in
{
  "test: its state stays on an impermanent host by itself, at the host's own persistRoot, and the audit is silent" =
    {
      expr =
        map
          (
            root:
            let
              config = audited [
                (controlPlane { })
                { nixfleet.impermanence.persistRoot = root; }
              ];
            in
            {
              kept = map (it: { inherit (it) mode user group; }) (
                lib.filter (
                  it: it.dirPath == "/var/lib/nixfleet-cp"
                ) config.environment.persistence.${root}.directories
              );
              warnings = ourWarnings config;
            }
          )
          [
            "/persist"
            "/nix/persist"
          ];
      expected = lib.genList (_: {
        kept = [
          {
            mode = "0700";
            user = "nixfleet-control-plane";
            group = "nixfleet-control-plane";
          }
        ];
        warnings = [ ];
      }) 2;
    };

  "test: it knows itself by the host's own key, where an impermanent host has it too" = {
    expr =
      let
        plain = with' { };
        kept = audited [ (controlPlane { }) ];
        keyOf =
          config:
          lib.removePrefix "host-key:" (
            lib.head config.systemd.services.nixfleet-control-plane.serviceConfig.LoadCredential
          );
        ed25519 =
          config:
          (lib.findFirst (it: it.type == "ed25519") {
            path = "/etc/ssh/ssh_host_ed25519_key";
          } config.services.openssh.hostKeys).path;
      in
      map (config: keyOf config == ed25519 config) [
        plain
        kept
      ];
    expected = [
      true
      true
    ];
  };

  "test: without it a host has no unit and no user for it" = {
    expr =
      let
        config = configOf { } [ { imports = [ nixfleet.nixosModules.control-plane ]; } ];
      in
      {
        unit = config.systemd.services ? nixfleet-control-plane;
        user = config.users.users ? nixfleet-control-plane;
        inherit (config.nixfleet) kept;
      };
    expected = {
      unit = false;
      user = false;
      kept = [ ];
    };
  };

  "test: its user has no rights, and its unit sees nothing of the machine but its own state" = {
    expr =
      let
        unit = (with' { }).systemd.services.nixfleet-control-plane.serviceConfig;
      in
      {
        inherit (unit)
          CapabilityBoundingSet
          NoNewPrivileges
          ProtectSystem
          ReadWritePaths
          User
          ;
        other =
          (with' { database = "/srv/fleet/db.sqlite"; })
          .systemd.services.nixfleet-control-plane.serviceConfig.ReadWritePaths;
        command = lib.hasPrefix "/control-plane/bin/nixfleet-control-plane --config " unit.ExecStart;
      };
    expected = {
      CapabilityBoundingSet = "";
      NoNewPrivileges = true;
      ProtectSystem = "strict";
      ReadWritePaths = [ ];
      User = "nixfleet-control-plane";
      other = [ "/srv/fleet" ];
      command = true;
    };
  };

  "test: the firewall is opened where that is said, at the ports of `listen`" = {
    expr =
      map
        (openFirewall: {
          ports =
            lib.intersectLists [ 7250 8443 ]
              (with' {
                inherit openFirewall;
                listen = [
                  "[::]:7250"
                  "10.0.0.1:8443"
                ];
              }).networking.firewall.allowedTCPPorts;
        })
        [
          true
          false
        ];
    expected = [
      {
        ports = [
          7250
          8443
        ];
      }
      { ports = [ ]; }
    ];
  };

  # The program reads this file in its own tests: what one writes the other reads.
  "test: the program is told all that its options say" = {
    expr =
      (with' {
        threshold = 1;
        listen = [ "10.0.0.1:7250" ];
      }).services.nixfleet-control-plane.settings;
    expected = builtins.fromJSON (
      builtins.readFile ../../../rust/crates/control-plane/tests/control-plane.json
    );
  };

  "test: its package is built by the package set given" = {
    expr =
      (nixfleet.controlPlane {
        callPackage =
          file: _:
          import file {
            inherit lib;
            rustPlatform.buildRustPackage = arguments: arguments;
          };
      }).meta.mainProgram;
    expected = "nixfleet-control-plane";
  };
}
