# The release in the inventory.
{ nixfleet }:
let
  refused = args: message: {
    expr = builtins.deepSeq (builtins.mapAttrs (_: host: host.config)
      (nixfleet.mkFleet args).nixosConfigurations
    ) null;
    expectedError.msg = message;
  };
in
{
  "test: a release is data, and each of its fields has its place" = {
    expr =
      let
        made = nixfleet.mkFleet {
          name = "demo";
          hosts = { };
          release = {
            keys = [ "ssh-ed25519 AAAA me" ];
            waves = [
              {
                name = "canary";
                soak = "30m";
              }
              { name = "rest"; }
            ];
            controlPlane.address = "fleet.example.org:7250";
          };
        };
      in
      {
        inherit (made.nixfleet) name;
        inherit (builtins.elemAt made.nixfleet.release.waves 0) soak;
        places = builtins.filter (name: builtins.match "release.*" name != null) (
          builtins.attrNames made.nixfleet.positions
        );
      };
    expected = {
      name = "demo";
      soak = "30m";
      places = [
        "release"
        "release.controlPlane"
        "release.controlPlane.address"
        "release.keys"
        "release.waves"
        "release.waves.0.name"
        "release.waves.0.soak"
        "release.waves.1.name"
      ];
    };
  };
  "test: a release of any shape is carried, and what is no set is refused" = {
    expr = map (release: (nixfleet.mkFleet { inherit release; }).nixfleet.release) [
      5
      null
      { waves = 5; }
      { waves = [ 5 ]; }
      { controlPlane = "x"; }
    ];
    expected = [
      5
      null
      { waves = 5; }
      { waves = [ 5 ]; }
      { controlPlane = "x"; }
    ];
  };
  "test: a release that is no set is refused" = refused {
    hosts.web-01.platform = "x86_64-linux";
    release = [ ];
  } "the fleet: release: a list is not a set";
  "test: a set that toJSON takes for a text leaves the rest of the inventory" = {
    expr =
      let
        inherit
          (builtins.fromJSON (
            builtins.toJSON
              (nixfleet.mkFleet {
                hosts.web-01 = {
                  outPath = "/etc";
                  hostSpec.outPath = "/srv";
                };
                hosts.web-02.hostSpec.home.__toString = _: "/srv";
              }).nixfleet
          ))
          hosts
          ;
      in
      {
        inherit (hosts.web-01) hostSpec;
        positions = builtins.attrNames hosts.web-01.positions;
        inherit (hosts.web-02.hostSpec) home;
      };
    expected = {
      hostSpec = "/srv";
      positions = [
        ""
        "hostSpec"
        "hostSpec.outPath"
      ];
      home.__unrepresentable = "lambda";
    };
  };
}
