{
  hosts.web-01 = {
    platform = "x86_64-linux";
    stateVersion = "26.05";
    modules = [
      {
        boot.loader.systemd-boot.enable = true;
        fileSystems = {
          "/" = {
            device = "none";
            fsType = "tmpfs";
          };
          "/boot" = {
            device = "/dev/disk/by-label/boot";
            fsType = "vfat";
          };
        };
        nixfleet.impermanence = {
          enable = true;
          rootKind = "tmpfs";
          auditIgnore = [ "/persist/etc/ssh" ];
        };
      }
    ];
  };
}
