/*
  A fleet's outputs. `root` is the flake that the fleet is written in, as a store path, or null;
  `source` the file of it that names the hosts, or null; `moduleInputs` are the `inputs` that modules
  see, `written` the sets in which the arguments stand. mkFleet and the flake-parts module learn them
  in different ways.
*/
{ inputs, lib }:
{
  root,
  source ? null,
  moduleInputs ? inputs,
  written ? null,
}:
args:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    filter
    head
    intersectAttrs
    isList
    length
    listToAttrs
    map
    mapAttrs
    removeAttrs
    unsafeGetAttrPos
    ;
  inherit (import ./fleet-arguments.nix)
    fleetFaults
    isCallable
    setOrNone
    soundLayer
    ;
  inherit (import ./faults.nix) refuse;
  inherit (import ./host-arguments.nix) argumentFaults notArguments unseenFaults;
  inherit (import ./inventory.nix)
    carry
    defaultsWrittenIn
    readHost
    releaseWrittenIn
    writtenAt
    writtenIn
    ;
  inherit (import ./layers.nix) over;
  inherit (import ./positions-budget.nix) affordsPositions;
  buildHost = import ./build-host.nix { inherit inputs lib moduleInputs; };

  hosts = setOrNone (args.hosts or { });
  defaults = setOrNone (args.defaults or { });

  # The defaults of each class, and where they are written, once for all hosts.
  general = removeAttrs (soundLayer "defaults" defaults) [
    "nixos"
    "darwin"
  ];
  ownFields = args.hostSpecFields or [ ];
  common = over (
    if isList ownFields && ownFields != [ ] then { hostSpecFields = ownFields; } else { }
  ) general;
  layer = own: {
    args = over common own;
    positions = writtenIn root own ++ writtenIn root general;
  };
  layers = {
    nixos = layer (soundLayer "defaults.nixos" (defaults.nixos or { }));
    darwin = layer (soundLayer "defaults.darwin" (defaults.darwin or { }));
    none = layer { };
  };

  sources = map setOrNone (if written == null then [ args ] else written);

  # Where a host is that a function made, as in a loop.
  whole = concatMap (source: writtenAt root (unsafeGetAttrPos "hosts" source)) sources;

  # Each on its own: what is wrong with one host leaves the others readable.
  read = mapAttrs (
    name: given:
    let
      wrongShape = notArguments (host: "hosts.${name} = ${host};") (unsafeGetAttrPos name hosts) given;
      own = if wrongShape == [ ] then given else { };
      class = lib.classOf (own.platform or common.platform or null);
      under = layers.${if class == null then "none" else class};
      merged = {
        hostName = name;
      }
      // over under.args own;
    in
    {
      args = merged;
      faults = if wrongShape == [ ] then argumentFaults merged else wrongShape;
      inventory = readHost {
        args = merged;
        faults = if wrongShape == [ ] then unseenFaults own else wrongShape;
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
      concatMap (
        source:
        if faults == [ ] then
          writtenIn root (removeAttrs source [ "hosts" ])
        else
          writtenIn root source ++ defaultsWrittenIn root (setOrNone (source.defaults or { }))
      ) sources
      ++ concatMap (source: releaseWrittenIn root (source.release or null)) sources
      ++ whole
    );
    # Where they would cost a wait, a host's positions are read from its own `nixfleet` alone.
    hosts = mapAttrs (
      _: host: if hasPositions then host.inventory else removeAttrs host.inventory [ "positions" ]
    ) read;
  }
  // mapAttrs (_: carry) (
    intersectAttrs {
      name = null;
      release = null;
    } (setOrNone args)
  )
  // (if faults == [ ] then { } else { inherit faults; });
  faults = fleetFaults args;
  hasPositions = affordsPositions {
    position = if hosts == { } then null else unsafeGetAttrPos (head (attrNames hosts)) hosts;
    count = length (attrNames hosts);
  };

  report = name: host: {
    subject = "host `${name}`";
    inherit (host.inventory) positions;
    inherit (host) faults;
  };

  # What is built of a fleet with faults is refused. The inventory carries them for the tool to tell,
  # and the apps run the tool: neither is guarded by what it is there for.
  ifSound = refuse [
    {
      subject = "the fleet";
      inherit (inventory) positions;
      inherit faults;
    }
  ];

  # Whose platform throws is in the inventory, and is asked for among the NixOS hosts.
  isDarwin =
    host:
    let
      class = builtins.tryEval (host.inventory.class == "darwin");
    in
    class.success && class.value;

  ofFleet = import ./fleet-agent.nix {
    name = args.name or "nixfleet";
    release = args.release or null;
  };

  systemsOf =
    wanted:
    let
      names = filter (name: isDarwin read.${name} == wanted) (attrNames hosts);
      systems = listToAttrs (
        map (name: {
          inherit name;
          value = buildHost (read.${name} // { inherit ifSound ofFleet; });
        }) names
      );
    in
    # A fleet without hosts may have them under a wrong name.
    if hosts == { } then ifSound systems else systems;

  forEachSystem = lib.forEachPlatform (system: inputs.nixpkgs.legacyPackages.${system});
  package = if isCallable (args.package or null) then args.package else lib.package;
in
{
  nixfleet = inventory;
  nixosConfigurations = systemsOf false;
  darwinConfigurations = systemsOf true;

  # Without the argument a fleet has no ISO; with an empty list the ISO says what it lacks.
  packages =
    if args ? isoSshKeys then
      intersectAttrs
        {
          x86_64-linux = null;
          aarch64-linux = null;
        }
        (
          lib.forEachPlatform (system: system) (platform: {
            iso = ifSound (
              lib.mkIso {
                inherit (args) isoSshKeys;
                inherit platform;
                name = "${args.name or "nixfleet"}-installer";
                modules = args.isoModules or [ ];
              }
            );
          })
        )
    else
      { };

  apps = forEachSystem (
    pkgs:
    lib.mkApps {
      inherit pkgs source;
      package = package pkgs;
    }
  );

  checks = ifSound (
    forEachSystem (pkgs: {
      nixfleet-validate = import ./validate-check.nix {
        inherit pkgs inventory;
        reports = attrValues (mapAttrs report read);
        systems = systemsOf false // systemsOf true;
        tool = package pkgs;
      };
    })
  );
}
