# The table of templates. What each holds is tried by checks/nix/commands/templates.
{ lib, nixfleet, ... }:
let
  folders = lib.attrNames (
    lib.filterAttrs (_: kind: kind == "directory") (builtins.readDir ../../../templates)
  );
  read = name: file: builtins.readFile (nixfleet.templates.${name}.path + "/${file}");
in
{
  "test: every folder is a template, and every template a folder" = {
    expr = lib.attrNames nixfleet.templates;
    expected = folders;
  };

  "test: each has a path, a description of one line and a welcome" = {
    expr = lib.filterAttrs (
      name: template:
      !(
        template.path == ../../../templates + "/${name}"
        && lib.length (lib.splitString "\n" template.description) == 1
        && lib.hasInfix "nix run .#validate" template.welcomeText
        && lib.hasInfix "nix run .#test-vm" template.welcomeText
        &&
          lib.attrNames template == [
            "description"
            "path"
            "welcomeText"
          ]
      )
    ) nixfleet.templates;
    expected = { };
  };

  "test: each has what a new fleet needs" = {
    expr = lib.concatMap (
      name:
      lib.filter (file: !lib.pathExists (nixfleet.templates.${name}.path + "/${file}")) [
        "flake.nix"
        "README.md"
        ".gitignore"
      ]
    ) folders;
    expected = [ ];
  };

  "test: each has one place for the key, and a README that is read in a minute" = {
    expr = map (name: {
      places = lib.length (lib.splitString "PUT-YOUR-PUBLIC-KEY-HERE" (read name "flake.nix")) - 1;
      long = lib.length (lib.splitString "\n" (read name "README.md")) > 12;
    }) folders;
    expected = map (_: {
      places = 1;
      long = false;
    }) folders;
  };
}
