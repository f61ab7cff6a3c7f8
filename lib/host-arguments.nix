# What mkHost accepts, and every fault of what it was given.
let
  inherit (builtins)
    any
    attrNames
    concatMap
    elem
    filter
    head
    intersectAttrs
    isAttrs
    isFunction
    isPath
    ;
  inherit (import ./expect.nix)
    faultsOf
    meant
    pathAt
    quote
    show
    unknown
    unlessThrown
    wrong
    ;
  inherit (import ./properties.nix) fieldsOf isProperty;

  checks = import ./host-checks.nix;
  argumentNames = attrNames checks;
  isSet = value: isAttrs value && !isProperty value;

  required = [
    "hostName"
    "platform"
  ];

  # What the tool cannot tell from the values that the inventory carries.
  notCarried = [
    "homeModules"
    "hostSpecFields"
    "modules"
    "specialArgs"
    "tags"
  ];
  # Where `null` is taken for what was not given.
  nullInData = [
    "hostSpec"
    "isVm"
    "stateVersion"
  ];

  # Names that other libraries have for an argument.
  otherNames = {
    system = "platform";
    hostPlatform = "platform";
    name = "hostName";
    imports = "modules";
    extraModules = "modules";
    extraSpecialArgs = "specialArgs";
    pubKey = "hostKey";
  };
  hostSpecNames = [
    "userName"
    "home"
    "timeZone"
    "locale"
    "keyboardLayout"
    "sshAuthorizedKeys"
    "networking"
    "secretsPath"
    "hashedPasswordFile"
    "rootHashedPasswordFile"
  ];

  unknownArguments =
    others: args:
    concatMap (
      field:
      let
        name = otherNames.${field} or (meant (argumentNames ++ others) field);
        isOfModules = field == "networking" && isNetwork args;
        help =
          if isOfModules && args.networking ? hostName then
            "take `hostName` out: the host has the name of its entry in `hosts`"
          else if elem field hostSpecNames && !isOfModules then
            "write `hostSpec.${field}`"
          else if name != null then
            "write ${quote name}"
          else
            "what is no argument of mkHost belongs in a module, in `modules = [ … ]`";
      in
      faultsOf field (unknown "mkHost" help)
    ) (attrNames (removeAttrs args (argumentNames ++ others)));

  # Whether its `networking` is NixOS's, of which hostSpec's has other fields.
  isNetwork =
    args:
    let
      tried = builtins.tryEval (
        isSet (args.networking or null) && intersectAttrs args.networking networkNames == { }
      );
    in
    tried.success && tried.value;
  networkNames = {
    address = null;
    dns = null;
    gateway = null;
    interface = null;
    interfaces = null;
  };

  # The hosts in what stands in a host's place and has no argument of one: they are a level too deep.
  hostsWithin =
    given:
    let
      isHost = value: isAttrs value && any (name: value ? ${name}) argumentNames;
      isHostOf = name: (builtins.tryEval (isHost given.${name})).value;
    in
    if intersectAttrs given checks == { } then filter isHostOf (attrNames given) else [ ];

  check = args: field: faultsOf field (unlessThrown (checks.${field} args));
  present = args: filter (name: args ? ${name});
  isNull = args: name: (builtins.tryEval (args.${name} == null)).value;
