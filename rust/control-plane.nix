# The control plane alone: of the workspace, what it is made of.
{
  lib,
  rustPlatform,
}:
let
  manifest = (lib.importTOML ./Cargo.toml).workspace.package;
in
rustPlatform.buildRustPackage {
  pname = "nixfleet-control-plane";
  inherit (manifest) version;

  src = lib.fileset.toSource {
    root = ./.;
    fileset = lib.fileset.unions [
      ./Cargo.toml
      ./Cargo.lock
      ./crates
    ];
  };

  cargoLock.lockFile = ./Cargo.lock;
  cargoBuildFlags = [
    "--package"
    "nixfleet-control-plane"
  ];
  # They need a machine of their own; the project's checks run them.
  doCheck = false;

  meta = {
    description = "Says which hosts of a fleet may go when, and shows how it goes";
    homepage = "https://github.com/nixfleet/nixfleet";
    license = with lib.licenses; [
      mit
      asl20
    ];
    mainProgram = "nixfleet-control-plane";
    platforms = lib.platforms.linux;
  };
}
