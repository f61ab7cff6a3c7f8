# A machine that is one host is not switched to the configuration of another by mistake, as by
# `nixos-rebuild switch --flake .#web-01 --target-host root@db-01`.
{
  _class,
  config,
  lib,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.nixfleet.guards;
  hostName = config.networking.hostName;

  # The name by which nixos-rebuild and darwin-rebuild choose a configuration on the machine itself.
  misnamed = lib.optional (hostName != config.hostSpec.hostName) ''
    host `${config.hostSpec.hostName}` is to call itself `${hostName}`, and would not find its own configuration there.
      Remove `networking.hostName`, or write nixfleet.guards.hostName = false; if it is meant so.'';

  guarded = lib.mkIf (cfg.hostName && hostName != null && hostName != "");
  allowed = lib.concatMapStringsSep " | " lib.escapeShellArg ([ hostName ] ++ cfg.renamedFrom);

  # `file` holds the name of the configuration that the machine was last switched to.
  check = file: override: ''
    current=""
    [ ! -r ${file} ] || current=$(< ${file})
    case $current in
      "" | ${allowed}) ;;
      *)
        echo "nixfleet: this machine is \`$current\`, and this is the configuration of \`${hostName}\`." >&2
        echo "  To rename the machine, add \"$current\" to \`nixfleet.guards.renamedFrom\`${override}." >&2
        exit 1
        ;;
    esac
  '';
in
{
  options.nixfleet.guards = {
    hostName = mkOption {
      type = types.bool;
      default = true;
      description = "Whether a machine of another name is kept from being switched to this configuration, which warns when it has another name itself.";
      example = false;
    };

    renamedFrom = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Names that this host had before, and under which it can be switched to this configuration.";
      example = [ "web-old" ];
    };
  };

  config =
    if _class == "darwin" then
      {
        # macOS is called as its owner likes: only what it was switched to before tells whose it is.
        environment.etc."nixfleet/host-name".text = hostName;
        system.checks.text = guarded (check "/etc/nixfleet/host-name" "");
        warnings = guarded misnamed;
      }
    else
      {
        # Before the switch `/etc` is still that of the running configuration; in a system that is
        # being installed it is already the new one. NixOS that nobody named is called `nixos`.
        nixfleet.guards.renamedFrom = [ "nixos" ];
        # switch-to-configuration runs the checks unless this variable is 1.
        system.preSwitchChecks = guarded {
          nixfleetHostName = check "/etc/hostname" ", or switch once with NIXOS_NO_CHECK=1";
        };
        warnings = guarded misnamed;
      };
}
