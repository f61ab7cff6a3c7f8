# The control plane, as a package.
{
  lib,
  rustPlatform,
}:
import ./host-program.nix {
  inherit lib rustPlatform;
  name = "nixfleet-control-plane";
  platforms = lib.platforms.linux;
  description = "Says which hosts of a fleet may go when, and shows how it goes";
}
