{
  config,
  lib,
  options,
  ...
}:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) follow said;
  inherit (lib) mkIf;
  inherit (config) hostSpec;

  # The default in hostSpec's declaration is the priority of an option's default.
  isGiven = options.hostSpec.timeZone.highestPrio < 1500;
  isUtc =
    zone:
    lib.elem zone [
      "UTC"
      "UCT"
      "Universal"
      "Zulu"
      "GMT"
      "Etc/UTC"
      "Etc/UCT"
      "Etc/Universal"
      "Etc/Zulu"
      "Etc/GMT"
    ];
  # macOS lists zones by region and city, and none of their older names, like `US/Eastern`. Whoever set
  # it, a module of the user's too.
  zone = config.time.timeZone;
  isListed =
    zone == null
    || zone == "GMT"
    ||
      builtins.match "(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/.+" zone
      != null;

  # What nix-darwin has no setting for: macOS keeps networks and passwords itself.
  withoutEffect =
    lib.filter (name: hostSpec.${name} != null) [
      "hashedPasswordFile"
      "rootHashedPasswordFile"
    ]
    ++ map (name: "networking.${name}") (
      lib.filter
        (
          name:
          !lib.elem hostSpec.networking.${name} [
            null
            [ ]
            { }
          ]
        )
        (
          lib.attrNames (
            removeAttrs hostSpec.networking (
              # Then it follows from the others.
              lib.optional (hostSpec.networking.interface != null) "interfaces"
            )
          )
        )
    );
in
{
  networking = {
    # Three names: for DNS and the shell, for Bonjour, and the one that Finder shows.
    hostName = said hostSpec.hostName;
    localHostName = said hostSpec.hostName;
    computerName = said hostSpec.hostName;
  };
  # Only one that somebody gave: macOS has one of its own, and moves it with its owner. What macOS does
  # not list ends the activation (nix-darwin, modules/time), and it calls UTC by another name.
  time.timeZone = mkIf isGiven (
    follow options.hostSpec.timeZone (if isUtc hostSpec.timeZone then "GMT" else hostSpec.timeZone)
  );
  assertions = [
    {
      assertion = isListed;
      message = ''
        host `${hostSpec.hostName}` is a Mac, and macOS lists no time zone `${zone}`: its activation would end there.
          Write ${
            if isUtc zone then "`GMT`" else "the zone by its city, like `Europe/Berlin`"
          }; `systemsetup -listtimezones` names them all.'';
    }
  ];

  # nixpkgs's release notes for 26.05.
  warnings =
    map (
      name:
      "host `${hostSpec.hostName}` is a Mac, where `hostSpec.${name}` does nothing: leave it out; as a default for the other hosts, write it into `defaults.nixos`"
    ) withoutEffect
    ++
      lib.optional (config.nixpkgs.hostPlatform.system or config.nixpkgs.hostPlatform == "x86_64-darwin")
        "host `${hostSpec.hostName}` is an Intel Mac: 26.05 is the last release of nixpkgs that supports it";
}
