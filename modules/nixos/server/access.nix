# Who may log in stands in the configuration alone: a key that somebody appended to a file on the
# machine, by an exploited service or years ago, opens nothing.
{ config, lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;

  # Of these, git's users log in by keys that the service itself writes to its home.
  writesKeys = lib.any (name: config.services.${name}.enable or false) [
    "forgejo"
    "gerrit"
    "gitea"
    "gitlab"
    "gitolite"
    "gogs"
  ];

  # Where the configuration names no key, one that a cloud wrote to root's home may be the only one.
  inherit (config.users.users.root.openssh) authorizedKeys;
  namesKeys = authorizedKeys.keys != [ ] || authorizedKeys.keyFiles != [ ];
in
{
  services.openssh.authorizedKeysInHomedir = taste (writesKeys || !namesKeys);
}
