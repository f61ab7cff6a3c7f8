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

  # Of these lines the paths that are lost: `/var/lib/app: state of app.service`.
  lostIn =
    lines:
    map (match: {
      path = lib.head match;
      source = lib.last match;
    }) (lib.filter (match: match != null) (map (builtins.match "(/[^ ]*): (.*)") lines));

  reported = modules: map (item: item.path) (lostIn (warning modules));

  # And the options that name a file, each with it.
  namedIn =
    lines:
    map (lib.concatStringsSep " ") (
      lib.filter (match: match != null) (
        map (builtins.match "nixfleet.impermanence: ([^ ]*) names ([^ ,]*), .*") lines
      )
    );
}
