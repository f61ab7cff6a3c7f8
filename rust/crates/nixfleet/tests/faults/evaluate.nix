# What `validate --eval` asks of the host of a folder's fleet, with the modules of the flake's inputs.
{
  fault,
  fleets ? ./.,
  host ? "web-01",
}:
let
  folder = fleets + "/${fault}";
  nixfleet = import ../../../../../lib { inputs = import ../../../../../checks/nix/inputs.nix; };
  fleet = nixfleet.mkFleet (import ./arguments.nix { inherit folder nixfleet; });
  answer =
    import ../../src/faults/eval/host.nix (import ../../src/faults/eval/disks.nix)
      (import ../../src/faults/eval/services.nix)
      fleet.nixosConfigurations.${host};
in
# The path is another one with each change of nixpkgs.
builtins.seq answer.drvPath (builtins.removeAttrs answer [ "drvPath" ])
