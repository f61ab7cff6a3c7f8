# The flake's own checks, for `nix flake check`: what can be told without the test runner.
{ lib }:
pkgs:
let
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";

  # A fleet with a host of each platform. Its systems are evaluated in full and not built.
  fleet = lib.mkFleet {
    isoSshKeys = [ key ];
    defaults = {
      hostSpec = {
        userName = "ops";
        sshAuthorizedKeys = [ key ];
      };
      nixos = {
        stateVersion = "26.05";
        isVm = true;
      };
      darwin.stateVersion = 6;
    };
    hosts = builtins.listToAttrs (
      map (platform: {
        name = builtins.replaceStrings [ "_" ] [ "-" ] platform;
        value = { inherit platform; };
      }) lib.platforms
    );
  };
  drvPathOf = host: builtins.unsafeDiscardStringContext host.config.system.build.toplevel.drvPath;
in
{
  every-platform = pkgs.writeText "every-platform" (
    builtins.toJSON (
      builtins.mapAttrs (_: drvPathOf) (fleet.nixosConfigurations // fleet.darwinConfigurations)
    )
  );

  inherit (fleet.checks.${pkgs.stdenv.hostPlatform.system}) nixfleet-validate;

  options-reference = pkgs.writeText "options.md" (
    builtins.concatStringsSep "\n" (builtins.attrValues lib.optionsReference)
  );
}
