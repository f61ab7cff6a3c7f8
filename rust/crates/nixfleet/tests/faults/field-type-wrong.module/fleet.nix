{
  hosts.web-01 =
    { pkgs, ... }:
    {
      environment.systemPackages = [ pkgs.htop ];
    };
}
