{ inputs }:
let
  inherit (import ./ssh-key.nix) sshKeyLines;
in
/**
  The ISO image that a fleet's hosts are installed from: NixOS's minimal installer, into which only
  the given keys log in over the network, as root.

  # Inputs
  - `isoSshKeys`: public SSH keys, at least one.
  - `platform`: `"x86_64-linux"` or `"aarch64-linux"`.
  - `name`: name of the image, which is built to `iso/<name>.iso`. Default: `"nixfleet-installer"`.
  - `modules`: more modules for the installer.

  # Type
  `mkIso :: { isoSshKeys, platform, name ?, modules ? } -> Derivation`

  # Example
  ```nix
  packages.x86_64-linux.iso = nixfleet.lib.mkIso {
    platform = "x86_64-linux";
    isoSshKeys = [ "ssh-ed25519 AAAA… you@laptop" ];
  };
  ```
*/
{
  isoSshKeys,
  platform,
  name ? "nixfleet-installer",
  modules ? [ ],
}:
if sshKeyLines isoSshKeys == [ ] then
  # Said here as well as by the module's assertion: evaluation comes this far without NixOS's modules.
  throw ''
    no key could log in to the installer: `isoSshKeys` is empty.
      Add the public half of your SSH key, the line in ~/.ssh/id_ed25519.pub, where the fleet is made:
        nixfleet.lib.mkFleet { isoSshKeys = [ "ssh-ed25519 AAAA… you@laptop" ]; … }
      or, with flake-parts:
        nixfleet.isoSshKeys = [ "ssh-ed25519 AAAA… you@laptop" ];''
else
  (inputs.nixpkgs.lib.nixosSystem {
    modules = [
      ../modules/nixos/iso.nix
      {
        nixpkgs.hostPlatform = platform;
        nixfleet = {
          inherit isoSshKeys;
          isoName = name;
        };
      }
    ]
    ++ modules;
  }).config.system.build.isoImage
