# The homes of a NixOS host's users, which are made when their file systems are mounted.
{ lib, nixfleet, ... }:
let
  inherit (import ../core-hosts.nix { inherit lib nixfleet; }) ops configOf;

  # What NixOS itself says of a normal user (nixos/modules/config/users-groups.nix).
  normal = {
    isNormalUser = true;
    createHome = lib.mkDefault true;
    group = lib.mkDefault "users";
  };
  # An option of NixOS since 25.05.
  withEnable.options.users.users = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule {
        options.enable = lib.mkOption {
          type = lib.types.bool;
          default = true;
        };
      }
    );
  };
  canBeOff = (configOf { hostSpec = ops; }).users.users.ops ? enable;

  homesOf =
    module:
    (configOf {
      hostSpec = ops // {
        home = "/srv/ops";
      };
      modules = [
        { users.users.ops = normal; }
        module
      ]
      ++ lib.optional (!canBeOff) withEnable;
    }).systemd.tmpfiles.settings.nixfleet-homes or { };
in
{
  "test: the primary user's home is made, as NixOS makes it" = {
    expr = lib.mapAttrs (_: made: { inherit (made.d) mode user group; }) (homesOf { });
    expected."/srv/ops" = {
      mode = "700";
      user = "ops";
      group = "users";
    };
  };

  "test: so are those of other users, and no others" = {
    expr = lib.attrNames (homesOf {
      users.users = {
        guest = normal // {
          home = "/home/guest";
        };
        homeless = normal // {
          home = "/home/homeless";
          createHome = false;
        };
        left = normal // {
          home = "/home/left";
          enable = false;
        };
        service = {
          isSystemUser = true;
          createHome = true;
          home = "/var/lib/service";
          group = "service";
        };
      };
    });
    expected = [
      "/home/guest"
      "/srv/ops"
    ];
  };

  "test: userborn makes them itself" = {
    expr = homesOf { services.userborn.enable = true; };
    expected = { };
  };
}
