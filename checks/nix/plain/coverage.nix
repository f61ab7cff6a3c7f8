# Every public function has a doc comment and a test.
{ nixfleet }:
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    genList
    head
    length
    match
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
  # Each comment with what follows it, up to the end of the next.
  comments = filter builtins.isString (builtins.split "[*]/\n" library);
  isDocComment = has "/[*][*]\n.*# Type.*# Example";
  documented = concatMap (
    i:
    let
      follows = match " *([A-Za-z]*) =.*" (elemAt comments (i + 1));
    in
    if follows != null && isDocComment (elemAt comments i) then follows else [ ]
  ) (genList (i: i) (length comments - 1));

  # A function with a file of its own has its doc comment there.
  isDocumented =
    name:
    let
      file = match ".*\n *${name} = import [.]/([a-z-]+[.]nix).*" library;
    in
    if file == null then
      elem name documented
    else
      isDocComment (head (builtins.split "[*]/\n" (readFile (../../../lib + "/${head file}"))));

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
