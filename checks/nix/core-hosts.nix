# The hosts that tests of the core look at: what `hostSpec` alone makes, and whether it is refused.
{ lib, nixfleet }:
rec {
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";

  configOf =
    args:
    (nixfleet.mkHost (
      {
        hostName = "web-01";
        platform = "x86_64-linux";
        stateVersion = "26.05";
      }
      // args
      // {
        modules = [ rootFileSystem ] ++ args.modules or [ ];
      }
    )).config;

  # What a host needs to be built; where a test says more, that is taken in its place.
  rootFileSystem.fileSystems."/" = lib.mkDefault {
    device = "/dev/vda1";
    fsType = "ext4";
  };
  withSpec = hostSpec: configOf { inherit hostSpec; };
  ops = {
    userName = "ops";
    sshAuthorizedKeys = [ key ];
  };
  withModule =
    module:
    configOf {
      hostSpec = ops;
      modules = [ module ];
    };

  # Whether the host can be built; the error else.
  builds = config: lib.hasSuffix ".drv" config.system.build.toplevel.drvPath;
  refused = config: message: {
    expr = builds config;
    expectedError.msg = message;
  };

  # NixOS itself looks at every option of a host that it builds.
  refusedIn = option: hostSpec: message: {
    expr = lib.getAttrFromPath option (withSpec (ops // hostSpec)).hostSpec;
    expectedError.msg = message;
  };
}
