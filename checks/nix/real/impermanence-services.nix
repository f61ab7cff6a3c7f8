# What the audit says of services whose state is known: some at a time on one host, few enough that a
# name which is right for one is seldom taken for another's.
{
  inputs,
  lib,
  nixfleet,
}:
let
  audit = import ../audit.nix { inherit inputs nixfleet; };
  inherit (import ../../../modules/nixos/impermanence/paths.nix { inherit lib; }) isWithin;
  size = 6;

  services = lib.mapAttrsToList (
    name: service:
    {
      inherit name;
      restricted = false;
    }
    // (
      if lib.isList service then
        {
          config.services.${name}.enable = true;
          state = service;
        }
      else
        service
    )
  ) (import ../audited/services.nix);

  # Without settings of their own for packages hosts share these, which is most of their evaluation.
  parted = lib.partition (service: service.restricted) services;
  groups = groupsOf parted.wrong ++ groupsOf parted.right;
  groupsOf =
    services:
    lib.genList (index: lib.sublist (index * size) size services) (
      (lib.length services + size - 1) / size
    );

  # State that is not named, and names that are nobody's state.
  faults =
    group:
    let
      lines = audit.warning (
        map (service: service.config) group
        ++ lib.optional (lib.any (service: service.restricted) group) {
          nixpkgs.config = {
            allowUnfree = true;
            allowInsecurePredicate = _: true;
          };
        }
      );
      said = audit.lostIn lines;
      stateOf =
        service: map (path: if lib.hasPrefix "/" path then path else "/var/lib/${path}") service.state;
      state = lib.concatMap stateOf group;
      isNamed = path: lib.any (item: isWithin item.path path) said;
      isState = item: lib.any (path: isWithin item.path path || isWithin path item.path) state;
    in
    lib.concatMap (
      service:
      map (path: "not named: ${path} of ${service.name}") (
        lib.filter (path: !isNamed path) (stateOf service)
      )
    ) group
    ++ map (item: "wrong: ${item.path}, ${item.source}") (lib.filter (item: !isState item) said)
    # The list's own secrets lie below /run.
    ++ map (file: "wrong: ${file}") (audit.namedIn lines);
in
{
  "test: a host without services has no state that is lost" = {
    expr = audit.warning [ ];
    expected = [ ];
  };

  "test: of each service's state there is a list" = {
    expr = lib.length services > 200;
    expected = true;
  };
}
// lib.listToAttrs (
  map (group: {
    name = "test: the state is named of ${lib.concatMapStringsSep ", " (service: service.name) group}";
    value = {
      expr = faults group;
      expected = [ ];
    };
  }) groups
)
