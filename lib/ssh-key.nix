# The outer shape of an SSH public key, enough to stop what can never work. The `nixfleet` tool
# reads the key itself.
let
  types = "ssh-ed25519|ssh-rsa|ssh-dss|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh.com|sk-ecdsa-sha2-nistp256@openssh.com";
  certificates = "(ssh-ed25519|ssh-rsa|ssh-dss|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519|sk-ecdsa-sha2-nistp256)-cert-v01@openssh.com";
  # sshd(8), AUTHORIZED_KEYS FILE FORMAT: options, type, base64, comment.
  publicKey = "(.*[^ ] +)?(${types}|${certificates}) +[A-Za-z0-9+/]+=* *( .*)?";
in
{
  /**
    What is wrong with a line of `authorized_keys`, or `null`.

    # Type
    `sshKeyFault :: Any -> String | Null`

    # Example
    `sshKeyFault "-----BEGIN OPENSSH PRIVATE KEY-----"` says that it is a private key.
  */
  sshKeyFault =
    key:
    if !builtins.isString key then
      "an SSH key is a string; this is a value of type `${builtins.typeOf key}`"
    else if builtins.match ".*\r.*" (builtins.replaceStrings [ "\n" ] [ " " ] key) != null then
      "the key ends with a carriage return, as lines of Windows do: write its file anew without it, by `sed -i 's/\\r$//'`"
    else if
      builtins.match ".*(PRIVATE KEY|b3BlbnNzaC1rZXktdjEA).*" (
        builtins.replaceStrings [ "\n" ] [ " " ] key
      ) != null
    then
      "this is a private key, and it is now readable by everyone on this machine: replace it, and write the line of its `.pub` file here"
    else if builtins.match ".*\n.+" key != null then
      "one key a string: write each line as an element of its own"
    else if builtins.match publicKey (builtins.replaceStrings [ "\n" ] [ "" ] key) == null then
      "`${key}` is not an SSH public key: write the line of a `.pub` file, like `ssh-ed25519 AAAA… user@host`"
    else
      null;

  /**
    The lines of a list of keys that are keys, or meant to be: a blank line and a comment are none, as
    for sshd, such as the last element of a file that was split at its line ends.

    # Type
    `sshKeyLines :: [String] -> [String]`

    # Example
    `sshKeyLines [ "# me" "ssh-ed25519 AAAA… me@laptop" "" ]` has one element.
  */
  sshKeyLines =
    keys:
    builtins.filter (
      key: !builtins.isString key || builtins.match "[[:space:]]*(#.*)?" key == null
    ) keys;
}
