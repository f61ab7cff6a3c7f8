# The values of options, as strings with the name that a user would write for each. Pure: from a part
# of `options` and where it is to
#   [ { option; value; } ]
# An option of a service that is off says nothing of the host, so a group whose `enable` is not true is
# passed by, in options and inside their values. What throws says nothing either.
{ lib }:
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

  valuesIn =
    depth: name: value:
    let
      kind = attempt (builtins.typeOf value) "none";
    in
    if kind == "string" then
      [
        {
          option = name;
          inherit value;
        }
      ]
    else if depth == 0 then
      [ ]
    else if kind == "list" then
      concatMap (valuesIn (depth - 1) name) value
    else if kind == "set" && !(value ? outPath || value ? _type || isOff value) then
      concatLists (mapAttrsToList (key: valuesIn (depth - 1) "${name}.${key}") value)
    else
      [ ];

  # Aliases of renamed options warn when they are looked at, and are hidden; so are whole
  # configurations (`virtualisation.vmVariant`).
  isShown = option: (option.visible or true) == true && !(option.internal or false);

  walk =
    isOn: name: group:
    if lib.isOption group then
      lib.optionals (isOn && isShown group && !isOpaque group.type) (valuesIn deepest name group.value)
    else if group ? enable && lib.isOption group.enable then
      # Inside a service that is off, defaults need not even evaluate.
      lib.optionals (isShown group.enable && attempt (group.enable.value == true) false) (
        walkInside true name group
      )
    else
      walkInside isOn name group;

  walkInside =
    isOn: name: group:
    concatLists (
      mapAttrsToList (key: inner: lib.optionals (isAttrs inner) (walk isOn "${name}.${key}" inner)) group
    );
in
{
  # Of the services below a name that are on.
  ofEnabled = walk false;
}
