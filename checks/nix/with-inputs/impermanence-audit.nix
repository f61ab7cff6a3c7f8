# The audit: what it says of state that no persisted path covers, and what counts as covered.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  audit = import ../audit.nix { inherit inputs nixfleet; };
  inherit (audit)
    configOf
    keeping
    reported
    service
    warning
    ;
in
{
  "test: a host without state of its own is not warned about" = {
    expr = warning [ ];
    expected = [ ];
  };

  "test: the whole warning, with the lines to add" = {
    expr = lib.concatStringsSep "\n" (warning [
      (service { StateDirectory = "app"; })
      {
        systemd.services.cache.serviceConfig = {
          DynamicUser = true;
          StateDirectory = "cache";
        };
        users.users.feed = {
          isSystemUser = true;
          group = "feed";
          home = "/var/lib/feed";
        };
        users.groups.feed = { };
      }
    ]);
    expected = lib.removeSuffix "\n" ''
      nixfleet.impermanence: 3 paths are lost at each boot:
      /var/lib/app: state of app.service
      /var/lib/feed: home of the system user `feed`
      /var/lib/private/cache: state of cache.service
      To keep them, add:
        nixfleet.impermanence.directories = [
          "/var/lib/app"
          { directory = "/var/lib/feed"; user = "feed"; group = "feed"; mode = "0700"; }
          { directory = "/var/lib/private"; mode = "0700"; }
        ];
      What may be lost goes to `nixfleet.impermanence.auditIgnore`.
    '';
  };

  "test: the lines it says to add silence it" = {
    expr = warning [
      (service { StateDirectory = "app"; })
      {
        systemd.services.cache.serviceConfig = {
          DynamicUser = true;
          StateDirectory = "cache";
        };
      }
      (keeping [
        "/var/lib/app"
        {
          directory = "/var/lib/private";
          mode = "0700";
        }
      ])
    ];
    expected = [ ];
  };

  "test: a directory below one that is reported is not reported again" = {
    expr = reported [ (service { StateDirectory = "app app/data application"; }) ];
    expected = [
      "/var/lib/app"
      "/var/lib/application"
    ];
  };

  "test: a path is covered by any directory above it" = {
    expr = reported [
      (service { StateDirectory = "app/data"; })
      (keeping [ "/var/lib/app" ])
    ];
    expected = [ ];
  };

  "test: a path is not covered by one that only begins alike" = {
    expr = reported [
      (service { StateDirectory = "application"; })
      (keeping [ "/var/lib/app" ])
    ];
    expected = [ "/var/lib/application" ];
  };

  "test: a path is covered by another persistent root" = {
    expr = reported [
      (service { StateDirectory = "app"; })
      { environment.persistence."/persist/big".directories = [ "/var/lib/app" ]; }
    ];
    expected = [ ];
  };

  "test: but not by one that is disabled" = {
    expr = reported [
      (service { StateDirectory = "app"; })
      {
        environment.persistence."/persist/big" = {
          enable = false;
          directories = [ "/var/lib/app" ];
        };
      }
    ];
    expected = [ "/var/lib/app" ];
  };

  "test: a file system of its own covers what lies on it, one in memory does not" = {
    expr =
      map
        (
          fsType:
          reported [
            (service { StateDirectory = "app"; })
            {
              fileSystems."/var/lib/app" = {
                device = "/dev/disk/by-id/two";
                inherit fsType;
              };
            }
          ]
        )
        [
          "ext4"
          "tmpfs"
        ];
    expected = [
      [ ]
      [ "/var/lib/app" ]
    ];
  };

  "test: host keys that do not stay are reported" = {
    expr = reported [
      {
        services.openssh.hostKeys = [
          {
            type = "ed25519";
            path = "/etc/ssh/key";
          }
        ];
      }
    ];
    expected = [ "/etc/ssh/key" ];
  };

  "test: a path that is ignored is silent, with what lies below" = {
    expr = reported [
      (service { StateDirectory = "app/data other"; })
      { nixfleet.impermanence.auditIgnore = [ "/var/lib/app" ]; }
    ];
    expected = [ "/var/lib/other" ];
  };

  "test: as an error it stops the build" = {
    expr =
      (configOf [
        (service { StateDirectory = "app"; })
        { nixfleet.impermanence.audit = "error"; }
      ]).system.build.toplevel.drvPath;
    expectedError.msg = "/var/lib/app: state of app.service";
  };

  "test: as an error it lets through what is covered" = {
    expr =
      lib.isString
        (configOf [
          (service { StateDirectory = "app"; })
          (keeping [ "/var/lib/app" ])
          { nixfleet.impermanence.audit = "error"; }
        ]).system.build.toplevel.drvPath;
    expected = true;
  };

  "test: as an error it does not stop the build for what is likely alone" = {
    expr =
      let
        config = configOf [
          (service { ExecStart = "/bin/app /var/lib/app"; })
          { nixfleet.impermanence.audit = "error"; }
        ];
      in
      [
        (lib.isString config.system.build.toplevel.drvPath)
        (lib.any (lib.hasPrefix "nixfleet.impermanence: 1 path is likely lost at each boot:") config.warnings)
      ];
    expected = [
      true
      true
    ];
  };

  "test: the warning says how much is likely alone" = {
    expr = lib.head (warning [
      (service {
        StateDirectory = "app";
        ExecStart = "/bin/app /srv/app";
      })
    ]);
    expected = "nixfleet.impermanence: 2 paths are lost, 1 of them likely, at each boot:";
  };

  "test: off, it is silent" = {
    expr = warning [
      (service { StateDirectory = "app"; })
      { nixfleet.impermanence.audit = "off"; }
    ];
    expected = [ ];
  };
}
