{ inputs, lib }: pkgs: { }
