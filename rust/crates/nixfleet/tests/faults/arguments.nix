# The arguments of mkFleet for the fleet of a folder: its own, over what is right in every fleet.
{ folder, nixfleet }:
let
  base = import ./base.nix;
  own = import (folder + "/fleet.nix");
  fleet = if builtins.isFunction own then own { inherit nixfleet; } else own;
in
base
// fleet
// {
  defaults = (fleet.defaults or { }) // {
    hostSpec = base.defaults.hostSpec // (fleet.defaults.hostSpec or { });
  };
}
