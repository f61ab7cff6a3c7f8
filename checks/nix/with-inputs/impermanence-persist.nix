# Impermanence: what stays.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;

  hosts = import ../hosts.nix { inherit inputs nixfleet; };

  inherit (hosts)
    early
    hostKeys
    persisted
    toplevel
    ;

  on = hosts.impermanent;

  off = hosts.withLayout "ext4" [ ];
in
{
  "test: off, it changes nothing" = {
    expr = {
      persistence = off.environment.persistence;
      early = early off;
      wipes = off.boot.initrd.systemd.services ? nixfleet-wipe-root;
      adopts = off.system.activationScripts ? nixfleetHostKeys;
      keysBelowPersist = lib.filter (lib.hasPrefix "/persist") (hostKeys off);
    };
    expected = {
      persistence = { };
      early = [ ];
      wipes = false;
      adopts = false;
      keysBelowPersist = [ ];
    };
  };

  "test: ids, systemd's state, logs and the machine id stay by themselves" = {
    expr = {
      directories = lib.subtractLists (persisted (on [ ])) [
        "/var/lib/nixos"
        "/var/lib/systemd"
        "/var/log"
      ];
      files = map (entry: entry.filePath) (on [ ]).environment.persistence."/persist".files;
    };
    expected = {
      directories = [ ];
      files = [ "/etc/machine-id" ];
    };
  };

  "test: the lease of dhcpcd stays where dhcpcd runs" = {
    expr =
      map
        (
          useDHCP:
          lib.elem "/var/lib/dhcpcd" (persisted (on [ { networking.useDHCP = lib.mkForce useDHCP; } ]))
        )
        [
          true
          false
        ];
    expected = [
      true
      false
    ];
  };

  "test: connections of NetworkManager stay where it is on" = {
    expr =
      map
        (
          enable:
          lib.elem "/etc/NetworkManager/system-connections" (
            persisted (on [ { networking.networkmanager.enable = enable; } ])
          )
        )
        [
          true
          false
        ];
    expected = [
      true
      false
    ];
  };

  "test: what keeps a machine in its networks and with its devices stays, where it is on" = {
    expr =
      let
        known = {
          "/var/lib/NetworkManager" = {
            networking.networkmanager.enable = true;
          };
          "/var/lib/bluetooth" = {
            hardware.bluetooth.enable = true;
          };
          "/var/lib/iwd" = {
            networking.wireless.iwd.enable = true;
          };
        };
        modeOf =
          path: config:
          (lib.findFirst (entry: entry.dirPath == path) {
            mode = null;
          } config.environment.persistence."/persist".directories).mode;
      in
      lib.mapAttrs (path: module: [
        (modeOf path (on [ module ]))
        (modeOf path (on [ ]))
      ]) known;
    expected = lib.genAttrs [ "/var/lib/NetworkManager" "/var/lib/bluetooth" "/var/lib/iwd" ] (_: [
      "0700"
      null
    ]);
  };

  "test: what the user says of a directory that stays by itself counts" = {
    expr =
      let
        config = on [
          {
            hardware.bluetooth.enable = true;
            nixfleet.impermanence.directories = [
              "/var/lib/bluetooth"
              {
                directory = "/var/log";
                mode = "0750";
              }
            ];
          }
        ];
        entries = lib.filter (
          entry:
          lib.elem entry.dirPath [
            "/var/lib/bluetooth"
            "/var/log"
          ]
        ) config.environment.persistence."/persist".directories;
      in
      map (entry: [
        entry.dirPath
        entry.mode
      ]) entries;
    expected = [
      [
        "/var/lib/bluetooth"
        "0755"
      ]
      [
        "/var/log"
        "0750"
      ]
    ];
  };

  "test: what the user adds stays, by either option" = {
    expr =
      let
        config = on [
          {
            nixfleet.impermanence = {
              directories = [
                "/srv"
                {
                  directory = "/var/lib/private";
                  mode = "0700";
                }
              ];
              files = [ "/etc/adjtime" ];
              users.ops.directories = [ ".ssh" ];
            };
            environment.persistence."/persist".directories = [ "/opt" ];
          }
        ];
        storage = config.environment.persistence."/persist";
      in
      {
        added = lib.intersectLists (persisted config) [
          "/srv"
          "/var/lib/private"
          "/opt"
        ];
        mode = (lib.findFirst (entry: entry.dirPath == "/var/lib/private") null storage.directories).mode;
        files = map (entry: entry.filePath) storage.files;
        ops = map (entry: entry.dirPath) storage.users.ops.directories;
      };
    expected = {
      added = [
        "/srv"
        "/var/lib/private"
        "/opt"
      ];
      mode = "0700";
      files = [
        "/etc/machine-id"
        "/etc/adjtime"
      ];
      ops = [ "/home/ops/.ssh" ];
    };
  };

  "test: what another module of ours keeps stays, and on a host of another kind it is nothing" = {
    expr =
      let
        agent = {
          imports = [ ../../../modules/nixos/impermanence/kept.nix ];
          nixfleet.kept = [ "/var/lib/nixfleet" ];
        };
      in
      [
        (lib.elem "/var/lib/nixfleet" (persisted (on [ agent ])))
        (lib.isString (hosts.toplevel (hosts.withLayout "ext4" [ agent ])))
      ];
    expected = [
      true
      true
    ];
  };

  "test: what has to be closed to others is" = {
    expr =
      let
        stays =
          (on [
            {
              nixfleet.impermanence = {
                directories = [
                  "/var/lib/private"
                  "/var/lib/open"
                ];
                users.ops.directories = [
                  ".ssh"
                  {
                    directory = ".gnupg";
                    mode = "0750";
                  }
                  "projects"
                ];
              };
            }
          ]).environment.persistence."/persist";
        modes =
          directories:
          lib.listToAttrs (
            map (entry: lib.nameValuePair (baseNameOf entry.dirPath) entry.mode) (
              lib.filter (
                entry:
                lib.elem (baseNameOf entry.dirPath) [
                  "private"
                  "open"
                  ".ssh"
                  ".gnupg"
                  "projects"
                ]
              ) directories
            )
          );
      in
      modes (stays.directories ++ stays.users.ops.directories);
    expected = {
      private = "0700";
      open = "0755";
      ".ssh" = "0700";
      ".gnupg" = "0750";
      projects = "0755";
    };
  };

  "test: without the module that it builds on it says so" = {
    expr =
      toplevel
        (lib.nixosSystem {
          modules = [
            nixfleet.nixosModules.impermanence
            {
              nixpkgs.hostPlatform = "x86_64-linux";
              nixfleet.impermanence.enable = true;
            }
          ];
        }).config;
    expectedError.msg = "import `impermanence.nixosModules.impermanence`";
  };

  "test: a user whom nobody knows is named, and the nearest" = {
    expr = toplevel (on [ { nixfleet.impermanence.users.opps.directories = [ ".ssh" ]; } ]);
    expectedError.msg = "nixfleet.impermanence.users.opps: the host has no user `opps`; did you mean `ops`.: write a name";
  };
}
