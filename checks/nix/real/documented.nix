# Each template and each example of the book, down to the systems that it makes.
{ lib, ... }:
let
  folder = builtins.getEnv "NIXFLEET_DOCUMENTED";
  names = lib.attrNames (builtins.readDir folder);
  built =
    name:
    (import ../../docs/evaluate.nix {
      whole = lib.pathExists (folder + "/${name}/whole");
      kind = lib.fileContents (folder + "/${name}/kind");
      file = /. + folder + "/${name}/flake.nix";
    }).built;
in
lib.listToAttrs (
  map (
    name:
    lib.nameValuePair "test: ${name} is built, without a warning" {
      expr = built name;
      expected = { };
    }
  ) names
)
// {
  "test: there are templates, and examples of each kind" = {
    expr = lib.subtractLists (map (name: lib.fileContents (folder + "/${name}/kind")) names) [
      "control-plane"
      "darwin-module"
      "eval"
      "flake"
      "flake-parts"
      "home-module"
      "module"
    ];
    expected = [ ];
  };
}
