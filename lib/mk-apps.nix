{ lib }:
let
  # What reads alone runs without QEMU and nixos-anywhere, which would have to be fetched first.
  readers = {
    validate = "Report every mistake of the fleet at its place";
    list = "Show the fleet as a table";
    keys = "Show which of the fleet's keys have their private half on this machine";
    release = "Build, sign and hand out what the hosts are to run";
    deploy = "Take a release to hosts over SSH, whose agents apply it at once";
    rollout = "Watch the newest release on its way to the hosts, and stop, delay or allow";
    status = "Show what each host runs, should run, and why it does not";
    doctor = "Show what this machine lacks, or whether a target can be installed";
  };
  machines = {
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
  given. Its `reader`, the tool without what only VMs need, runs the commands that read alone.
  `source`: a file of the flake whose fleet the apps are of, as a path in the store; without it they
  look at the flake of the folder that they are run in, wherever they come from.

  # Type
  `mkApps :: { pkgs, package ?, source ? } -> { <command> :: { type, program, meta } }`

  # Example
  `apps.x86_64-linux = nixfleet.lib.mkApps { pkgs = nixpkgs.legacyPackages.x86_64-linux; };`
*/
{
  pkgs,
  package ? lib.package pkgs,
  source ? null,
}:
let
  # `nix run FLAKE#validate` is of FLAKE, wherever it is run. The text has no context: the flake is in
  # the store when its app is, and is no input of the app.
  ofFleet =
    if source == null then
      ""
    else
      let
        quoted = builtins.replaceStrings [ "'" ] [ "'\\''" ] (builtins.unsafeDiscardStringContext source);
      in
      "export NIXFLEET_SOURCE='${quoted}'\n";
  app = tool: environment: command: description: {
    type = "app";
    program = toString (
      pkgs.writeShellScript "nixfleet-${command}" ''
        ${ofFleet}${environment}exec ${tool}/bin/nixfleet ${command} "$@"
      ''
    );
    meta = { inherit description; };
  };
  # A package of the user's own may have no such half.
  reads =
    if package ? reader then
      app package.reader "export NIXFLEET_BROUGHT_ALONG='nixos-anywhere qemu'\n"
    else
      app package "";
in
builtins.mapAttrs reads readers // builtins.mapAttrs (app package "") machines
