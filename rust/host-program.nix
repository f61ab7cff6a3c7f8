# A program for hosts alone: of the workspace, what it is made of.
{
  lib,
  rustPlatform,
  name,
  description,
  platforms,
}:
let
  manifest = (lib.importTOML ./Cargo.toml).workspace.package;
in
rustPlatform.buildRustPackage {
  pname = name;
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
    name
  ];
  # They need a machine of their own; the project's checks run them.
  doCheck = false;

  meta = {
    inherit description;
    homepage = "https://github.com/nixfleet/nixfleet";
    license = with lib.licenses; [
      mit
      asl20
    ];
    mainProgram = name;
    inherit platforms;
  };
}
