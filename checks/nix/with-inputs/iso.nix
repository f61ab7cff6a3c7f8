# The installer's ISO.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a you@laptop";

  configOf =
    platform: settings:
    (lib.nixosSystem {
      modules = [
        nixfleet.nixosModules.iso
        { nixpkgs.hostPlatform = platform; }
        settings
      ];
    }).config;
  installer = configOf "x86_64-linux" { nixfleet.isoSshKeys = [ key ]; };

  iso =
    args:
    nixfleet.mkIso (
      {
        isoSshKeys = [ key ];
        platform = "x86_64-linux";
      }
      // args
    );
in
{
  "test: it is made for both platforms of NixOS" = {
    expr =
      map (platform: lib.hasSuffix "-nixfleet-installer.iso.drv" (iso { inherit platform; }).drvPath)
        [
          "x86_64-linux"
          "aarch64-linux"
        ];
    expected = [
      true
      true
    ];
  };

  "test: its name can carry the fleet" = {
    expr = {
      iso = lib.hasSuffix "-home-installer.iso.drv" (iso { name = "home-installer"; }).drvPath;
      file =
        (configOf "x86_64-linux" {
          nixfleet.isoSshKeys = [ key ];
          nixfleet.isoName = "home-installer";
        }).image.baseName;
    };
    expected = {
      iso = true;
      file = "home-installer";
    };
  };

  "test: a name that is no file name is refused" = {
    expr = (iso { name = "my fleet/installer"; }).drvPath;
    expectedError.msg = "nixfleet.isoName";
  };

  "test: without a key it says where to set one" = {
    expr = (iso { isoSshKeys = [ ]; }).drvPath;
    expectedError.msg = "isoSshKeys = \\[ \"ssh-ed25519";
  };

  "test: so does the module by itself" = {
    expr = (configOf "x86_64-linux" { }).system.build.toplevel.drvPath;
    expectedError.msg = "`nixfleet.isoSshKeys` is empty";
  };

  "test: the keys log in as root, and passwords do not" = {
    expr = {
      inherit (installer.users.users.root.openssh.authorizedKeys) keys;
      inherit (installer.services.openssh) enable;
      inherit (installer.services.openssh.settings)
        PermitRootLogin
        PasswordAuthentication
        KbdInteractiveAuthentication
        ;
    };
    expected = {
      keys = [ key ];
      enable = true;
      PermitRootLogin = "prohibit-password";
      PasswordAuthentication = false;
      KbdInteractiveAuthentication = false;
    };
  };

  "test: the serial port, which differs by platform, is the console" = {
    expr =
      map
        (
          platform:
          lib.last (
            lib.filter (lib.hasPrefix "console=")
              (configOf platform { nixfleet.isoSshKeys = [ key ]; }).boot.kernelParams
          )
        )
        [
          "x86_64-linux"
          "aarch64-linux"
        ];
    expected = [
      "console=ttyS0,115200"
      "console=ttyAMA0,115200"
    ];
  };

  "test: nixos-anywhere takes it for an installer, and skips kexec" = {
    expr = installer.system.nixos.variant_id;
    expected = "installer";
  };

  "test: it waits three seconds, not ten" = {
    expr = installer.boot.loader.timeout;
    expected = 3;
  };

  "test: it forces no ZFS pool, and says so, which spares the user NixOS's warning" = {
    expr = installer.boot.zfs.forceImportRoot;
    expected = false;
  };

  "test: modules add to it" = {
    expr =
      lib.hasSuffix "-mine.iso.drv"
        (iso {
          modules = [ { image.baseName = lib.mkOverride 10 "mine"; } ];
        }).drvPath;
    expected = true;
  };
}
