# Evaluates one example of the book, by what its code block says that it is:
#   flake         a whole flake.nix, whose fleet is read as data
#   flake-parts   the same with flake-parts
#   eval          an expression, or a function of `{ nixfleet }`: its value, of a host or fleet the data
#   module, darwin-module, home-module
#                 a module of a host that evaluates, and whose assertions hold
# Modules and flake-parts alone need the flake's inputs.
{ kind, file }:
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
    if failed == [ ] then
      map (path: toJSON (at (homeOf config) path)) (leaves [ ] settings)
    else
      throw (concatStringsSep "\n" (map (it: it.message) failed));
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
    dataOf (given.outputs arguments);

  evaluate = {
    flake = fleetOf { };
    # mkFlake itself needs an input, the fleet that is read from it none.
    flake-parts = fleetOf { inherit (import ../nix/inputs.nix) flake-parts; };
    eval = dataOf (if isFunction given then given { nixfleet = withoutInputs; } else given);
    module = host (linux // { modules = [ file ]; });
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
  value = evaluate.${kind};
}
