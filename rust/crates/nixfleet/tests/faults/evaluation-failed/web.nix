{
  services.ngnix.enable = true;
}
