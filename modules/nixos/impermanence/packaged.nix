# State of services whose units come with their package, or who tell systemd nothing of it: NixOS has
# no `StateDirectory` of theirs to read. Pure: from a configuration to what is on in it,
#   { option; path; mode; keep; }    the option that turns it on, where its state is, the mode that the
#                                    service gives it, or null, and whether it stays unasked
{ lib }:
let
  byOption = {
    "networking.wireless.iwd" = {
      path = "/var/lib/iwd";
      mode = "0700";
      keep = true;
    };
    "networking.networkmanager" = {
      # The key that stable addresses and DHCP ids are made from, and the leases.
      path = "/var/lib/NetworkManager";
      mode = "0700";
      keep = true;
    };
    "hardware.bluetooth" = {
      # Pairings, with their keys.
      path = "/var/lib/bluetooth";
      mode = "0700";
      keep = true;
    };

    # What the user decides about, since it may be large.
    "services.accounts-daemon".path = "/var/lib/AccountsService";
    "services.flatpak".path = "/var/lib/flatpak";
    "services.fprintd".path = "/var/lib/fprint";
    "services.k3s".path = "/var/lib/rancher";
    "services.printing".path = "/var/lib/cups";
    "services.tailscale" = {
      path = "/var/lib/tailscale";
      mode = "0700";
    };
    "virtualisation.docker".path = "/var/lib/docker";
    "virtualisation.incus".path = "/var/lib/incus";
    "virtualisation.libvirtd".path = "/var/lib/libvirt";
    "virtualisation.podman".path = "/var/lib/containers";
  };
in
config:
lib.concatLists (
  lib.mapAttrsToList (
    option: state:
    lib.optional (lib.attrByPath (lib.splitString "." option ++ [ "enable" ]) false config) (
      {
        inherit option;
        mode = null;
        keep = false;
      }
      // state
    )
  ) byOption
)
