/*
  A host from arguments that were read already: `inventory` is what they say, as data. mkHost reads
  one host, mkFleet many.

  `moduleInputs` are the `inputs` that modules see when no `specialArgs.inputs` says otherwise.

  buildHost :: { … } -> inventory -> system // { nixfleet = inventory; }
*/
{
  inputs,
  lib,
  moduleInputs ? inputs,
}:
let
  inherit (builtins)
    isAttrs
    isString
    listToAttrs
    map
    mapAttrs
    ;
  inherit (import ./faults.nix) refuse;
  inherit (import ./host-arguments.nix) argumentFaults;
  inherit (inputs.nixpkgs.lib) mkDefault mkForce;

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

  builders = {
    nixos = {
      build = inputs.nixpkgs.lib.nixosSystem;
      modules =
        isVm:
        with lib.nixosModules;
        [
          core
          inputs.home-manager.nixosModules.home-manager
          home-manager
          inputs.disko.nixosModules.disko
          inputs.impermanence.nixosModules.impermanence
          impermanence
          vm-test
        ]
        ++ (if isVm then [ vm-guest ] else [ ]);
    };
    darwin = {
      build = inputs.darwin.lib.darwinSystem;
      modules = _isVm: [
        lib.darwinModules.core
        inputs.home-manager.darwinModules.home-manager
        lib.darwinModules.home-manager
      ];
    };
  };

  # `mkDefault`, but a priority that the author gave stays.
  weaken =
    value: if isAttrs value && value._type or null == "override" then value else mkDefault value;

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
      ...
    }:
    {
      hostSpec =
        mapAttrs (
          name: value:
          if name == "networking" && isAttrs value && !(value ? _type) then
            mapAttrs (_: weaken) value
          else
            weaken value
        ) hostSpec
        // {
          hostName = mkForce hostName;
          isDarwin = mkForce (lib.classOf platform == "darwin");
        };
      nixpkgs.hostPlatform = mkDefault platform;
      nixfleet = {
        inherit homeModules;
      }
      // (if isVm then { isVm = true; } else { });
    }
    // (if stateVersion == null then { } else { system.stateVersion = mkDefault stateVersion; });

  build =
    args:
    let
      builder = builders.${lib.classOf args.platform};
    in
    builder.build {
      specialArgs = {
        inputs = moduleInputs;
        nixfleet = lib;
      }
      // args.specialArgs or { };
      modules = builder.modules (args.isVm or false) ++ [ (settings args) ] ++ args.modules or [ ];
    };
in
args: inventory:
let
  system = refuse [
    {
      subject = "host `${if isString inventory.hostName then inventory.hostName else "?"}`";
      inherit (inventory) positions;
      faults = argumentFaults args;
    }
  ] (build args);
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
