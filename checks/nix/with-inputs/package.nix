# The package of the tool: what is built, and what it is wrapped with. The builder is replaced by one
# that hands back what it was given.
{ lib, nixfleet, ... }:
let
  given =
    {
      canExecute ? true,
      isLinux ? true,
    }:
    import ../../../rust/package.nix {
      inherit lib;
      stdenv = {
        hostPlatform = { inherit isLinux; };
        buildPlatform.canExecute = _: canExecute;
      };
      rustPlatform.buildRustPackage = arguments: arguments // { outPath = "/reader"; };
      runCommand =
        name: arguments: script:
        arguments // { inherit name script; };
      makeBinaryWrapper = "makeBinaryWrapper";
      installShellFiles = "installShellFiles";
      git = "/git";
      nixos-anywhere = "/nixos-anywhere";
      openssh = "/openssh";
      qemu = "/qemu";
      util-linux = "/util-linux";
    };
  whole = given { };
  package = readerOf { };
  readerOf = arguments: (given arguments).reader;
  inherit (package) meta;
  # The programs that a wrapper adds.
  suffix =
    script: lib.head (lib.splitString "\n" (lib.last (lib.splitString "--suffix PATH : " script)));
in
{
  "test: its name, version and program are the workspace's" = {
    expr = {
      inherit (whole) pname version;
      inherit (whole.meta) mainProgram;
    };
    expected = {
      pname = "nixfleet";
      inherit ((lib.importTOML ../../../rust/Cargo.toml).workspace.package) version;
      mainProgram = "nixfleet";
    };
  };

  "test: its licences are the workspace's" = {
    expr = lib.concatMapStringsSep " OR " (it: it.spdxId) meta.license;
    expected = (lib.importTOML ../../../rust/Cargo.toml).workspace.package.license;
  };

  "test: it is for every platform of a host, and no other kind of system" = {
    expr = {
      missing = lib.subtractLists meta.platforms nixfleet.platforms;
      others = lib.filter (it: !(lib.hasSuffix "-linux" it || lib.hasSuffix "-darwin" it)) meta.platforms;
    };
    expected = {
      missing = [ ];
      others = [ ];
    };
  };

  "test: its dependencies are those of the lock file" = {
    expr = package.cargoLock;
    expected.lockFile = ../../../rust/Cargo.lock;
  };

  "test: it is built from what the workspace and its tests read, and no more" = {
    expr = {
      top = lib.attrNames (builtins.readDir package.src);
      rust = lib.attrNames (builtins.readDir (package.src + "/rust"));
      inherit (package) sourceRoot;
    };
    expected = {
      top = [
        "checks"
        "docs"
        "rust"
      ];
      rust = [
        "Cargo.lock"
        "Cargo.toml"
        "crates"
      ];
      sourceRoot = "source/rust";
    };
  };

  "test: what it calls is found, after the user's own" = {
    expr = map (isLinux: suffix (readerOf { inherit isLinux; }).postInstall) [
      true
      false
    ];
    expected = [
      "/git/bin:/openssh/bin:/util-linux/bin"
      "/git/bin:/openssh/bin"
    ];
  };

  "test: what only VMs need is in the whole package, and not in what reads a fleet" = {
    expr = [
      (suffix whole.script)
      (lib.hasInfix "makeWrapper /reader/bin/nixfleet $out/bin/nixfleet" whole.script)
      (lib.hasInfix "qemu" package.postInstall)
    ];
    expected = [
      "/nixos-anywhere/bin:/qemu/bin"
      true
      false
    ];
  };

  "test: the agent is a package of its own, that a host can have without the tool" = {
    expr =
      let
        agent = nixfleet.agent {
          callPackage =
            file: _:
            import file {
              inherit lib;
              rustPlatform.buildRustPackage = arguments: arguments;
            };
        };
      in
      {
        inherit (agent) pname cargoBuildFlags;
        inherit (agent.meta) mainProgram;
        rust = lib.attrNames (builtins.readDir agent.src);
      };
    expected = {
      pname = "nixfleet-agent";
      cargoBuildFlags = [
        "--package"
        "nixfleet-agent"
      ];
      mainProgram = "nixfleet-agent";
      rust = [
        "Cargo.lock"
        "Cargo.toml"
        "crates"
      ];
    };
  };

  "test: the manual page and completions are there where the tool can run to write them" = {
    expr =
      map
        (
          canExecute:
          map (part: lib.hasInfix part (readerOf { inherit canExecute; }).postInstall) [
            "nixfleet man"
            "completions zsh"
          ]
        )
        [
          true
          false
        ];
    expected = [
      [
        true
        true
      ]
      [
        false
        false
      ]
    ];
  };
}
