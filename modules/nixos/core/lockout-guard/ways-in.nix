# Who gets into a NixOS host over SSH, as far as its configuration says it.
{
  config,
  lib,
  options,
}:
let
  inherit (lib)
    any
    attrNames
    attrValues
    elem
    filter
    hasInfix
    ;
  inherit (import ../../../../lib/sshd.nix { inherit lib; })
    accepts
    authenticationMethods
    exclusion
    isOff
    words
    ;
  inherit (import ../../../../lib/ssh-key.nix) sshKeyLines;

  # Where a value is not defined there is none: not every release of NixOS has all of these.
  valueOf = option: none: if option.isDefined or false then option.value else none;
  openssh = lib.mapAttrs (name: valueOf options.services.openssh.${name} or { }) {
    authorizedKeysCommand = "none";
    authorizedKeysFiles = [ "/etc/ssh/authorized_keys.d/%u" ];
    extraConfig = "";
    listenAddresses = [ ];
    openFirewall = true;
    ports = [ 22 ];
    settings = { };
  };
  inherit (openssh) settings;
  setting = name: settings.${name} or null;

  groupsOf =
    user:
    [ (if user.name == "root" then "root" else user.group) ]
    ++ user.extraGroups
    ++ filter (name: elem user.name config.users.groups.${name}.members) (
      attrNames config.users.groups
    );

  # What people add to sshd_config as text is not read: where it speaks of these, it may let in others.
  speaksOf = name: hasInfix (lib.toLower name) (lib.toLower openssh.extraConfig);
  saysText = any speaksOf;

  keysOf = user: sshKeyLines user.openssh.authorizedKeys.keys;
  # Their content is not looked at: a file may be made by a build.
  hasKeyFile = user: user.openssh.authorizedKeys.keyFiles != [ ];
  # NixOS writes its option after the settings, and sshd takes the first value that it reads.
  keyFiles =
    if setting "AuthorizedKeysFile" != null then
      words (setting "AuthorizedKeysFile")
    else
      openssh.authorizedKeysFiles;
  declaredKeysCount = keyFiles == [ ] || elem "/etc/ssh/authorized_keys.d/%u" keyFiles;
  accepted = setting "PubkeyAcceptedAlgorithms";

  hasPassword = import ../passwords.nix;
  passwordsCount =
    !isOff (setting "PasswordAuthentication") || !isOff (setting "KbdInteractiveAuthentication");
  isNoShell =
    shell: builtins.match ".*/(nologin|false)" "${toString shell}${shell.shellPath or ""}" != null;

  # Why no key lets a user in.
  keyRefusal =
    user:
    let
      keys = keysOf user;
    in
    if keys == [ ] && !hasKeyFile user then
      "no SSH key"
    else if isOff (setting "PubkeyAuthentication") then
      "`PubkeyAuthentication` is off"
    else if !declaredKeysCount then
      "`AuthorizedKeysFile` has no `/etc/ssh/authorized_keys.d/%u`, where NixOS puts the keys"
    else if !hasKeyFile user && !any (accepts accepted) keys then
      "`PubkeyAcceptedAlgorithms` takes none of the keys"
    else
      null;

  # Why a user cannot give what one of `AuthenticationMethods` asks for. What a keyboard is asked for is
  # PAM's, and need be no password.
  missing =
    user: method:
    let
      isLeftOut = name: isOff (setting name);
    in
    if method == "publickey" then
      keyRefusal user
    else if
      method == "password" && isLeftOut "PasswordAuthentication"
      || method == "keyboard-interactive" && isLeftOut "KbdInteractiveAuthentication"
    then
      "`AuthenticationMethods` asks for `${method}`, which is off"
    else if method == "password" && !hasPassword user then
      "`AuthenticationMethods` asks for a password, and there is none"
    else
      null;
