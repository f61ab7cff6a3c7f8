# What the core module makes of `hostSpec.networking`.
{
  lib,
  nixfleet,
  ...
}:
let
  inherit (import ../core-hosts.nix { inherit lib nixfleet; })
    configOf
    ops
    refused
    refusedIn
    withModule
    withSpec
    ;
in
{
  "test: without a word about the network every interface uses DHCP" = {
    expr = (withSpec ops).networking.useDHCP;
    expected = true;
  };

  "test: an interface alone is the only one to use DHCP" = {
    expr =
      let
        inherit (withSpec { networking.interface = "eth0"; }) networking;
      in
      [
        networking.useDHCP
        networking.interfaces.eth0.useDHCP
      ];
    expected = [
      false
      true
    ];
  };

  # As nixos-generate-config has written them, by its release.
  "test: hostSpec decides about DHCP where the hardware's file says otherwise" = {
    expr =
      let
        inherit
          (configOf {
            hostSpec.networking = {
              interface = "eth0";
              address = "192.168.1.10/24";
            };
            modules = [
              {
                networking.useDHCP = lib.mkDefault true;
                networking.interfaces.eth0.useDHCP = lib.mkDefault true;
              }
            ];
          })
          networking
          ;
      in
      [
        networking.useDHCP
        networking.interfaces.eth0.useDHCP
        (withModule { networking.useDHCP = lib.mkDefault false; }).networking.useDHCP
      ];
    expected = [
      false
      false
      false
    ];
  };

  "test: a static address is set with its gateway and DNS servers" = {
    expr =
      let
        inherit
          (withSpec {
            networking = {
              interface = "eth0";
              address = "192.168.1.10/24";
              gateway = "192.168.1.1";
              dns = [ "9.9.9.9" ];
            };
          })
          networking
          ;
      in
      [
        networking.interfaces.eth0.useDHCP
        networking.interfaces.eth0.ipv4.addresses
        (networking.defaultGateway.address or networking.defaultGateway)
        networking.nameservers
      ];
    expected = [
      false
      [
        {
          address = "192.168.1.10";
          prefixLength = 24;
        }
      ]
      "192.168.1.1"
      [ "9.9.9.9" ]
    ];
  };

  "test: an IPv6 address is set with its gateway" = {
    expr =
      let
        inherit
          (withSpec {
            networking = {
              interface = "eth0";
              address = "2001:db8::10/64";
              gateway = "fe80::1";
            };
          })
          networking
          ;
      in
      [
        networking.interfaces.eth0.ipv6.addresses
        (networking.defaultGateway6.address or networking.defaultGateway6)
      ];
    expected = [
      [
        {
          address = "2001:db8::10";
          prefixLength = 64;
        }
      ]
      "fe80::1"
    ];
  };

  "test: an address without an interface is refused" = refused (withSpec (
    ops // { networking.address = "192.168.1.10/24"; }
  )) "set `hostSpec.networking.interface`";
  "test: an address without a prefix length is refused" = refusedIn [ "networking" "address" ] {
    networking.address = "192.168.1.10";
  } "networking.address.*with a prefix length";
  "test: an address with a number above 255 is refused" = refusedIn [ "networking" "address" ] {
    networking.address = "192.168.1.256/24";
  } "networking.address.*with a prefix length";
  "test: a network field that nobody declared is refused" = refused (withSpec (
    ops // { networking.adress = "192.168.1.10/24"; }
  )) "option .hostSpec.networking.adress. does not exist";
}
