# The commit that a system was built from, which `nixos-version --configuration-revision` shows. It is
# known where the flake hands its inputs to the modules: `specialArgs = { inherit inputs; };`.
#
# With it each commit makes another system of each host. An agent's releases have the commit themselves,
# and a host that a commit does not touch is to stay as it is; so a host with an agent goes without.
{ config, lib, ... }@args:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  self = args.inputs.self or { };
  hasAgent = config.services.nixfleet-agent.enable or false;
in
{
  system.configurationRevision = lib.mkIf (!hasAgent) (taste (self.rev or self.dirtyRev or null));
}
