# What a machine of its own has: a disk by its serial number, and an interface with an address.
{
  nixfleet.disk.device = "/dev/disk/by-id/nvme-demo-0001";

  nixfleet.vmTest.commands = [
    {
      command = "ip -4 -brief address show dev lan0";
      stdout.contains = "192.0.2.20/24";
    }
    {
      command = "ip route show default";
      stdout.contains = "via 192.0.2.1 dev lan0";
    }
    {
      command = "ip -6 -brief address show dev lan0";
      stdout.contains = "2001:db8::20/64";
    }
    {
      command = "ip -6 route show default";
      stdout.contains = "via 2001:db8::1 dev lan0";
    }
  ];
}
