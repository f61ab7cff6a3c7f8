# What a user sets. The directories and files take what `environment.persistence` takes.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;

  # github:nix-community/impermanence checks what is inside; here, that it is one of the two forms.
  entries =
    key: example: description:
    mkOption {
      type = types.listOf (
        types.either types.str (types.addCheck (types.attrsOf types.anything) (entry: entry ? ${key}))
      );
      default = [ ];
      inherit description example;
    };

  directories = entries "directory" [
    "/var/lib/postgresql"
    {
      directory = "/var/lib/private";
      mode = "0700";
    }
  ];

  files = entries "file" [ "/etc/adjtime" ];
in
{
  options.nixfleet.impermanence = {
    enable = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether the root file system is empty after each boot, apart from what is persisted. On a
        machine that is in use, first copy what is to stay below `persistRoot`: what was on the root is
        set aside at the next boot, homes among it.
      '';
      example = true;
    };

    persistRoot = mkOption {
      type = types.strMatching "/.+[^/]";
      default = "/persist";
      description = "Where what stays is kept: the mount point of a file system that lasts, or a folder of one.";
      example = "/nix/persist";
    };

    rootKind = mkOption {
      type = types.enum [
        "btrfs"
        "tmpfs"
        "other"
      ];
      default = "btrfs";
      description = ''
        `btrfs`: at each boot the root subvolume is set aside and an empty one made in its place, so
        that files can be fetched back for the time of `keepOldRoots`. `tmpfs`: the root lies in memory. `other`:
        it is emptied by a service of your own, as a ZFS dataset is that goes back to an empty snapshot.
      '';
      example = "tmpfs";
    };

    device = mkOption {
      type = types.str;
      default = (config.fileSystems."/" or { device = "/dev/null"; }).device;
      defaultText = lib.literalExpression ''config.fileSystems."/".device'';
      description = "The device that holds the btrfs file system of the root, or a tag of it, as in `UUID=…`.";
      example = "/dev/mapper/root";
    };

    keepOldRoots = mkOption {
      type = types.strMatching "(0|[1-9][0-9]*)(h|d|w)";
      default = "30d";
      description = ''
        How long a root that was set aside is kept, below `old-roots` of the btrfs file system, in
        hours, days or weeks. `0d` keeps none.
      '';
      example = "2w";
    };

    directories = directories ''
      Directories that stay: a path, or the form of `environment.persistence.<path>.directories` with
      owner and mode. On a machine that is in use first copy the directory below `persistRoot`: from
      the next switch the persisted one covers it.
    '';

    files = files ''
      Files that stay: a path, or the form of `environment.persistence.<path>.files`. A program that
      replaces its file instead of writing to it needs the directory.
    '';

    users = mkOption {
      type = types.attrsOf (
        types.submodule {
          options = {
            directories = entries "directory" [
              "Documents"
              ".ssh"
            ] "Directories in the user's home that stay.";
            files = entries "file" [ ".bash_history" ] "Files in the user's home that stay.";
          };
        }
      );
      default = { };
      description = "What stays of users' homes, by user; the paths are relative to the home.";
      example = lib.literalExpression ''{ ops.directories = [ ".ssh" ]; }'';
    };

    audit = mkOption {
      type = types.enum [
        "warn"
        "error"
        "off"
      ];
      default = "warn";
      description = ''
        What to do about state that a service or a system user keeps and that no persisted path
        covers, so that it is lost at each boot, and about files on the root that options name: warn at
        evaluation, refuse to build, or nothing. What is likely alone is a warning at most.
      '';
      example = "error";
    };

    auditIgnore = mkOption {
      type = types.listOf (types.strMatching "/.*");
      default = [ ];
      description = "Paths that may be lost at each boot: the audit is silent about them and what lies below.";
      example = [ "/var/cache/nginx" ];
    };
  };
}
