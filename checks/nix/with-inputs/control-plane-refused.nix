# What the control plane's module refuses.
{
  inputs,
  lib,
  nixfleet,
  ...
}:
let
  inherit (import ../control-planes.nix { inherit inputs nixfleet; }) key refusals with';
in
{
  "test: one that could take no release, or that no host could ask, is refused, with all reasons" = {
    expr = map (lib.hasInfix "could ever") (
      refusals (with' {
        keys = [ ];
        listen = [ ];
      })
    );
    expected = [
      true
      true
      true
    ];
  };

  "test: keys may be a file's lines, and blank lines and comments are no keys" = {
    expr =
      (with' {
        keys = [
          "# me"
          key
          ""
        ];
      }).services.nixfleet-control-plane.settings.keys;
    expected = [ key ];
  };

  "test: a threshold above the number of different keys is refused" = {
    expr = lib.any (lib.hasInfix "`services.nixfleet-control-plane.threshold` is 2, and `keys` has 1") (
      refusals (with' {
        threshold = 2;
        keys = [
          key
          key
        ];
      })
    );
    expected = true;
  };

  "test: a private key in the store is refused" = {
    expr = lib.any (lib.hasInfix "would be readable by everybody") (
      refusals (with' {
        hostKey = "/nix/store/00000000000000000000000000000000-key";
      })
    );
    expected = true;
  };

  "test: what is no address, no loopback and no key is refused by its type" = {
    expr =
      map
        (
          settings:
          (builtins.tryEval (builtins.deepSeq (with' settings).services.nixfleet-control-plane.settings true))
          .success
        )
        [
          { listen = [ "fleet.example.org" ]; }
          { page = "0.0.0.0:80"; }
          { keys = [ "me@laptop" ]; }
          { fleet = "a b"; }
          { fleet = "home.lan"; }
          { database = "mysql://db/fleet"; }
          { page = null; }
          { page = "[::1]:80"; }
          { page = "/run/nixfleet-control-plane/page.sock"; }
        ];
    expected = [
      false
      false
      false
      false
      false
      false
      true
      true
      true
    ];
  };
}
