{ config, ... }:
let
  name = "deploy";
  user = config.users.users.${name};
  isPerson = user.isNormalUser or false;
in
{
  users.users.deploy = {
    description = "deploys";
  };

  # As NixOS has them (`config/users-groups.nix`).
  assertions = [
    {
      assertion = isPerson != user.isSystemUser or false;
      message = "Exactly one of users.users.${name}.isSystemUser and users.users.${name}.isNormalUser must be set.\n";
    }
    {
      assertion = isPerson || user.group or "" != "";
      message = "users.users.${name}.group is unset. This used to default to\nnogroup, but this is unsafe.\n";
    }
  ];
}
