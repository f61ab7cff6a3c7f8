# DHCP on every interface, or what `hostSpec.networking` says about one.
{ config, lib, ... }:
let
  inherit (lib)
    hasInfix
    head
    last
    mkIf
    mkMerge
    splitString
    toInt
    ;
  inherit (import ../../../lib/priority.nix { inherit lib; }) said taste;
  inherit (config) hostSpec;
  inherit (hostSpec.networking)
    interface
    address
    gateway
    dns
    ;

  # The module system reads names of attributes below a `mkIf` that does not hold, so null comes here.
  familyOf = ip: if ip != null && hasInfix ":" ip then "ipv6" else "ipv4";
  parts = splitString "/" address;

in
{
  assertions = [
    {
      assertion = interface != null || (address == null && gateway == null);
      message = "host `${hostSpec.hostName}` has an address or a gateway, and no interface for it: set `hostSpec.networking.interface`";
    }
  ];

  networking = mkMerge [
    {
      hostName = said hostSpec.hostName;
      nameservers = mkIf (dns != [ ]) (said dns);
      firewall.enable = taste true;
    }
    (mkIf (interface != null) {
      # Otherwise it is NixOS's default to ask on every interface.
      useDHCP = said false;
      interfaces.${interface} = {
        useDHCP = said (address == null);
      }
      // lib.optionalAttrs (address != null) {
        ${familyOf address}.addresses = [
          {
            address = head parts;
            prefixLength = toInt (last parts);
          }
        ];
      };
    })
    (mkIf (interface != null && gateway != null) {
      ${if familyOf gateway == "ipv6" then "defaultGateway6" else "defaultGateway"} = said {
        address = gateway;
        inherit interface;
      };
    })
  ];
}
