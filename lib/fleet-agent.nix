# What a fleet's `release` says of its hosts' agents, as modules. A release that hosts find nowhere
# brings no agent: somebody takes it to them.
{ name, release }:
let
  inherit (builtins) isAttrs isList;
  source = release.source or null;
in
if !isAttrs release || source == null || source == [ ] then
  [ ]
else
  [
    (
      { lib, ... }:
      let
        inherit (import ./priority.nix { inherit lib; }) said taste;
      in
      {
        services.nixfleet-agent = {
          # One host may be without: a plain `enable = false` of a module wins, as a default does.
          enable = taste true;
          fleet = said name;
          source = said (if isList source then source else [ source ]);
          keys = said release.keys or [ ];
          threshold = said release.threshold or 1;
        };
      }
    )
  ]
