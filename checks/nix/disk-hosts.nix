# Hosts with each layout, and what is looked at of them.
{ inputs, nixfleet }:
let
  inherit (inputs.nixpkgs) lib;
  inherit (import ./hosts.nix { inherit inputs nixfleet; }) configOf;
in
rec {
  layouts = nixfleet.nixosModules.disks;

  on =
    layout: disk:
    configOf { } [
      layouts.${layout}
      {
        nixfleet.disk = {
          device = "/dev/disk/by-id/one";
        }
        // disk;
      }
    ];

  partitions = config: config.disko.devices.disk.main.content.partitions;

  warnsAbout = name: config: lib.any (text: lib.hasInfix "`${name}`" text) config.warnings;
}
