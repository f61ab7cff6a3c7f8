{ lib, nixfleet, ... }:
let
  hostOf =
    platform: args:
    (nixfleet.mkHost (
      {
        inherit platform;
        hostName = "host";
        stateVersion = if nixfleet.classOf platform == "darwin" then 6 else "25.11";
        hostSpec.userName = "ops";
      }
      // args
    )).config;
  homeModules = [
    (
      { hostSpec, ... }:
      {
        home.sessionVariables.FLEET_HOST = hostSpec.hostName;
      }
    )
  ];
  inherit (lib) genAttrs;
  platforms = [
    "x86_64-linux"
    "aarch64-darwin"
  ];
  onBoth = read: genAttrs platforms (platform: read (hostOf platform { inherit homeModules; }));
in
{
  "test: home modules configure the primary user on both classes" = {
    expr = onBoth (config: config.home-manager.users.ops.home.sessionVariables.FLEET_HOST);
    expected = genAttrs platforms (_: "host");
  };

  "test: the home lies where the user's is" = {
    expr = onBoth (config: config.home-manager.users.ops.home.homeDirectory);
    expected = {
      x86_64-linux = "/home/ops";
      aarch64-darwin = "/Users/ops";
    };
  };

  "test: a home has the packages of the system" = {
    expr = onBoth (config: {
      inherit (config.home-manager) useGlobalPkgs useUserPackages;
    });
    expected = genAttrs platforms (_: {
      useGlobalPkgs = true;
      useUserPackages = true;
    });
  };

  "test: a home's state version is the host's, and on Darwin the library's first" = {
    expr = onBoth (config: config.home-manager.users.ops.home.stateVersion);
    expected = {
      x86_64-linux = "25.11";
      aarch64-darwin = "26.05";
    };
  };

  "test: a home evaluates in full" = {
    expr = onBoth (
      config: lib.hasSuffix ".drv" config.home-manager.users.ops.home.activationPackage.drvPath
    );
    expected = genAttrs platforms (_: true);
  };

  "test: without Home Manager's own module it says so" = {
    expr =
      (lib.nixosSystem {
        modules = [
          nixfleet.nixosModules.home-manager
          {
            nixpkgs.hostPlatform = "x86_64-linux";
            hostSpec.hostName = "alone";
            nixfleet.homeModules = homeModules;
          }
        ];
      }).config.system.build.toplevel.drvPath;
    expectedError.msg = "import `home-manager.nixosModules.home-manager`";
  };

  "test: without home modules Home Manager is off" = {
    expr = genAttrs platforms (platform: (hostOf platform { }).home-manager.users);
    expected = genAttrs platforms (_: { });
  };

  "test: without home modules Home Manager is there to be used" = {
    expr =
      (hostOf "x86_64-linux" {
        modules = [
          {
            users.users.guest.isNormalUser = true;
            users.users.guest.home = "/home/guest";
            home-manager.users.guest.home.stateVersion = "26.05";
          }
        ];
      }).home-manager.users.guest.home.username;
    expected = "guest";
  };

  "test: home modules without a primary user are refused" = {
    expr =
      (hostOf "x86_64-linux" {
        inherit homeModules;
        hostSpec = { };
      }).system.build.toplevel.drvPath;
    expectedError.msg = "has `homeModules`, and no primary user";
  };
}
