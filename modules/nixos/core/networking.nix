# DHCP on every interface, or what `hostSpec.networking` says of those that the host uses.
#
# The words are NixOS's own, `networking.interfaces`, which its scripts and systemd-networkd both
# understand. NetworkManager understands neither: what has a static address there is left to the scripts,
# and the rest to NetworkManager.
{ config, lib, ... }:
let
  inherit (lib)
    attrNames
    filterAttrs
    head
    last
    length
    mapAttrs
    mapAttrsToList
    mkIf
    mkMerge
    mkOption
    splitString
    toInt
    types
    ;
  inherit (import ../../../lib/priority.nix { inherit lib; }) said taste;
  inherit (config) hostSpec;
  inherit (hostSpec.networking) dns interfaces;
  inherit (config.networking) useNetworkd;
  isNamed = interfaces != { };

  isStatic = interface: interface.ipv4.addresses != [ ] || interface.ipv6.addresses != [ ];
  usesNetworkManager = config.networking.networkmanager.enable;
  ours = if usesNetworkManager then filterAttrs (_: isStatic) interfaces else interfaces;

  # One family alone by DHCP, as networkd and dhcpcd call it.
  dhcpOf =
    interface:
    if interface.ipv4.dhcp == interface.ipv6.dhcp then
      null
    else if interface.ipv4.dhcp then
      "ipv4"
    else
      "ipv6";
  byHalves = filterAttrs (_: interface: dhcpOf interface != null) ours;

  split =
    address:
    let
      parts = splitString "/" address;
    in
    {
      address = head parts;
      prefixLength = toInt (last parts);
    };

  gateways =
    family:
    lib.concatLists (
      mapAttrsToList (
        interface: settings:
        lib.optional (settings.${family}.gateway != null) {
          inherit interface;
          address = settings.${family}.gateway;
        }
      ) ours
    );
  defaultGateway = {
    ipv4 = "defaultGateway";
    ipv6 = "defaultGateway6";
  };

  # The scripts look for a gateway on its interface, wherever its address lies; networkd has to be told.
  networks = mkMerge [
    (mapAttrs (_: routes: { inherit routes; }) (
      lib.foldl' (
        all: gateway:
        all
        // {
          "40-${gateway.interface}" = all."40-${gateway.interface}" or [ ] ++ [
            {
              Gateway = gateway.address;
              GatewayOnLink = true;
            }
          ];
        }
      ) { } (gateways "ipv4" ++ gateways "ipv6")
    ))
    # NixOS's own word, both families or none, is an mkForce.
    (lib.mapAttrs' (name: interface: {
      name = "40-${name}";
      value.DHCP = lib.mkOverride 40 (dhcpOf interface);
    }) byHalves)
  ];

  # glibc takes no name behind a server, and resolv.conf(5) none either.
  nameServer =
    server: if config.services.resolved.enable then server else head (splitString "#" server);
in
{
  # What hardware files and nixos-facter say of each card, DHCP as mkDefault, is not to hold for those
  # that the host does not use.
  options.networking.interfaces = mkOption {
    type = types.attrsOf (
      types.submodule (
        { name, ... }:
        {
          config = mkIf (isNamed && !(interfaces ? ${name})) { useDHCP = said false; };
        }
      )
    );
  };

  config = {
    assertions = [
      {
        assertion =
          hostSpec.networking.interface != null
          || (hostSpec.networking.address == null && hostSpec.networking.gateway == null);
        message = "host `${hostSpec.hostName}` has an address or a gateway, and no interface for it: set `hostSpec.networking.interface`";
      }
    ]
    ++ map (family: {
      assertion = length (gateways family) < 2;
      message = "host `${hostSpec.hostName}` has several default gateways for ${
        if family == "ipv4" then "IPv4" else "IPv6"
      }, on ${
        lib.concatMapStringsSep " and " (gateway: "`${gateway.interface}`") (gateways family)
      }: keep one in `hostSpec.networking.interfaces`, and write the other's routes as `networking.interfaces.<name>.${family}.routes`";
    }) (attrNames defaultGateway);

    networking = {
      hostName = said hostSpec.hostName;
      nameservers = mkIf (dns != [ ]) (said (map nameServer dns));
      firewall.enable = taste true;

      # Otherwise it is NixOS's default to ask on every interface.
      useDHCP = mkIf isNamed (said false);
      interfaces = mapAttrs (
        _: interface:
        {
          useDHCP = said (interface.ipv4.dhcp || interface.ipv6.dhcp);
        }
        // mapAttrs (family: _: { addresses = map split interface.${family}.addresses; }) defaultGateway
      ) ours;

      networkmanager.unmanaged = mkIf usesNetworkManager (
        map (name: "interface-name:${name}") (attrNames ours)
      );
      # Behind the user's lines: what follows an interface's name is about it alone.
      dhcpcd.extraConfig = lib.mkIf (byHalves != { }) (
        lib.mkAfter (
          lib.concatStrings (
            mapAttrsToList (name: interface: ''
              interface ${name}
                ${if dhcpOf interface == "ipv4" then "nodhcp6" else "ipv6only"}
            '') byHalves
          )
        )
      );
    }
    // lib.mapAttrs' (family: name: {
      inherit name;
      value = mkIf (!useNetworkd && gateways family != [ ]) (said (head (gateways family)));
    }) defaultGateway;

    systemd.network.networks = mkIf useNetworkd networks;
    boot.initrd.systemd.network.networks = mkIf (
      useNetworkd && config.boot.initrd.network.enable
    ) networks;
  };
}
