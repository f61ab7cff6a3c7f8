{
  description = "My fleet, which keeps itself up to date";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    nixfleet.url = "github:nixfleet/nixfleet";
    nixfleet.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    inputs@{ nixfleet, ... }:
    let
      # Your public key, the line in ~/.ssh/id_ed25519.pub. It logs in to the installer and the hosts,
      # and its private half signs what they run.
      sshKeys = [ "ssh-ed25519 PUT-YOUR-PUBLIC-KEY-HERE" ];

      # Where the hosts reach the host `fleet`: its name in DNS, or its address.
      address = "fleet.example.org";

      # The public keys that `sh make-keys.sh` writes.
      publicKey =
        file:
        if builtins.pathExists file then
          builtins.head (builtins.split "\n" (builtins.readFile file))
        else
          throw "${baseNameOf file} is not in keys/: run `sh make-keys.sh`, then `git add .`";
    in
    nixfleet.lib.mkFleet {
      name = "home";
      isoSshKeys = sshKeys;

      defaults = {
        hostSpec = {
          userName = "ops";
          timeZone = "UTC";
          sshAuthorizedKeys = sshKeys;
        };
        nixos = {
          # The release that the hosts are installed with. It stays when nixpkgs moves on.
          stateVersion = "26.05";
          # What a machine has that nobody sits at: it comes back by itself, and no key but yours opens it.
          modules = [ nixfleet.nixosModules.server ];
        };
        # What modules have as arguments: `inputs` are the ones above.
        specialArgs = { inherit inputs; };
      };

      # With this every host has an agent, which brings it to what you have released and signed.
      release = {
        keys = sshKeys;

        # It says when a host goes, and hands out releases; what they say it cannot change.
        controlPlane = {
          address = "${address}:7250";
          key = publicKey ./keys/fleet.pub;
        };
        # Asked for releases while the control plane does not answer.
        source = "http://${address}/releases";

        # Where hosts fetch what they are to run. A release has its hashes, so plain HTTP will do.
        caches = [
          {
            url = "http://${address}";
            key = publicKey ./keys/cache-signing.pub;
          }
        ];

        # web-01 goes first, and has to hold for half an hour before the others follow, one at a time.
        waves = [
          {
            name = "canary";
            hosts = [ "web-01" ];
            soak = "30m";
          }
          {
            name = "rest";
            atMost = 1;
          }
        ];
      };

      hosts = {
        # The control plane, and the cache beside it.
        fleet = {
          platform = "x86_64-linux";
          hostKey = publicKey ./keys/fleet.pub;
          # A VM to begin with. On a machine of its own: `false`, and look through hosts/fleet.
          isVm = true;
          modules = [
            ./hosts/fleet/hardware.nix
            ./hosts/fleet/disk.nix
            ./hosts/fleet/control-plane.nix
            ./hosts/fleet/cache.nix
          ];
        };

        web-01 = {
          platform = "x86_64-linux";
          hostKey = publicKey ./keys/web-01.pub;
          isVm = true;
          modules = [
            ./hosts/web-01/hardware.nix
            ./hosts/web-01/disk.nix
            ./hosts/web-01/services.nix
          ];
        };

        web-02 = {
          platform = "x86_64-linux";
          hostKey = publicKey ./keys/web-02.pub;
          isVm = true;
          modules = [
            ./hosts/web-02/hardware.nix
            ./hosts/web-02/disk.nix
            ./hosts/web-02/services.nix
          ];
        };
      };
    };
}
