{
  services.nginx.enable = true;
  nixfleet.vmTest.unit = [ "nginx.service" ];
}
