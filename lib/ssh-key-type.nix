# The type of an option's SSH public key: a line of a `.pub` file. A blank line or a comment, as a file of
# keys has them, is let pass; the option leaves them out by `apply = sshKeyLines`.
{ lib }:
let
  inherit (import ./ssh-key.nix) sshKeyFault sshKeyLines;
in
lib.types.singleLineStr
// {
  name = "sshPublicKey";
  description = "SSH public key, as in a `.pub` file";
  descriptionClass = "noun";
  check = key: sshKeyLines [ key ] == [ ] || sshKeyFault key == null;
}
