{ inputs, lib }:
let
  fleetOf = import ./fleet.nix { inherit inputs lib; };
  inherit (import ./inventory.nix) rootOf;
  # Where the hosts are written; without any, where something else is.
  fleetPosition =
    args:
    let
      names = if builtins.isAttrs args then [ "hosts" ] ++ builtins.attrNames args else [ ];
      written = builtins.filter (it: it != null) (map (name: builtins.unsafeGetAttrPos name args) names);
    in
    if written == [ ] then null else builtins.head written;
in
/**
  A fleet's flake outputs: `nixosConfigurations`, `darwinConfigurations`, `packages`, `apps`,
  `checks`, and `nixfleet`, the fleet as data.

  # Inputs
  - `hosts`: `{ <name> = { platform; … }; }`, mkHost's arguments by host; `hostName` is the name.
  - `defaults`: mkHost's arguments for every host, and under `defaults.nixos` and
    `defaults.darwin` for those of one class. A host's value replaces the default; `hostSpec`,
    `hostSpec.networking` and `specialArgs` merge by field, `modules`, `homeModules`, `tags` and
    `hostSpecFields` add up.
  - `name`: what the fleet is called; `packages.<system>.iso` is `<name>-installer.iso`. Default:
    `"nixfleet"`.
  - `isoSshKeys`: who may log in to the installer, `packages.<system>.iso`. Not given: no ISO.
  - `isoModules`: more modules for the installer.
  - `hostSpecFields`: the fields of hostSpec that modules of yours declare, so that the tool knows
    them without an evaluation.
  - `release`: who may make a release, and how it reaches the hosts. `keys`: SSH public keys, security
    keys among them; `threshold`: how many of them it takes, 1 unless given; `caches`: `{ url; key; }`
    each; `source`: where hosts find releases, a URL or several; `controlPlane`: its `address` and
    `key`; `waves`: which hosts go when, each with a `name`, `hosts` by name, `tags`, or neither for
    the rest, and `atMost`, `need`, `soak`, `window`; `budgets`: `{ tags; atMost; }` across waves;
    `onFailure`: `"halt"`, unless given, or `"rollback"`.
  - `package`: a function from a package set to the `nixfleet` tool, which the apps and
    `checks.<system>.nixfleet-validate` run. Default: `nixfleet.lib.package`.

  # Type
  `mkFleet :: { hosts, … } -> { nixosConfigurations, darwinConfigurations, packages, apps, checks, nixfleet }`

  # Example
  ```nix
  outputs = inputs: inputs.nixfleet.lib.mkFleet {
    isoSshKeys = [ "ssh-ed25519 AAAA… me@laptop" ];
    defaults.hostSpec.userName = "ops";
    defaults.nixos.stateVersion = "26.05";
    hosts.web-01 = { platform = "x86_64-linux"; modules = [ ./web-01 ]; };
  };
  ```
  Outputs of your own go beside it: `mkFleet { … } // { formatter = …; }`, or, where both have
  one, `packages = lib.recursiveUpdate fleet.packages { … };`.
*/
args:
let
  position = fleetPosition args;
in
fleetOf {
  root = rootOf position;
  source = if position == null then null else position.file;
} args
