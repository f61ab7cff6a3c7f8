# What a user sets of the agent. mkFleet with `release` sets what a fleet has in common.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  sshKey = import ../../../lib/ssh-key-type.nix { inherit lib; };
  trust = import ../../../lib/release-trust.nix { inherit lib; };

  span = types.strMatching "[1-9][0-9]*(s|m|h|d)" // {
    description = "span of time, like `90s`, `5m`, `2h`, `1d`";
  };
in
{
  options.services.nixfleet-agent = {
    enable = mkOption {
      type = types.bool;
      default = false;
      description = "Whether this host brings itself to the fleet's signed releases.";
      example = true;
    };

    package = mkOption {
      type = types.package;
      default = pkgs.callPackage ../../../rust/agent.nix { };
      defaultText = lib.literalExpression "nixfleet.lib.agent pkgs";
      description = "The agent's program.";
      example = lib.literalExpression "pkgs.nixfleet-agent";
    };

    source = mkOption {
      type = types.listOf (types.strMatching "(https?|file)://.+|/.+");
      default = [ ];
      description = ''
        Where releases come from, asked in this order until one answers: servers of files, or folders
        of this host. None of them is believed: what counts is who signed. Empty: the agent looks
        nowhere, and takes what `nixfleet deploy` or `nixfleet-agent apply` brings.
      '';
      example = [
        "https://fleet.example.org"
        "/media/stick/release"
      ];
    };

    controlPlane = {
      address = mkOption {
        type = types.nullOr (types.strMatching "(.+|\\[.+]):[0-9]{1,5}");
        default = null;
        description = ''
          Where the control plane is that says when this host goes: a name or address, and a port. It is
          asked before `source`, which is where releases come from while it does not answer. `null`:
          there is none, and the plan's own times decide.
        '';
        example = "fleet.example.org:7250";
      };

      key = mkOption {
        type = types.nullOr sshKey;
        default = null;
        description = ''
          The control plane's SSH host key, of type ed25519: no other is spoken to. The line of
          `/etc/ssh/ssh_host_ed25519_key.pub` there.
        '';
        example = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE… root@fleet";
      };
    };

    floor = mkOption {
      type = types.ints.unsigned;
      default = 0;
      description = ''
        The lowest number of a release that is taken. It keeps out old releases on a host that has lost
        what it had seen; raise it now and then, and not with each release, since it is part of the
        system.
      '';
      example = 40;
    };

    window = mkOption {
      type = types.nullOr types.singleLineStr;
      default = null;
      description = "When this host may change: days, hours and a time zone. `null`: at any time.";
      example = "Mon..Fri 02:00-05:00 Europe/Berlin";
    };

    reboot = mkOption {
      type = types.enum [
        "never"
        "when-needed"
        "in-window"
      ];
      default = "never";
      description = ''
        Whether the agent may restart the machine for a release that brings another kernel, initrd or
        init, or other kernel parameters. With `never` such a release waits for a restart by you, and proves itself after it. On a
        Mac no release takes a restart.
      '';
      example = "in-window";
    };

    probation = mkOption {
      type = span;
      default = "1m";
      description = "For how long at a stretch all must hold before a new system is what boots.";
      example = "10m";
    };

    settle = mkOption {
      type = span;
      default = "1m";
      description = ''
        What a new system's units, assertions and network may take until all of them hold for the first
        time. An assertion whose `within` is longer has that time.
      '';
      example = "5m";
    };

    switchWithin = mkOption {
      type = span;
      default = "10m";
      description = ''
        What a switch may take, from stopping the first unit to starting the last. What takes longer is
        ended, and gone back from.
      '';
      example = "30m";
    };

    poll = mkOption {
      type = span;
      default = "5m";
      description = "How often the sources are asked whether there is a release.";
      example = "1h";
    };

    health = mkOption {
      type = types.attrs;
      default = config.nixfleet.health;
      defaultText = lib.literalExpression "config.nixfleet.health";
      description = "What must hold on a new system.";
      example = lib.literalExpression "config.nixfleet.health // { ports = [ 443 ]; }";
    };

    metrics = mkOption {
      type = types.nullOr (types.strMatching "/.+[.]prom");
      default = null;
      description = ''
        A file for metrics in Prometheus' text format, in a folder that the text file collector of the
        node exporter reads. The folder must be there.
      '';
      example = "/var/lib/node-exporter/nixfleet.prom";
    };

    dryRun = mkOption {
      type = types.bool;
      default = false;
      description = "Whether everything is done up to the switch, and told, and nothing is touched.";
      example = true;
    };
  }
  // trust.options;
}
