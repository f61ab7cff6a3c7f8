{
  hosts.web-01 = {
    platform = "x86_64-linux";
    stateVersion = "26.05";
    isVm = true;
    modules = [
      {
        assertions = [
          {
            assertion = builtins.deepSeq (builtins.genList (n: "backup ${toString n}") 1200000) true;
            message = "a backup has no number";
          }
        ];
      }
    ];
  };
}
