# A web server, and what must hold once it is installed.
{
  # For `nixos-rebuild --target-host ops@… --sudo`, which copies as ops what nobody has signed, and
  # cannot type a password.
  nix.settings.trusted-users = [
    "root"
    "ops"
  ];
  security.sudo.wheelNeedsPassword = false;

  services.nginx.enable = true;

  nixfleet.vmTest = {
    units = [ "nginx.service" ];
    ports = [
      22
      {
        port = 80;
        within = 20;
      }
    ];
    http = [
      {
        url = "http://localhost/";
        status = 200;
        body.contains = "web-01";
      }
    ];
    commands = [
      {
        command = "id -nG ops";
        stdout.contains = "sudo";
      }
      {
        command = "whoami";
        user = "ops";
        stdout.exact = "ops\n";
      }
    ];
    files = [
      {
        path = "/etc/ssh/ssh_host_ed25519_key";
        mode = "0600";
        owner = "root";
      }
    ];
  };
}
