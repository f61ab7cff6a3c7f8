# What `nix flake init -t` shows of each template; the folders beside this file are what it copies.
let
  welcome = host: ''
    Write your public SSH key, the whole line of a file such as `~/.ssh/id_ed25519.pub`, into `flake.nix`, then:

        git add .
        nix run .#validate
        nix run .#test-vm -- -h ${host}

    The second command names every mistake, the third installs the host in a VM and tests it.
    Nix sees only files that git tracks: run `git add .` after each new one.
    `nix run .#doctor` says what your machine lacks for a VM.
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
