# The two priorities of what the library sets, and no third. A plain definition has 100, `mkDefault`
# 1000, the default in an option's declaration 1500 (nixpkgs, lib/modules.nix).
{ lib }:
let
  inherit (builtins) isAttrs map mapAttrs;
  inherit (lib) mkOverride;

  # `mkOverride` around a condition is not looked into by the module system, so it goes inside. A
  # priority that the author gave stays.
  within =
    leaf: value:
    if !(isAttrs value && value ? _type) then
      leaf value
    else if value._type == "if" then
      value // { content = within leaf value.content; }
    else if value._type == "merge" then
      value // { contents = map (within leaf) value.contents; }
    else if value._type == "order" then
      ordered value (within leaf value.content)
    else if value._type == "override" then
      value
    else
      leaf value;

  # The same the other way round: what is ordered has to lie innermost.
  ordered =
    order: value:
    if value._type or null == "if" || value._type or null == "override" then
      value // { content = ordered order value.content; }
    else if value._type or null == "merge" then
      value // { contents = map (ordered order) value.contents; }
    else
      order // { content = value; };
in
rec {
  /**
    What the user said in mkHost's arguments: stronger than the `mkDefault` of any library, and weaker
    than a plain definition in a module. `mkIf`, `mkMerge`, `mkBefore` and `mkForce` hold in the value.

    # Type
    `said :: a -> Definition a`

    # Example
    `time.timeZone = said "Europe/Berlin";`
  */
  said = within (mkOverride 900);

  /**
    The same for a set of options: each of its values is said on its own, at any depth, so that a
    module can replace one of them and keep the rest.

    # Type
    `saidWithin :: { … } -> { … }`

    # Example
    `hostSpec.networking = saidWithin { interface = "eth0"; dns = [ "9.9.9.9" ]; };`
  */
  saidWithin = within (
    value: if isAttrs value && !(value ? _type) then mapAttrs (_: saidWithin) value else said value
  );

  /**
    Our own taste: stronger than an option's default, and weaker than any `mkDefault`, so that no
    module of the world conflicts with it.

    # Type
    `taste :: a -> Definition a`

    # Example
    `services.openssh.settings.X11Forwarding = taste false;`
  */
  taste = mkOverride 1250;

  /**
    The value of a hostSpec option, for a setting that follows from it: said where anybody defined
    the option, and taste where it has the default that we gave it.

    # Type
    `follow :: Option a -> b -> Definition b`

    # Example
    `time.timeZone = follow options.hostSpec.timeZone config.hostSpec.timeZone;`
  */
  follow = option: if option.highestPrio < 1250 then said else taste;
}
