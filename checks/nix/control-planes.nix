# Hosts with the control plane's module, and what they say.
{ inputs, nixfleet }:
let
  inherit (inputs.nixpkgs) lib;
  inherit (import ./hosts.nix { inherit inputs nixfleet; }) configOf;
in
rec {
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";

  controlPlane = settings: {
    imports = [ nixfleet.nixosModules.control-plane ];
    services.nixfleet-control-plane = {
      enable = true;
      fleet = "home";
      keys = [ key ];
      package = {
        type = "derivation";
        outPath = "/control-plane";
        name = "nixfleet-control-plane";
        meta.mainProgram = "nixfleet-control-plane";
      };
    }
    // settings;
  };

  with' = settings: configOf { } [ (controlPlane settings) ];

  refusals = config: map (it: it.message) (lib.filter (it: !it.assertion) config.assertions);
}
