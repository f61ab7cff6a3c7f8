# What NixOS's own modules make of what the `pull` template and the book say of a cache and of a
# PostgreSQL beside the control plane: that the options are there, and the units that are spoken of.
{
  inputs,
  lib,
  nixfleet,
}:
let
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) configOf toplevel;
  inherit (import ../host.nix { inherit lib nixfleet; }) key;

  of = file: ../../../templates/pull/hosts/fleet + "/${file}";
  fleet = configOf { } [
    (of "control-plane.nix")
    (of "cache.nix")
    {
      services.nixfleet-control-plane = {
        fleet = "home";
        keys = [ key ];
        createDatabaseLocally = true;
      };
      # A dump each day, as the book has it.
      services.postgresqlBackup = {
        enable = true;
        databases = [ "nixfleet-control-plane" ];
      };
      # Two keys while the one takes the other's place.
      services.harmonia.cache.signKeyPaths = [ "/var/lib/secrets/cache-signing-2.key" ];
    }
  ];
  inherit (fleet.systemd) services sockets targets;

  # The units of a list that are not there.
  missing = lib.filter (
    unit:
    let
      name = lib.removeSuffix ".${lib.last (lib.splitString "." unit)}" unit;
    in
    !(fleet.systemd."${lib.last (lib.splitString "." unit)}s" ? ${name})
  );
in
{
  "test: a control plane, its cache and its database are one host, whole and without a warning" = {
    expr = {
      isWhole = lib.hasSuffix ".drv" (toplevel fleet);
      inherit (fleet) warnings;
    };
    expected = {
      isWhole = true;
      warnings = [ ];
    };
  };

  "test: what has to hold there are units that NixOS makes" = {
    expr = missing (map (it: it.unit) fleet.nixfleet.health.units);
    expected = [ ];
  };

  "test: the cache signs with each key that is named, listens where the web server asks, and no key is in the store" =
    {
      expr = {
        keys = lib.sort lib.lessThan (
          map (it: lib.last (lib.splitString ":" it)) services.harmonia.serviceConfig.LoadCredential
        );
        inherit (sockets.harmonia.socketConfig) ListenStream;
        signs = services.harmonia.environment.SIGN_KEY_PATHS;
        proxied = fleet.services.nginx.virtualHosts.default.locations."/".proxyPass;
        isBegun = lib.elem "sockets.target" sockets.harmonia.wantedBy;
      };
      expected = {
        keys = [
          "/var/lib/secrets/cache-signing-2.key"
          "/var/lib/secrets/cache-signing.key"
        ];
        ListenStream = "127.0.0.1:5000";
        signs = "%d/sign-key-0 %d/sign-key-1";
        proxied = "http://127.0.0.1:5000";
        isBegun = true;
      };
    };

  "test: the control plane comes after a database and a role that are made, by a socket that knows it by its user" =
    {
      expr =
        let
          setup = services.postgresql-setup.script;
          lines = lib.splitString "\n" fleet.services.postgresql.authentication;
        in
        {
          waits = lib.elem "postgresql.target" services.nixfleet-control-plane.after;
          # The target is reached once both have been.
          target = lib.sort lib.lessThan targets.postgresql.requires;
          makes = map (word: lib.hasInfix word setup) [
            ''CREATE DATABASE "nixfleet-control-plane"''
            ''CREATE USER "nixfleet-control-plane"''
            ''ALTER DATABASE "nixfleet-control-plane" OWNER TO "nixfleet-control-plane"''
          ];
          peer = lib.any (line: lib.hasInfix "local all" line && lib.hasInfix "peer" line) lines;
          # Where the address has it: a socket elsewhere would not be found.
          socket = lib.elem "postgresql" (lib.toList services.postgresql.serviceConfig.RuntimeDirectory);
        };
      expected = {
        waits = true;
        target = [
          "postgresql-setup.service"
          "postgresql.service"
        ];
        makes = [
          true
          true
          true
        ];
        peer = true;
        socket = true;
      };
    };

  "test: its backup is a unit that runs each day" = {
    expr = services."postgresqlBackup-nixfleet-control-plane".startAt;
    expected = [ "*-*-* 01:15:00" ];
  };
}
