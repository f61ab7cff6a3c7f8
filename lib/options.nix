# The options that the library declares, from the declarations alone: without a system, and without
# packages, which throw.
{ inputs, lib }:
let
  inherit (builtins)
    attrValues
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    head
    isAttrs
    map
    match
    substring
    stringLength
    ;
  nixpkgs = inputs.nixpkgs.lib;
  root = toString ../. + "/";

  # A module may add to an option of NixOS as well, which is then declared here too.
  isOurs =
    path:
    elem (head path) [
      "hostSpec"
      "nixfleet"
    ]
    || head path == "services" && match "nixfleet-.*" (elemAt path 1) != null;
  modulesIn =
    table: concatMap (entry: if isAttrs entry then modulesIn entry else [ entry ]) (attrValues table);

  declaredBy =
    class: modules:
    filter (option: option.visible && !option.internal && isOurs option.loc) (
      nixpkgs.optionAttrSetToDocList (
        removeAttrs
          (nixpkgs.evalModules {
            inherit class;
            # What the modules set are options of NixOS and nix-darwin, which are not here.
            modules = modules ++ [ { _module.check = false; } ];
            specialArgs = {
              pkgs = throw "the documentation of an option asked for a package";
              modulesPath = inputs.nixpkgs + "/nixos/modules";
            };
          }).options
          [ "_module" ]
      )
    );

  # A labelled value: on the label's line, or in a block of its own when it is longer than a line.
  field =
    label: value:
    let
      text = value.text or (nixpkgs.generators.toPretty { } value);
    in
    if value._type or null == "literalMD" then
      "${label}: ${text}"
    else if match "[^\n]*" text != null then
      "${label}: `${text}`"
    else
      "${label}:\n\n```nix\n${text}\n```";

  section =
    option:
    concatStringsSep "\n\n" (
      [
        "## `${option.name}`"
        (option.description.text or option.description)
        # A pattern in it is no link.
        "Type: ${builtins.replaceStrings [ "](" ] [ "]\\(" ] option.type}"
      ]
      ++ [ (if option ? default then field "Default" option.default else "Required.") ]
      ++ (if option ? example then [ (field "Example" option.example) ] else [ ])
      ++ [
        "Declared in ${
          concatStringsSep ", " (
            map (file: "`${substring (stringLength root) (-1) (toString file)}`") option.declarations
          )
        }"
      ]
    )
    + "\n";
in
rec {
  # { nixos, darwin, flake-parts } :: [ { name, type, description, default ?, example ?, declarations } ]
  options = {
    nixos = declaredBy "nixos" (modulesIn lib.nixosModules);
    darwin = declaredBy "darwin" (modulesIn lib.darwinModules);
    flake-parts = declaredBy "flake" [ ../modules/flake/options.nix ];
  };

  # As Markdown, by class.
  reference = builtins.mapAttrs (_: declared: concatStringsSep "\n" (map section declared)) options;
}
