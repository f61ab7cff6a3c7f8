{
  services.health.units = [ ];
}
