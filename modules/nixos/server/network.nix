# A boot waits until one card is up, and not for a second one without a cable, which takes two minutes
# and leaves a failed unit. It is networkd's own default where DHCP is asked on every card.
{ lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
in
{
  systemd.network.wait-online.anyInterface = taste true;
}
