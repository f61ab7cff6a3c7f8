{ nixfleet }:
let
  inherit (nixfleet) sshKeyFault sshKeyLines;
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";
  faultless = line: {
    expr = sshKeyFault line;
    expected = null;
  };
  faulty = line: pattern: {
    expr = builtins.match ".*(${pattern}).*" (sshKeyFault line) != null;
    expected = true;
  };
in
{
  "test: a public key has no fault" = faultless key;
  "test: a public key may have a comment" = faultless "${key} me@laptop, at home";
  "test: a public key may have options" =
    faultless ''from="10.0.0.0/8",command="/bin/true x" ${key} me'';
  "test: a public key may end with a line break, as a file does" = faultless "${key} me\n";
  "test: a key of a hardware token has no fault" =
    faultless "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA== me";
  "test: a certificate has no fault" =
    faultless "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t me";

  "test: a private key is told from a broken one" =
    faulty "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n" "private key";
  "test: a private key without its first line is one" =
    faulty "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAA" "private key";
  "test: two keys in one string are refused" = faulty "${key}\n${key}" "one key a string";
  "test: a template's placeholder is refused" =
    faulty "ssh-ed25519 PUT-YOUR-PUBLIC-KEY-HERE" "not an SSH public key";
  "test: the path of a key file is refused" = faulty "~/.ssh/id_ed25519.pub" "not an SSH public key";
  "test: a key from a file with the line ends of Windows is refused" =
    faulty "${key} me\r" "carriage return";
  "test: blank lines and comments are no keys" = {
    expr = sshKeyLines [
      "# me"
      key
      ""
      "  "
    ];
    expected = [ key ];
  };
  "test: a key that is no string is refused" = faulty 5 "type `int`";
}
