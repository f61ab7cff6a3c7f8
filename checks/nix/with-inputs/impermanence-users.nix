# Impermanence: programs that make users in place of NixOS's script.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  hosts = import ../hosts.nix { inherit inputs nixfleet; };
  inherit (hosts) toplevel;
  on = hosts.impermanent;
  withUserborn = on [ { services.userborn.enable = true; } ];
  ofUserborn = lib.filter (lib.hasInfix "services.userborn");
in
{
  "test: userborn keeps its ids in a folder that stays" = {
    expr = lib.elem withUserborn.services.userborn.passwordFilesLocation (hosts.persisted withUserborn);
    expected = true;
  };

  "test: userborn is warned about, and nothing else" = {
    expr = map (config: lib.length (ofUserborn config.warnings)) [
      withUserborn
      (on [ ])
      (hosts.withLayout "ext4" [ { services.userborn.enable = true; } ])
    ];
    expected = [
      1
      0
      0
    ];
  };

  "test: sysusers, which would forget ids, is refused" = {
    expr = toplevel (on [ { systemd.sysusers.enable = true; } ]);
    expectedError.msg = "files that stay would change hands";
  };

  "test: with an /etc that nobody writes to, its ids lie elsewhere" = {
    expr = lib.isString (
      toplevel (on [
        {
          systemd.sysusers.enable = true;
          # It makes no normal users.
          hostSpec.userName = lib.mkForce null;
          system.etc.overlay = {
            enable = true;
            mutable = false;
          };
        }
      ])
    );
    expected = true;
  };

  "test: an init without the activation is refused" = {
    expr = toplevel (on [
      (hosts.ofLaterNixos [ "system" "nixos-init" "enable" ] lib.types.bool true)
    ]);
    expectedError.msg = "Remove `system.nixos-init.enable = true;`";
  };
}
