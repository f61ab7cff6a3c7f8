# A host's network, as far as it is the same on every system.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ../../../lib/priority.nix { inherit lib; }) said;
  inherit (import ./addresses.nix { inherit lib; })
    familyOf
    ip
    ipWithPrefix
    nameServer
    ;

  # What one family of an interface is: `dhcp` says what it does without an address.
  family =
    name: example: dhcp:
    types.submodule (
      { config, ... }:
      {
        options = {
          dhcp = mkOption {
            type = types.bool;
            default = config.addresses == [ ] && dhcp;
            defaultText = lib.literalMD (
              if name == "ipv4" then
                "whether there are no addresses"
              else
                "whether there are no addresses, and IPv4 is asked for by DHCP"
            );
            description =
              if name == "ipv4" then
                "Whether the interface asks for an IPv4 address by DHCP."
              else
                "Whether the interface asks for an IPv6 address by DHCP. What a router advertises is heeded in any case.";
            example = false;
          };
          addresses = mkOption {
            type = types.listOf ipWithPrefix.${name};
            default = [ ];
            description = "The static addresses, each with its prefix length.";
            example = [ example.address ];
          };
          gateway = mkOption {
            type = types.nullOr ip.${name};
            default = null;
            description = "The default gateway. It may lie outside the addresses' networks: it is looked for on the interface.";
            example = example.gateway;
          };
        };
      }
    );

  interface = types.submodule (
    { config, ... }:
    {
      options = {
        ipv4 = mkOption {
          type = family "ipv4" {
            address = "192.168.1.10/24";
            gateway = "192.168.1.1";
          } true;
          default = { };
          description = "The interface's IPv4: DHCP, unless there are addresses.";
          example = {
            addresses = [ "192.168.1.10/24" ];
            gateway = "192.168.1.1";
          };
        };
        ipv6 = mkOption {
          type = family "ipv6" {
            address = "2001:db8::10/64";
            gateway = "fe80::1";
          } config.ipv4.dhcp;
          default = { };
          description = "The interface's IPv6, which does not depend on its IPv4: what a router advertises, and these addresses.";
          example = {
            addresses = [ "2001:db8::10/64" ];
            gateway = "fe80::1";
          };
        };
      };
    }
  );
in
{
  options = {
    interfaces = mkOption {
      type = types.attrsOf interface;
      default = { };
      description = ''
        The interfaces that the host uses, by name, and how each is addressed. An empty one asks
        by DHCP; an interface that is not among them does not.
      '';
      example = {
        enp1s0.ipv6 = {
          addresses = [ "2001:db8::10/64" ];
          gateway = "fe80::1";
        };
        enp2s0.ipv4.addresses = [ "10.0.0.2/24" ];
      };
    };

    interface = mkOption {
      type = types.nullOr (types.strMatching "[^[:space:]/]{1,15}");
      default = null;
      description = "The host's one interface, which `address` and `gateway` are about: the short way to say `interfaces.<interface>`.";
      example = "enp1s0";
    };

    address = mkOption {
      type = types.nullOr ipWithPrefix.any;
      default = null;
      description = "The interface's static address, IPv4 or IPv6, with its prefix length. The other family stays as it is: IPv4 asks by DHCP.";
      example = "192.168.1.10/24";
    };

    gateway = mkOption {
      type = types.nullOr ip.any;
      default = null;
      description = "The default gateway.";
      example = "192.168.1.1";
    };

    dns = mkOption {
      type = types.listOf nameServer;
      default = [ ];
      description = ''
        The DNS servers, in the order in which they are asked. A server may be followed by `#` and the
        name in its certificate, for DNS over TLS by systemd-resolved.
      '';
      example = [
        "192.168.1.1"
        "2620:fe::fe"
        "9.9.9.9#dns.quad9.net"
      ];
    };
  };

  # The short way is another spelling: who reads `interfaces` has all.
  config.interfaces = lib.optionalAttrs (config.interface != null) {
    ${config.interface} = lib.mkMerge [
      (lib.optionalAttrs (config.address != null) {
        ${familyOf config.address}.addresses = said [ config.address ];
      })
      (lib.optionalAttrs (config.gateway != null) {
        ${familyOf config.gateway}.gateway = said config.gateway;
      })
    ];
  };
}
