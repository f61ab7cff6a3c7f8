# How a host's arguments lie over the defaults.
let
  inherit (builtins)
    intersectAttrs
    isAttrs
    isList
    mapAttrs
    ;
  inherit (import ./properties.nix) fieldsOf overValue;

  merge =
    under: own: name: combine:
    if under ? ${name} && own ? ${name} then { ${name} = combine under.${name} own.${name}; } else { };

  # What cannot be merged is replaced: the value is refused later, by its own check.
  sets =
    combine: a: b:
    if isAttrs a && isAttrs b then combine a b else b;
  lists = a: b: if isList a && isList b then a ++ b else b;

  # Field by field. Of a set below another the fields again, as of `networking.interfaces`.
  fields =
    value: under: own:
    under // own // mapAttrs (name: mine: value name under.${name} mine) (intersectAttrs under own);
  specs =
    under: own:
    sets (fields (name: if name == "networking" then networks else overValue)) (fieldsOf under) (
      fieldsOf own
    );
  networks =
    under: own:
    let
      a = fieldsOf under;
      b = fieldsOf own;
    in
    if isAttrs a && isAttrs b && !isDerived a && !isDerived b then
      fields (_: networks) a b
    else
      overValue under own;
  isDerived = set: set ? _type || set ? outPath;
in
{
  /**
    mkHost's arguments `own` over those of `under`: lists add up, sets merge by field, everything
    else is replaced. Properties, as by `mkIf`, hold in hostSpec.

    # Type
    `over :: { … } -> { … } -> { … }`

    # Example
    `over { isVm = true; modules = [ a ]; } { modules = [ b ]; }` is
    `{ isVm = true; modules = [ a b ]; }`.
  */
  over =
    under: own:
    if under == { } then
      own
    else
      under
      // own
      // merge under own "modules" lists
      // merge under own "homeModules" lists
      // merge under own "tags" lists
      // merge under own "hostSpecFields" lists
      // merge under own "specialArgs" (sets (a: b: a // b))
      // merge under own "hostSpec" specs;
}
