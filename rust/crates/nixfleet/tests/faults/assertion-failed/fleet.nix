{
  hosts.web-01 = {
    platform = "x86_64-linux";
    stateVersion = "26.05";
    modules = [
      {
        boot.loader.systemd-boot.enable = true;
        fileSystems."/".device = "/dev/disk/by-label/root";
      }
    ];
  };
}
