# The hosts that tests of the core look at: what `hostSpec` alone makes, and whether it is refused.
{ lib, nixfleet }:
let
  inherit (import ./host.nix { inherit lib nixfleet; }) hostOf key ops;
in
rec {
  inherit key ops;

  configOf = args: (hostOf args).config;
  withSpec = hostSpec: configOf { inherit hostSpec; };
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
