# The cards that `nixfleet test-vm` gives a host which names its interfaces: one each, by whose address
# the guest knows the name, and with what the tool has to put around it, so that a static address is
# reached and finds its gateway. A bridge or a bond has the cards of its members.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (builtins) hashString substring;
  inherit (config.hostSpec) hostName;
  inherit (import ./named.nix { inherit lib; } config) anyCardAsks interfaces;

  # Of the range that QEMU's own cards are in; the rest tells hosts in one network apart.
  macOf =
    interface:
    let
      digits = hashString "sha256" "${hostName}/${interface}";
      byte = at: substring at 2 digits;
    in
    "52:54:00:${byte 0}:${byte 2}:${byte 4}";

  # What an interface is made of, by NixOS's words or by networkd's own.
  inherit (config.networking) bonds bridges vlans;
  partsOf =
    interface:
    if vlans ? ${interface} then
      part "vlan" [ vlans.${interface}.interface ]
    else if bridges ? ${interface} then
      part "bridge" bridges.${interface}.interfaces
    else if bonds ? ${interface} then
      part "bond" bonds.${interface}.interfaces
    else
      networkd.${interface} or (part "card" [ ]);
  part = kind: members: { inherit kind members; };

  networkd = lib.listToAttrs (
    lib.concatMap (
      { netdevConfig, ... }:
      lib.optional (lowerOf ? ${netdevConfig.Kind or ""}) {
        name = netdevConfig.Name;
        value = part netdevConfig.Kind (membersBy lowerOf.${netdevConfig.Kind} netdevConfig.Name);
      }
    ) (lib.attrValues config.systemd.network.netdevs)
  );
  # Where a network says what it is a part of (systemd.network(5)).
  lowerOf = {
    bridge = network: [ network.networkConfig.Bridge or null ] ++ [ network.bridge or [ ] ];
    bond = network: [ network.networkConfig.Bond or null ] ++ [ network.bond or [ ] ];
    vlan = network: [ network.networkConfig.VLAN or null ] ++ [ network.vlan or [ ] ];
  };
  # Of its names, those that are no patterns.
  membersBy =
    upper: name:
    lib.filter (member: builtins.match "[[:alnum:]_.:-]+" member != null) (
      lib.concatMap (
        network:
        lib.optionals (lib.elem name (lib.flatten (upper network))) (
          lib.concatMap (lib.splitString " ") (lib.toList (network.matchConfig.Name or [ ]))
        )
      ) (lib.attrValues config.systemd.network.networks)
    );

  # The cards of an interface, each with the network that it is plugged into. Those of a bond share one,
  # as the bond may send by any of them; of a bridge the first alone is: two networks joined would both
  # answer.
  plugsOf =
    interface:
    let
      inherit (partsOf interface) kind members;
      all = lib.concatMap plugsOf members;
      first = (lib.head all).network;
    in
    if kind == "card" then
      [
        {
          inherit interface;
          network = interface;
        }
      ]
    else if kind == "bond" then
      map (plug: plug // { network = first; }) all
    else if kind == "bridge" then
      map (plug: plug // lib.optionalAttrs (plug.network != first) { network = ""; }) all
    else
      all;

  # The first member of what the host names has its address; QEMU's network knows no tags of VLANs.
  cardsOf =
    interface: settings:
    lib.imap0 (
      index: plug:
      plug
      // {
        mac = macOf plug.interface;
        address = null;
        gateway = null;
        dhcp = false;
      }
      // lib.optionalAttrs (index == 0 && (partsOf interface).kind != "vlan") {
        address = lib.head (settings.ipv4.addresses ++ [ null ]);
        inherit (settings.ipv4) gateway dhcp;
      }
    ) (plugsOf interface);
  isReached = card: card.address != null || card.dhcp;

  # One for each, and of those that are alike the one that is reached.
  hosts = lib.attrValues (
    lib.foldl' (
      all: card:
      all
      // lib.optionalAttrs (!(all ? ${card.interface}) || isReached card) { ${card.interface} = card; }
    ) { } (lib.concatLists (lib.mapAttrsToList cardsOf interfaces))
  );

  # QEMU forwards to IPv4 alone. A host without it gets a card for the test, which the configuration
  # does not name.
  needsOwn = (interfaces != { } || !anyCardAsks) && !lib.any isReached hosts;
  own = {
    interface = "nixfleet-vm";
    network = "nixfleet-vm";
    mac = macOf "nixfleet-vm";
    address = "10.0.2.15/24";
    gateway = null;
    dhcp = false;
  };
  cards = hosts ++ lib.optional needsOwn own;
in
{
  options.nixfleet.vmNetwork = lib.mkOption {
    type = lib.types.listOf lib.types.raw;
    default = cards;
    internal = true;
    readOnly = true;
    description = "The cards of the VM that tests the host, in the order of their names.";
  };

  # No hardware has these addresses. udev names cards by these files whoever configures the network
  # (systemd.link(5)), in the initrd as well.
  config = lib.mkIf (cards != [ ]) (
    let
      links = lib.listToAttrs (
        map (card: {
          name = "10-nixfleet-vm-${card.interface}";
          value = {
            matchConfig.PermanentMACAddress = card.mac;
            linkConfig.Name = card.interface;
          };
        }) cards
      );
    in
    {
      systemd.network = { inherit links; };
      boot.initrd.systemd.network = { inherit links; };

      # Whatever configures the network leaves alone what it is not told of.
      services.udev.extraRules = lib.mkIf needsOwn ''
        ACTION=="add", SUBSYSTEM=="net", ATTR{address}=="${own.mac}", RUN+="${pkgs.iproute2}/bin/ip address add ${own.address} dev ${own.interface}", RUN+="${pkgs.iproute2}/bin/ip link set ${own.interface} up"
      '';
    }
  );
}
