# The audit: the state of services, as systemd is told of it.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;

  audit = import ../audit.nix { inherit inputs nixfleet; };

  inherit (audit) keeping reported service;
in
{
  "test: state is found, a cache is none, logs are covered by /var/log" = {
    expr = reported [
      (service {
        StateDirectory = "app";
        CacheDirectory = "app";
        LogsDirectory = "app";
      })
    ];
    expected = [ "/var/lib/app" ];
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
            })
          ]
        )
        [
          true
          "yes"
          "1"
        ];
    expected = lib.genList (_: [ "/var/lib/private/app" ]) 3;
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

  "test: what systemd lets a unit write to is found, as the program's own directory" = {
    expr = reported [
      (service {
        ReadWritePaths = [
          "-/var/lib/app/data"
          "/var/spool/app"
          "/var/cache/app"
          "/run/app"
        ];
        BindPaths = "/srv/app:/data";
      })
    ];
    expected = [
      "/srv/app"
      "/var/lib/app"
      "/var/spool/app"
    ];
  };

  "test: what systemd-tmpfiles makes is found, by rule and by setting; what it removes is not" = {
    expr = reported [
      {
        systemd.tmpfiles = {
          rules = [
            "d  /var/lib/one/data  0750 app app -"
            "Q\t/var/db/two - - -"
            "r! /var/lib/removed - - -"
            "L+ /var/lib/link - - - - /run/x"
            "d /var/cache/app"
            "d /var/lib/tenants/%b"
          ];
          settings.app."/var/spool/three"."d-" = { };
        };
      }
    ];
    expected = [
      "/var/db/two"
      "/var/lib/one"
      "/var/lib/tenants"
      "/var/spool/three"
    ];
  };
}
