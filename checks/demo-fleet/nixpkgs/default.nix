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

  defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

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
        PATH = defaultPath;
        __noChroot = true;
      }
      // attributes
    );

  writeShellScript = name: text: run name ./write-script.sh { inherit text; };

  # The fleet's check runs the tool, which is found on the caller's PATH: `nix flake check --impure`.
  runCommand =
    name: attributes: text:
    run name "" (
      {
        args = [
          "-euc"
          text
        ];
        PATH = "${defaultPath}:${builtins.getEnv "PATH"}";
      }
      // attributes
    );

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
