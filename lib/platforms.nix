# What a platform is: the one place that knows which there are.
let
  classes = {
    x86_64-linux = "nixos";
    aarch64-linux = "nixos";
    x86_64-darwin = "darwin";
    aarch64-darwin = "darwin";
  };
in
{
  /**
    The platforms that a host can have.

    # Type
    `platforms :: [String]`

    # Example
    `platforms` is `[ "aarch64-darwin" "aarch64-linux" "x86_64-darwin" "x86_64-linux" ]`.
  */
  platforms = builtins.attrNames classes;

  /**
    The class of a platform's systems, `"nixos"` or `"darwin"`; `null` when it is no platform.

    # Type
    `classOf :: Any -> String | Null`

    # Example
    `classOf "aarch64-darwin"` is `"darwin"`.
  */
  classOf = platform: if builtins.isString platform then classes.${platform} or null else null;

  /**
    A flake's per-system output: `perPackageSet` of each platform's packages.

    # Type
    `forEachPlatform :: (String -> a) -> (a -> b) -> { <platform> :: b }`

    # Example
    `forEachPlatform (system: nixpkgs.legacyPackages.${system}) (pkgs: pkgs.hello)`
  */
  forEachPlatform =
    packagesOf: output: builtins.mapAttrs (system: _: output (packagesOf system)) classes;
}
