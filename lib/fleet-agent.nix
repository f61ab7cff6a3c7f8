# What a fleet's `release` says of its hosts' agents, as modules. Where it names no source, the agents
# look nowhere, and `nixfleet deploy` takes releases to them.
{ name, release }:
let
  inherit (builtins) isAttrs isList mapAttrs;
  source = release.source or null;
  sources =
    if source == null then
      [ ]
    else if isList source then
      source
    else
      [ source ];
  controlPlane = release.controlPlane or null;
in
if !isAttrs release then
  [ ]
else
  [
    (
      { lib, options, ... }:
      let
        inherit (import ./priority.nix { inherit lib; }) said taste;
        ofFleet = {
          fleet = said name;
          keys = said release.keys or [ ];
          threshold = said release.threshold or 1;
        };
      in
      {
        services = {
          nixfleet-agent = {
            # One host may be without: a plain `enable = false` of a module wins, as a default does.
            enable = taste true;
            source = said sources;
            controlPlane = if isAttrs controlPlane then mapAttrs (_: said) controlPlane else { };
          }
          // ofFleet;
        }
        # The host that is the control plane has it of the same fleet.
        // (
          if options.services ? nixfleet-control-plane then { nixfleet-control-plane = ofFleet; } else { }
        );
      }
    )
  ]
