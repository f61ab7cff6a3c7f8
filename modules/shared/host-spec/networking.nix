# A host's network, as far as it is the same on every system.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  ipv4 = "${octet}([.]${octet}){3}";
  # At least two colons: the shape. The kernel knows the rest.
  ipv6 = "[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*";

  matching =
    name: pattern: description:
    types.strMatching pattern
    // {
      inherit name description;
      descriptionClass = "noun";
    };
  ip = matching "ipAddress" "${ipv4}|${ipv6}" "IPv4 or IPv6 address without a prefix length";
  ipWithPrefix =
    matching "ipAddressWithPrefix"
      "${ipv4}/(3[0-2]|[12]?[0-9])|${ipv6}/(12[0-8]|1[01][0-9]|[1-9]?[0-9])"
      "IPv4 or IPv6 address with a prefix length, like `192.168.1.10/24`";
in
{
  options = {
    interface = mkOption {
      type = types.nullOr (types.strMatching "[^[:space:]/]{1,15}");
      default = null;
      description = "The interface that the rest is about. Alone, it is the only one to ask for an address by DHCP.";
      example = "enp1s0";
    };

    address = mkOption {
      type = types.nullOr ipWithPrefix;
      default = null;
      description = "The interface's static address, with its prefix length. Without one the interface uses DHCP.";
      example = "192.168.1.10/24";
    };

    gateway = mkOption {
      type = types.nullOr ip;
      default = null;
      description = "The default gateway.";
      example = "192.168.1.1";
    };

    dns = mkOption {
      type = types.listOf ip;
      default = [ ];
      description = "The DNS servers, in the order in which they are asked.";
      example = [
        "192.168.1.1"
        "2620:fe::fe"
      ];
    };
  };
}
