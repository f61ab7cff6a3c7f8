{
  imports = [ ./db.nix ];

  services.nginx.enable = true;
}
