{
  outputs = _: import ./fleet.nix;
}
