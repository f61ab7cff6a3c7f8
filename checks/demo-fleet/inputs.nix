# What `nixfleet` takes as inputs. Only nixpkgs does something here: the other three are modules
# for NixOS, which these guests are not.
let
  none = { };
in
{
  nixpkgs = import ./nixpkgs;
  disko.nixosModules.disko = none;
  impermanence.nixosModules.impermanence = none;
  home-manager.nixosModules.home-manager = none;
}
