{ inputs, lib }:
let
  buildHost = import ./build-host.nix { inherit inputs lib; };
  inherit (import ./host-arguments.nix) argumentFaults notArguments unseenFaults;
  inherit (import ./inventory.nix)
    readHost
    rootOf
    writtenAt
    writtenIn
    ;
in
/**
  A host: what `nixpkgs.lib.nixosSystem` or `darwin.lib.darwinSystem` returns, by platform, and
  `nixfleet`, the host as data. What the arguments say is stronger than any `mkDefault`, and a
  plain definition in a module of yours wins over it.

  # Inputs
  - `hostName`: required, an RFC 1123 label.
  - `platform`: required, one of `nixfleet.lib.platforms`.
  - `stateVersion`: `"26.05"` and the like on NixOS, an integer on Darwin: the release that was
    current when the host was installed.
  - `hostSpec`: values of the `hostSpec` options, those that a module of yours declares among them;
    `mkIf`, `mkMerge`, `mkBefore` and `mkForce` hold in them.
  - `modules`: your modules; they come after the library's.
  - `homeModules`: Home Manager modules of the primary user. Without any, Home Manager stays off.
  - `isVm`: whether the host is a QEMU guest.
  - `tags`: words by which the host is chosen, by rollouts and commands.
  - `hostKey`: the host's own public SSH key, who it is to others; `null` where it has none yet.
  - `hostSpecFields`: the fields of hostSpec that modules of yours declare, so that the tool knows
    them without an evaluation.
  - `nixpkgs`: a flake's input to build this host with, in place of the library's own.
  - `specialArgs`: more arguments for modules, beside `inputs` and `nixfleet`.

  # Type
  `mkHost :: { hostName, platform, … } -> System // { nixfleet :: { … } }`

  # Example
  ```nix
  nixosConfigurations.web-01 = nixfleet.lib.mkHost {
    hostName = "web-01";
    platform = "x86_64-linux";
    stateVersion = "26.05";
    hostSpec.userName = "ops";
    modules = [ ./web-01 ];
    specialArgs = { inherit inputs; };
  };
  ```
*/
given:
let
  wrongShape = notArguments (
    host:
    "mkHost (${builtins.replaceStrings [ "{ platform" ] [ "{ hostName = \"web-01\"; platform" ] host})"
  ) null given;
  args = if wrongShape == [ ] then given else { };
  position = builtins.unsafeGetAttrPos "hostName" args;
  root = rootOf position;
in
buildHost {
  inherit args;
  faults = if wrongShape == [ ] then argumentFaults args else wrongShape;
  inventory = readHost {
    inherit args;
    faults = if wrongShape == [ ] then unseenFaults args else wrongShape;
    positions = writtenAt root position ++ writtenIn root args;
  };
}
