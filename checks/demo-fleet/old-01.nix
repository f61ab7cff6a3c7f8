# An old server: GRUB on its disk, and a bridge for its guests over a bond of two cards and a third card.
{
  boot.loader.grub = {
    enable = true;
    devices = [ "/dev/vda" ];
  };

  networking.bonds.bond0.interfaces = [
    "lan0"
    "lan1"
  ];
  networking.bridges.br0.interfaces = [
    "bond0"
    "lan2"
  ];

  nixfleet.vmTest.commands = [
    { command = "test ! -e /sys/firmware/efi"; }
    {
      command = "tr ' ' '\\n' </sys/class/net/bond0/bonding/slaves | sort";
      stdout.exact = "lan0\nlan1\n";
    }
    {
      command = "ls /sys/class/net/br0/brif";
      stdout.exact = "bond0\nlan2\n";
    }
    {
      command = "ip -4 -brief address show dev br0";
      stdout.contains = "192.0.2.30/24";
    }
  ];
}
