# What takes nixpkgs' place in the demo fleet: `lib.nixosSystem`, which builds a small Debian
# system from the machine's own package sources, and the few other names that NixFleet's lib uses.
let
  system = "x86_64-linux";

  override = priority: content: {
    _type = "override";
    inherit priority content;
  };

  lib = {
    mkDefault = override 1000;
    mkForce = override 50;
    mkOverride = override;
    nixosSystem = import ./nixos-system.nix { inherit pkgs mergeModules; };
  };

  mergeModules = import ./merge-modules.nix;

  # Runs a bash script with the machine's own programs. `__noChroot` lets it reach them where
  # builds are sandboxed and the daemon's setting is `sandbox = relaxed`.
  run =
    name: script: attributes:
    derivation (
      {
        inherit name system;
        builder = "/bin/bash";
        args = [
          "-eu"
          script
        ];
        PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        __noChroot = true;
      }
      // attributes
    );

  writeShellScript = name: text: run name ./write-script.sh { inherit text; };

  runCommand =
    name: attributes: text:
    run name (builtins.toFile "builder.sh" text) attributes;

  pkgs = {
    inherit
      lib
      run
      runCommand
      writeShellScript
      ;
    stdenv.hostPlatform = { inherit system; };
    base = run "demo-base" ./base.sh {
      outputs = [
        "out"
        "boot"
      ];
      setup = ./set-up.sh;
      initrdInit = ./initrd-init.sh;
    };
    toolOnPath = run "nixfleet-on-path" ./tool-on-path.sh { };
  };
in
{
  inherit lib;
  legacyPackages.${system} = pkgs;
}
