# Merges modules that are plain attribute sets, or files that hold one, as the module system would:
# the lowest priority wins, lists are joined, sets are merged. Functions are NixOS's business and
# are passed over, but for one that asks for `options` alone, as what mkHost was given does.
modules:
let
  asksForOptions =
    module: builtins.isFunction module && builtins.functionArgs module == { options = false; };

  # A module, and those that it imports.
  read =
    module:
    if builtins.isPath module then
      read (import module)
    else if asksForOptions module then
      read (module {
        options.nixpkgs.hostPlatform = { };
      })
    else if builtins.isAttrs module then
      builtins.concatMap read (
        builtins.filter (it: builtins.isAttrs it || asksForOptions it) module.imports or [ ]
      )
      ++ [ module ]
    else
      [ ];

  priorityOf = value: if value._type or null == "override" then value.priority else 100;
  contentOf = value: if value._type or null == "override" then value.content else value;

  merge =
    values:
    let
      strongest = builtins.foldl' (
        least: v: if priorityOf v < least then priorityOf v else least
      ) 1500 values;
      defined = map contentOf (builtins.filter (v: priorityOf v == strongest) values);
    in
    if builtins.all builtins.isAttrs defined then
      builtins.zipAttrsWith (_: merge) defined
    else if builtins.all builtins.isList defined then
      builtins.concatLists defined
    else
      builtins.elemAt defined (builtins.length defined - 1);

  withoutKeys =
    module:
    builtins.removeAttrs module [
      "_file"
      "key"
      "imports"
      "options"
    ];
in
merge ([ { } ] ++ map withoutKeys (builtins.concatMap read modules))
