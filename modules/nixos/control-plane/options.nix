# What a user sets of the control plane. mkFleet with `release` sets what a fleet has in common.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  inherit (import ../../../lib/ssh-key.nix) sshKeyLines;
  trust = import ../../../lib/release-trust.nix { inherit lib; };

  address = types.strMatching "(.+|\\[.+]):[0-9]{1,5}" // {
    description = "address and port, like `[::]:7250`, `192.0.2.1:7250`";
  };

  hostKeys = lib.filter (key: key.type == "ed25519") config.services.openssh.hostKeys;
in
{
  options.services.nixfleet-control-plane = {
    enable = mkOption {
      type = types.bool;
      default = false;
      description = "Whether this host says which hosts of the fleet may go when.";
      example = true;
    };

    package = mkOption {
      type = types.package;
      default = pkgs.callPackage ../../../rust/control-plane.nix { };
      defaultText = lib.literalExpression "nixfleet.lib.controlPlane pkgs";
      description = "The control plane's program.";
      example = lib.literalExpression "pkgs.nixfleet-control-plane";
    };

    listen = mkOption {
      type = types.listOf address;
      default = [ "[::]:7250" ];
      description = ''
        Where hosts ask, by TLS with their SSH host keys. `[::]` is every address of this machine, of
        IPv4 as well.
      '';
      example = [ "10.0.0.1:7250" ];
    };

    openFirewall = mkOption {
      type = types.bool;
      default = false;
      description = "Whether the firewall lets hosts through to the ports of `listen`.";
      example = true;
    };

    hostKey = mkOption {
      type = types.strMatching "/.+";
      default = if hostKeys == [ ] then "/etc/ssh/ssh_host_ed25519_key" else (lib.head hostKeys).path;
      defaultText = lib.literalMD "this host's SSH key of type ed25519";
      description = ''
        The file with the private SSH key, of type ed25519 and without a passphrase, that hosts know
        the control plane by: its public half is `controlPlane.key` on them. systemd hands it to the
        program, which cannot read it otherwise.
      '';
      example = "/run/secrets/control-plane-key";
    };

    page = mkOption {
      type = types.nullOr (
        types.strMatching "(127[.].+|\\[::1]|localhost):[0-9]{1,5}|/.+"
        // {
          description = "address and port of the loopback, or the path of a socket";
        }
      );
      default = "127.0.0.1:7251";
      description = ''
        Where people read how the fleet is: on this machine alone, by a tunnel (`ssh -L
        7251:127.0.0.1:7251 HOST`), or behind a web server that asks who they are, for which a socket is
        best. It can be read, and nothing can be changed there. `null`: no page.
      '';
      example = "/run/nixfleet-control-plane/page.sock";
    };

    database = mkOption {
      type = types.strMatching "/.+|postgres(ql)?://.+" // {
        description = "path of a file, or address of a PostgreSQL as `postgresql://USER@HOST/DATABASE`";
      };
      default =
        if config.services.nixfleet-control-plane.createDatabaseLocally then
          "postgresql:///nixfleet-control-plane?host=/run/postgresql"
        else
          "/var/lib/nixfleet-cp/control-plane.sqlite";
      defaultText = lib.literalMD ''
        `"/var/lib/nixfleet-cp/control-plane.sqlite"`, and with `createDatabaseLocally`
        `"postgresql:///nixfleet-control-plane?host=/run/postgresql"`'';
      description = ''
        Where it keeps releases and what happened: a file of SQLite, of this control plane alone, or a
        database of PostgreSQL, which several may share. A file elsewhere than in
        `/var/lib/nixfleet-cp` needs a folder that is there, and the program's own.
        `nixfleet-control-plane migrate` moves the one to the other.
      '';
      example = "postgresql://nixfleet-control-plane@db.example.org/nixfleet-control-plane";
    };

    databasePasswordFile = mkOption {
      type = types.nullOr (types.strMatching "/.+");
      default = null;
      description = ''
        The file on the machine with the password for a `database` that wants one. systemd hands it to
        the program, which cannot read it otherwise.
      '';
      example = "/run/secrets/control-plane-database";
    };

    createDatabaseLocally = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether this host has a PostgreSQL, by NixOS's `services.postgresql`, with a database and a
        user of its own for the control plane, `nixfleet-control-plane`. It is reached by its socket, and
        knows the program by its user, without a password.
      '';
      example = true;
    };
  }
  // trust.options;
}
