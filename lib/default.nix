/**
  The library's public functions, from the flake's inputs. Nothing here needs a flake:
  `import ./lib { inputs = { inherit nixpkgs darwin home-manager disko impermanence; }; }` is
  what `flake.nix` itself does.

  No input is forced until a host, an ISO or a package of it is: a fleet can be read as data
  where none of the inputs can be had.
*/
{ inputs }:
let
  lib =
    import ./platforms.nix
    // import ./modules.nix
    // import ./ssh-key.nix
    // import ./nearest.nix
    // {
      mkHost = import ./mk-host.nix { inherit inputs lib; };
      mkFleet = import ./mk-fleet.nix { inherit inputs lib; };
      mkApps = import ./mk-apps.nix { inherit lib; };
      mkIso = import ./mk-iso.nix { inherit inputs; };
      mkVmTest = import ./mk-vm-test.nix;

      /**
        The tool, built by the package set given.

        # Type
        `package :: Pkgs -> Derivation`

        # Example
        `nixfleet.lib.package pkgs`
      */
      package = pkgs: pkgs.callPackage ../rust/package.nix { };

      /**
        The agent that brings a host to what a release says, built by the package set given.

        # Type
        `agent :: Pkgs -> Derivation`

        # Example
        `nixfleet.lib.agent pkgs`
      */
      agent = pkgs: pkgs.callPackage ../rust/agent.nix { };

      /**
        The control plane that says which hosts may go when, built by the package set given.

        # Type
        `controlPlane :: Pkgs -> Derivation`

        # Example
        `nixfleet.lib.controlPlane pkgs`
      */
      controlPlane = pkgs: pkgs.callPackage ../rust/control-plane.nix { };

      /**
        The options that the library declares, as Markdown, by the class of the modules that have
        them. Only `inputs.nixpkgs.lib` is asked for.

        # Type
        `optionsReference :: { nixos :: String; darwin :: String; flake-parts :: String; }`

        # Example
        `nix eval --raw github:<owner>/nixfleet#lib.optionsReference.nixos`
      */
      optionsReference = (import ./options.nix { inherit inputs lib; }).reference;
    };
in
lib
