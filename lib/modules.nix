# The tables of public modules and templates, read from the folders: a file's path is its name.
let
  inherit (builtins)
    attrNames
    concatMap
    head
    listToAttrs
    match
    readDir
    ;

  # `{ <name> = <path>; }` of a folder. A folder in it is a table of its own, unless a file of the
  # same name stands beside it: then it holds that file's parts.
  readModules =
    folder:
    let
      entries = readDir folder;
      entry =
        file:
        let
          name = match "(.*)[.]nix" file;
        in
        if name != null then
          [
            {
              name = head name;
              value = folder + "/${file}";
            }
          ]
        else if entries.${file} == "directory" && !(entries ? "${file}.nix") then
          [
            {
              name = file;
              value = readModules (folder + "/${file}");
            }
          ]
        else
          [ ];
    in
    listToAttrs (concatMap entry (attrNames entries));

  shared = readModules ../modules/shared;
in
{
  /**
    The library's NixOS modules, by the path of their file under `modules/nixos` or
    `modules/shared`.

    # Type
    `nixosModules :: { <name> :: Path | { <name> :: Path } }`

    # Example
    `imports = [ nixfleet.nixosModules.disks.ext4 ];`
  */
  nixosModules = shared // readModules ../modules/nixos;

  /**
    The library's nix-darwin modules, by the path of their file under `modules/darwin` or
    `modules/shared`.

    # Type
    `darwinModules :: { <name> :: Path }`

    # Example
    `imports = [ nixfleet.darwinModules.core ];`
  */
  darwinModules = shared // readModules ../modules/darwin;

  /**
    The templates for `nix flake init`: the folders under `templates`.

    # Type
    `templates :: { <name> :: { path :: Path; description :: String; welcomeText :: String; } }`

    # Example
    `nix flake init --template github:<owner>/nixfleet#fleet`
  */
  templates = import ../templates;
}
