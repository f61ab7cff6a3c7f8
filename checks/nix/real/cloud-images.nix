# nixpkgs' images of clouds and hypervisors, each with a host of ours: it keeps the boot loader that the
# image has, and its name.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) configOf toplevel;

  # Without the root file system that `configOf` brings where it finds none.
  on =
    image:
    (nixfleet.mkHost {
      hostName = "db-01";
      platform = "x86_64-linux";
      stateVersion = "26.05";
      hostSpec = {
        userName = "ops";
        sshAuthorizedKeys = [
          "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a"
        ];
      };
      modules = [ ({ modulesPath, ... }: { imports = [ (modulesPath + "/${image}.nix") ]; }) ];
    }).config;
  grub = [
    "virtualisation/amazon-image"
    "virtualisation/azure-image"
    "virtualisation/cloudstack-config"
    "virtualisation/digital-ocean-config"
    "virtualisation/google-compute-config"
    "virtualisation/google-compute-image"
    "virtualisation/hyperv-image"
    "virtualisation/kubevirt"
    "virtualisation/linode-image"
    "virtualisation/oci-image"
    "virtualisation/openstack-config"
    "virtualisation/proxmox-image"
    "virtualisation/virtualbox-image"
    "virtualisation/vmware-image"
  ];
  containers = [
    "profiles/docker-container"
    "virtualisation/lxc-container"
    "virtualisation/proxmox-lxc"
  ];
  systemdBoot = [
    "virtualisation/disk-image"
    "virtualisation/incus-virtual-machine"
  ];
  # systemd-boot, GRUB.
  loaders =
    images:
    lib.genAttrs images (
      image:
      let
        inherit ((on image).boot) loader;
      in
      [
        loader.systemd-boot.enable
        loader.grub.enable
      ]
    );
  all = images: value: lib.genAttrs images (_: value);
in
{
  "test: the images of clouds and hypervisors keep their boot loader" = {
    expr = loaders (grub ++ containers ++ systemdBoot);
    expected =
      all grub [
        false
        true
      ]
      // all containers [
        false
        false
      ]
      // all systemdBoot [
        true
        false
      ];
  };

  # NixOS's other loaders are part of it in any case.
  "test: so do extlinux and Limine, and GRUB on several disks" = {
    expr =
      map
        (
          loader:
          let
            config = configOf { } [ { boot = { inherit loader; }; } ];
          in
          [
            config.boot.loader.systemd-boot.enable
            config.boot.loader.grub.enable
          ]
        )
        [
          { generic-extlinux-compatible.enable = true; }
          { limine.enable = true; }
          {
            grub.mirroredBoots = [
              {
                path = "/boot";
                devices = [ "/dev/sda" ];
              }
            ];
          }
        ];
    expected = [
      # NixOS leaves GRUB on beside extlinux: there it is for the user to switch off.
      [
        false
        true
      ]
      [
        false
        false
      ]
      [
        false
        true
      ]
    ];
  };

  "test: four of them evaluate in full, and the fleet names the host" = {
    expr = lib.genAttrs [
      "virtualisation/amazon-image"
      "virtualisation/digital-ocean-config"
      "virtualisation/google-compute-image"
      "virtualisation/openstack-config"
    ] (image: lib.hasInfix "db-01" (toplevel (on image)));
    expected = all [
      "virtualisation/amazon-image"
      "virtualisation/digital-ocean-config"
      "virtualisation/google-compute-image"
      "virtualisation/openstack-config"
    ] true;
  };
}
