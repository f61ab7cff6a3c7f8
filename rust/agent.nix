# The agent alone, for hosts: of the workspace, what it is made of.
{
  lib,
  rustPlatform,
}:
let
  manifest = (lib.importTOML ./Cargo.toml).workspace.package;
in
rustPlatform.buildRustPackage {
  pname = "nixfleet-agent";
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
    "nixfleet-agent"
  ];
  # They need a machine of their own; the project's checks run them.
  doCheck = false;

  meta = {
    description = "Brings one host to what its fleet's signed release says, or back";
    homepage = "https://github.com/nixfleet/nixfleet";
    license = with lib.licenses; [
      mit
      asl20
    ];
    mainProgram = "nixfleet-agent";
    platforms = lib.platforms.linux;
  };
}
