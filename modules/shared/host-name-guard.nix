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

  # For a system of an earlier name, to which this one is rolled back.
  renamedFrom = lib.mkIf (cfg.hostName && earlier != [ ]) {
    text = lib.concatLines earlier;
  };

  # Names that this host had; `nixos` is what NixOS is called that nobody named.
  earlier = lib.remove "nixos" cfg.renamedFrom;

  # `file` holds the name of the configuration that the machine was last switched to, and `incoming` is
  # the system that it is to be switched to.
  check =
    { file, incoming }:
    ''
      # Whether a file, where it is there, has the line.
      says() {
        local line
        [ -r "$1" ] || return 1
        while IFS= read -r line; do
          if [ "$line" = "$2" ]; then return 0; fi
        done <"$1"
        return 1
      }

      # What deploys sets the system's profile before this check is asked, and the next boot, or the next
      # installation of the boot loader, takes what the profile names: it goes back to what runs.
      put_back() {
        local profile link number last
        for profile in /nix/var/nix/profiles/system /nix/var/nix/profiles/system-profiles/*; do
          case $profile in *-link) continue ;; esac
          if [ "$(readlink -f "$profile")" != "$(readlink -f "$1")" ]; then continue; fi
          last=""
          for link in "$profile"-*-link; do
            number=''${link#"$profile"-}
            number=''${number%-link}
            if [ "$(readlink -f "$link")" = "$(readlink -f /run/current-system)" ]; then
              if [ -z "$last" ] || [ "$number" -gt "$last" ]; then last=$number; fi
            fi
          done
          if [ -n "$last" ]; then
            nix-env --profile "$profile" --switch-generation "$last" || continue
          else
            nix-env --profile "$profile" --rollback || continue
          fi
          echo "  $profile is back at what runs, so that no boot brings the other." >&2
        done
      }

      PATH="$PATH:/run/current-system/sw/bin"
      current=""
      [ ! -r ${file} ] || current=$(< ${file})
      case $current in
        "" | ${allowed}) ;;
        *)
          # What runs is this host under a later name, when a rename is rolled back; or an administrator
          # of the machine said so.
          if ! says /etc/nixfleet/renamed-from ${lib.escapeShellArg hostName} &&
            ! says /var/run/nixfleet-becomes ${lib.escapeShellArg hostName}; then
            echo "nixfleet: this machine is \`$current\`, and this is the configuration of \`${hostName}\`." >&2
            echo "  To rename the machine, add \"$current\" to \`nixfleet.guards.renamedFrom\`." >&2
            echo "  To switch it all the same, run on it, as root: echo ${hostName} >/var/run/nixfleet-becomes" >&2
            echo "  and switch again: it counts until the machine's next boot." >&2
            put_back "${incoming}"
            exit 1
          fi
          ;;
      esac
    '';
in
{
  options.nixfleet.guards = {
    hostName = mkOption {
      type = types.bool;
      default = true;
      description = ''
        Whether a machine of another name is kept from being switched to this configuration, which warns
        when it has another name itself. On refusal the system's profile goes back to what runs.
      '';
      example = false;
    };

    renamedFrom = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = ''
        Names that this host had before, and under which it can be switched to this configuration. A
        rollback to a system of such a name is let pass as well.
      '';
      example = [ "web-old" ];
    };
  };

  config =
    if _class == "darwin" then
      {
        # macOS is called as its owner likes: only what it was switched to before tells whose it is.
        environment.etc."nixfleet/host-name".text = hostName;
        environment.etc."nixfleet/renamed-from" = renamedFrom;
        system.checks.text = guarded (check {
          file = "/etc/nixfleet/host-name";
          incoming = "$systemConfig";
        });
        warnings = guarded misnamed;
      }
    else
      {
        # Before the switch `/etc` is still that of the running configuration; in a system that is
        # being installed it is already the new one. NixOS that nobody named is called `nixos`.
        nixfleet.guards.renamedFrom = [ "nixos" ];
        environment.etc."nixfleet/renamed-from" = renamedFrom;
        # switch-to-configuration runs the checks, with the new system as first argument, unless
        # NIXOS_NO_CHECK is 1. nixos-rebuild takes that variable from the machine that is switched, so
        # with `--target-host` it has no effect where it is set.
        system.preSwitchChecks = guarded {
          nixfleetHostName = check {
            file = "/etc/hostname";
            incoming = "\${1-}";
          };
        };
        warnings = guarded misnamed;
      };
}
