# What the audit of an impermanent host says.
{ inputs, nixfleet }:
let
  inherit (inputs.nixpkgs) lib;
in
rec {
  configOf = (import ./hosts.nix { inherit inputs nixfleet; }).audited;

  service = serviceConfig: { systemd.services.app = { inherit serviceConfig; }; };

  keeping = directories: { nixfleet.impermanence = { inherit directories; }; };

  # The lines of the warning, without their indentation.
  warning =
    modules:
    let
      ours = lib.filter (lib.hasPrefix "nixfleet.impermanence:") (configOf modules).warnings;
    in
    lib.concatMap (text: map (line: lib.removePrefix "  " line) (lib.splitString "\n" text)) ours;

  # What is reported: lines like `/var/lib/app: state of app.service`.
  said =
    modules:
    map (match: {
      path = lib.head match;
      source = lib.last match;
    }) (lib.filter (match: match != null) (map (builtins.match "(/[^ ]*): (.*)") (warning modules)));

  # The paths of it.
  reported = modules: map (item: item.path) (said modules);
}
