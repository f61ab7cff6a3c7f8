# What this machine is made of. `nixos-anywhere --generate-hardware-config nixos-generate-config
# ./hosts/web-01/hardware.nix …` replaces this file by what it finds on the machine.
{
  boot.initrd.availableKernelModules = [
    "ahci"
    "nvme"
    "sd_mod"
    "usb_storage"
    "xhci_pci"
  ];
  hardware.enableRedistributableFirmware = true;
}
