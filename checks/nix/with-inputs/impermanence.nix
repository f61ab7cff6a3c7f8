# Impermanence: what stays, what is mounted early, how the root is wiped, where the host keys lie.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  inherit (nixfleet) nixosModules;

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
        { nixfleet.impermanence.audit = lib.mkDefault "off"; }
      ]
      ++ modules;
    }).config;

  withLayout =
    layout: modules:
    configOf (
      [
        nixosModules.disks.${layout}
        { nixfleet.disk.device = "/dev/disk/by-id/one"; }
      ]
      ++ modules
    );
  on = withLayout "btrfs-impermanence";
  onLuks = withLayout "luks-btrfs-impermanence";
  off = withLayout "ext4" [ ];

  persisted =
    config: map (entry: entry.dirPath) config.environment.persistence."/persist".directories;
  early = config: lib.attrNames (lib.filterAttrs (_: fs: fs.neededForBoot) config.fileSystems);
  wipe = config: config.boot.initrd.systemd.services.nixfleet-wipe-root;
  toplevel = config: config.system.build.toplevel.drvPath;
  hostKeys = config: map (key: key.path) config.services.openssh.hostKeys;
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

  "test: the persistent root may be elsewhere" = {
    expr =
      let
        config = on [ { nixfleet.impermanence.persistRoot = "/keep"; } ];
      in
      {
        storage = lib.attrNames config.environment.persistence;
        early = early config;
        keys = lib.all (lib.hasPrefix "/keep/etc/ssh/") (hostKeys config);
        builds = lib.isString (toplevel config);
      };
    expected = {
      storage = [ "/keep" ];
      early = [ "/keep" ];
      keys = true;
      builds = true;
    };
  };

  "test: the persistent root is mounted early without being asked" = {
    expr = early (on [ ]);
    expected = [ "/persist" ];
  };

  "test: so is a file system of its own above a persisted path" = {
    expr = early (on [
      {
        fileSystems."/home" = {
          device = "/dev/disk/by-id/two";
          fsType = "ext4";
        };
        nixfleet.impermanence.users.ops.directories = [ ".ssh" ];
      }
    ]);
    expected = [
      "/home"
      "/persist"
    ];
  };

  "test: a user may say otherwise, and upstream's assertion answers" = {
    expr = toplevel (on [ { fileSystems."/persist".neededForBoot = false; } ]);
    expectedError.msg = "neededForBoot";
  };

  "test: the root is wiped after its device is there and before it is mounted" = {
    expr =
      let
        service = wipe (on [ ]);
        device = "dev-disk-by-partlabel-disk-main-root.device";
        # What escapes a path differs in NixOS and where it is evaluated without it: hyphens.
        plain = map (lib.replaceStrings [ "\\x2d" ] [ "-" ]);
      in
      {
        inherit (service) wantedBy before;
        requires = plain service.requires;
        afterDevice = lib.elem device (plain service.after);
        afterResume = lib.subtractLists service.after [
          "systemd-hibernate-resume.service"
          "local-fs-pre.target"
        ];
        inherit (service.unitConfig) DefaultDependencies;
        inherit (service.serviceConfig) Type RemainAfterExit;
      };
    expected = {
      wantedBy = [ "initrd.target" ];
      before = [ "sysroot.mount" ];
      requires = [ "dev-disk-by-partlabel-disk-main-root.device" ];
      afterDevice = true;
      afterResume = [ ];
      DefaultDependencies = "no";
      Type = "oneshot";
      RemainAfterExit = true;
    };
  };

  "test: an encrypted root is wiped after it was decrypted" = {
    expr = lib.elem "systemd-cryptsetup@root.service" (wipe (onLuks [ ])).after;
    expected = true;
  };

  "test: the service uses what every initrd has, and btrfs is put there" = {
    expr =
      let
        config = on [ ];
      in
      {
        path = (wipe config).path or [ ];
        btrfs =
          config.boot.initrd.supportedFilesystems.btrfs
            or (lib.elem "btrfs" config.boot.initrd.supportedFilesystems);
      };
    expected = {
      path = [ ];
      btrfs = true;
    };
  };

  "test: old roots are kept for the time set" = {
    expr =
      map
        (
          keepOldRoots:
          lib.head (
            builtins.match ".*keep=([0-9]+)\n.*"
              (wipe (on [ { nixfleet.impermanence = { inherit keepOldRoots; }; } ])).script
          )
        )
        [
          "36h"
          "30d"
          "2w"
          "0d"
        ];
    expected = [
      "129600"
      "2592000"
      "1209600"
      "0"
    ];
  };

  "test: a time without a unit is refused" = {
    expr = (on [ { nixfleet.impermanence.keepOldRoots = "30"; } ]).nixfleet.impermanence.keepOldRoots;
    expectedError.msg = "nixfleet.impermanence.keepOldRoots";
  };

  "test: a root in memory is not wiped, and evaluates" = {
    expr =
      let
        config = on [ { nixfleet.impermanence.rootKind = "tmpfs"; } ];
      in
      {
        root = config.fileSystems."/".fsType;
        wipes = config.boot.initrd.systemd.services ? nixfleet-wipe-root;
        builds = lib.isString (toplevel config);
      };
    expected = {
      root = "tmpfs";
      wipes = false;
      builds = true;
    };
  };

  "test: with the scripted initrd it says what to do" = {
    expr = toplevel (on [ { boot.initrd.systemd.enable = false; } ]);
    expectedError.msg = "Remove `boot.initrd.systemd.enable = false;`";
  };

  "test: with a root of another kind it says what to do" = {
    expr = toplevel (withLayout "ext4" [ { nixfleet.impermanence.enable = true; } ]);
    expectedError.msg = "the root file system is `ext4`, and `rootKind` says `btrfs`";
  };

  "test: a file system inside the root's subvolume is not wiped with it unsaid" = {
    expr =
      let
        on' = subvolume: {
          device = "/dev/disk/by-id/one-part1";
          fsType = "btrfs";
          options = [ "subvol=${subvolume}" ];
        };
      in
      toplevel (configOf [
        {
          nixfleet.impermanence.enable = true;
          fileSystems = {
            "/" = on' "@";
            "/persist" = on' "@persist";
            "/nix" = on' "@/nix";
          };
        }
      ]);
    expectedError.msg = "impermanence: /nix lies in the subvolume of the root, `@`";
  };

  "test: without any root it says what to do" = {
    expr = toplevel (configOf [ { nixfleet.impermanence.enable = true; } ]);
    expectedError.msg = "nixosModules.disks.btrfs-impermanence";
  };

  "test: with a root that is the whole file system it says what to do" = {
    expr = toplevel (configOf [
      {
        nixfleet.impermanence.enable = true;
        fileSystems."/" = {
          device = "/dev/disk/by-id/one-part1";
          fsType = "btrfs";
          options = [ "compress=zstd" ];
        };
      }
    ]);
    expectedError.msg = "subvol=/root";
  };

  "test: host keys lie below the persistent root" = {
    expr = hostKeys (on [ ]);
    expected = [
      "/persist/etc/ssh/ssh_host_ed25519_key"
      "/persist/etc/ssh/ssh_host_rsa_key"
    ];
  };

  "test: keys that came to /etc/ssh are taken over" = {
    expr =
      let
        script = (on [ ]).system.activationScripts.nixfleetHostKeys;
        text = script.text or script;
      in
      map (part: lib.hasInfix part text) [
        "[ -f /etc/ssh/ssh_host_ed25519_key ] && ! [ -e /persist/etc/ssh/ssh_host_ed25519_key ]"
        "install -m 0600 /etc/ssh/ssh_host_rsa_key /persist/etc/ssh/ssh_host_rsa_key"
      ];
    expected = [
      true
      true
    ];
  };

  "test: host keys that the user chose stay, and are not touched" = {
    expr =
      let
        config = on [
          {
            services.openssh.hostKeys = [
              {
                type = "ed25519";
                path = "/nix/keys/host";
              }
            ];
          }
        ];
      in
      {
        keys = hostKeys config;
        adopts = config.system.activationScripts ? nixfleetHostKeys;
      };
    expected = {
      keys = [ "/nix/keys/host" ];
      adopts = false;
    };
  };

  "test: an impermanent host evaluates, encrypted or not" = {
    expr = map (config: lib.isString (toplevel config)) [
      (on [ ])
      (onLuks [ ])
    ];
    expected = [
      true
      true
    ];
  };
}
