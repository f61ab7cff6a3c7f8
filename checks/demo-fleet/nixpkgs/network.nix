# What a host names of its network, as files of systemd-networkd, and the cards of its VM, by the
# library's own module: that is called with the few functions and settings that it looks at.
{
  hostName,
  interfaces,
  bonds ? { },
  bridges ? { },
}:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    elem
    filter
    listToAttrs
    mapAttrs
    ;
  optional = wanted: value: if wanted then [ value ] else [ ];

  cards =
    (import ../../../modules/nixos/vm-test/network.nix {
      config.hostSpec = {
        inherit hostName;
        networking.interfaces = mapAttrs (_: interface: {
          ipv4 = {
            addresses = [ ];
            gateway = null;
            dhcp = false;
          }
          // interface.ipv4 or { };
        }) interfaces;
      };
      config.networking = {
        inherit bonds bridges;
        # As the core decides it.
        useDHCP = interfaces == { };
        vlans = { };
      };
      config.systemd.network = {
        netdevs = { };
        networks = { };
      };
      pkgs = { };
      lib = builtins // {
        inherit optional;
        imap0 = make: list: builtins.genList (at: make at (builtins.elemAt list at)) (builtins.length list);
        mapAttrsToList = call: set: map (name: call name set.${name}) (attrNames set);
        mkOption = option: option;
        optionalAttrs = wanted: set: if wanted then set else { };
      };
    }).options.nixfleet.vmNetwork.default;

  link = card: {
    name = "10-${card.interface}.link";
    value = file [
      "[Match]"
      "PermanentMACAddress=${card.mac}"
      "[Link]"
      "Name=${card.interface}"
    ];
  };
  netdev = kind: name: {
    name = "10-${name}.netdev";
    value = file [
      "[NetDev]"
      "Name=${name}"
      "Kind=${kind}"
    ];
  };
  network = interface: {
    name = "10-${interface}.network";
    value = file (
      [
        "[Match]"
        "Name=${interface}"
        "[Network]"
      ]
      ++ memberOf "Bond" bonds interface
      ++ memberOf "Bridge" bridges interface
      ++ addresses "ipv4" interfaces.${interface} or { }
      ++ addresses "ipv6" interfaces.${interface} or { }
    );
  };

  memberOf =
    key: all: interface:
    map (name: "${key}=${name}") (filter (name: elem interface all.${name}.interfaces) (attrNames all));
  addresses =
    family: interface:
    let
      it = interface.${family} or { };
    in
    map (address: "Address=${address}") it.addresses or [ ]
    ++ optional (it.gateway or null != null) "Gateway=${it.gateway}"
    ++ optional (it.dhcp or false) "DHCP=${family}";
  file = lines: concatStringsSep "\n" lines + "\n";
in
{
  inherit cards;
  files = listToAttrs (
    map link cards
    ++ map (netdev "bond") (attrNames bonds)
    ++ map (netdev "bridge") (attrNames bridges)
    ++ map network (map (card: card.interface) cards ++ attrNames bonds ++ attrNames bridges)
  );
}
