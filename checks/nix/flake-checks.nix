# The flake's own checks, for `nix flake check`: what can be told without the test runner.
{ inputs, lib }: pkgs: {
  # The reference of all options. It is made without packages, so that no option's documentation
  # depends on any.
  options-reference = (import ./options-reference.nix { inherit inputs lib; }) pkgs;
}
