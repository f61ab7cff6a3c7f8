# The audit: homes of system users, mounts, and what no unit tells of.
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
