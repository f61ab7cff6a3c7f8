# The control plane, and beside it a web server that hands out what hosts are to run.
{
  services.nixfleet-control-plane = {
    enable = true;
    openFirewall = true;
  };
  services.nginx.enable = true;

  nixfleet.health.units = [
    "nginx.service"
    "nixfleet-control-plane.service"
  ];
  nixfleet.vmTest.ports = [ 7250 ];
}
