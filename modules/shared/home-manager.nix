# The primary user's home, from mkHost's `homeModules`. Without any, Home Manager stays off. Home
# Manager's own module must be there, as mkHost sees to.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (config) hostSpec;
  inherit (import ../../lib/priority.nix { inherit lib; }) taste;
  homeModules = config.nixfleet.homeModules;
in
{
  imports = [ ./host-spec.nix ];

  options.nixfleet.homeModules = lib.mkOption {
    type = lib.types.listOf lib.types.deferredModule;
    default = [ ];
    description = "Home Manager modules of the primary user; they have `hostSpec` as an argument.";
    example = lib.literalExpression "[ ./home.nix ]";
  };

  config = lib.mkIf (homeModules != [ ]) (
    {
      assertions = [
        {
          assertion = options ? home-manager;
          message = "host `${hostSpec.hostName}` has `homeModules`, and not the module of Home Manager: make the host with mkHost, or import `home-manager.nixosModules.home-manager`, on a Mac `home-manager.darwinModules.home-manager`";
        }
        {
          assertion = hostSpec.userName != null;
          message = "host `${hostSpec.hostName}` has `homeModules`, and no primary user to have them: set `hostSpec.userName`";
        }
      ];
    }
    // lib.optionalAttrs (options ? home-manager) {
      home-manager = {
        # One nixpkgs for the system and the home, and packages where the system's are, so that
        # `nixos-rebuild build-vm` and a first login find them.
        useGlobalPkgs = taste true;
        useUserPackages = taste true;
        extraSpecialArgs = { inherit hostSpec; };

        users = lib.mkIf (hostSpec.userName != null) {
          ${hostSpec.userName} = {
            imports = homeModules;
            # The release whose defaults the home was made with. On NixOS that is the host's; on
            # Darwin, which counts otherwise, the first release that this library had. It never
            # moves: Home Manager would take it for a migration.
            home.stateVersion = taste (if hostSpec.isDarwin then "26.05" else config.system.stateVersion);
          };
        };
      };
    }
  );
}
