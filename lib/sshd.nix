# Whom an SSH server lets in, by its settings (sshd_config(5)), as far as a configuration says it.
{ lib }:
let
  inherit (lib)
    any
    elem
    filter
    hasPrefix
    isBool
    isList
    isString
    match
    splitString
    ;

  # A setting as a list of words: a list, or words between blanks or commas.
  words =
    value:
    if value == null then
      [ ]
    else if isList value then
      map toString value
    else if isString value then
      filter (word: isString word && word != "") (builtins.split "[[:space:],]+" value)
    else
      [ ];

  # ssh_config(5), PATTERNS: `*` any text, `?` any character.
  matches =
    pattern: text:
    match (builtins.replaceStrings [ "\\*" "\\?" ] [ ".*" "." ] (lib.escapeRegex pattern)) text != null;

  # A list of patterns, of which one with `!` before it excludes. A pattern `user@host` counts by its
  # user: from where people come a configuration does not say.
  listed =
    patterns: name:
    let
      user = pattern: builtins.head (splitString "@" pattern);
      isNegated = hasPrefix "!";
      positive = filter (pattern: !isNegated pattern) patterns;
      negative = map (lib.removePrefix "!") (filter isNegated patterns);
    in
    any (pattern: matches (user pattern) name) positive
    && !any (pattern: !(lib.hasInfix "@" pattern) && matches pattern name) negative;
  denied =
    patterns: name:
    any (
      pattern: !(lib.hasInfix "@" pattern) && !(hasPrefix "!" pattern) && matches pattern name
    ) patterns;

  # The algorithms by which a line of authorized_keys can log in.
  algorithmsOf =
    key:
    let
      type = builtins.head (
        filter (word: match "(sk-)?(ssh|ecdsa)-.*" word != null) (words key) ++ [ "" ]
      );
    in
    if type == "ssh-rsa" then
      [
        "rsa-sha2-256"
        "rsa-sha2-512"
        "ssh-rsa"
      ]
    else
      [ type ];
in
{
  inherit words;

  /**
    Whether a setting is off: `false` or "no", in whatever case.

    # Type
    `isOff :: Any -> Bool`

    # Example
    `isOff "No"` is true.
  */
  isOff = value: if isBool value then !value else isString value && lib.toLower value == "no";

  /**
    Why sshd keeps a user out whatever key they have, or `null`: the four lists of users and groups.

    # Type
    `exclusion :: { … settings } -> { name :: String, groups :: [String] } -> String | Null`

    # Example
    `exclusion { AllowUsers = [ "alice" ]; } { name = "root"; groups = [ "root" ]; }` is
    "`AllowUsers` leaves it out".
  */
  exclusion =
    settings:
    { name, groups }:
    let
      get = setting: words (settings.${setting} or null);
      allows = setting: names: get setting == [ ] || any (listed (get setting)) names;
    in
    if denied (get "DenyUsers") name then
      "`DenyUsers` names it"
    else if !allows "AllowUsers" [ name ] then
      "`AllowUsers` leaves it out"
    else if get "DenyGroups" != [ ] && any (denied (get "DenyGroups")) groups then
      "`DenyGroups` names a group of it"
    else if !allows "AllowGroups" groups then
      "`AllowGroups` names no group of it"
    else
      null;

  /**
    The ways in that `AuthenticationMethods` knows, each the methods that have to be gone through, or
    `null` where any one will do.

    # Type
    `authenticationMethods :: String | Null -> [ [ String ] ] | Null`

    # Example
    `authenticationMethods "publickey,password publickey,keyboard-interactive:pam"` is
    `[ [ "publickey" "password" ] [ "publickey" "keyboard-interactive" ] ]`.
  */
  authenticationMethods =
    value:
    let
      ways = filter (way: isString way && way != "") (builtins.split "[[:space:]]+" value);
      # A device may follow: `keyboard-interactive:pam`.
      method = name: builtins.head (splitString ":" name);
    in
    if !isString value || ways == [ ] || ways == [ "any" ] then
      null
    else
      map (way: map method (words way)) ways;

  /**
    Whether sshd takes a key of that algorithm, by `PubkeyAcceptedAlgorithms`. A list that begins with
    `+` or `^` adds to OpenSSH's own, and one with `-` takes from it.

    # Type
    `accepts :: String | Null -> String -> Bool`

    # Example
    `accepts "ssh-ed25519" "ssh-rsa AAAA… me"` is false.
  */
  accepts =
    accepted: key:
    let
      list = builtins.concatStringsSep "," (words accepted);
      first = builtins.substring 0 1 list;
      patterns = words (lib.removePrefix "-" list);
      taken = algorithm: any (pattern: matches pattern algorithm) patterns;
    in
    if
      accepted == null
      || list == ""
      || elem first [
        "+"
        "^"
      ]
    then
      true
    else if first == "-" then
      any (algorithm: !taken algorithm) (algorithmsOf key)
    else
      any taken (algorithmsOf key);
}
