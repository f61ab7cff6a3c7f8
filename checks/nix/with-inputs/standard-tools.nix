# The page docs/src/standard-tools.md says which attributes each standard tool evaluates. One test for
# each row of its table, which evaluates them.
{ lib, nixfleet, ... }:
let
  inherit (builtins) getEnv;

  # What a nixpkgs that is a part of one has not.
  isThere =
    path:
    getEnv "NIXFLEET_NIXOS" != ""
    || getEnv "NIXFLEET_INPUTS" == ""
    || !lib.any (name: lib.hasSuffix ".system.build.${name}" path) [
      "installTest"
      "nixos-rebuild"
      "vm"
      "vmWithBootLoader"
    ];

  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a";

  fleet = nixfleet.mkFleet {
    isoSshKeys = [ key ];
    defaults.hostSpec = {
      userName = "ops";
      sshAuthorizedKeys = [ key ];
    };
    hosts = {
      web-01 = {
        platform = "x86_64-linux";
        stateVersion = "26.05";
        modules = [
          nixfleet.nixosModules.disks.ext4
          { nixfleet.disk.device = "/dev/disk/by-id/one"; }
        ];
      };
      macbook = {
        platform = "aarch64-darwin";
        stateVersion = 6;
      };
    };
  };
  outputs = fleet // {
    inherit (nixfleet) templates;
  };

  # `a."b".c` as a list of names.
  names = path: map (lib.removeSuffix "\"") (map (lib.removePrefix "\"") (lib.splitString "." path));

  # What a tool makes of an attribute: it builds a derivation, runs an app, copies a template, and
  # puts a list of settings into a line. Anything else would be no use to it.
  use =
    value:
    if lib.isDerivation value then
      lib.isString value.drvPath
    else if value.type or null == "app" then
      lib.hasPrefix builtins.storeDir value.program
    else if value ? path then
      lib.pathExists value.path
    else
      lib.isList value && lib.isString (toString value);

  codeSpans =
    text: lib.concatMap (part: if lib.isList part then part else [ ]) (builtins.split "`([^`]+)`" text);

  rows =
    map
      (
        row:
        let
          cells = lib.splitString " | " (lib.removeSuffix " |" (lib.removePrefix "| " row));
        in
        {
          command = lib.head (codeSpans (lib.elemAt cells 0));
          all = codeSpans (lib.elemAt cells 1);
          attributes = lib.filter isThere (codeSpans (lib.elemAt cells 1));
        }
      )
      (
        lib.filter (lib.hasPrefix "| `") (
          lib.splitString "\n" (builtins.readFile ../../../docs/src/standard-tools.md)
        )
      );

  commands = map (row: row.command) rows;
in
lib.listToAttrs (
  map (row: {
    name = "test: ${row.command}";
    value = {
      expr = lib.genAttrs row.attributes (path: use (lib.getAttrFromPath (names path) outputs));
      expected = lib.genAttrs row.attributes (_: true);
    };
  }) rows
)
// {
  "test: the page has the tools that users know" = {
    expr = lib.filter (tool: !lib.any (lib.hasPrefix tool) commands) [
      "nixos-anywhere --flake .#"
      "nixos-anywhere --flake .#web-01 --extra-files"
      "nixos-anywhere --flake .#web-01 --build-on remote"
      "nixos-anywhere --flake .#web-01 --build-on-remote"
      "nixos-anywhere --flake .#web-01 --copy-host-keys"
      "nixos-anywhere --flake .#web-01 --generate-hardware-config"
      "nixos-anywhere --flake .#web-01 --phases"
      "nixos-rebuild switch --flake .#web-01"
      "nixos-rebuild switch --flake .#web-01 --target-host"
      "nixos-rebuild build-vm --flake .#web-01"
      "darwin-rebuild switch"
      "nix build .#iso"
      "nix run .#build-vm"
      "nix run .#start-vm"
      "nix run .#test-vm"
      "nix flake init -t"
    ];
    expected = [ ];
  };

  "test: every row names an attribute" = {
    expr = lib.filter (row: row.all == [ ]) rows;
    expected = [ ];
  };
}
