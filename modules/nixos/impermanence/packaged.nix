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
    "services.connman" = {
      path = "/var/lib/connman";
      mode = "0700";
    };
    "services.cron".path = "/var/cron";
    "services.flatpak".path = "/var/lib/flatpak";
    "services.fprintd".path = "/var/lib/fprint";
    "services.hardware.bolt".path = "/var/lib/boltd";
    "services.k3s" = kubernetes;
    "services.openiscsi".path = "/var/lib/iscsi";
    "services.packagekit".path = "/var/lib/PackageKit";
    "services.power-profiles-daemon".path = "/var/lib/power-profiles-daemon";
    "services.printing".path = "/var/lib/cups";
    "services.rke2" = kubernetes;
    "services.tailscale" = {
      path = "/var/lib/tailscale";
      mode = "0700";
    };
    "services.upower".path = "/var/lib/upower";
    "virtualisation.docker".path = "/var/lib/docker";
    "virtualisation.incus".path = "/var/lib/incus";
    "virtualisation.libvirtd".path = "/var/lib/libvirt";
    "virtualisation.podman".path = "/var/lib/containers";
    "virtualisation.waydroid".path = "/var/lib/waydroid";
    "virtualisation.xen".path = "/var/lib/xen";
  };

  # Where the kubelet keeps volumes, beside the distribution's own.
  kubernetes = {
    path = "/var/lib/rancher";
    also = [ "/var/lib/kubelet" ];
  };
in
config:
lib.concatLists (
  lib.mapAttrsToList (
    option: state:
    lib.optionals (lib.attrByPath (lib.splitString "." option ++ [ "enable" ]) false config) (
      map (path: {
        inherit option path;
        mode = state.mode or null;
        keep = state.keep or false;
      }) ([ state.path ] ++ state.also or [ ])
    )
  ) byOption
)
# NixOS's own containers have no switch.
++ lib.optional (config.containers or { } != { }) {
  option = "containers";
  path = "/var/lib/nixos-containers";
  mode = null;
  keep = false;
}
