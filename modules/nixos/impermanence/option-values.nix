# The values of options, as strings with the name that a user would write for each. Pure: from a part
# of `options` and where it is to
#   [ { option; key; value; isLiteral; } ]
# `key` is the last word of the name; `isLiteral` says of a path that Nix holds it for one. An option of
# a service that is off says nothing of the host, so a group whose `enable` is not true is passed by, in
# options and inside their values. What throws says nothing either. `nixos` is where its modules lie.
{ lib, nixos }:
let
  inherit (lib)
    concatLists
    concatMap
    isAttrs
    isList
    isString
    mapAttrsToList
    ;

  # Deeper lie values of free form; nothing that a module declares is.
  deepest = 7;

  attempt =
    value: default:
    let
      tried = builtins.tryEval value;
    in
    if tried.success then tried.value else default;

  isOff = group: group ? enable && attempt (group.enable == false) false;

  # What holds no path of the host: packages, functions, whole configurations.
  isOpaque =
    type:
    lib.elem type.name [
      "bool"
      "deferredModule"
      "enum"
      "functionTo"
      "int"
      "optionType"
      "package"
      "pkgs"
      "port"
      "raw"
    ]
    || type ? nestedTypes.elemType && isOpaque type.nestedTypes.elemType;

  # What is declared inside a value, where its type says so: `{ type; tree; }`, the options of a
  # submodule; null where nothing does. Of aliases there nothing may be forced but the option.
  shapeOf = shapeWithin deepest;
  # A type of free form is declared by itself (`formats.json`): there is an end to looking.
  shapeWithin =
    depth: type:
    let
      inner = type.nestedTypes or { };
      go = shapeWithin (depth - 1);
    in
    if depth == 0 then
      null
    else if
      lib.elem type.name [
        "listOf"
        "nullOr"
      ]
    then
      go inner.elemType
    else if type.name == "either" then
      go (if isNested inner.right then inner.right else inner.left)
    else if type.name == "coercedTo" then
      go inner.finalType
    else if type.name == "submodule" then
      { tree = type.getSubOptions [ ]; }
    else if inner ? elemType then
      { each = go inner.elemType; }
    else
      null;

  shapeIn =
    shape: key:
    if shape == null then
      null
    else if shape ? each then
      shape.each
    else if lib.isOption (shape.tree.${key} or null) then
      shapeOf shape.tree.${key}.type
    else if isAttrs (shape.tree.${key} or null) then
      { tree = shape.tree.${key}; }
    else
      null;

  isHidden =
    shape: key:
    let
      option = shape.tree.${key} or null;
    in
    shape != null && lib.isOption option && !(isShown option && !isOpaque option.type);

  valuesIn =
    depth: shape: name: key: value:
    let
      kind = attempt (builtins.typeOf value) "none";
    in
    if kind == "string" || kind == "path" then
      [
        {
          option = name;
          inherit key;
          value = toString value;
          isLiteral = kind == "path";
        }
      ]
    else if depth == 0 then
      [ ]
    else if kind == "list" then
      concatMap (valuesIn (depth - 1) shape name key) value
    else if kind == "set" && !(value ? outPath || value ? _type || isOff value) then
      concatMap (
        inner:
        lib.optionals (!isHidden shape inner) (
          valuesIn (
            depth - 1
          ) (shapeIn shape inner) "${name}.${lib.strings.escapeNixIdentifier inner}" inner value.${inner}
        )
      ) (lib.attrNames value)
    else
      [ ];

  # Aliases of renamed options warn when they are looked at, and are hidden; so are whole
  # configurations (`virtualisation.vmVariant`).
  isShown = option: (option.visible or true) == true && !(option.internal or false);

  keyOf = name: lib.last (lib.splitString "." name);

  values = name: option: valuesIn deepest (shapeOf option.type) name (keyOf name) option.value;

  walkInside =
    walk: name: group:
    concatLists (
      mapAttrsToList (key: inner: lib.optionals (isAttrs inner) (walk "${name}.${key}" inner)) group
    );

  # Inside a service that is off, defaults need not even evaluate.
  walkEnabled =
    isOn: name: group:
    if lib.isOption group then
      lib.optionals (isOn && isShown group && !isOpaque group.type) (values name group)
    else if group ? enable && lib.isOption group.enable then
      lib.optionals (isShown group.enable && attempt (group.enable.value == true) false) (
        walkInside (walkEnabled true) name group
      )
    else
      walkInside (walkEnabled isOn) name group;

  # A type whose values have names of their own below the option's.
  isNested = isNestedWithin deepest;
  isNestedWithin =
    depth: type:
    let
      inner = type.nestedTypes or { };
      go = isNestedWithin (depth - 1);
    in
    depth == 0
    || (
      if
        lib.elem type.name [
          "listOf"
          "nullOr"
        ]
      then
        go inner.elemType
      else if type.name == "either" then
        go inner.left || go inner.right
      else
        lib.elem type.name [
          "anything"
          "attrTag"
          "attrs"
          "attrsOf"
          "coercedTo"
          "lazyAttrsOf"
          "submodule"
        ]
    );

  # By somebody else than NixOS, whose modules name files that they make.
  isGiven =
    option:
    attempt (
      option.isDefined
      && option.highestPrio < ofDefaults
      && !lib.all (file: lib.hasPrefix "${toString nixos}/" (toString file)) option.files
    ) false;
  ofDefaults = (lib.mkOptionDefault null).priority;

  # The values in a set that somebody else than NixOS gave a part of.
  valuesGiven =
    option:
    builtins.intersectAttrs (lib.foldl' (names: it: names // it.value) { } (
      lib.filter (
        it: !lib.hasPrefix "${toString nixos}/" (toString it.file)
      ) option.definitionsWithLocations
    )) option.value;

  # Declared by somebody else than NixOS, whose defaults are where that one keeps things.
  isForeign =
    option: !lib.all (file: lib.hasPrefix "${toString nixos}/" (toString file)) option.declarations;

  walkGiven =
    isWanted: name: group:
    if lib.isOption group then
      lib.optionals (
        (isWanted (keyOf name) || isNested group.type)
        && isShown group
        && !isOpaque group.type
        && isGiven group
      ) (lib.filter (item: isWanted item.key) (values name group))
    else
      lib.optionals (!(group ? enable && lib.isOption group.enable && isOffOption name group.enable)) (
        walkInside (walkGiven isWanted) name group
      );

  # Whether all around an option is on is asked for foreign ones alone.
  walkForeign =
    isOn: name: group:
    if lib.isOption group then
      lib.optionals (isForeign group && isShown group && !isOpaque group.type && isOn) (values name group)
    else
      walkInside (walkForeign (
        isOn && (group ? enable && lib.isOption group.enable -> attempt (group.enable.value == true) false)
      )) name group;

  # Whether hardware is on is sometimes asked in ways that fail where it is not there, so elsewhere
  # than among services an `enable` counts where somebody gave it a value.
  isOffOption =
    name: option:
    if lib.hasPrefix "services." name then
      isShown option && !attempt (option.value == true) false
    else
      isShown option && isGiven option && attempt (option.value == false) false;
in
{
  inherit valuesGiven;

  # Of the services below a name that are on.
  ofEnabled = walkEnabled false;

  # Of all that somebody gave a value, where nothing is off, those with a wanted key.
  ofGiven = walkGiven;

  # Of options that are none of NixOS's, where all is on. Nothing is asked of NixOS's own: some follow
  # from the whole system, and so from what is said here.
  ofForeign = walkForeign true;
}
