# The same host twice: by mkHost, and by hand with the same modules and settings. And one of NixOS
# alone, with what mkHost's would have of it in any case.
let
  inputs = import ./inputs.nix;
  nixfleet = import ../../lib { inherit inputs; };
  inherit (inputs.nixpkgs.lib) mkDefault mkForce nixosSystem;

  userName = "ops";
  sshAuthorizedKeys = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4"
  ];
  modules = [
    {
      fileSystems."/" = {
        device = "/dev/vda1";
        fsType = "ext4";
      };
    }
  ];

  hosts = {
    mkHost = nixfleet.mkHost {
      hostName = "web-01";
      platform = "x86_64-linux";
      stateVersion = "26.05";
      hostSpec = { inherit userName sshAuthorizedKeys; };
      inherit modules;
    };

    byHand = nixosSystem {
      specialArgs = { inherit inputs nixfleet; };
      modules = [
        nixfleet.nixosModules.core
        nixfleet.nixosModules.home-manager
        nixfleet.nixosModules.impermanence
        nixfleet.nixosModules.vm-test
        inputs.home-manager.nixosModules.home-manager
        inputs.disko.nixosModules.disko
        inputs.impermanence.nixosModules.impermanence
        {
          hostSpec = {
            hostName = mkForce "web-01";
            isDarwin = mkForce false;
            userName = mkDefault userName;
            sshAuthorizedKeys = mkDefault sshAuthorizedKeys;
          };
          nixpkgs.hostPlatform = mkDefault "x86_64-linux";
          system.stateVersion = mkDefault "26.05";
        }
      ]
      ++ modules;
    };

    plain = nixosSystem {
      modules = [
        {
          boot.loader.systemd-boot.enable = true;
          networking.hostName = "web-01";
          nixpkgs.hostPlatform = "x86_64-linux";
          services.openssh.enable = true;
          system.stateVersion = "26.05";
          users.users.${userName} = {
            isNormalUser = true;
            extraGroups = [ "wheel" ];
            openssh.authorizedKeys.keys = sshAuthorizedKeys;
          };
        }
      ]
      ++ modules;
    };
  };
in
builtins.mapAttrs (
  _:
  { config, ... }:
  [
    config.system.build.toplevel.drvPath
    config.users.users
    config.networking.hostName
    config.services.openssh.settings
  ]
) hosts
