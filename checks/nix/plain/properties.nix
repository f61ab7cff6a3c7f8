# mkIf, mkMerge, mkBefore and mkForce in hostSpec: as a value, in the network, and around the whole.
{ nixfleet }:
let
  # As nixpkgs' lib/modules.nix has them.
  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkForce = mkOverride 50;
  mkDefault = mkOverride 1000;
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  hostOf =
    defaults: hostSpec:
    (nixfleet.mkFleet {
      defaults = { inherit (defaults) hostSpec; };
      hosts.web-01 = {
        platform = "x86_64-linux";
        inherit hostSpec;
      };
    }).nixfleet.hosts.web-01;
  specOf = hostSpec: (hostOf { hostSpec = { }; } hostSpec).hostSpec;
  over = defaults: hostSpec: (hostOf { hostSpec = defaults; } hostSpec).hostSpec;
in
{
  "test: a value is carried as what it comes to" = {
    expr = specOf {
      userName = mkForce "ops";
      timeZone = mkIf true (mkDefault "UTC");
      locale = mkIf false "de_DE.UTF-8";
      home = mkMerge [
        (mkDefault "/a")
        "/b"
      ];
      sshAuthorizedKeys = mkMerge [
        [ "middle" ]
        (mkAfter [ "last" ])
        (mkBefore [ "first" ])
        (mkIf false [ "never" ])
      ];
      networking = {
        dns = mkBefore [ "10.0.0.1" ];
        gateway = mkIf false "10.0.0.1";
        interfaces.lan = mkForce { dhcp = mkIf true true; };
      };
    };
    expected = {
      userName = "ops";
      timeZone = "UTC";
      home = "/b";
      sshAuthorizedKeys = [
        "first"
        "middle"
        "last"
      ];
      networking = {
        dns = [ "10.0.0.1" ];
        interfaces.lan.dhcp = true;
      };
    };
  };
  "test: two values of the same strength are a conflict, and no value" = {
    expr = specOf {
      timeZone = mkMerge [
        "UTC"
        "Europe/Berlin"
      ];
    };
    expected.timeZone.__unrepresentable = "conflict";
  };
  "test: around the whole of hostSpec, a property goes to its fields" = {
    expr = [
      (specOf (mkIf true { userName = "ops"; }))
      (specOf (mkIf false { userName = "ops"; }))
      (specOf (mkMerge [
        { sshAuthorizedKeys = [ "a" ]; }
        {
          userName = "ops";
          sshAuthorizedKeys = [ "b" ];
        }
        (mkIf false { home = "/srv"; })
      ]))
      (specOf (mkForce {
        userName = "ops";
      }))
    ];
    expected = [
      { userName = "ops"; }
      { }
      {
        userName = "ops";
        sshAuthorizedKeys = [
          "a"
          "b"
        ];
      }
      { userName = "ops"; }
    ];
  };
  "test: over the defaults a host's value replaces, adds, or leaves" = {
    expr =
      over
        (mkMerge [
          {
            userName = "ops";
            timeZone = mkForce "UTC";
            locale = "de_DE.UTF-8";
            sshAuthorizedKeys = [ "default" ];
            networking.dns = [ "10.0.0.1" ];
            home = mkDefault "/a";
          }
        ])
        {
          userName = mkIf false "me";
          timeZone = "Europe/Berlin";
          locale = mkDefault "fr_FR.UTF-8";
          sshAuthorizedKeys = mkAfter [ "own" ];
          networking = mkIf true {
            dns = mkBefore [ "10.0.0.2" ];
            interface = "eth0";
          };
          home = "/b";
        };
    expected = {
      userName = "ops";
      timeZone = "UTC";
      locale = "fr_FR.UTF-8";
      sshAuthorizedKeys = [
        "default"
        "own"
      ];
      networking = {
        dns = [
          "10.0.0.2"
          "10.0.0.1"
        ];
        interface = "eth0";
      };
      home = "/b";
    };
  };
  "test: the fields within a property have their places" = {
    expr =
      let
        host = hostOf { hostSpec = { }; } (mkMerge [
          { userName = "ops"; }
          (mkIf true { networking = mkForce { interface = "eth0"; }; })
        ]);
      in
      map (field: host.positions.${field}.line > 0) [
        "hostSpec.userName"
        "hostSpec.networking.interface"
      ];
    expected = [
      true
      true
    ];
  };
}
