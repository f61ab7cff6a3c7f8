# The agent's module: what the agent is told, what stays on an impermanent host, and what is refused.
{
  inputs,
  lib,
  nixfleet,
  ...
}:
let
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) configOf impermanent;

  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";
  agent = settings: {
    services.nixfleet-agent = {
      enable = true;
      fleet = "home";
      source = [ "https://fleet.example.org" ];
      keys = [ key ];
      package = {
        type = "derivation";
        outPath = "/agent";
        name = "nixfleet-agent";
        meta.mainProgram = "nixfleet-agent";
      };
    }
    // settings;
  };
  with' = settings: configOf { } [ (agent settings) ];

  refusals = config: map (it: it.message) (lib.filter (it: !it.assertion) config.assertions);

  fleet =
    release: module:
    (nixfleet.mkFleet {
      name = "home";
      inherit release;
      hosts.web-01 = {
        platform = "x86_64-linux";
        stateVersion = "26.05";
        modules = [ module ];
      };
    }).nixosConfigurations.web-01.config.services.nixfleet-agent;
in
{
  "test: who else would switch the host is named" = {
    expr =
      let
        named =
          enable: upgrade:
          lib.filter (lib.hasInfix "system.autoUpgrade")
            (configOf { } [
              (agent { inherit enable; })
              { system.autoUpgrade.enable = upgrade; }
            ]).warnings;
      in
      map (it: lib.length it) [
        (named true true)
        (named true false)
        (named false true)
      ];
    expected = [
      1
      0
      0
    ];
  };

  "test: its state stays on an impermanent host by itself, at the host's own persistRoot" = {
    expr =
      map
        (
          root:
          map (it: { inherit (it) dirPath mode; }) (
            lib.filter (it: it.dirPath == "/var/lib/nixfleet")
              (impermanent [
                (agent { })
                { nixfleet.impermanence.persistRoot = root; }
              ]).environment.persistence.${root}.directories
          )
        )
        [
          "/persist"
          "/nix/persist"
        ];
    expected = lib.genList (_: [
      {
        dirPath = "/var/lib/nixfleet";
        mode = "0700";
      }
    ]) 2;
  };

  "test: without it a host has no unit and keeps nothing for it" = {
    expr =
      let
        config = impermanent [ ];
      in
      {
        unit = config.systemd.services ? nixfleet-agent;
        kept = lib.any (
          it: it.dirPath == "/var/lib/nixfleet"
        ) config.environment.persistence."/persist".directories;
      };
    expected = {
      unit = false;
      kept = false;
    };
  };

  "test: a switch leaves it alone, and it is told of its health by systemd" = {
    expr =
      let
        unit = (with' { }).systemd.services.nixfleet-agent;
      in
      {
        inherit (unit) restartIfChanged;
        removal = unit.unitConfig.X-StopOnRemoval;
        inherit (unit.serviceConfig) Type ProtectSystem CapabilityBoundingSet;
        command = lib.hasPrefix "/agent/bin/nixfleet-agent --config " unit.serviceConfig.ExecStart;
      };
    expected = {
      restartIfChanged = false;
      removal = false;
      Type = "notify";
      ProtectSystem = "strict";
      CapabilityBoundingSet = "";
      command = true;
    };
  };

  "test: an agent to which no release can come is refused, with all reasons" = {
    expr = map (lib.hasInfix "no release could ever") (
      refusals (with' {
        keys = [ ];
      })
    );
    expected = [
      true
      true
    ];
  };

  "test: a threshold above the number of different keys is refused" = {
    expr = lib.any (lib.hasInfix "`services.nixfleet-agent.threshold` is 2, and `keys` has 1") (
      refusals (with' {
        threshold = 2;
        keys = [
          key
          key
        ];
      })
    );
    expected = true;
  };

  # The program reads this file in its own tests: what one writes the other reads.
  "test: the agent is told all that its options say" = {
    expr =
      (configOf { } [
        (agent {
          threshold = 1;
          floor = 40;
          window = "Mon..Fri 02:00-05:00 Europe/Berlin";
          reboot = "in-window";
          probation = "10m";
          settle = "5m";
          switchWithin = "20m";
          poll = "1h";
          dryRun = true;
          metrics = "/var/lib/node-exporter/nixfleet.prom";
          controlPlane = {
            address = "fleet.example.org:7250";
            inherit key;
          };
        })
        {
          nixfleet.health.units = [ "nginx.service" ];
          services.openssh.hostKeys = lib.mkForce [
            {
              type = "ed25519";
              path = "/etc/ssh/ssh_host_ed25519_key";
            }
          ];
        }
      ]).services.nixfleet-agent.settings;
    expected = builtins.fromJSON (builtins.readFile ../../../rust/crates/agent/tests/agent.json);
  };

  "test: a fleet's release sets it up on every host" = {
    expr =
      let
        it = fleet {
          keys = [ key ];
          source = "https://fleet.example.org";
        } { };
      in
      {
        inherit (it)
          enable
          fleet
          source
          keys
          threshold
          ;
      };
    expected = {
      enable = true;
      fleet = "home";
      source = [ "https://fleet.example.org" ];
      keys = [ key ];
      threshold = 1;
    };
  };

  "test: a host may be without it, and where a release is found nowhere it looks nowhere" = {
    expr = [
      (fleet {
        keys = [ key ];
        source = "https://fleet.example.org";
      } { services.nixfleet-agent.enable = false; }).enable
      (fleet { keys = [ key ]; } { }).enable
      (fleet { keys = [ key ]; } { }).source
    ];
    expected = [
      false
      true
      [ ]
    ];
  };

  "test: a fleet's control plane is asked by every host, and the host that is it has the fleet's keys" =
    {
      expr =
        let
          host =
            (nixfleet.mkFleet {
              name = "home";
              release = {
                keys = [ key ];
                controlPlane = {
                  address = "fleet.example.org:7250";
                  inherit key;
                };
              };
              hosts.web-01 = {
                platform = "x86_64-linux";
                stateVersion = "26.05";
                modules = [ nixfleet.nixosModules.control-plane ];
              };
            }).nixosConfigurations.web-01.config.services;
        in
        {
          inherit (host.nixfleet-agent) enable controlPlane source;
          inherit (host.nixfleet-control-plane) fleet keys threshold;
        };
      expected = {
        enable = true;
        controlPlane = {
          address = "fleet.example.org:7250";
          inherit key;
        };
        source = [ ];
        fleet = "home";
        keys = [ key ];
        threshold = 1;
      };
    };

  "test: a control plane without a key is refused, since any machine could pass for it" = {
    expr = lib.any (lib.hasInfix "any machine at its address could pass for the control plane") (
      refusals (with' {
        controlPlane.address = "fleet.example.org:7250";
      })
    );
    expected = true;
  };

  "test: what must hold on a host must hold in its VM too, and comes first" = {
    expr =
      map (it: it.unit)
        (configOf { } [
          {
            nixfleet.health.units = [ "nginx.service" ];
            nixfleet.vmTest.units = [ "backup.timer" ];
          }
        ]).nixfleet.vmTest.units;
    expected = [
      "nginx.service"
      "backup.timer"
    ];
  };
}
