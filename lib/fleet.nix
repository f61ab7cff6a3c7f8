/*
  A fleet's outputs. `root` is the flake that the fleet is written in, as a store path, or null;
  `moduleInputs` are the `inputs` that modules see, `written` the sets in which the arguments stand.
  mkFleet and the flake-parts module learn them in different ways.
*/
{ inputs, lib }:
{
  root,
  moduleInputs ? inputs,
  written ? null,
}:
args:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    head
    intersectAttrs
    isAttrs
    length
    listToAttrs
    mapAttrs
    removeAttrs
    unsafeGetAttrPos
    ;
  inherit (import ./fleet-arguments.nix) fleetFaults;
  inherit (import ./faults.nix) refuse;
  inherit (import ./host-arguments.nix) argumentFaults;
  inherit (import ./inventory.nix)
    carry
    readHost
    writtenAt
    writtenIn
    ;
  inherit (import ./layers.nix) over;
  inherit (import ./positions-budget.nix) affordsPositions;
  buildHost = import ./build-host.nix { inherit inputs lib moduleInputs; };

  attrsOrNone = value: if isAttrs value then value else { };
  hosts = attrsOrNone (args.hosts or { });
  defaults = attrsOrNone (args.defaults or { });

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
    nixos = layer (attrsOrNone (defaults.nixos or { }));
    darwin = layer (attrsOrNone (defaults.darwin or { }));
    none = layer { };
  };

  sources = if written == null then [ args ] else written;

  # Where a host is that a function made, as in a loop.
  whole = concatMap (source: writtenAt root (unsafeGetAttrPos "hosts" source)) sources;

  read = mapAttrs (
    name: given:
    let
      own = attrsOrNone given;
      class = lib.classOf (own.platform or common.platform or null);
      under = layers.${if class == null then "none" else class};
      merged = {
        hostName = name;
      }
      // over under.args own;
    in
    {
      args = merged;
      inventory = readHost {
        args = merged;
        positions =
          writtenAt root (unsafeGetAttrPos name hosts) ++ writtenIn root own ++ under.positions ++ whole;
      };
    }
  ) hosts;

  inventory = {
    apiVersion = 1;
    inherit root;
    isoSshKeys = carry (args.isoSshKeys or [ ]);
    positions = listToAttrs (
      concatMap (source: writtenIn root (removeAttrs source [ "hosts" ])) sources ++ whole
    );
    # Where they would cost a wait, a host's positions are read from its own `nixfleet` alone.
    hosts = mapAttrs (
      _: host: if hasPositions then host.inventory else removeAttrs host.inventory [ "positions" ]
    ) read;
  }
  // (if faults == [ ] then { } else { inherit faults; });
  faults = fleetFaults args;
  hasPositions = affordsPositions {
    position = if hosts == { } then null else unsafeGetAttrPos (head (attrNames hosts)) hosts;
    count = length (attrNames hosts);
  };

  report = name: host: {
    subject = "host `${name}`";
    inherit (host.inventory) positions;
    faults = argumentFaults host.args;
  };

  # Every output but the inventory, which carries the faults for the tool to tell.
  ifSound = refuse [
    {
      subject = "the fleet";
      inherit (inventory) positions;
      inherit faults;
    }
  ];

  systemsOf =
    isDarwin:
    ifSound (
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
      )
    );

  forEachSystem = lib.forEachPlatform (system: inputs.nixpkgs.legacyPackages.${system});
  package = args.package or lib.package;
in
{
  nixfleet = inventory;
  nixosConfigurations = systemsOf false;
  darwinConfigurations = systemsOf true;

  # Without the argument a fleet has no ISO; with an empty list the ISO says what it lacks.
  packages = ifSound (
    if args ? isoSshKeys then
      intersectAttrs
        {
          x86_64-linux = null;
          aarch64-linux = null;
        }
        (
          lib.forEachPlatform (system: system) (platform: {
            iso = lib.mkIso {
              inherit (args) isoSshKeys;
              inherit platform;
              name = "${args.name or "nixfleet"}-installer";
              modules = args.isoModules or [ ];
            };
          })
        )
    else
      { }
  );

  apps = ifSound (
    forEachSystem (
      pkgs:
      lib.mkApps {
        inherit pkgs;
        package = package pkgs;
      }
    )
  );

  checks = ifSound (
    forEachSystem (pkgs: {
      nixfleet-validate = import ./validate-check.nix {
        inherit pkgs inventory;
        reports = attrValues (mapAttrs report read);
        tool = package pkgs;
      };
    })
  );
}
