# The agent, as a package.
{
  lib,
  rustPlatform,
}:
import ./host-program.nix {
  inherit lib rustPlatform;
  name = "nixfleet-agent";
  platforms = lib.platforms.linux ++ lib.platforms.darwin;
  description = "Brings one host to what its fleet's signed release says, or back";
}
