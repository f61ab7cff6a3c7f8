# Evaluates one example of the book, by what its code block says that it is:
#   flake         a whole flake.nix, whose fleet is read as data
#   flake-parts   the same with flake-parts
#   eval          an expression, or a function of `{ nixfleet }`: its value, of a host or fleet the data
#   module, darwin-module, home-module
#                 a module of a host that evaluates, and whose assertions hold
#   control-plane the same of a fleet's control plane
# Modules and flake-parts alone need the flake's inputs.
#
# `whole` is whether nothing is left out: an example shows what it is about, and neither the machine's
# hardware file nor its release.
{
  kind,
  file,
  whole ? false,
}:
let
  inherit (builtins)
    attrNames
    concatLists
    concatStringsSep
    filter
    foldl'
    isAttrs
    isFunction
    map
    mapAttrs
    removeAttrs
    toJSON
    ;
  flake = import ../../flake.nix;
  given = import file;

  libraryOf =
    inputs:
    let
      lib = import ../../lib { inherit inputs; };
    in
    {
      inherit lib;
      inherit (lib) nixosModules darwinModules templates;
      flakeModules.default = import ../../modules/flake { inherit inputs lib; };
    };

  # The fleet as data needs none of the inputs, so none is there.
  withoutInputs = libraryOf (mapAttrs (name: _: throw "the input `${name}` was forced") flake.inputs);

  # What is data, of whatever an example makes: a fleet or a host is its inventory.
  dataOf = value: if value ? nixfleet then value.nixfleet else value;

  # Where a module sets something, down to what is no set any more.
  leaves =
    path: value:
    if value._type or null == "if" then
      leaves path value.content
    else if isAttrs value && value._type or null == null && value.type or null != "derivation" then
      concatLists (map (name: leaves (path ++ [ name ]) value.${name}) (attrNames value))
    else
      [ path ];
  at = foldl' (value: name: if isAttrs value then value.${name} or null else null);

  # A host that an example is of. All that the example sets is asked for, so that each value meets its
  # option's type; `homeOf` is where a home module's options are.
  host =
    {
      homeOf ? config: config,
      ...
    }@arguments:
    let
      host = (libraryOf (import ../nix/inputs.nix)).lib.mkHost (
        {
          hostName = "example";
          hostSpec = {
            userName = "ops";
            sshAuthorizedKeys = [
              "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a"
            ];
          };
        }
        // removeAttrs arguments [ "homeOf" ]
      );
      inherit (host) config;
      module =
        if isFunction given then
          given {
            inherit config;
            inherit (config) hostSpec;
            inherit (host) pkgs;
            inherit (host.pkgs) lib;
            nixfleet = (libraryOf (import ../nix/inputs.nix)).lib;
          }
        else
          given;
      settings =
        module.config or (removeAttrs module [
          "imports"
          "options"
        ]);
      failed = filter (it: !it.assertion) config.assertions;
    in
    {
      inherit host;
      values =
        if failed == [ ] then
          map (path: toJSON (at (homeOf config) path)) (leaves [ ] settings)
        else
          throw (concatStringsSep "\n" (map (it: it.message) failed));
    };
  linux = {
    platform = "x86_64-linux";
    stateVersion = "26.05";
    isVm = true;
  };

  fleetOf =
    inputs:
    let
      arguments =
        mapAttrs (_: _: { }) given.inputs
        // {
          nixfleet = withoutInputs;
          self = {
            outPath = toString (dirOf file);
            inputs = { };
          };
        }
        // inputs;
    in
    given.outputs arguments;

  # What an example leaves out.
  completing =
    inputs:
    let
      inherit (inputs.nixpkgs.lib) mkDefault mkOverride;
      with' =
        module: build: arguments:
        build (arguments // { modules = arguments.modules ++ [ module ]; });
    in
    inputs
    // {
      nixpkgs = inputs.nixpkgs // {
        lib = inputs.nixpkgs.lib // {
          nixosSystem = with' {
            fileSystems."/" = mkDefault {
              device = "/dev/vda1";
              fsType = "ext4";
            };
            boot.loader.systemd-boot.enable = mkOverride 1400 true;
            nixpkgs.hostPlatform = mkOverride 1400 "x86_64-linux";
            system.stateVersion = mkOverride 1400 "26.05";
          } inputs.nixpkgs.lib.nixosSystem;
        };
      };
      darwin = inputs.darwin // {
        lib = inputs.darwin.lib // {
          darwinSystem = with' { system.stateVersion = mkOverride 1400 6; } inputs.darwin.lib.darwinSystem;
        };
      };
    };

  exampleOf = nixfleet: if isFunction given then given { inherit nixfleet; } else given;

  hosts = {
    module = host (linux // { modules = [ file ]; });
    control-plane = host (
      linux
      // {
        modules = [
          (libraryOf { }).nixosModules.control-plane
          {
            services.nixfleet-control-plane = {
              fleet = "example";
              keys = [
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a ops"
              ];
            };
          }
          file
        ];
      }
    );
    darwin-module = host {
      platform = "aarch64-darwin";
      stateVersion = 6;
      modules = [ file ];
    };
    home-module = host (
      linux
      // {
        homeModules = [ file ];
        homeOf = config: config.home-manager.users.ops;
      }
    );
  };
in
{
  value =
    {
      flake = dataOf (fleetOf { });
      # mkFlake itself needs an input, the fleet that is read from it none.
      flake-parts = dataOf (fleetOf {
        inherit (import ../nix/inputs.nix) flake-parts;
      });
      eval = dataOf (exampleOf withoutInputs);
    }
    .${kind} or hosts.${kind}.values;

  # What is wrong with each system that the example makes, down to its derivation: nothing, or its
  # warnings. An error is one of the evaluation. It takes a whole nixpkgs.
  built =
    let
      all = import ../nix/inputs.nix;
      inputs = if whole then all else completing all;
      made =
        if hosts ? ${kind} then
          { nixosConfigurations.example = hosts.${kind}.host; }
        else if kind == "eval" then
          exampleOf (libraryOf inputs)
        else
          fleetOf (inputs // { nixfleet = libraryOf inputs; });
      systems =
        if made ? config then
          { example = made; }
        else
          # `nix flake check` builds a whole flake's, and no Macs.
          (if whole then { } else made.nixosConfigurations or { }) // made.darwinConfigurations or { };
      # They hold nothing of the hosts: a template's is like every other's.
      images =
        if whole then mapAttrs (_: packages: packages.iso.drvPath or null) made.packages or { } else { };
      # Of many that are alike, some.
      names = attrNames systems;
      some = if builtins.length names > 9 then builtins.genList (builtins.elemAt names) 3 else names;
      warningsOf =
        host: builtins.seq (host.config.system.build.toplevel or host.system).drvPath host.config.warnings;
      warnings = builtins.listToAttrs (
        map (name: {
          inherit name;
          value = warningsOf systems.${name};
        }) some
      );
    in
    builtins.deepSeq images (
      removeAttrs warnings (filter (name: warnings.${name} == [ ]) (attrNames warnings))
    );
}
