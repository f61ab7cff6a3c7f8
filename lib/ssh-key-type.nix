# The type of an option that takes an SSH public key.
{ lib }:
let
  inherit (import ./ssh-key.nix) sshKeyFault;
in
lib.types.singleLineStr
// {
  name = "sshPublicKey";
  description = "SSH public key, as in a `.pub` file";
  descriptionClass = "noun";
  check = key: sshKeyFault key == null;
}
