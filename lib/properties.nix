# What nixpkgs' mkIf, mkMerge, mkForce, mkBefore and their like come to, as data: they are plain sets
# (nixpkgs, lib/modules.nix), so nothing of nixpkgs is needed to read them.
let
  inherit (builtins)
    all
    any
    attrValues
    concatLists
    concatMap
    elem
    filter
    foldl'
    head
    isAttrs
    isList
    length
    listToAttrs
    map
    mapAttrs
    sort
    zipAttrsWith
    attrNames
    ;

  kinds = [
    "if"
    "merge"
    "order"
    "override"
  ];
  isProperty = value: isAttrs value && value ? _type && elem value._type kinds;

  # What is said plainly in mkHost's arguments (priority.nix), and the order of a plain list.
  plain = {
    priority = 900;
    order = 1000;
  };

  # Each definition that a value holds, without its conditions.
  definitionsWith =
    { priority, order }@rank:
    value:
    if !isProperty value then
      [ (rank // { content = value; }) ]
    else if value._type == "if" then
      if value.condition then definitionsWith rank value.content else [ ]
    else if value._type == "merge" then
      concatMap (definitionsWith rank) value.contents
    else if value._type == "override" then
      definitionsWith (rank // { inherit (value) priority; }) value.content
    else
      definitionsWith (rank // { order = value.priority; }) value.content;
  definitions = definitionsWith plain;

  strongest = foldl' (
    least: definition: if definition.priority < least then definition.priority else least
  );

  # The content of definitions of the same strength.
  unite =
    contents:
    if length contents == 1 then
      head contents
    else if all isList contents then
      concatLists contents
    else if
      all isAttrs contents && !any (set: set ? _type || set.type or null == "derivation") contents
    then
      settleFields (
        zipAttrsWith (_: values: {
          _type = "merge";
          contents = values;
        }) contents
      )
    else if all (content: content == head contents) contents then
      head contents
    else
      { _type = "conflict"; };

  settle =
    value:
    let
      found = definitions value;
      priority = strongest (head found).priority found;
      kept = filter (definition: definition.priority == priority) found;
    in
    if found == [ ] then
      [ ]
    else
      [ (unite (map (definition: definition.content) (sort (a: b: a.order < b.order) kept))) ];

  settleFields =
    set:
    if any isProperty (attrValues set) then
      listToAttrs (
        concatMap (
          name:
          map (value: { inherit name value; }) (
            if isProperty set.${name} then settle set.${name} else [ set.${name} ]
          )
        ) (attrNames set)
      )
    else
      set;
in
rec {
  inherit isProperty;

  /**
    A set without properties around it: they go to each of its fields.

    # Type
    `fieldsOf :: { … } | Property -> { … }`

    # Example
    `fieldsOf (mkIf true { timeZone = "UTC"; })` is `{ timeZone = "UTC"; }`.
  */
  fieldsOf =
    set:
    if !isProperty set then
      set
    else if set._type == "if" then
      if set.condition then fieldsOf set.content else { }
    else if set._type == "merge" then
      let
        parts = map fieldsOf set.contents;
        wrong = filter (part: !isAttrs part) parts;
      in
      # What is no set is left to the check of the argument.
      if wrong != [ ] then
        head wrong
      else
        zipAttrsWith (
          _: values:
          if length values == 1 then
            head values
          else
            {
              _type = "merge";
              contents = values;
            }
        ) parts
    else
      let
        fields = fieldsOf set.content;
      in
      if isAttrs fields then mapAttrs (_: content: set // { inherit content; }) fields else fields;

  /**
    The plain sets in which the fields of such a set are written, for their positions.

    # Type
    `setsIn :: { … } | Property -> [ { … } ]`

    # Example
    `setsIn (mkMerge [ a b ])` is `[ a b ]`.
  */
  setsIn =
    set:
    if !isAttrs set then
      [ ]
    else if !isProperty set then
      [ set ]
    else if set._type == "merge" then
      concatMap setsIn set.contents
    else if set._type == "if" && !set.condition then
      [ ]
    else
      setsIn set.content;

  /**
    A set whose fields are what their properties come to; a field of which nothing is defined is
    not there, and one that is defined twice is `{ _type = "conflict"; }`.

    # Type
    `settleFields :: { … } -> { … }`

    # Example
    `settleFields { a = mkIf false 1; b = mkForce 2; }` is `{ b = 2; }`.
  */
  inherit settleFields;

  /**
    A host's value over a default: it replaces the default, unless nothing is defined by it or the
    default is forced. One with an order, as by `mkBefore`, is added to the default.

    # Type
    `overValue :: a -> a -> a`

    # Example
    `overValue [ 1 ] (mkBefore [ 2 ])` comes to `[ 2 1 ]`.
  */
  overValue =
    under: own:
    let
      ours = definitions own;
      strength = strongest plain.priority;
    in
    if !(isProperty under || isProperty own) then
      own
    else if ours == [ ] || strength (definitions under) < strength ours then
      under
    else if any (definition: definition.order != plain.order) ours then
      {
        _type = "merge";
        contents = [
          under
          own
        ];
      }
    else
      own;
}
