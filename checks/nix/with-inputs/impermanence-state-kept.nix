# The audit: what is found where somebody lives, what is found twice, and what is kept or mounted already.
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
}
