# The audit: the state that a service's scripts, settings and options name.
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
}
