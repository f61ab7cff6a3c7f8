# Every public function has a doc comment and a test.
{ nixfleet }:
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    filter
    match
    head
    readDir
    readFile
    ;

  textOf =
    folder:
    concatStringsSep "\n" (
      map (file: readFile (folder + "/${file}")) (
        filter (file: match ".*[.]nix" file != null && file != "coverage.nix") (attrNames (readDir folder))
      )
    );
  has = pattern: text: match ".*${pattern}.*" text != null;

  names = attrNames nixfleet;

  library = textOf ../../../lib;
  # A doc comment with its type and an example stands right before the function, or, of a function
  # with a file of its own, in that file.
  isDocumented =
    name:
    let
      file = match ".*\n *${name} = import [.]/([a-z-]+[.]nix).*" library;
      comment = "/[*][*]\n.*# Type.*# Example.*[*]/";
    in
    if file == null then
      has "[*]/\n *${name} =" library
    else
      has comment (readFile (../../../lib + "/${head file}"));

  tests = textOf ./. + textOf ../with-inputs;
  isTested =
    name:
    has "nixfleet[.]${name}[^A-Za-z]" tests
    || has "inherit [(]nixfleet[)][A-Za-z\n ]* ${name}[;\n ]" tests;
in
{
  "test: every public function has a doc comment" = {
    expr = filter (name: !isDocumented name) names;
    expected = [ ];
  };

  "test: every public function has a test" = {
    expr = filter (name: !isTested name) names;
    expected = [ ];
  };
}
