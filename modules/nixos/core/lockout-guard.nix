# Mistakes that would lock everyone out of a host are refused before they are deployed.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  inherit (config) hostSpec;
  guard = config.nixfleet.guards;

  rootMayLogIn = config.services.openssh.settings.PermitRootLogin != "no";
  isAdministrator =
    name: user:
    if name == "root" then
      rootMayLogIn
    else
      name == hostSpec.userName || builtins.elem "wheel" user.extraGroups;
  hasKey =
    user: user.openssh.authorizedKeys.keys != [ ] || user.openssh.authorizedKeys.keyFiles != [ ];
  withoutKey =
    if rootMayLogIn then
      "neither root nor a user of the group `wheel` has an SSH key"
    else
      "no user of the group `wheel` has an SSH key, and `services.openssh.settings.PermitRootLogin` keeps root out";
  administrators = lib.attrValues (lib.filterAttrs isAdministrator config.users.users);
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
      description = "Whether a configuration that nobody could log in to is refused.";
      example = false;
    };
  };

  # NixOS's own guard, of hosts whose passwords cannot be changed by hand, counts keys as well.
  config.users.allowNoPasswordLogin = lib.mkIf (!guard.lockout) (taste true);

  config.assertions = lib.mkIf guard.lockout [
    {
      assertion = lib.any hasKey administrators;
      message = ''
        nobody could log in to host `${hostSpec.hostName}`: ${withoutKey}.
          Write `hostSpec.sshAuthorizedKeys = [ "ssh-ed25519 …" ];`, or, where another way in exists, `nixfleet.guards.lockout = false;`.'';
    }
    {
      assertion = config.services.openssh.enable || config.nixfleet.isVm;
      message = ''
        nobody could log in to host `${hostSpec.hostName}` over the network: its SSH server is off.
          Remove `services.openssh.enable = false`, or, where another way in exists, write `nixfleet.guards.lockout = false;`.'';
    }
  ];
}
