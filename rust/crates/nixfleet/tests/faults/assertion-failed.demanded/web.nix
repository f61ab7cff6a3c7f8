{ config, lib, ... }:
{
  boot.supportedFilesystems = [ "zfs" ];

  # As NixOS has it (`tasks/filesystems/zfs.nix`).
  assertions = [
    {
      assertion = config.networking.hostId != null;
      message = "ZFS requires ${
        lib.showOption [
          "networking"
          "hostId"
        ]
      } to be set";
    }
  ];
}
