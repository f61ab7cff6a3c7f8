{ config, ... }:
{
  assertions = [
    {
      assertion = config.services.openssh.port == 22;
      message = "the firewall lets port 22 in alone";
    }
  ];
}
