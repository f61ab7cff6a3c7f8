{
  description = "My server";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    nixfleet.url = "github:nixfleet/nixfleet";
    nixfleet.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    inputs@{ nixfleet, ... }:
    let
      # Your public key, the line in ~/.ssh/id_ed25519.pub. It logs in to the installer and the server.
      sshKeys = [ "ssh-ed25519 PUT-YOUR-PUBLIC-KEY-HERE" ];
    in
    nixfleet.lib.mkFleet {
      isoSshKeys = sshKeys;

      hosts.server = {
        platform = "x86_64-linux";
        # The release that the server is installed with. It stays when nixpkgs moves on.
        stateVersion = "26.05";
        # A VM to begin with. On a machine of its own: `false`, and look through hosts/server.
        isVm = true;

        hostSpec = {
          userName = "ops";
          timeZone = "UTC";
          sshAuthorizedKeys = sshKeys;
        };

        # What modules have as arguments: `inputs` are the ones above.
        specialArgs = { inherit inputs; };

        modules = [
          # What a machine has that nobody sits at: it comes back by itself, and no key but yours opens it.
          nixfleet.nixosModules.server
          ./hosts/server/hardware.nix
          ./hosts/server/disk.nix
          ./hosts/server/services.nix
        ];
      };
    };
}
