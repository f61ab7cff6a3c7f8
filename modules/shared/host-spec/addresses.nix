# IP addresses as types. What they say is the shape; the tool and the kernel know the rest.
{ lib }:
let
  octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  v4 = "${octet}([.]${octet}){3}";
  # At least two colons.
  v6 = "[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*";
  v4Prefix = "(3[0-2]|[12]?[0-9])";
  v6Prefix = "(12[0-8]|1[01][0-9]|[1-9]?[0-9])";

  matching =
    name: pattern: description:
    lib.types.strMatching pattern
    // {
      inherit name description;
      descriptionClass = "noun";
    };
in
{
  familyOf = address: if lib.hasInfix ":" address then "ipv6" else "ipv4";

  ip = {
    ipv4 = matching "ipv4Address" v4 "IPv4 address without a prefix length";
    ipv6 = matching "ipv6Address" v6 "IPv6 address without a prefix length";
    any = matching "ipAddress" "${v4}|${v6}" "IPv4 or IPv6 address without a prefix length";
  };

  ipWithPrefix = {
    ipv4 =
      matching "ipv4AddressWithPrefix" "${v4}/${v4Prefix}"
        "IPv4 address with a prefix length, like `192.168.1.10/24`";
    ipv6 =
      matching "ipv6AddressWithPrefix" "${v6}/${v6Prefix}"
        "IPv6 address with a prefix length, like `2001:db8::10/64`";
    any =
      matching "ipAddressWithPrefix" "${v4}/${v4Prefix}|${v6}/${v6Prefix}"
        "IPv4 or IPv6 address with a prefix length, like `192.168.1.10/24`";
  };

  # As resolved.conf(5) takes it, `DNS=`: an interface for a link-local address, and the name in the
  # server's certificate.
  nameServer =
    matching "nameServer" "(${v4}|${v6})(%[^#[:space:]]+)?(#[A-Za-z0-9._-]+)?"
      "IPv4 or IPv6 address, which may be followed by `#` and the name in the server's certificate";
}
