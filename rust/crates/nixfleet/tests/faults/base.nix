# What is right in every fleet of this folder, so that each shows its one fault alone.
rec {
  isoSshKeys = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh me@laptop"
  ];
  defaults.hostSpec.sshAuthorizedKeys = isoSshKeys;
}