in
rec {
  /**
    The users who can administer the host: root, the primary user, and those of the group `wheel`.

    # Type
    `administrators :: [ User ]`
  */
  administrators = attrValues (
    lib.filterAttrs (
      name: user:
      name == "root"
      || name == config.hostSpec.userName
      || elem "wheel" user.extraGroups
      || elem name (config.users.groups.wheel.members or [ ])
    ) config.users.users
  );

  /**
    Why a user does not get in over SSH, or `null`.

    # Type
    `refusal :: User -> String | Null`
  */
  refusal =
    user:
    let
      rootLogin = setting "PermitRootLogin";
      excluded = exclusion settings {
        inherit (user) name;
        groups = groupsOf user;
      };
      methods = authenticationMethods (setting "AuthenticationMethods");
      byPassword =
        hasPassword user
        && passwordsCount
        && (
          user.name != "root"
          || !elem rootLogin [
            "prohibit-password"
            "without-password"
            "forced-commands-only"
          ]
        );
      unmet = way: lib.findFirst (reason: reason != null) null (map (missing user) way);
    in
    if !(user.enable or true) then
      "the user is disabled"
    else if isNoShell user.shell then
      "the user's shell lets nobody in"
    # NixOS writes `!` for a password that there is not, and without PAM that is a locked account to sshd
    # (auth.c, allowed_user).
    else if isOff (setting "UsePAM") && !hasPassword user then
      "with `UsePAM` off a user without a password is a locked one"
    else if user.name == "root" && isOff rootLogin then
      "`PermitRootLogin` keeps root out"
    else if excluded != null then
      excluded
    else if methods == null then
      if byPassword then null else keyRefusal user
    else if any (way: unmet way == null) methods then
      null
    else
      unmet (lib.head methods);

  /**
    Whether there is a way in that no key of the configuration tells of: certificates, keys from a
    command or from a cloud, Tailscale's SSH.

    # Type
    `hasOtherWay :: Bool`
  */
  hasOtherWay =
    !elem (openssh.authorizedKeysCommand) [
      "none"
      null
    ]
    || any (name: setting name != null && !isOff (setting name)) [
      "AuthorizedKeysCommand"
      "TrustedUserCAKeys"
    ]
    || saysText [
      "AuthorizedKeysCommand"
      "TrustedUserCAKeys"
      "Match "
    ]
    # Services of nixpkgs' images that bring a cloud's keys, and agents that let somebody in themselves.
    || any (name: config.systemd.services ? ${name}) [
      "amazon-init"
      "amazon-ssm-agent"
      "apply-ec2-data"
      "cloud-init"
      "digitalocean-ssh-keys"
      "fetch-ssh-keys"
      "google-guest-agent"
      "install-vagrant-ssh-key"
      "openstack-init"
      "teleport"
      "waagent"
    ]
    # Whose host enters it: `pct enter`, `lxc exec`, `nixos-container root-login`.
    || config.boot.isContainer
    || (
      (config.services.tailscale.enable or false)
      && any (flag: flag == "--ssh" || flag == "--ssh=true") (
        config.services.tailscale.extraUpFlags or [ ] ++ config.services.tailscale.extraSetFlags or [ ]
      )
    );

  /**
    Whether some port of the SSH server can be reached from another machine.

    # Type
    `isReachable :: Bool`
  */
  isReachable =
    let
      firewall = lib.mapAttrs (name: valueOf options.networking.firewall.${name} or { }) {
        enable = true;
        allowedTCPPorts = [ ];
        allowedTCPPortRanges = [ ];
        extraCommands = "";
        extraInputRules = "";
        interfaces = { };
        trustedInterfaces = [ ];
      };
      isIn =
        port: rules:
        elem port rules.allowedTCPPorts
        || any (range: range.from <= port && port <= range.to) rules.allowedTCPPortRanges;
      # Rules as text are not read: whatever they accept may be SSH. NixOS's own accept nothing.
      hasText = any (name: hasInfix "accept" (lib.toLower firewall.${name})) [
        "extraCommands"
        "extraInputRules"
      ];
      isLocal = addr: addr != null && builtins.match "127[.].*|::1|\\[::1]|localhost" addr != null;
    in
    !(openssh.listenAddresses != [ ] && lib.all (it: isLocal it.addr) openssh.listenAddresses)
    && (
      !firewall.enable
      || openssh.openFirewall
      || hasText
      || filter (name: name != "lo") firewall.trustedInterfaces != [ ]
      || any (port: isIn port firewall || any (isIn port) (attrValues firewall.interfaces)) openssh.ports
    );
}
