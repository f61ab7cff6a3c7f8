let
  inherit (import ../../../lib/positions-budget.nix) affordsPositions;
  position.file = toString ./mk-fleet.nix;
  isQuick = builtins.compareVersions builtins.nixVersion "2.30" >= 0;
in
{
  "test: the positions of a dozen hosts are told" = {
    expr = affordsPositions {
      inherit position;
      count = 12;
    };
    expected = true;
  };

  "test: the positions of ten thousand hosts in a file are told where Nix is quick at it" = {
    expr = affordsPositions {
      inherit position;
      count = 10000;
    };
    expected = isQuick;
  };

  "test: a fleet that nobody knows the file of has its positions" = {
    expr =
      map
        (
          position:
          affordsPositions {
            inherit position;
            count = 10000;
          }
        )
        [
          null
          { file = "«string»"; }
        ];
    expected = [
      true
      true
    ];
  };
}
