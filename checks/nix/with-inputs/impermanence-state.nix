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

  "test: what a unit's scripts, settings and environment name is likely its state" = {
    expr = lib.filter (lib.hasPrefix "/") (warning [
      {
        systemd.services.app = {
          preStart = ''
            mkdir -p /var/lib/app/db "/var/spool/app-$name" ''${root}/var/lib/other
            # moved from /var/app
          '';
          environment.DATABASE_URL = "sqlite:////var/lib/env/db.sqlite";
          serviceConfig = {
            ExecStart = "/bin/app --data=/var/db/app/data --certificate /var/lib/acme/x/cert.pem";
            WorkingDirectory = "-/srv/work";
            ReadOnlyPaths = "/var/lib/read";
            EnvironmentFile = "/var/lib/secrets/app.env";
          };
        };
      }
    ]);
    expected = [
      "/srv/work: likely, named by app.service"
      "/var/db/app: likely, named by app.service"
      "/var/lib/app: likely, named by app.service"
      "/var/lib/env: likely, named by app.service"
    ];
  };

  "test: folders for data count where nothing is mounted" =
    let
      data = {
        systemd.services.app = {
          environment.API = "http://localhost/data/v1";
          serviceConfig = {
            ExecStart = "/bin/app --dir /data/app/db";
            ReadWritePaths = "/mnt/backup /exports";
          };
        };
      };
    in
    {
      expr = map reported [
        [ data ]
        [
          data
          {
            fileSystems."/data" = {
              device = "/dev/disk/by-id/two-part1";
              fsType = "ext4";
            };
            systemd.mounts = [
              {
                where = "/mnt/backup";
                what = "nas:/backup";
                type = "nfs";
              }
            ];
          }
        ]
      ];
      expected = [
        [
          "/data/app"
          "/mnt/backup"
        ]
        [ ]
      ];
    };

  "test: of a container what it sees of the host is state, and no path inside" = {
    expr = lib.filter (lib.hasPrefix "/") (warning [
      {
        virtualisation.oci-containers.containers.pg = {
          image = "postgres";
          environment.PGDATA = "/var/lib/postgresql/data/pgdata";
          cmd = [ "--dir=/var/lib/inside" ];
          volumes = [
            "/srv/pg:/var/lib/postgresql/data"
            "named:/var/lib/named"
            "/etc/localtime:/etc/localtime:ro"
          ];
        };
        nixfleet.impermanence.auditIgnore = [ "/var/lib/containers" ];
      }
    ]);
    expected = [ "/srv/pg: seen by the container `pg`" ];
  };

  "test: what a script makes where it is missing is state, wherever that is, and nobody's to bring" =
    let
      app.systemd.services.app.preStart = ''
        if [ ! -f /etc/app/key ]; then make-key /etc/app/key; fi
        if ! test -e '/etc/app.conf'; then init; fi
        [[ -s "/opt/app/license" ]] || fetch
        [ -e /etc/unlike ] && echo there
        if [ ! -e /etc/hostname ]; then echo; fi
      '';
      key.services.restic.backups.home.passwordFile = "/etc/app/key";
    in
    {
      expr = map warning [
        [
          app
          key
        ]
        [
          app
          (keeping [
            "/etc/app"
            "/opt/app"
          ])
          { nixfleet.impermanence.files = [ "/etc/app.conf" ]; }
        ]
      ];
      expected = [
        [
          "nixfleet.impermanence: 3 paths are likely lost at each boot:"
          "/etc/app: likely, made once by app.service"
          "/etc/app.conf: likely, made once by app.service"
          "/opt/app: likely, made once by app.service"
          "To keep them, add:"
          "  nixfleet.impermanence.directories = ["
          "    \"/etc/app\""
          "    \"/opt/app\""
          "  ];"
          "  nixfleet.impermanence.files = ["
          "    \"/etc/app.conf\""
          "  ];"
          "What may be lost goes to `nixfleet.impermanence.auditIgnore`."
        ]
        [ ]
      ];
    };

  "test: what a script goes on with where it is there, and writes, is state; what it is given, or writes anew, is not" =
    {
      expr = lib.filter (lib.hasPrefix "/") (warning [
        {
          systemd.services.app.preStart = ''
            [ -e /etc/app.keys ] && source /etc/app.keys
            [ -n "$KEY" ] || echo "KEY=$(make-key)" >>/etc/app.keys
            if [ -f "/opt/app/env" ]; then . /opt/app/env; fi
            date > /opt/app/env
            [ -e /etc/given ] && . /etc/given
            echo { > /etc/anew.json
            echo } >> /etc/anew.json
          '';
        }
      ]);
      expected = [
        "/etc/app.keys: likely, made once by app.service"
        "/opt/app: likely, made once by app.service"
      ];
    };

  "test: what an option of a service that is on names is likely its state" = {
    expr =
      let
        of =
          enable:
          reported [
            {
              options.services.app = {
                enable = lib.mkOption { type = lib.types.bool; };
                settings = lib.mkOption { type = lib.types.attrs; };
                broken = lib.mkOption { default = throw "nobody looks at it"; };
                off.enable = lib.mkOption { default = false; };
                off.dataDir = lib.mkOption { default = "/var/lib/off"; };
              };
              config.services.app = {
                inherit enable;
                settings.storage = [ { path = "/var/lib/app/data"; } ];
              };
            }
          ];
      in
      {
        on = of true;
        off = of false;
      };
    expected = {
      on = [ "/var/lib/app" ];
      off = [ ];
    };
  };

  "test: what is named below state that is known, or that is kept in part, is not named again" = {
    expr = reported [
      (service {
        StateDirectory = "app/data";
        ExecStart = "/bin/app /var/lib/app/data/db /var/lib/mine";
      })
      (keeping [ "/var/lib/mine/db" ])
    ];
    expected = [ "/var/lib/app/data" ];
  };

  "test: a dynamic user's symlink is no state, whoever names it" = {
    expr = reported [
      (service {
        DynamicUser = true;
        StateDirectory = "app";
        ExecStart = "/bin/app /var/lib/app/db";
      })
      {
        users.users.app = {
          isSystemUser = true;
          group = "app";
          home = "/var/lib/app";
        };
      }
    ];
    expected = [ "/var/lib/private/app" ];
  };

  "test: a user with a fixed id is a system user as well" = {
    expr = reported [
      {
        users.users.app = {
          uid = 300;
          isSystemUser = lib.mkForce false;
          group = "app";
          home = "/var/db/app";
        };
      }
    ];
    expected = [ "/var/db/app" ];
  };

  "test: homes of system users count where something lasts, those of people do not" = {
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

  "test: a folder of the root that is mounted elsewhere is told as itself, whatever lies in it" = {
    expr = reported [
      (service { StateDirectory = "bulk"; })
      {
        fileSystems = {
          "/var/lib/bulk" = {
            device = "/srv/bulk";
            fsType = "none";
            options = [ "bind" ];
          };
          "/data" = {
            device = "/var/images/data.img";
            fsType = "ext4";
            options = [ "loop" ];
          };
        };
      }
    ];
    expected = [
      "/srv/bulk"
      "/var/images"
    ];
  };

  "test: what is mounted from where it lasts is not" = {
    expr = reported [
      (service { StateDirectory = "bulk"; })
      (keeping [ "/srv/kept" ])
      {
        fileSystems = lib.genAttrs' [ "persist" "srv/kept" ] (folder: {
          name = "/var/lib/${if folder == "persist" then "bulk" else "other"}";
          value = {
            device = "/${folder}/x";
            fsType = "none";
            options = [ "bind" ];
          };
        });
      }
    ];
    expected = [ ];
  };

  "test: a unit's own folder of /etc or of root's home is found, and what others write there is not" =
    {
      expr = reported [
        (service {
          ReadWritePaths = [
            "/etc/app"
            "-/root/.config/app/keys"
            "/root/.cache/app"
            "/etc/resolv.conf"
          ];
          BindPaths = [ "/etc/bound" ];
        })
      ];
      expected = [
        "/etc/app"
        "/root/.config/app"
      ];
    };

  "test: options of other modules than NixOS's count where they are on, with their defaults" = {
    expr =
      map
        (
          enable:
          reported [
            (
              { lib, ... }:
              {
                options.boot.signer = {
                  enable = lib.mkEnableOption "it";
                  keys = lib.mkOption {
                    type = lib.types.str;
                    default = "/var/lib/signer";
                  };
                };
                config.boot.signer = { inherit enable; };
              }
            )
          ]
        )
        [
          true
          false
        ];
    expected = [
      [ "/var/lib/signer" ]
      [ ]
    ];
  };

  "test: files of /etc count by what is in them" = {
    expr = reported [ { environment.etc."app.conf".text = "data = /var/lib/app"; } ];
    expected = [ "/var/lib/app" ];
  };

  "test: programs that are brought in beside the host's packages are state" = {
    expr = reported [ { environment.profiles = [ "/var/lib/store/entries" ]; } ];
    expected = [ "/var/lib/store" ];
  };
}
