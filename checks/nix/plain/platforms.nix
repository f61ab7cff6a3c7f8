{ nixfleet }:
{
  "test: there are four platforms" = {
    expr = nixfleet.platforms;
    expected = [
      "aarch64-darwin"
      "aarch64-linux"
      "x86_64-darwin"
      "x86_64-linux"
    ];
  };

  "test: a platform's class is that of its kernel" = {
    expr = map nixfleet.classOf nixfleet.platforms;
    expected = [
      "darwin"
      "nixos"
      "darwin"
      "nixos"
    ];
  };

  "test: what is no platform has no class" = {
    expr = map nixfleet.classOf [
      "riscv64-linux"
      null
      5
    ];
    expected = [
      null
      null
      null
    ];
  };

  "test: a per-system output is made from each platform's packages" = {
    expr =
      nixfleet.forEachPlatform (system: { inherit system; }) (pkgs: pkgs.system) == {
        aarch64-darwin = "aarch64-darwin";
        aarch64-linux = "aarch64-linux";
        x86_64-darwin = "x86_64-darwin";
        x86_64-linux = "x86_64-linux";
      };
    expected = true;
  };
}
