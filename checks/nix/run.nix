# Evaluates one test file: `report` is what its ordinary cases came to, a line or more for each. An
# error case is only named there; `run` evaluates `cases.<name>.expr` by itself and reads the error.
{ file }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatStringsSep
    functionArgs
    intersectAttrs
    isFunction
    mapAttrs
    toJSON
    ;
  lib = import ../../lib;
  inputs = import ./inputs.nix;
  needsInputs = baseNameOf (dirOf file) == "with-inputs";

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
    name: test:
    if test ? expectedError then
      "error ${name}"
    else if test.expr == test.expected then
      "passed ${name}"
    else
      "failed ${name}\n  expected ${toJSON test.expected}\n  got      ${toJSON test.expr}";
  lines = concatStringsSep "\n";
in
rec {
  inherit cases;
  names = lines (attrNames cases);
  outcomes = mapAttrs outcome cases;
  report = lines (attrValues outcomes);
}
