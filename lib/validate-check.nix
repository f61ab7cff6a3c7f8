/*
  The derivation `checks.<system>.nixfleet-validate`: it evaluates when no host's arguments have a
  fault, and, given the tool, builds when the tool finds none in the inventory either.
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
  validate = if tool == null then "" else "${tool}/bin/nixfleet validate --inventory ${file}";
in
refuse reports (
  pkgs.runCommand "nixfleet-validate" { } ''
    ${validate}
    cp ${file} "$out"
  ''
)
