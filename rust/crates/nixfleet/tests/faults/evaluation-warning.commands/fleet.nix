{
  hosts.web-01 = {
    platform = "x86_64-linux";
    stateVersion = "26.05";
    isVm = true;
    modules = [ ./web.nix ];
  };
}
