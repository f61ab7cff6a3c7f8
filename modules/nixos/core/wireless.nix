# A Wi-Fi card that the host names, and that nothing would connect: it has an address then, and no network.
{ config, lib, ... }:
let
  inherit (config) hostSpec networking;
  inherit (networking) networkmanager wireless;

  # systemd.net-naming-scheme(7), and the kernel's own names.
  isCard = name: builtins.match "wl(an[0-9]+|[bopsx].*)" name != null;

  # NetworkManager has what it was not told to leave.
  isManaged =
    name: networkmanager.enable && !lib.elem "interface-name:${name}" networkmanager.unmanaged;
  # With NetworkManager both programs are there for it, and look for no card themselves.
  isSupplied =
    name:
    wireless.enable
    && (
      lib.elem name wireless.interfaces
      || (wireless.interfaces == [ ] && wireless.autoDetectInterfaces or (!networkmanager.enable))
    );
  isConnected =
    name:
    isManaged name
    || isSupplied name
    || (wireless.iwd.enable or false && !networkmanager.enable)
    || networking.supplicant or { } ? ${name}
    || config.services.connman.enable or false
    # An access point connects others.
    || config.services.hostapd.enable or false;

  left = lib.filter (name: isCard name && !isConnected name) (
    lib.attrNames hostSpec.networking.interfaces
  );
in
{
  warnings = map (
    name:
    "host `${hostSpec.hostName}` names the Wi-Fi card `${name}`, and nothing connects it to a network. ${
      if networkmanager.enable then
        "NetworkManager leaves a card with a static address alone: take it out of hostSpec, and write its address into `networking.networkmanager.ensureProfiles.profiles`"
      else
        "Write `networking.wireless.enable = true;` and its networks, or `networking.wireless.iwd.enable = true;`"
    }"
  ) left;
}
