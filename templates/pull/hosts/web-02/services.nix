# What web-02 does, and what has to hold: `test-vm` asks it in a VM, the agent after each change.
{
  services.nginx = {
    enable = true;
    virtualHosts.default.locations."/".return = "200 'it works'";
  };
  networking.firewall.allowedTCPPorts = [ 80 ];

  nixfleet.health = {
    units = [ "nginx.service" ];
    http = [
      {
        url = "http://localhost/";
        body.contains = "it works";
      }
    ];
  };
}
