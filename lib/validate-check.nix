/*
  The derivation `checks.<system>.nixfleet-validate`: it evaluates when no host's arguments have a
  fault, and builds when the tool finds none in the inventory either.
*/
{
  pkgs,
  inventory,
  reports,
  tool,
}:
let
  inherit (builtins) toFile toJSON unsafeDiscardStringContext;
  inherit (import ./faults.nix) refuse;

  # As text: the positions name the flake's source, and need not keep it alive.
  file = toFile "fleet.json" (unsafeDiscardStringContext (toJSON inventory));
in
refuse reports (
  pkgs.runCommand "nixfleet-validate" { } ''
    cp ${file} "$out"
    ${tool}/bin/nixfleet validate --inventory ${file}
  ''
)
