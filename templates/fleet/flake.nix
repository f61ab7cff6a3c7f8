{
  description = "My fleet";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    nixfleet.url = "github:nixfleet/nixfleet";
    nixfleet.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    inputs@{ nixfleet, ... }:
    let
      # Your public key, the line in ~/.ssh/id_ed25519.pub. It logs in to the installer and the hosts.
      sshKeys = [ "ssh-ed25519 PUT-YOUR-PUBLIC-KEY-HERE" ];
    in
    nixfleet.lib.mkFleet {
      isoSshKeys = sshKeys;

      # What a host does not say itself it has from here.
      defaults = {
        hostSpec = {
          userName = "ops";
          sshAuthorizedKeys = sshKeys;
        };
        nixos = {
          # A Mac has its own, which goes with its owner.
          hostSpec.timeZone = "UTC";
          # The release that the hosts are installed with. It stays when nixpkgs moves on.
          stateVersion = "26.05";
          # What a machine has that nobody sits at: it comes back by itself, and no key but yours opens it.
          modules = [ nixfleet.nixosModules.server ];
        };
        darwin.stateVersion = 7;
        # What modules have as arguments: `inputs` are the ones above.
        specialArgs = { inherit inputs; };
      };

      hosts = {
        web-01 = {
          platform = "x86_64-linux";
          # A VM to begin with. On a machine of its own: `false`, and look through hosts/web-01.
          isVm = true;
          modules = [
            ./hosts/web-01/hardware.nix
            ./hosts/web-01/disk.nix
            ./hosts/web-01/services.nix
          ];
        };

        db-01 = {
          platform = "x86_64-linux";
          isVm = true;
          modules = [
            ./hosts/db-01/hardware.nix
            ./hosts/db-01/disk.nix
            ./hosts/db-01/services.nix
          ];
        };

        macbook = {
          platform = "aarch64-darwin";
          # The name of your account on the Mac.
          hostSpec.userName = "me";
          modules = [ ./hosts/macbook/settings.nix ];
        };
      };
    };
}
