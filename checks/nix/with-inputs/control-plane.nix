# The control plane's module: what the program is told, what stays on an impermanent host, and what is
# refused.
{
  inputs,
  lib,
  nixfleet,
  ...
}:
let
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) audited configOf;

  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";
  controlPlane = settings: {
    imports = [ nixfleet.nixosModules.control-plane ];
    services.nixfleet-control-plane = {
      enable = true;
      fleet = "home";
      keys = [ key ];
      package = {
        type = "derivation";
        outPath = "/control-plane";
        name = "nixfleet-control-plane";
        meta.mainProgram = "nixfleet-control-plane";
      };
    }
    // settings;
  };
  with' = settings: configOf { } [ (controlPlane settings) ];

  refusals = config: map (it: it.message) (lib.filter (it: !it.assertion) config.assertions);
  ourWarnings = config: lib.filter (lib.hasInfix "nixfleet-cp") config.warnings;
in
{
  "test: its state stays on an impermanent host by itself, at the host's own persistRoot, and the audit is silent" =
    {
      expr =
        map
          (
            root:
            let
              config = audited [
                (controlPlane { })
                { nixfleet.impermanence.persistRoot = root; }
              ];
            in
            {
              kept = map (it: { inherit (it) mode user group; }) (
                lib.filter (
                  it: it.dirPath == "/var/lib/nixfleet-cp"
                ) config.environment.persistence.${root}.directories
              );
              warnings = ourWarnings config;
            }
          )
          [
            "/persist"
            "/nix/persist"
          ];
      expected = lib.genList (_: {
        kept = [
          {
            mode = "0700";
            user = "nixfleet-control-plane";
            group = "nixfleet-control-plane";
          }
        ];
        warnings = [ ];
      }) 2;
    };

  "test: it knows itself by the host's own key, where an impermanent host has it too" = {
    expr =
      let
        plain = with' { };
        kept = audited [ (controlPlane { }) ];
        keyOf =
          config:
          lib.removePrefix "host-key:" (
            lib.head config.systemd.services.nixfleet-control-plane.serviceConfig.LoadCredential
          );
        ed25519 =
          config:
          (lib.findFirst (it: it.type == "ed25519") {
            path = "/etc/ssh/ssh_host_ed25519_key";
          } config.services.openssh.hostKeys).path;
      in
      map (config: keyOf config == ed25519 config) [
        plain
        kept
      ];
    expected = [
      true
      true
    ];
  };

  "test: without it a host has no unit and no user for it" = {
    expr =
      let
        config = configOf { } [ { imports = [ nixfleet.nixosModules.control-plane ]; } ];
      in
      {
        unit = config.systemd.services ? nixfleet-control-plane;
        user = config.users.users ? nixfleet-control-plane;
        inherit (config.nixfleet) kept;
      };
    expected = {
      unit = false;
      user = false;
      kept = [ ];
    };
  };

  "test: its user has no rights, and its unit sees nothing of the machine but its own state" = {
    expr =
      let
        unit = (with' { }).systemd.services.nixfleet-control-plane.serviceConfig;
      in
      {
        inherit (unit)
          CapabilityBoundingSet
          NoNewPrivileges
          ProtectSystem
          ReadWritePaths
          User
          ;
        other =
          (with' { database = "/srv/fleet/db.sqlite"; })
          .systemd.services.nixfleet-control-plane.serviceConfig.ReadWritePaths;
        command = lib.hasPrefix "/control-plane/bin/nixfleet-control-plane --config " unit.ExecStart;
      };
    expected = {
      CapabilityBoundingSet = "";
      NoNewPrivileges = true;
      ProtectSystem = "strict";
      ReadWritePaths = [ ];
      User = "nixfleet-control-plane";
      other = [ "/srv/fleet" ];
      command = true;
    };
  };

  "test: the firewall is opened where that is said, at the ports of `listen`" = {
    expr =
      map
        (openFirewall: {
          ports =
            lib.intersectLists [ 7250 8443 ]
              (with' {
                inherit openFirewall;
                listen = [
                  "[::]:7250"
                  "10.0.0.1:8443"
                ];
              }).networking.firewall.allowedTCPPorts;
        })
        [
          true
          false
        ];
    expected = [
      {
        ports = [
          7250
          8443
        ];
      }
      { ports = [ ]; }
    ];
  };

  "test: one that could take no release, or that no host could ask, is refused, with all reasons" = {
    expr = map (lib.hasInfix "could ever") (
      refusals (with' {
        keys = [ ];
        listen = [ ];
      })
    );
    expected = [
      true
      true
      true
    ];
  };

  "test: keys may be a file's lines, and blank lines and comments are no keys" = {
    expr =
      (with' {
        keys = [
          "# me"
          key
          ""
        ];
      }).services.nixfleet-control-plane.settings.keys;
    expected = [ key ];
  };

  "test: a threshold above the number of different keys is refused" = {
    expr = lib.any (lib.hasInfix "`services.nixfleet-control-plane.threshold` is 2, and `keys` has 1") (
      refusals (with' {
        threshold = 2;
        keys = [
          key
          key
        ];
      })
    );
    expected = true;
  };

  "test: a private key in the store is refused" = {
    expr = lib.any (lib.hasInfix "would be readable by everybody") (
      refusals (with' {
        hostKey = "/nix/store/00000000000000000000000000000000-key";
      })
    );
    expected = true;
  };

  "test: what is no address, no loopback and no key is refused by its type" = {
    expr =
      map
        (
          settings:
          (builtins.tryEval (builtins.deepSeq (with' settings).services.nixfleet-control-plane.settings true))
          .success
        )
        [
          { listen = [ "fleet.example.org" ]; }
          { page = "0.0.0.0:80"; }
          { keys = [ "me@laptop" ]; }
          { fleet = "a b"; }
          { fleet = "home.lan"; }
          { database = "mysql://db/fleet"; }
          { page = null; }
          { page = "[::1]:80"; }
          { page = "/run/nixfleet-control-plane/page.sock"; }
        ];
    expected = [
      false
      false
      false
      false
      false
      false
      true
      true
      true
    ];
  };

  "test: a database of a server is reached by its address, and its password by systemd alone" = {
    expr =
      let
        config = with' {
          database = "postgresql://cp@db.example.org/fleet";
          databasePasswordFile = "/run/secrets/database";
        };
        unit = config.systemd.services.nixfleet-control-plane;
      in
      {
        inherit (config.services.nixfleet-control-plane.settings) database databasePassword;
        inherit (unit.serviceConfig) ReadWritePaths;
        credential = lib.last unit.serviceConfig.LoadCredential;
        waits = lib.elem "postgresql.target" unit.after;
        refusals = refusals config;
      };
    expected = {
      database = "postgresql://cp@db.example.org/fleet";
      databasePassword = "/run/credentials/nixfleet-control-plane.service/database-password";
      ReadWritePaths = [ ];
      credential = "database-password:/run/secrets/database";
      waits = false;
      refusals = [ ];
    };
  };

  "test: a PostgreSQL of its own knows it by its user, by a socket, and begins before it" = {
    expr =
      let
        config = with' { createDatabaseLocally = true; };
        unit = config.systemd.services.nixfleet-control-plane;
      in
      {
        inherit (config.services.nixfleet-control-plane.settings) database;
        hasPassword = config.services.nixfleet-control-plane.settings ? databasePassword;
        server = config.services.postgresql.enable;
        databases = config.services.postgresql.ensureDatabases;
        users = map (it: { inherit (it) name ensureDBOwnership; }) config.services.postgresql.ensureUsers;
        user = unit.serviceConfig.User;
        waits = map (lib.elem "postgresql.target") [
          unit.after
          unit.wants
        ];
        # A socket is a file: its folder must not be hidden, and the user must stay the same to it.
        sockets = lib.elem "AF_UNIX" unit.serviceConfig.RestrictAddressFamilies;
        ownUsers = unit.serviceConfig.PrivateUsers or false;
        hidden = unit.serviceConfig.InaccessiblePaths or [ ];
        refusals = refusals config;
      };
    expected = {
      database = "postgresql:///nixfleet-control-plane?host=/run/postgresql";
      hasPassword = false;
      server = true;
      databases = [ "nixfleet-control-plane" ];
      users = [
        {
          name = "nixfleet-control-plane";
          ensureDBOwnership = true;
        }
      ];
      user = "nixfleet-control-plane";
      waits = [
        true
        true
      ];
      sockets = true;
      ownUsers = false;
      hidden = [ ];
      refusals = [ ];
    };
  };

  "test: a password that everybody could read is refused, and so is what a file has no use for" = {
    expr = map (settings: map (it: lib.head (lib.splitString ":" it)) (refusals (with' settings))) [
      { database = "postgresql://cp:secret@db/fleet"; }
      { database = "postgresql:///fleet?host=/run/postgresql&password=secret"; }
      { database = "postgresql://cp@[2001:db8::1]:5432/fleet?sslmode=disable"; }
      {
        database = "postgresql://cp@db/fleet";
        databasePasswordFile = "/nix/store/00000000000000000000000000000000-password";
      }
      { databasePasswordFile = "/run/secrets/database"; }
      {
        createDatabaseLocally = true;
        database = "/var/lib/nixfleet-cp/control-plane.sqlite";
      }
    ];
    expected = [
      [ "the database's password would be readable by everybody" ]
      [ "the database's password would be readable by everybody" ]
      [ ]
      [ "the database's password would be readable by everybody" ]
      [
        "`services.nixfleet-control-plane.database` is the file `/var/lib/nixfleet-cp/control-plane.sqlite`, and `databasePasswordFile` is for a PostgreSQL.\n  Take one of the two out."
      ]
      [
        "`services.nixfleet-control-plane.database` is the file `/var/lib/nixfleet-cp/control-plane.sqlite`, and `createDatabaseLocally` is for a PostgreSQL.\n  Take one of the two out."
      ]
    ];
  };

  # The program reads this file in its own tests: what one writes the other reads.
  "test: the program is told all that its options say" = {
    expr =
      (with' {
        threshold = 1;
        listen = [ "10.0.0.1:7250" ];
      }).services.nixfleet-control-plane.settings;
    expected = builtins.fromJSON (
      builtins.readFile ../../../rust/crates/control-plane/tests/control-plane.json
    );
  };

  "test: its package is built by the package set given" = {
    expr =
      (nixfleet.controlPlane {
        callPackage =
          file: _:
          import file {
            inherit lib;
            rustPlatform.buildRustPackage = arguments: arguments;
          };
      }).meta.mainProgram;
    expected = "nixfleet-control-plane";
  };
}
