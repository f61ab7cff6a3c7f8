/*
  A fleet's outputs. `root` is the flake that the fleet is written in, as a store path, or null:
  mkFleet and the flake-parts module learn it in different ways.
*/
{ inputs, lib }:
{ root }:
args:
let
  inherit (builtins)
    attrNames
    concatMap
    isAttrs
    listToAttrs
    mapAttrs
    removeAttrs
    unsafeGetAttrPos
    ;
  inherit (import ./inventory.nix)
    carry
    readHost
    writtenAt
    writtenIn
    ;
  inherit (import ./layers.nix) over;
  buildHost = import ./build-host.nix { inherit inputs lib; };

  hosts = args.hosts or { };
  defaults = args.defaults or { };
  isoSshKeys = args.isoSshKeys or [ ];

  # The defaults of each class, and where they are written, once for all hosts.
  common = removeAttrs defaults [
    "nixos"
    "darwin"
  ];
  layer = own: {
    args = over common own;
    positions = writtenIn root own ++ writtenIn root common;
  };
  layers = {
    nixos = layer (defaults.nixos or { });
    darwin = layer (defaults.darwin or { });
    unknown = layer { };
  };

  readOne =
    name:
    let
      own = if isAttrs hosts.${name} then hosts.${name} else { };
      class = lib.classOf (own.platform or common.platform or null);
      under = layers.${if class == null then "unknown" else class};
      merged = {
        hostName = name;
      }
      // over under.args own;
    in
    {
      inherit name;
      value = {
        args = merged;
        inventory = readHost {
          args = merged;
          positions = writtenAt root (unsafeGetAttrPos name hosts) ++ writtenIn root own ++ under.positions;
        };
      };
    };

  read = listToAttrs (map readOne (attrNames hosts));

  ofClass =
    isDarwin:
    listToAttrs (
      concatMap (
        name:
        let
          host = read.${name};
        in
        if (host.inventory.class == "darwin") == isDarwin then
          [
            {
              inherit name;
              value = buildHost host.args host.inventory;
            }
          ]
        else
          [ ]
      ) (attrNames hosts)
    );

  onLinux = builtins.intersectAttrs {
    x86_64-linux = null;
    aarch64-linux = null;
  };

  inventory = {
    apiVersion = 1;
    inherit root;
    isoSshKeys = carry isoSshKeys;
    positions = listToAttrs (writtenIn root (removeAttrs args [ "hosts" ]));
    hosts = mapAttrs (_: host: host.inventory) read;
  };
  forEachSystem = lib.forEachPlatform (system: inputs.nixpkgs.legacyPackages.${system});
  package = args.package or lib.package;
in
{
  nixfleet = inventory;
  nixosConfigurations = ofClass false;
  darwinConfigurations = ofClass true;

  # Without the argument a fleet of Macs has no ISO; with an empty list the ISO says what it lacks.
  packages =
    if args ? isoSshKeys then
      onLinux (
        lib.forEachPlatform (system: system) (system: {
          iso = lib.mkIso {
            inherit isoSshKeys system;
            modules = args.isoModules or [ ];
          };
        })
      )
    else
      { };

  apps = forEachSystem (
    pkgs:
    lib.mkApps {
      inherit pkgs;
      package = package pkgs;
    }
  );
}
