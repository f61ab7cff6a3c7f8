# Proposals for mistyped names.
let
  inherit (builtins)
    elemAt
    foldl'
    genList
    length
    stringLength
    substring
    ;

  min = a: b: if a < b then a else b;
  chars = text: genList (i: substring i 1 text) (stringLength text);

  # Levenshtein's distance, a row of the table at a time.
  distance =
    a: b:
    let
      columns = chars b;
      nextRow =
        row: char:
        foldl' (
          next: j:
          next
          ++ [
            (min (min (elemAt next j + 1) (elemAt row (j + 1) + 1)) (
              elemAt row j + (if elemAt columns j == char then 0 else 1)
            ))
          ]
        ) [ (elemAt row 0 + 1) ] (genList (j: j) (length columns));
    in
    elemAt (foldl' nextRow (genList (i: i) (length columns + 1)) (chars a)) (length columns);
in
{
  /**
    The name among `names` that is nearest to `given`, or `null` when none is near: more than a
    third of the longer one would have to change.

    # Type
    `nearest :: [String] -> String -> String | Null`

    # Example
    `nearest [ "x86_64-linux" "aarch64-linux" ] "x86-linux"` is `"x86_64-linux"`.
  */
  nearest =
    names: given:
    let
      better =
        best: name:
        let
          d = distance given name;
          longest = if stringLength name > stringLength given then stringLength name else stringLength given;
        in
        if 3 * d <= longest && (best == null || d < best.d) then { inherit name d; } else best;
      found = foldl' better null names;
    in
    if found == null then null else found.name;
}
