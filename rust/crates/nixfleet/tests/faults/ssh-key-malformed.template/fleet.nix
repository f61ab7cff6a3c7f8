let
  keys = [ "ssh-ed25519 PUT-YOUR-PUBLIC-KEY-HERE" ];
in
{
  isoSshKeys = keys;
  release.keys = [ "ssh-ed25519 PUT-YOUR-PUBLIC-KEY-HERE" ];
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.sshAuthorizedKeys = keys;
  };
}
