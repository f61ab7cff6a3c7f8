{
  hosts.web-01 = {
    platform = "x86_64-linux";
    stateVersion = "26.05";
    isVm = true;
    modules = [ { warnings = [ "the backup lies on the disk that it is of" ]; } ];
  };
}
