{ config, ... }:
{
  networking.firewall.extraCommands = "iptables -A INPUT -j ACCEPT";

  # As NixOS has it (`services/networking/firewall-nftables.nix`).
  assertions = [
    {
      assertion = config.networking.firewall.extraCommands == "";
      message = "extraCommands is incompatible with the nftables based firewall";
    }
  ];
}
