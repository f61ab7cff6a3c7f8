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

  # What a card of nixos-facter's report is given, and what older nixos-generate-config wrote of each.
  "test: an interface that the host does not use is not asked for by DHCP" = {
    expr =
      let
        inherit
          (configOf {
            hostSpec.networking.interface = "eth0";
            modules = [
              {
                networking.useDHCP = lib.mkDefault true;
                networking.interfaces = {
                  eth0.useDHCP = lib.mkDefault true;
                  eth1.useDHCP = lib.mkDefault true;
                  br0.useDHCP = true;
                };
              }
            ];
          })
          networking
          ;
      in
      lib.mapAttrs (_: interface: interface.useDHCP) networking.interfaces;
    expected = {
      eth0 = true;
      eth1 = false;
      br0 = true;
    };
  };

  "test: a static IPv6 address leaves IPv4 to DHCP" = {
    expr =
      let
        inherit
          (withSpec {
            networking = {
              interface = "enp1s0";
              address = "2001:db8:c012:43b::1/64";
              gateway = "fe80::1";
            };
          })
          networking
          ;
      in
      [
        networking.interfaces.enp1s0.useDHCP
        networking.interfaces.enp1s0.ipv4.addresses
        networking.dhcpcd.extraConfig
      ];
    expected = [
      true
      [ ]
      "interface enp1s0\n  nodhcp6\n"
    ];
  };

  "test: each family of each interface is addressed on its own" = {
    expr =
      let
        inherit (withSpec { networking = { inherit interfaces; }; }) networking;
        interfaces = {
          both = { };
          v4.ipv4 = {
            addresses = [
              "192.0.2.77/24"
              "192.0.2.78/32"
            ];
            gateway = "198.51.100.254";
          };
          v6 = {
            ipv4.dhcp = false;
            ipv6 = {
              addresses = [ "2001:db8::10/64" ];
              gateway = "2001:db8:0:ff::1";
            };
          };
          half = {
            ipv4.addresses = [ "10.0.0.2/24" ];
            ipv6.dhcp = true;
          };
        };
      in
      {
        dhcp = lib.mapAttrs (_: interface: interface.useDHCP) networking.interfaces;
        addresses = lib.mapAttrs (
          _: interface: map (address: address.address) (interface.ipv4.addresses ++ interface.ipv6.addresses)
        ) networking.interfaces;
        gateways =
          map
            (gateway: [
              gateway.address
              gateway.interface
            ])
            [
              networking.defaultGateway
              networking.defaultGateway6
            ];
        inherit (networking.dhcpcd) extraConfig;
      };
    expected = {
      dhcp = {
        both = true;
        v4 = false;
        v6 = false;
        half = true;
      };
      addresses = {
        both = [ ];
        v4 = [
          "192.0.2.77"
          "192.0.2.78"
        ];
        v6 = [ "2001:db8::10" ];
        half = [ "10.0.0.2" ];
      };
      gateways = [
        [
          "198.51.100.254"
          "v4"
        ]
        [
          "2001:db8:0:ff::1"
          "v6"
        ]
      ];
      extraConfig = "interface half\n  ipv6only\n";
    };
  };

  "test: two gateways of one family are refused" = refused (withSpec (
    ops
    // {
      networking.interfaces = {
        eth0.ipv4.gateway = "192.0.2.1";
        eth1.ipv4.gateway = "192.0.2.1";
      };
    }
  )) "several default gateways for IPv4, on `eth0` and `eth1`";

  "test: an IPv6 address is no IPv4 address" =
    refusedIn [ "networking" "interfaces" "eth0" "ipv4" "addresses" ]
      { networking.interfaces.eth0.ipv4.addresses = [ "2001:db8::1/64" ]; }
      "ipv4.addresses.*IPv4 address with a prefix length";

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
