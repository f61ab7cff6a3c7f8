# A ledger on an impermanent host of two disks: what it writes lasts, as do the disk at /srv and the
# primary user's projects. Nothing else does.
{
  nixfleet.disk.device = "/dev/disk/by-id/nvme-demo-0002";
  disko.devices.disk.archive = {
    type = "disk";
    device = "/dev/disk/by-id/ata-demo-0003";
    content = {
      type = "gpt";
      partitions.data = {
        size = "100%";
        content = {
          type = "filesystem";
          format = "ext4";
          mountpoint = "/srv";
        };
      };
    };
  };

  nixfleet.impermanence = {
    enable = true;
    directories = [ "/var/lib/ledger" ];
    users.ops.directories = [ "projects" ];
  };

  systemd.services.ledger.serviceConfig = {
    Type = "oneshot";
    RemainAfterExit = true;
    StateDirectory = "ledger";
    ExecStart = "/bin/sh -c 'date >>/var/lib/ledger/boots'";
  };

  nixfleet.vmTest = {
    units = [ "ledger.service" ];
    files = [
      {
        path = "/home/ops/projects";
        owner = "ops";
      }
    ];
    commands = [
      {
        command = "findmnt --noheadings --output LABEL /srv";
        stdout.exact = "archive\n";
      }
    ];
  };
}
