{ nixfleet }:
let
  disk.nixfleet.disk.device = "/dev/disk/by-id/nvme-Samsung_SSD_980_1TB_S649NX0R123456";
in
{
  hosts.db-01 = {
    platform = "x86_64-linux";
    stateVersion = "26.05";
    modules = [
      nixfleet.nixosModules.disks.ext4
      disk
    ];
  };
  hosts.web-01 = {
    platform = "x86_64-linux";
    stateVersion = "26.05";
    modules = [
      nixfleet.nixosModules.disks.ext4
      disk
    ];
  };
}
