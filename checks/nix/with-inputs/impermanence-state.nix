# The audit: where services and system users keep state.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  audit = import ../audit.nix { inherit inputs nixfleet; };
  inherit (audit)
    keeping
    reported
    service
    warning
    ;
in
{
  "test: state and cache are found, logs are covered by /var/log" = {
    expr = reported [
      (service {
        StateDirectory = "app";
        CacheDirectory = "app";
        LogsDirectory = "app";
      })
    ];
    expected = [
      "/var/cache/app"
      "/var/lib/app"
    ];
  };

  "test: logs are found where /var/log is not kept" = {
    expr = reported [
      (service { LogsDirectory = "app"; })
      { environment.persistence."/persist".directories = lib.mkForce [ "/var/lib" ]; }
    ];
    expected = [ "/var/log/app" ];
  };

  "test: a setting may hold several words, or be a list" = {
    expr = map (value: reported [ (service { StateDirectory = value; }) ]) [
      "one  two"
      [
        "one"
        "two"
      ]
      [ "one two" ]
    ];
    expected = lib.genList (_: [
      "/var/lib/one"
      "/var/lib/two"
    ]) 3;
  };

  "test: what comes after a colon is not part of the path" = {
    expr = reported [ (service { StateDirectory = "app:link data::ro"; }) ];
    expected = [
      "/var/lib/app"
      "/var/lib/data"
    ];
  };

  "test: a dynamic user's state lies below private, however systemd is told" = {
    expr =
      map
        (
          value:
          reported [
            (service {
              DynamicUser = value;
              StateDirectory = "app";
              CacheDirectory = "app";
            })
          ]
        )
        [
          true
          "yes"
          "1"
        ];
    expected = lib.genList (_: [
      "/var/cache/private/app"
      "/var/lib/private/app"
    ]) 3;
  };

  "test: keeping the symlink's path does not keep a dynamic user's state" = {
    expr = reported [
      (service {
        DynamicUser = true;
        StateDirectory = "app";
      })
      (keeping [ "/var/lib/app" ])
    ];
    expected = [ "/var/lib/private/app" ];
  };

  "test: DynamicUser = false is no dynamic user" = {
    expr = reported [
      (service {
        DynamicUser = "no";
        StateDirectory = "app";
      })
    ];
    expected = [ "/var/lib/app" ];
  };

  "test: the unit's name is filled in, and another specifier counts as the directory above" = {
    expr = reported [ (service { StateDirectory = "%N/data instances/%i/data"; }) ];
    expected = [
      "/var/lib/app/data"
      "/var/lib/instances"
    ];
  };

  "test: a template's prefix is filled in, and its instances count as the directory above" = {
    expr = reported [
      { systemd.services."app@".serviceConfig.StateDirectory = "%p/data jobs/%N"; }
    ];
    expected = [
      "/var/lib/app/data"
      "/var/lib/jobs"
    ];
  };

  "test: a service that is disabled is skipped" = {
    expr = reported [
      (service { StateDirectory = "app"; })
      { systemd.services.app.enable = false; }
    ];
    expected = [ ];
  };

  "test: homes of system users count below /var/lib, others do not" = {
    expr = reported [
      {
        users.users = {
          feed = {
            isSystemUser = true;
            group = "feed";
            home = "/var/lib/feed";
          };
          empty = {
            isSystemUser = true;
            group = "empty";
          };
          ops.home = lib.mkForce "/var/lib/ops";
        };
      }
    ];
    expected = [ "/var/lib/feed" ];
  };

  "test: a service's state that is a user's home is reported once" = {
    expr = reported [
      (service { StateDirectory = "app"; })
      {
        users.users.app = {
          isSystemUser = true;
          group = "app";
          home = "/var/lib/app";
        };
      }
    ];
    expected = [ "/var/lib/app" ];
  };

  "test: services that systemd is told nothing of are known, with their modes" = {
    expr = warning [
      {
        virtualisation.docker.enable = true;
        services.tailscale.enable = true;
      }
    ];
    expected = [
      "nixfleet.impermanence: 2 paths are lost at each boot:"
      "/var/lib/docker: state of virtualisation.docker"
      "/var/lib/tailscale: state of services.tailscale"
      "To keep them, add:"
      "  nixfleet.impermanence.directories = ["
      "    \"/var/lib/docker\""
      "    { directory = \"/var/lib/tailscale\"; mode = \"0700\"; }"
      "  ];"
      "What may be lost goes to `nixfleet.impermanence.auditIgnore`."
    ];
  };
}
