{ lib }:
let
  descriptions = {
    validate = "Report every mistake of the fleet at its place";
    list = "Show the fleet as a table";
    keys = "Show which of the fleet's keys have their private half on this machine";
    doctor = "Show what this machine lacks, or whether a target can be installed";
    build-vm = "Install a host into a QEMU machine";
    start-vm = "Start a host's QEMU machine";
    stop-vm = "Power a host's QEMU machine off";
    clean-vm = "Delete a host's QEMU machine";
    test-vm = "Install, boot and verify a host in a throw-away QEMU machine";
  };
in
/**
  The flake apps that run the `nixfleet` tool, so that `nix run .#test-vm -- -h web-01` does what
  `nixfleet test-vm -h web-01` does.

  # Inputs
  `pkgs`: the package set to build with; `package`: the tool, `nixfleet.lib.package pkgs` unless
  given.

  # Type
  `mkApps :: { pkgs, package ? } -> { <command> :: { type, program, meta } }`

  # Example
  `apps.x86_64-linux = nixfleet.lib.mkApps { pkgs = nixpkgs.legacyPackages.x86_64-linux; };`
*/
{
  pkgs,
  package ? lib.package pkgs,
}:
builtins.mapAttrs (command: description: {
  type = "app";
  program = toString (
    pkgs.writeShellScript "nixfleet-${command}" ''
      exec ${package}/bin/nixfleet ${command} "$@"
    ''
  );
  meta = { inherit description; };
}) descriptions
