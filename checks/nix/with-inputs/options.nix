# Every option is described, has an example, and is exercised; no documentation needs a package.
{
  inputs,
  lib,
  nixfleet,
}:
let
  inherit
    (import ../../../lib/options.nix {
      inherit inputs;
      lib = nixfleet;
    })
    options
    reference
    ;

  all = lib.concatLists (lib.attrValues options);
  without = test: lib.unique (map (option: option.name) (lib.filter (option: !(test option)) all));

  # The tests and the templates, in which each option must stand.
  texts = lib.concatMapStrings builtins.readFile (
    lib.filter (file: lib.hasSuffix ".nix" file && baseNameOf file != "options.nix") (
      lib.concatMap lib.filesystem.listFilesRecursive [
        ./.
        ../plain
        ../../../templates
      ]
    )
  );
  names = lib.genAttrs (lib.filter lib.isString (builtins.split "[^A-Za-z0-9]+" texts)) (_: true);
  isExercised = option: names ? ${lib.last (lib.filter (part: part != "*") option.loc)};
in
{
  "test: the options of both systems and of flake-parts are found" = {
    expr = lib.mapAttrs (_: declared: lib.length declared > 5) options;
    expected = {
      nixos = true;
      darwin = true;
      flake-parts = true;
    };
  };

  "test: every option has a description" = {
    expr = without (option: option.description or null != null && option.description != "");
    expected = [ ];
  };

  "test: every option has an example" = {
    expr = without (option: option ? example);
    expected = [ ];
  };

  "test: every option has a type" = {
    expr = without (option: option.type != "unspecified value");
    expected = [ ];
  };

  "test: every option is exercised by a test or a template" = {
    expr = without isExercised;
    expected = [ ];
  };

  "test: the reference is made without a package" = {
    expr = lib.mapAttrs (_: text: lib.hasInfix "## `nixfleet." text) nixfleet.optionsReference;
    expected = lib.mapAttrs (_: _: true) reference;
  };
}
