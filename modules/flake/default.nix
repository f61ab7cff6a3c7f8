/*
  The flake-parts module: mkFleet with its arguments as options. It closes over the library, since
  `inputs` in a flake-parts module are the user's.
*/
library:
{
  config,
  inputs,
  lib,
  options,
  self,
  ...
}:
let
  cfg = config.nixfleet;
  fleetOf = import ../../lib/fleet.nix library;
  inherit (import ../../lib/inventory.nix) rootOf;
  source = "${self.outPath}/flake.nix";
in
{
  imports = [ ./options.nix ];

  config.flake =
    fleetOf
      {
        root = rootOf { file = source; };
        inherit source;
        moduleInputs = inputs;
        written = options.nixfleet.definitions;
      }
      # `null` is how an option is not given, where mkFleet has a default of its own; a `release` to
      # which no module adds is an empty set.
      (
        lib.filterAttrs (
          name: value:
          !(
            value == null
            && lib.elem name [
              "isoSshKeys"
              "package"
            ]
            || name == "release" && value == { }
          )
        ) cfg
      );
}
