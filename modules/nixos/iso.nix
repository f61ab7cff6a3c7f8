# The installer: NixOS's minimal ISO, into which only the fleet's keys log in over the network.
# `nixfleet.lib.mkIso` and `packages.<system>.iso` build it.
{
  config,
  lib,
  modulesPath,
  options,
  ...
}:
let
  inherit (lib) mkOption types;
  inherit (import ../../lib/priority.nix { inherit lib; }) taste;
  inherit (import ../../lib/ssh-key.nix) sshKeyLines;
  cfg = config.nixfleet;
in
{
  _class = "nixos";

  imports = [
    (modulesPath + "/installer/cd-dvd/installation-cd-minimal.nix")
    ./vm-guest/serial-console.nix
  ];

  options.nixfleet = {
    isoSshKeys = mkOption {
      type = types.listOf types.singleLineStr;
      default = [ ];
      apply = sshKeyLines;
      description = "Public SSH keys that may log in to the installer as root.";
      example = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE… you@laptop" ];
    };

    isoName = mkOption {
      type = types.strMatching "[A-Za-z0-9._-]+";
      default = "nixfleet-installer";
      description = "Name of the image: it is built to `result/iso/<name>.iso`.";
      example = "home-fleet-installer";
    };
  };

  config = {
    assertions = [
      {
        assertion = cfg.isoSshKeys != [ ];
        message = ''
          no key could log in to the installer: `nixfleet.isoSshKeys` is empty.
            Add the public half of your SSH key, the line in ~/.ssh/id_ed25519.pub:
              isoSshKeys = [ "ssh-ed25519 AAAA… you@laptop" ];'';
      }
    ];

    users.users.root.openssh.authorizedKeys.keys = cfg.isoSshKeys;

    # The installer's accounts have an empty password, for the console. Over the network, keys alone.
    services.openssh = {
      enable = true;
      settings = {
        PermitRootLogin = "prohibit-password";
        PasswordAuthentication = false;
        KbdInteractiveAuthentication = false;
      };
    };

    # NixOS's ISO waits ten seconds, at normal priority; each install in a VM would pay them.
    boot.loader.timeout = lib.mkForce 3;

    # The builder takes the base name, which NixOS's ISO sets at normal priority.
    image.baseName = lib.mkForce cfg.isoName;

    # An image a tenth larger, built in a fraction of the time.
    isoImage.squashfsCompression = taste "zstd -Xcompression-level 6";

    services.qemuGuest.enable = taste true;

    # The installer has nixpkgs in its flake registry already. As a channel it would be copied into the
    # store at each evaluation, which takes a minute, and lie on the image twice
    # (nixos/modules/installer/cd-dvd/channel.nix).
    system = lib.optionalAttrs (options.system ? installer) {
      installer.channel.enable = taste false;
    };

    # The installer can read ZFS and has no root on it. 26.05 warns at each evaluation until it is
    # told, and 26.11 has this as its default (nixpkgs, pull request 495581).
    boot.zfs.forceImportRoot = taste false;

    # So that the installer builds and copies what `nixos-anywhere` asks of it.
    nix.settings.experimental-features = [
      "nix-command"
      "flakes"
    ];
  };
}
