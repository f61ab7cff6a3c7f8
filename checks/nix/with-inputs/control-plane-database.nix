# The control plane's database, and its password.
{
  inputs,
  lib,
  nixfleet,
  ...
}:
let
  inherit (import ../control-planes.nix { inherit inputs nixfleet; }) refusals with';
in
{
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
      };
    expected = {
      database = "postgresql://cp@db.example.org/fleet";
      databasePassword = "/run/credentials/nixfleet-control-plane.service/database-password";
      ReadWritePaths = [ ];
      credential = "database-password:/run/secrets/database";
      waits = false;
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
}
