# The tool `nixfleet`, with what it calls: QEMU, OpenSSH, git, nixos-anywhere, and on Linux `setpriv`,
# by which Nix and QEMU end with the tool. The firmware of VMs lies beside QEMU (share/qemu/edk2-*),
# where the tool looks for it.
# They come last on PATH: where the user has their own, such as the ssh of macOS, that one is used.
# nix itself is taken from PATH, so that it is the one that made the user's store.
#
# `reader` is the tool without what only its VMs need, QEMU and nixos-anywhere: whoever checks a fleet
# need not wait for them.
{
  lib,
  stdenv,
  rustPlatform,
  runCommand,
  makeBinaryWrapper,
  installShellFiles,
  git,
  nixos-anywhere,
  openssh,
  qemu,
  util-linux,
}:
let
  onLinux = lib.optional stdenv.hostPlatform.isLinux util-linux;
  inherit ((lib.importTOML ./Cargo.toml).workspace.package) version;
  reader = rustPlatform.buildRustPackage {
    pname = "nixfleet";
    inherit version;

    # What the build and its tests read, so that nothing else changes the package: tests compare the
    # fault codes with their pages, and JSON with its schema.
    src = lib.fileset.toSource {
      root = ../.;
      fileset = lib.fileset.unions [
        ./Cargo.toml
        ./Cargo.lock
        ./crates
        ../docs/src/faults
        ../docs/src/schema
        ../checks/agent/cases
      ];
    };
    sourceRoot = "source/rust";

    cargoLock.lockFile = ./Cargo.lock;

    nativeBuildInputs = [
      makeBinaryWrapper
      installShellFiles
    ];

    # Tests that start Nix or QEMU skip themselves where there is none; keys need ssh-keygen.
    nativeCheckInputs = [
      git
      openssh
    ]
    ++ onLinux;

    postInstall = ''
      wrapProgram $out/bin/nixfleet \
        --suffix PATH : ${
          lib.makeBinPath (
            [
              git
              openssh
            ]
            ++ onLinux
          )
        }
    ''
    # The tool writes them itself, so it must run on the machine that builds it.
    + lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
      $out/bin/nixfleet man > nixfleet.1
      installManPage nixfleet.1
      installShellCompletion --cmd nixfleet \
        --bash <($out/bin/nixfleet completions bash) \
        --zsh <($out/bin/nixfleet completions zsh) \
        --fish <($out/bin/nixfleet completions fish)
    '';

    meta = {
      description = "Finds mistakes in a NixFleet fleet before anything is built, and tests its hosts in QEMU";
      homepage = "https://github.com/nixfleet/nixfleet";
      changelog = "https://github.com/nixfleet/nixfleet/blob/main/CHANGELOG.md";
      license = with lib.licenses; [
        mit
        asl20
      ];
      mainProgram = "nixfleet";
      platforms = lib.platforms.linux ++ lib.platforms.darwin;
    };
  };
  whole = runCommand "nixfleet-${version}" { nativeBuildInputs = [ makeBinaryWrapper ]; } ''
    mkdir -p $out/bin
    if [ -d ${reader}/share ]; then ln -s ${reader}/share $out/share; fi
    makeWrapper ${reader}/bin/nixfleet $out/bin/nixfleet \
      --suffix PATH : ${
        lib.makeBinPath [
          nixos-anywhere
          qemu
        ]
      }
  '';
in
whole
// {
  pname = "nixfleet";
  inherit version reader;
  inherit (reader) meta;
}
