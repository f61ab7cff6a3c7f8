# Whether a user has a password to log in with, wherever NixOS takes it from. A function of a user.
let
  # Of these NixOS lets none log in with a password (nixos/modules/config/users-groups.nix), and an
  # empty one is no use to sudo.
  none = [
    null
    ""
    "!"
    "!!"
    "*"
  ];
  sources = [
    "hashedPassword"
    "hashedPasswordFile"
    "initialHashedPassword"
    "initialPassword"
    "password"
    "passwordFile"
  ];
in
user: builtins.any (source: !builtins.elem (user.${source} or null) none) sources
