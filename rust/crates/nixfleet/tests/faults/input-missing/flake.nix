{
  inputs.sops-nix.url = "github:Mic92/sops-nix";

  outputs = inputs: import ./fleet.nix { sops = inputs.sops.nixosModules.sops; };
}
