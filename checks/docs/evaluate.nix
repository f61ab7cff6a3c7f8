# Evaluates one example of the book, by what its code block says that it is:
#   flake    a whole flake.nix: its fleet is read as data, its templates, hosts' names and apps too
#   eval     an expression that knows `nixfleet`, the flake: its value, or the host or fleet as data
#   module, darwin-module, home-module
#            a module of a host, evaluated with one whose assertions must hold
# Only modules need the flake's inputs.
{ kind, file }:
let
  inherit (builtins)
    attrNames
    deepSeq
    filter
    isFunction
    mapAttrs
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

  # An example knows the name of the fleet's user, no more, so that what it needs is in it.
  host =
    arguments:
    let
      inputs = import ../nix/inputs.nix;
      host = (libraryOf inputs).lib.mkHost (
        {
          hostName = "example";
          hostSpec = {
            userName = "ops";
            sshAuthorizedKeys = [
              "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a"
            ];
          };
        }
        // arguments
      );
      failed = filter (it: !it.assertion) host.config.assertions;
    in
    if failed == [ ] then
      deepSeq (host.config.nixfleet.vmTest or null) (attrNames host.config.system.build)
    else
      throw (builtins.concatStringsSep "\n" (map (it: it.message) failed));
  linux = {
    platform = "x86_64-linux";
    stateVersion = "26.05";
    isVm = true;
  };

  evaluate = {
    flake =
      let
        self = given.outputs (
          mapAttrs (_: _: { }) given.inputs
          // {
            inherit self;
            nixfleet = withoutInputs;
          }
        );
      in
      dataOf self;
    eval = dataOf (if isFunction given then given { nixfleet = withoutInputs; } else given);
    module = host (linux // { modules = [ file ]; });
    darwin-module = host {
      platform = "aarch64-darwin";
      stateVersion = 6;
      modules = [ file ];
    };
    home-module = host (linux // { homeModules = [ file ]; });
  };
in
{
  value = evaluate.${kind};
}
