# What `nix flake init -t` shows of each template; the folders beside this file are what it copies.
let
  welcome = host: ''
    Put your public SSH key into `flake.nix`, then:

        nix run .#validate
        nix run .#test-vm -- -h ${host}

    The first names every mistake, the second installs the host in a VM and tests it.
    Files that git does not track are not there for Nix: `git add .` after each new one.
  '';
in
{
  default = {
    path = ./default;
    description = "One NixOS server";
    welcomeText = welcome "server";
  };

  fleet = {
    path = ./fleet;
    description = "A web server, an impermanent database server and a Mac, with shared defaults";
    welcomeText = welcome "web-01";
  };

  flake-parts = {
    path = ./flake-parts;
    description = "One NixOS server, in a flake of flake-parts";
    welcomeText = welcome "server";
  };
}
