# Evaluates one test file. `names` are its cases, and `outcome <number>` what one comes to, in marks that
# `runner/cases.py` looks for. A case that is to end with an error does so there.
{ file }:
let
  inherit (builtins)
    attrNames
    elem
    elemAt
    functionArgs
    intersectAttrs
    isFunction
    map
    mapAttrs
    toJSON
    ;
  lib = import ../../lib;
  inputs = import ./inputs.nix;
  needsInputs = elem (baseNameOf (dirOf file)) [
    "real"
    "with-inputs"
  ];

  tests = import file;
  cases = if isFunction tests then tests (intersectAttrs (functionArgs tests) arguments) else tests;

  # What a test file may ask for.
  arguments =
    if needsInputs then
      {
        inherit inputs;
        inherit (inputs.nixpkgs) lib;
        nixfleet = lib { inherit inputs; };
      }
    else
      {
        nixfleet = lib {
          inputs = mapAttrs (name: _: throw "the input `${name}` was forced") (import ../../flake.nix).inputs;
        };
      };

  outcome =
    test:
    if test ? expectedError then
      "<failed>expected an error, got ${toJSON test.expr}</failed>"
    else if test.expr == test.expected then
      "<passed>"
    else
      "<failed>expected ${toJSON test.expected}\ngot      ${toJSON test.expr}</failed>";
  names = attrNames cases;
in
{
  inherit cases;
  # Each name with what its error is to be like.
  names = "<names>${
    toJSON (
      map (name: [
        name
        (cases.${name}.expectedError.msg or null)
      ]) names
    )
  }</names>";
  # By number, since the line that asks is to be short.
  outcome = number: outcome cases.${elemAt names number};
}
