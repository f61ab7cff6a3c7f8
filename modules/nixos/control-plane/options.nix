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
      type = types.strMatching "/.+" // {
        description = "path of a file";
      };
      default = "/var/lib/nixfleet-cp/control-plane.sqlite";
      description = ''
        Where it keeps releases and what happened: a file of SQLite. Elsewhere than in
        `/var/lib/nixfleet-cp` its folder must be there, and the program's own.
      '';
      example = "/var/lib/nixfleet-cp/fleet.sqlite";
    };
  }
  // trust.options;
}
