{
  hosts.web-01 = {
    platform = "x86_64-linux";
    modules = [ ./web.nix ];
  };
}
