{
  imports = [ ./web.nix ];

  services.postgresql.enable = true;
}
