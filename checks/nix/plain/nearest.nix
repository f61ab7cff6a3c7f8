{ nixfleet }:
let
  inherit (nixfleet) nearest;
in
{
  "test: a name with a letter left out is found" = {
    expr = nearest [
      "aarch64-linux"
      "x86_64-linux"
    ] "x86-linux";
    expected = "x86_64-linux";
  };

  "test: the nearest of several is found" = {
    expr = nearest [
      "hostSpec"
      "hostName"
    ] "hostname";
    expected = "hostName";
  };

  "test: nothing is proposed for a name that is like none" = {
    expr = nearest [ "hostSpec" ] "colour";
    expected = null;
  };

  "test: an empty name is like none" = {
    expr = nearest [ "hostSpec" ] "";
    expected = null;
  };
}
