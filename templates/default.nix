# What `nix flake init -t` shows of each template; the folders beside this file are what it copies.
let
  welcome = host: ''
    Put your public SSH key, such as `~/.ssh/id_ed25519.pub`, into `flake.nix`, then:

        git add .
        nix run .#validate
        nix run .#test-vm -- -h ${host}

    The second names every mistake, the third installs the host in a VM and tests it.
    Files that git does not track are not there for Nix: `git add .` after each new one.
    What your machine lacks for a VM is told by `nix run .#doctor`.
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

  pull = {
    path = ./pull;
    description = "A fleet that keeps itself up to date: a control plane, a cache beside it, and two web servers";
    welcomeText = ''
      Run `sh make-keys.sh`, which makes the hosts' keys.
    ''
    + welcome "web-01";
  };

  flake-parts = {
    path = ./flake-parts;
    description = "One NixOS server, in a flake of flake-parts";
    welcomeText = welcome "server";
  };
}
