# The interfaces that a host names, each with what is said of its IPv4: by hostSpec; or, where that names
# none and no card asks by DHCP, by NixOS's or networkd's own options. Pure: from a configuration to
#   interfaces     { <interface>.ipv4 = { addresses; gateway; dhcp; }; }
#   anyCardAsks    whether a card gets an address by DHCP, whatever it is called
{ lib }:
let
  inherit (lib)
    any
    attrValues
    concatMap
    elem
    filter
    hasInfix
    head
    optionals
    toList
    ;

  isIPv4 = address: !hasInfix ":" address;
  isName = name: builtins.match "[[:alnum:]_.:-]+" name != null;
  namesOf = network: concatMap (lib.splitString " ") (toList (network.matchConfig.Name or [ ]));
  # By patterns, or by something else than names, but for an address that no card of QEMU's has.
  isPattern =
    network:
    !(network.matchConfig ? MACAddress || network.matchConfig ? PermanentMACAddress)
    && (namesOf network == [ ] || !lib.all isName (namesOf network));
  # systemd.network(5): `yes`, `ipv4`, and a boolean; NixOS has it as an option and as a setting.
  asks =
    network:
    any
      (
        value:
        elem value [
          true
          "yes"
          "true"
          "ipv4"
        ]
      )
      [
        (network.DHCP or null)
        (network.networkConfig.DHCP or null)
      ];

  byNixos =
    networking:
    let
      gateway = networking.defaultGateway;
    in
    lib.mapAttrs (name: interface: {
      ipv4 = {
        addresses = map (it: "${it.address}/${toString it.prefixLength}") interface.ipv4.addresses;
        gateway =
          if
            gateway != null
            && elem gateway.interface [
              null
              name
            ]
          then
            gateway.address
          else
            null;
        dhcp = interface.useDHCP == true;
      };
    }) (lib.filterAttrs (name: interface: name != "lo" && !interface.virtual) networking.interfaces);

  byNetworkd =
    networks:
    lib.listToAttrs (
      concatMap (
        network:
        let
          addresses = filter isIPv4 (
            network.address ++ concatMap (it: toList (it.Address or [ ])) network.addresses
          );
          gateways = filter isIPv4 (
            network.gateway
            ++ concatMap (it: optionals (!(it ? Destination)) (toList (it.Gateway or [ ]))) network.routes
          );
        in
        map (name: {
          inherit name;
          value.ipv4 = {
            inherit addresses;
            gateway = if gateways == [ ] then null else head gateways;
            dhcp = asks network;
          };
        }) (filter isName (namesOf network))
      ) networks
    );
in
config:
let
  inherit (config) networking;
  networks = optionals config.systemd.network.enable (attrValues config.systemd.network.networks);
  # Tunnels and what else is no card, and no part of one.
  madeUp = map (it: it.netdevConfig.Name) (
    filter (
      it:
      !elem (it.netdevConfig.Kind or "") [
        "bridge"
        "bond"
        "vlan"
      ]
    ) (attrValues config.systemd.network.netdevs)
  );

  # A card by any name has an address then, as QEMU's network gives it one.
  anyCardAsks =
    networking.useDHCP
    || networking.networkmanager.enable
    # Its host gives it its network.
    || config.boot.isContainer
    || any (network: asks network && isPattern network) networks;
in
{
  inherit anyCardAsks;
  interfaces =
    if config.hostSpec.networking.interfaces != { } || anyCardAsks then
      config.hostSpec.networking.interfaces
    else
      removeAttrs (byNixos networking // byNetworkd networks) madeUp;
}
