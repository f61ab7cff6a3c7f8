# A host as data: what its author wrote, and where. It reads the arguments alone, forces no input,
# and never throws on a bad value, so that the tool can report every fault of a fleet together.
let
  inherit (import ./platforms.nix) classOf;
  inherit (import ./properties.nix)
    fieldsOf
    isProperty
    setsIn
    settleFields
    ;
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    elemAt
    genList
    isAttrs
    isFunction
    isList
    isPath
    isString
    length
    listToAttrs
    mapAttrs
    substring
    stringLength
    unsafeDiscardStringContext
    unsafeGetAttrPos
    ;

  # A value as JSON can carry it. Most are plain strings, and there are many.
  carry =
    value:
    if isString value then
      unsafeDiscardStringContext value
    else if isAttrs value then
      carrySet value
    else if isList value then
      map carry value
    else if isPath value then
      # Interpolating a path would copy it to the store; its name is all that is wanted.
      toString value
    else if isFunction value then
      { __unrepresentable = "lambda"; }
    else
      value;

  # Properties, as by `mkIf`, are carried as what they come to.
  carrySet =
    set:
    if set.type or null == "derivation" then
      { __unrepresentable = "derivation"; }
    else if isProperty set then
      carry ((settleFields { it = set; }).it or null)
    # Of the module system, or a whole package set: nothing that a host is.
    else if set ? _type then
      { __unrepresentable = carry set._type; }
    else if set ? __toString then
      { __unrepresentable = "lambda"; }
    else
      mapAttrs (_: carry) (settleFields set);

  /*
    The positions of a set's attributes, their names prefixed, as listToAttrs takes them.

    A position outside `root` is where a function of some library put the value together: it
    tells the author nothing.
  */
  positionsIn =
    root: prefix: set:
    concatMap (name: entry root (prefix + name) (unsafeGetAttrPos name set)) (attrNames set);

  isWithin =
    root: position:
    position != null
    && (
      if root == null then
        substring 0 11 position.file != "/nix/store/"
      else
        substring 0 (stringLength root) position.file == root
    );

  # The same of a set of sets, and of those in it, that many deep.
  positionsWithin =
    depth: root: prefix: value:
    if depth == 0 then
      [ ]
    else
      concatMap (
        set:
        if set ? _type || set ? outPath then
          [ ]
        else
          positionsIn root prefix set
          ++ concatMap (
            name:
            if isAttrs set.${name} then
              positionsWithin (depth - 1) root "${prefix}${name}." set.${name}
            else
              [ ]
          ) (attrNames set)
      ) (setsIn value);

  # As an element of such a list.
  entry =
    root: name: position:
    if isWithin root position then
      [
        {
          inherit name;
          value = position;
        }
      ]
    else
      [ ];

  # `toJSON` takes a set with one of these for a text, or calls it (Nix manual, "builtins.toJSON").
  asTexts = [
    "__toString"
    "outPath"
  ];

  # Of a list whose elements may need inputs; `null` where it throws.
  countOf =
    list:
    let
      count = builtins.tryEval (if isList list then length list else null);
    in
    if count.success then count.value else null;
in
{
  inherit carry;

  /**
    Where the defaults' own fields are written, as a list like that of `writtenIn`.

    # Type
    `defaultsWrittenIn :: String | Null -> { … } -> [ { name, value :: Position } ]`

    # Example
    `defaultsWrittenIn root { nixos.stateVersion = "26.05"; }` has the places of `defaults.nixos` and
    of `defaults.nixos.stateVersion`.
  */
  defaultsWrittenIn = root: positionsWithin 3 root "defaults.";

  /**
    The flake that a position lies in, as its store path; `null` outside the store.

    # Type
    `rootOf :: { file :: String; } | Null -> String | Null`

    # Example
    `rootOf (builtins.unsafeGetAttrPos "hosts" args)` is `"/nix/store/<hash>-source"`.
  */
  rootOf =
    position:
    let
      found =
        if position == null then
          null
        else
          builtins.match "(/nix/store/[^/]+)/.*" (unsafeDiscardStringContext position.file);
    in
    if found == null then null else builtins.head found;

  /**
    Where a host itself is written: the place of every field that has none of its own. A list as
    `writtenIn` gives it.

    # Type
    `writtenAt :: String | Null -> Position | Null -> [ { name, value :: Position } ]`

    # Example
    `writtenAt root (builtins.unsafeGetAttrPos "web-01" hosts)`
  */
  writtenAt = root: entry root "";

  /**
    Where each of a host's fields is written, as a list for `builtins.listToAttrs`, which takes
    the first of several: put what overrides before what is overridden.

    # Type
    `writtenIn :: String | Null -> { … } -> [ { name, value :: Position } ]`

    # Example
    `writtenIn root host ++ writtenIn root defaults`
  */
  writtenIn =
    root: args:
    positionsIn root "" args
    ++ concatMap (
      hostSpec:
      positionsIn root "hostSpec." hostSpec
      # As deep as `networking.interfaces.<name>.ipv4.address`.
      ++ positionsWithin 4 root "hostSpec.networking." (hostSpec.networking or { })
    ) (setsIn (args.hostSpec or { }));

  /**
    Where the fields of `release` are written, those in its lists of sets by number, as
    `release.waves.1.soak`. A list as `writtenIn` gives it.

    # Type
    `releaseWrittenIn :: String | Null -> Any -> [ { name, value :: Position } ]`

    # Example
    `releaseWrittenIn root { keys = [ ]; waves = [ { name = "rest"; } ]; }` has three elements.
  */
  releaseWrittenIn =
    root: release:
    let
      inList =
        list:
        let
          elements = release.${list} or [ ];
          each = at: positionsIn root "release.${list}.${toString at}." (setAt elements at);
        in
        if isList elements then concatLists (genList each (length elements)) else [ ];
      setAt =
        elements: at:
        let
          element = elemAt elements at;
        in
        if isAttrs element then element else { };
    in
    if isAttrs release then
      positionsIn root "release." release
      ++ concatMap inList [
        "caches"
        "waves"
        "budgets"
      ]
      ++ positionsIn root "release.controlPlane." (
        if isAttrs (release.controlPlane or null) then release.controlPlane else { }
      )
    else
      [ ];

  /**
    The inventory's entry of one host.

    # Inputs
    `args`: mkHost's arguments; `faults`: those that are not to be seen from the entry; `positions`: a
    list as `writtenIn` gives it.

    # Type
    `readHost :: { args, faults, positions } -> { apiVersion, hostName, platform, class, … }`

    # Example
    `readHost { inherit args; faults = [ ]; positions = writtenIn null args; }`
  */
  readHost =
    {
      args,
      faults,
      positions,
    }:
    {
      apiVersion = 1;
      hostName = carry (args.hostName or null);
      platform = carry (args.platform or null);
      class = classOf (args.platform or null);
      stateVersion = carry (args.stateVersion or null);
      isVm = carry (args.isVm or false);
      tags = carry (args.tags or [ ]);
      hostKey = carry (args.hostKey or null);
      # What modules say is not here: only how many there are.
      modules = countOf (args.modules or [ ]);
      hostSpec = carry (fieldsOf (args.hostSpec or { }));
      positions = removeAttrs (listToAttrs positions) asTexts;
    }
    // (if args ? hostSpecFields then { hostSpecFields = carry args.hostSpecFields; } else { })
    // (if faults == [ ] then { } else { inherit faults; });
}
