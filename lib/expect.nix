# The words in which an argument is refused: what was given, what is allowed, and what to write.
let
  inherit (builtins)
    filter
    head
    isAttrs
    isBool
    isFunction
    isInt
    isList
    isPath
    isString
    match
    stringLength
    substring
    toJSON
    typeOf
    unsafeGetAttrPos
    ;
  inherit (import ./nearest.nix) nearest;
  inherit (import ./properties.nix) isProperty;

  quote = text: "`${text}`";

  # Properties of the module system are sets of its own.
  properties = {
    "if" = "an `mkIf`";
    merge = "an `mkMerge`";
    order = "an `mkBefore` or `mkAfter`";
    override = "an `mkForce` or `mkDefault`";
  };

  show =
    value:
    if isString value then
      quote value
    else if isInt value || isBool value || value == null then
      quote (toJSON value)
    else if isPath value then
      "the path ${quote (baseNameOf value)}"
    else if isFunction value then
      "a function"
    else if isProperty value then
      properties.${value._type}
    else
      "a ${typeOf value}";

  # The way from a folder to a path, as it is written in Nix.
  way =
    up: folder: path:
    let
      start = if folder == "/" then "/" else "${folder}/";
      length = stringLength start;
    in
    if substring 0 length path == start then
      (if up == "" then "./" else up) + substring length (-1) path
    else
      way "../${up}" (dirOf folder) path;

  # pathAt (unsafeGetAttrPos "modules" args) ./web.nix: as it is written in the file of that place.
  pathAt =
    position: path:
    if position == null then "./${baseNameOf path}" else way "" (dirOf position.file) (toString path);

  # What stands in `args.<name>`, a path, as it is written there; of what is no path an example.
  pathOr =
    args: name: example:
    if isPath args.${name} then pathAt (unsafeGetAttrPos name args) args.${name} else example;

  # What the list is to be that stands in `args.<name>` as something else: that, in brackets.
  listOr =
    args: name: example:
    let
      given = args.${name};
      element =
        if isAttrs given then
          "{ … }"
        else if isFunction given then
          "({ … }: { … })"
        else if isString given && match "[.]{1,2}/[^ ]*" given != null then
          given
        else
          pathOr args name example;
    in
    if given == null then "${name} = [ ];" else "${name} = [ ${element} ];";

  wrong = message: help: {
    code = "field-type-wrong";
    inherit message help;
  };
in
{
  inherit
    listOr
    pathAt
    pathOr
    quote
    show
    wrong
    ;

  # The name that was meant, where one is near.
  meant = names: given: if isString given then nearest names given else null;

  # expect isList "a list of modules" (_: "modules = [ ./hardware.nix ];") value
  expect =
    fits: what: example: value:
    if fits value then null else wrong "${show value} is not ${what}" "write ${quote (example value)}";

  # expectEach isString "a list of names" "a name" (_: "fields = [ ];") value: of a list, what does not fit.
  expectEach =
    fits: what: one: example: value:
    let
      others = filter (it: !fits it) value;
      refused = given: wanted: wrong "${show given} is not ${wanted}" "write ${quote (example value)}";
    in
    if !isList value then
      refused value what
    else if others == [ ] then
      null
    else
      refused (head others) one;

  unknown = function: help: {
    code = "argument-unknown";
    message = "is not an argument of ${function}";
    inherit help;
  };

  # faultsOf "modules" fault: none where there is none.
  faultsOf = field: fault: if fault == null then [ ] else [ (fault // { inherit field; }) ];

  # A fault, or null where the value that is judged throws: Nix tells that itself.
  unlessThrown =
    fault:
    let
      tried = builtins.tryEval (if fault == null then null else builtins.seq fault.message fault);
    in
    if tried.success then tried.value else null;
}
