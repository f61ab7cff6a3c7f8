/*
  A host from arguments that were read already: `inventory` is what they say, as data, and `faults`
  why they are refused. mkHost reads one host, mkFleet many, and has `ifSound` refuse them all.

  `moduleInputs` are the `inputs` that modules see when no `specialArgs.inputs` says otherwise.

  buildHost :: { args, faults, inventory, ifSound ? } -> system // { nixfleet = inventory; }
*/
{
  inputs,
  lib,
  moduleInputs ? inputs,
}:
let
  inherit (builtins)
    isAttrs
    isFunction
    isString
    listToAttrs
    map
    mapAttrs
    ;
  inherit (import ./faults.nix) refuse;
  inherit (import ./properties.nix) fieldsOf;
  inherit (inputs.nixpkgs.lib) mkForce;
  inherit (import ./priority.nix { inherit (inputs.nixpkgs) lib; }) said saidWithin;

  # What the builders return. The names are written down, since asking the builder for them would
  # fetch and evaluate nixpkgs; a test compares them with the builder's own.
  resultNames = {
    nixos = [
      "_module"
      "_type"
      "class"
      "config"
      "extendModules"
      "extraArgs"
      "graph"
      "lib"
      "options"
      "pkgs"
      "type"
    ];
    darwin = [
      "_module"
      "_type"
      "class"
      "config"
      "extendModules"
      "graph"
      "options"
      "pkgs"
      "system"
      "type"
    ];
  };

  # `nixpkgs` is the host's own, or null.
  builders = {
    nixos = {
      build = nixpkgs: args: (if nixpkgs == null then inputs.nixpkgs else nixpkgs).lib.nixosSystem args;
      modules =
        isVm:
        [
          inputs.disko.nixosModules.disko
          inputs.home-manager.nixosModules.home-manager
          inputs.impermanence.nixosModules.impermanence
          lib.nixosModules.agent
          lib.nixosModules.core
          lib.nixosModules.health
          lib.nixosModules.home-manager
          lib.nixosModules.impermanence
          lib.nixosModules.vm-test
        ]
        ++ (if isVm then [ lib.nixosModules.vm-guest ] else [ ]);
    };
    darwin = {
      build =
        nixpkgs: args:
        inputs.darwin.lib.darwinSystem (
          if nixpkgs == null then
            args
          else
            args
            // {
              inherit (nixpkgs) lib;
              modules = args.modules ++ [
                {
                  nixpkgs.source = said nixpkgs;
                  nixpkgs.flake.source = said nixpkgs.outPath;
                }
              ];
            }
        );
      modules = _isVm: [
        inputs.home-manager.darwinModules.home-manager
        lib.darwinModules.agent
        lib.darwinModules.core
        lib.darwinModules.health
        lib.darwinModules.home-manager
      ];
    };
  };

  # The arguments as a module. `networking` is a set of options of its own, so that a module can
  # replace one of them and keep the rest.
  settings =
    {
      hostName,
      platform,
      stateVersion ? null,
      hostSpec ? { },
      homeModules ? [ ],
      isVm ? false,
      modules ? [ ],
      ...
    }:
    { options, ... }:
    {
      hostSpec =
        mapAttrs (name: if name == "networking" then saidWithin else said) (fieldsOf hostSpec)
        // {
          hostName = mkForce hostName;
          isDarwin = mkForce (lib.classOf platform == "darwin");
        };
      # Beside packages that are made elsewhere and may not be changed, by nixpkgs' own
      # `readOnlyPkgs`, it follows from them.
      nixpkgs =
        if options.nixpkgs.hostPlatform.readOnly or false then { } else { hostPlatform = said platform; };
      nixfleet = {
        inherit homeModules;
      }
      // (if isVm then { isVm = true; } else { })
      // (if lib.classOf platform == "nixos" then { inherit modules; } else { });
    }
    // (if stateVersion == null then { } else { system.stateVersion = said stateVersion; });

  # What the module system says of a faulty definition, "in `flake.nix'": the author's file, and not
  # this one, which hands the definition on. A path or a named module says it itself.
  locate =
    position: module:
    if position == null then
      module
    else if isFunction module then
      {
        _file = position.file;
        imports = [ module ];
      }
    else if isAttrs module && !(module ? _type) then
      { _file = position.file; } // module
    else
      module;

  build =
    args: positions: ofFleet:
    let
      builder = builders.${lib.classOf args.platform};
      positionOf = field: positions.${field} or positions."" or null;
    in
    builder.build (args.nixpkgs or null) {
      specialArgs = {
        inputs = moduleInputs;
        nixfleet = lib;
      }
      // args.specialArgs or { };
      modules =
        builder.modules (args.isVm or false)
        ++ [ (locate (positionOf "hostSpec") (settings args)) ]
        ++ ofFleet
        ++ map (locate (positionOf "modules")) args.modules or [ ];
    };
in
{
  args,
  faults,
  inventory,
  ifSound ? system: system,
  # Modules of what the whole fleet says.
  ofFleet ? [ ],
  ...
}:
let
  report = {
    subject = "host `${if isString inventory.hostName then inventory.hostName else "?"}`";
    inherit (inventory) positions;
    inherit faults;
  };
  system = ifSound (refuse [ report ] (build args inventory.positions ofFleet));
in
listToAttrs (
  map (name: {
    inherit name;
    value = system.${name};
  }) resultNames.${if inventory.class == null then "nixos" else inventory.class}
)
// {
  nixfleet = inventory;
}
