# Mistakes that would lock everyone out of a host are refused before they are deployed.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) mkOption types;
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  inherit (import ./lockout-guard/ways-in.nix { inherit config lib options; })
    administrators
    hasOtherWay
    isReachable
    refusal
    ;
  inherit (config) hostSpec;
  guard = config.nixfleet.guards;

  refusals = lib.concatMapStrings (user: "\n    ${user.name}: ${refusal user}") administrators;
  orOff = "where another way in exists, write `nixfleet.guards.lockout = false;`";
in
{
  options.nixfleet = {
    isVm = mkOption {
      type = types.bool;
      default = false;
      description = "Whether the host is a QEMU guest. It is mkHost's `isVm`.";
      example = true;
    };

    guards.lockout = mkOption {
      type = types.bool;
      default = true;
      description = ''
        Whether a configuration that nobody could log in to over SSH is refused: root and the users of
        the group `wheel` without a key that the SSH server takes, or a server that is off or behind
        the firewall. Other ways in that are known are keys that a cloud hands out, SSH certificates,
        commands that fetch keys, the agents of AWS, Teleport and Tailscale, and a container's host.
      '';
      example = false;
    };
  };

  # NixOS's own guard, of hosts whose passwords cannot be changed by hand, counts keys as well, and knows
  # no other way in.
  config.users.allowNoPasswordLogin = lib.mkIf (!guard.lockout || hasOtherWay) (taste true);

  config.assertions = lib.mkIf guard.lockout [
    {
      assertion =
        hasOtherWay
        || !config.services.openssh.enable
        || lib.any (user: refusal user == null) administrators;
      message = ''
        nobody could log in to host `${hostSpec.hostName}`: neither root nor a user of the group `wheel` gets in over SSH.${refusals}
          Mend it there, or write `hostSpec.sshAuthorizedKeys = [ "ssh-ed25519 …" ];`; ${orOff}'';
    }
    {
      assertion = hasOtherWay || config.services.openssh.enable || config.nixfleet.isVm;
      message = ''
        nobody could log in to host `${hostSpec.hostName}` over the network: its SSH server is off.
          Remove `services.openssh.enable = false`; ${orOff}'';
    }
    {
      assertion = hasOtherWay || !config.services.openssh.enable || isReachable || config.nixfleet.isVm;
      message = ''
        nobody could log in to host `${hostSpec.hostName}` over the network: its firewall is closed for SSH, or the SSH server listens to the machine itself alone.
          Remove `services.openssh.openFirewall = false`, or open a port of `services.openssh.ports` in `networking.firewall`; ${orOff}'';
    }
  ];
}
