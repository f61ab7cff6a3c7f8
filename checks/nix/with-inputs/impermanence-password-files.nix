# The audit: password files that are not there when they are read.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  audit = import ../audit.nix { inherit inputs nixfleet; };
  inherit (audit)
    configOf
    keeping
    warning
    ;
in
{
  "test: a password file on the root is reported, with where to put it" = {
    expr =
      let
        text = lib.concatStrings (warning [
          { users.users.ops.hashedPasswordFile = "/etc/passwords/ops"; }
        ]);
      in
      lib.hasInfix ''users.users."ops".hashedPasswordFile = "/persist/etc/passwords/ops";'' text;
    expected = true;
  };

  "test: one in a persisted directory too, which is bound too late" = {
    expr =
      warning [
        { users.users.ops.hashedPasswordFile = "/etc/passwords/ops"; }
        (keeping [ "/etc/passwords" ])
      ] != [ ];
    expected = true;
  };

  "test: one on a file system that is mounted early is not, nor one that is decrypted" = {
    expr = map (file: warning [ { users.users.ops.hashedPasswordFile = file; } ]) [
      "/persist/passwords/ops"
      "/run/secrets-for-users/ops"
    ];
    expected = [
      [ ]
      [ ]
    ];
  };

  "test: one that sops-nix decrypts after users are made is reported, where that is" = {
    expr =
      map
        (
          modules:
          map (lib.hasInfix "sops-nix decrypts after users are made") (
            warning (modules ++ [ { users.users.ops.hashedPasswordFile = "/run/secrets/ops"; } ])
          )
        )
        [
          [ { options.sops.secrets = lib.mkOption { default = { }; }; } ]
          [ ]
        ];
    expected = [
      [
        true
        false
      ]
      [ ]
    ];
  };

  "test: as an error it stops the build as well" = {
    expr =
      (configOf [
        {
          users.users.ops.hashedPasswordFile = "/etc/passwords/ops";
          nixfleet.impermanence.audit = "error";
        }
      ]).system.build.toplevel.drvPath;
    expectedError.msg = "password files on the root";
  };
}
