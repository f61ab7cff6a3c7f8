# `nixosSystem` for Debian guests: the same arguments, and of the result what installs a host.
{ pkgs, mergeModules }:
{
  modules ? [ ],
  specialArgs ? { },
  ...
}:
let
  given = mergeModules modules;
  hostSpec = given.hostSpec or { };
  installer = given.nixfleet.isoSshKeys or null != null;

  hostName = if installer then "installer" else hostSpec.hostName;
  userName = hostSpec.userName or "";
  keys = hostSpec.sshAuthorizedKeys or [ ];

  device = given.nixfleet.disk.device or "/dev/vda";

  config = given // {
    disko.devices.disk.main = { inherit device; };
    system = given.system or { } // {
      build = {
        toplevel = pkgs.run "debian-system-${hostName}" ./toplevel.sh {
          inherit hostName userName;
          inherit (pkgs.base) boot;
          timeZone = hostSpec.timeZone or "UTC";
          keys = builtins.concatStringsSep "\n" keys;
          nginx = given.services.nginx.enable or false;
        };

        diskoScript = pkgs.run "disko" ./disko.sh {
          inherit device;
        };

        isoImage = pkgs.run "iso" ./iso.sh {
          inherit (pkgs) base;
          inherit (pkgs.base) boot;
          install = ./nixos-install.sh;
          imageName = given.image.baseName or "nixfleet-installer";
          keys = builtins.concatStringsSep "\n" given.nixfleet.isoSshKeys;
        };
      };
    };
    nixfleet = {
      vmTest = { };
    }
    // given.nixfleet or { };
  };
in
{
  inherit config pkgs;
  inherit (pkgs) lib;
  options = { };
}
