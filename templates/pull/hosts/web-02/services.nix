# What web-02 does, and how `nixfleet test-vm` finds out that it does.
{
  services.nginx = {
    enable = true;
    virtualHosts.default.locations."/".return = "200 'it works'";
  };
  networking.firewall.allowedTCPPorts = [ 80 ];

  nixfleet.vmTest = {
    units = [ "nginx.service" ];
    http = [
      {
        url = "http://localhost/";
        body.contains = "it works";
      }
    ];
  };
}
