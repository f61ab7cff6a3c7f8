# The audit: state that a service or a system user keeps, and that no persisted path covers.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;

  configOf =
    modules:
    (nixfleet.mkHost {
      hostName = "db-01";
      platform = "x86_64-linux";
      stateVersion = "26.05";
      hostSpec = {
        userName = "ops";
        sshAuthorizedKeys = [
          "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a"
        ];
      };
      modules = [
        nixfleet.nixosModules.disks.btrfs-impermanence
        { nixfleet.disk.device = "/dev/disk/by-id/one"; }
      ]
      ++ modules;
    }).config;

  service = serviceConfig: { systemd.services.app = { inherit serviceConfig; }; };

  # The lines of the warning, without their indentation.
  warning =
    modules:
    let
      ours = lib.filter (lib.hasPrefix "nixfleet.impermanence:") (configOf modules).warnings;
    in
    lib.concatMap (text: map (line: lib.removePrefix "  " line) (lib.splitString "\n" text)) ours;

  # The paths that are reported: lines like `/var/lib/app: state of app.service`.
  reported =
    modules:
    map lib.head (
      lib.filter (match: match != null) (map (builtins.match "(/[^ ]*): .*") (warning modules))
    );

  keeping = directories: { nixfleet.impermanence = { inherit directories; }; };
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

  "test: a directory below one that is reported is not reported again" = {
    expr = reported [ (service { StateDirectory = "app app/data application"; }) ];
    expected = [
      "/var/lib/app"
      "/var/lib/application"
    ];
  };

  "test: a service that is disabled is skipped" = {
    expr = reported [
      (service { StateDirectory = "app"; })
      { systemd.services.app.enable = false; }
    ];
    expected = [ ];
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

  "test: off, it is silent" = {
    expr = warning [
      (service { StateDirectory = "app"; })
      { nixfleet.impermanence.audit = "off"; }
    ];
    expected = [ ];
  };

  "test: a password file on the root is reported, with where to put it" = {
    expr =
      let
        text = lib.concatStrings (warning [
          { users.users.ops.hashedPasswordFile = "/etc/passwords/ops"; }
        ]);
      in
      lib.hasInfix ''users.users."ops".hashedPasswordFile = "/persist/etc/passwords/ops";'' text;
    expected = true;
  };

  "test: one in a persisted directory too, which is bound too late" = {
    expr =
      warning [
        { users.users.ops.hashedPasswordFile = "/etc/passwords/ops"; }
        (keeping [ "/etc/passwords" ])
      ] != [ ];
    expected = true;
  };

  "test: one on a file system that is mounted early is not, nor one that is decrypted" = {
    expr = map (file: warning [ { users.users.ops.hashedPasswordFile = file; } ]) [
      "/persist/passwords/ops"
      "/run/secrets-for-users/ops"
    ];
    expected = [
      [ ]
      [ ]
    ];
  };

  "test: as an error it stops the build as well" = {
    expr =
      (configOf [
        {
          users.users.ops.hashedPasswordFile = "/etc/passwords/ops";
          nixfleet.impermanence.audit = "error";
        }
      ]).system.build.toplevel.drvPath;
    expectedError.msg = "password files on the root";
  };
}
