{
  services.nginx.enable = true;
  networking.firewall.allowedTCPPorts = [ 80 ];
  services.nginx.enable = false;
}
