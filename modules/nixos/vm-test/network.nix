# The cards that `nixfleet test-vm` gives a host which names its interfaces: one each, by whose address
# the guest knows the name, and with what the tool has to put around it, so that a static address is
# reached and finds its gateway.
{ config, lib, ... }:
let
  inherit (builtins) hashString substring;
  inherit (config.hostSpec) hostName networking;

  # Of the range that QEMU's own cards are in; the rest tells hosts in one network apart.
  macOf =
    interface:
    let
      digits = hashString "sha256" "${hostName}/${interface}";
      byte = at: substring at 2 digits;
    in
    "52:54:00:${byte 0}:${byte 2}:${byte 4}";

  cards = lib.mapAttrsToList (interface: settings: {
    inherit interface;
    mac = macOf interface;
    address = lib.head (settings.ipv4.addresses ++ [ null ]);
    inherit (settings.ipv4) gateway dhcp;
  }) networking.interfaces;
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
    }
  );
}
