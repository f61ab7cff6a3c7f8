{
  services.nginx.enable = yes;
}