in
{
  # The fields that hostSpec has of itself, and that its author gives.
  inherit argumentNames hostSpecNames;

  /**
    What is wrong with what stands in the place of a host's arguments, when it is no set of arguments
    at all. `write` says how a host is written there, and `position` where that is, or null.

    # Type
    `notArguments :: (String -> String) -> Position -> Any -> [ { field, code, message, help :: String } ]`

    # Example
    `notArguments (host: "hosts.web-01 = ${host};") null ./web-01.nix` has one element, and its help is to
    import the file.
  */
  notArguments =
    write: position: given:
    let
      # What modules take, and hosts do not (nixpkgs, `lib/modules.nix`).
      isModule =
        isFunction given
        && any (name: (builtins.functionArgs given) ? ${name}) [
          "config"
          "lib"
          "modulesPath"
          "options"
          "pkgs"
        ];
      example =
        if isPath given then
          "import ${pathAt position given}"
        else if isModule then
          ''{ platform = "x86_64-linux"; modules = [ … ]; }''
        else if isFunction given then
          "import ./web-01.nix { … }"
        else
          ''{ platform = "x86_64-linux"; }'';
      within = hostsWithin given;
    in
    if isAttrs given && given ? _module && given ? config && given ? options then
      faultsOf "" {
        code = "argument-unknown";
        message = "the host is a system already, as `mkHost` or `nixosSystem` makes it";
        help = "mkFleet calls mkHost itself: write its arguments alone, such as `{ platform = \"x86_64-linux\"; modules = [ … ]; }`";
      }
    else if isSet given && within == [ ] then
      [ ]
    else if isSet given then
      faultsOf "" {
        code = "argument-unknown";
        message = "the host has no argument of mkHost, but the host ${quote (head within)} within it";
        help = "a host's name stands right behind `hosts`: write ${quote "hosts.${head within} = { … };"}";
      }
    else if isModule then
      faultsOf "" (
        wrong "a module is not a host" "write ${quote (write example)}, and the module into the list"
      )
    else
      faultsOf "" (wrong "${show given} is not a host" "write ${quote (write example)}");

  /**
    Every fault of mkHost's arguments: the field, what is wrong with it, and what to write.

    # Type
    `argumentFaults :: { … } -> [ { field, code, message, help :: String } ]`

    # Example
    `argumentFaults { hostName = "web-01"; platform = "x86-linux"; }` has one element, and its
    help is "write `x86_64-linux`".
  */
  argumentFaults =
    args:
    concatMap (
      field:
      if args ? ${field} then
        [ ]
      else
        faultsOf field (wrong "is missing, and required" "write `${field} = \"…\";`")
    ) required
    ++ unknownArguments [ ] args
    ++ concatMap (field: faultsOf field (checks.${field} args)) (present args argumentNames);

  /**
    The faults of a host's arguments that are not to be seen from the values that the inventory
    carries. No element of a list is looked at but tags, and no input: a value that throws is no
    fault here, and Nix tells it where it is needed.

    # Type
    `unseenFaults :: { … } -> [ { field, code, message, help :: String } ]`

    # Example
    `unseenFaults { hostName = "web-01"; platform = "x86_64-linux"; modules = ./web.nix; }` has one
    element.
  */
  unseenFaults =
    args:
    unknownArguments [ ] args
    ++ concatMap (check args) (
      present args notCarried ++ filter (isNull args) (present args nullInData)
    );

  /**
    The faults of the defaults of all hosts, or of one class: of names, of what would be lost where
    a host has a value of its own, and of `null`. `others` are names that a layer may have beside
    mkHost's.

    # Type
    `layerFaults :: [String] -> { … } -> [ { field, code, message, help :: String } ]`

    # Example
    `layerFaults [ "nixos" "darwin" ] { modules = ./hardening.nix; }` has one element.
  */
  layerFaults =
    others: layer:
    let
      ofOneHost = [
        "hostName"
        "hostKey"
      ];
      networking = (fieldsOf layer.hostSpec).networking or { };
    in
    unknownArguments others layer
    ++ concatMap (
      field:
      faultsOf field (
        wrong "is of one host, and would be that of all" "write it in `hosts.<name>.${field}`"
      )
    ) (present layer ofOneHost)
    ++ concatMap (check layer) (
      present layer (notCarried ++ [ "hostSpec" ])
      ++ filter (isNull layer) (
        present layer [
          "isVm"
          "platform"
          "stateVersion"
        ]
      )
    )
    ++ (
      if (layer ? hostSpec) && (builtins.tryEval (isAttrs (fieldsOf layer.hostSpec))).value then
        faultsOf "hostSpec.networking" (
          unlessThrown (
            if isAttrs (fieldsOf networking) then
              null
            else
              wrong "${show networking} is not a set" "write `networking = { interface = \"eth0\"; };`"
          )
        )
      else
        [ ]
    );
}
