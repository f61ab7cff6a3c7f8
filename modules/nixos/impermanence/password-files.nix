# Password files that the activation would not find: it sets passwords before any persisted directory
# is bound into the empty root, so a file has to lie on a file system that the initrd mounts.
{
  config,
  lib,
  options,
  utils,
  ...
}:
let
  inherit (lib) any filter;
  cfg = config.nixfleet.impermanence;

  # The root is among them, and as `//` begins no path.
  early = map (fs: fs.mountPoint) (filter utils.fsNeededForBoot (lib.attrValues config.fileSystems));

  # Below /run lies what sops-nix and agenix decrypt before users are made.
  isFound = file: any (folder: lib.hasPrefix "${folder}/" file) (early ++ [ "/run" ]);

  files = lib.filterAttrs (_: file: file != null) (
    lib.mapAttrs (_: user: user.hashedPasswordFile) config.users.users
  );
  lost = lib.filterAttrs (_: file: !isFound file) files;

  # sops-nix makes these after users, who on an empty root are new at each boot, and those that are
  # `neededForUsers` elsewhere.
  late = lib.optionalAttrs (options ? sops) (
    lib.filterAttrs (_: lib.hasPrefix "/run/secrets/") files
  );
  ofLate = user: file: ''
    nixfleet.impermanence: users.users."${user}".hashedPasswordFile is ${file}, which sops-nix decrypts after users are made, and at each boot they are made anew. Say so, and name its path:
      sops.secrets."${lib.removePrefix "/run/secrets/" file}".neededForUsers = true;'';

  message = ''
    nixfleet.impermanence: password files on the root are gone after the first boot, and nobody can log in by password. Put them below ${cfg.persistRoot}, and say so:
    ${lib.concatStringsSep "\n" (
      lib.mapAttrsToList (
        user: file: ''users.users."${user}".hashedPasswordFile = "${cfg.persistRoot}${file}";''
      ) lost
    )}
      The primary user's may come from hostSpec.hashedPasswordFile, root's from hostSpec.rootHashedPasswordFile.'';
in
{
  config = import ./report.nix { inherit config lib; } (
    lib.optional (lost != { }) { inherit message; }
    ++ lib.mapAttrsToList (user: file: { message = ofLate user file; }) late
  );
}
