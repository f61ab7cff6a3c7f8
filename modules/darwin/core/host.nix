{
  config,
  lib,
  options,
  ...
}:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) follow said;
  inherit (config) hostSpec;

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
  time.timeZone = follow options.hostSpec.timeZone hostSpec.timeZone;

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
