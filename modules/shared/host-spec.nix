# What a host is, in the same words on NixOS and on Darwin.
{
  _class,
  config,
  lib,
  ...
}:
let
  inherit (lib) mkOption types;
  inherit (import ../../lib/ssh-key.nix) sshKeyLines;
  sshKey = import ../../lib/ssh-key-type.nix { inherit lib; };
  cfg = config.hostSpec;

  # A password hash in the store could be read by everyone on the host.
  secretPath = types.str // {
    name = "secretPath";
    description = "absolute path on the host, in quotes and outside the Nix store";
    descriptionClass = "noun";
    check =
      path: builtins.isString path && lib.hasPrefix "/" path && !lib.hasPrefix builtins.storeDir path;
  };

  word = types.strMatching "[^[:space:]]+" // {
    name = "word";
    description = "string without spaces";
    descriptionClass = "noun";
  };
in
{
  options.hostSpec = {
    hostName = mkOption {
      type = word;
      description = "The host's name. It is mkHost's `hostName`, and no module can change it.";
      example = "web-01";
    };

    userName = mkOption {
      type = types.nullOr word;
      default = null;
      description = "The primary user, who administers the host. Without one there is root alone.";
      example = "ops";
    };

    home = mkOption {
      type = types.nullOr types.str;
      default =
        if cfg.userName == null then
          null
        else
          "/${if cfg.isDarwin then "Users" else "home"}/${cfg.userName}";
      defaultText = lib.literalMD "`/home/<userName>`, on Darwin `/Users/<userName>`";
      description = "The primary user's home directory.";
      example = "/srv/ops";
    };

    timeZone = mkOption {
      type = word;
      default = "UTC";
      description = "The time zone, by its name in the tz database.";
      example = "Europe/Berlin";
    };

    locale = mkOption {
      type = word;
      default = "en_US.UTF-8";
      description = "The locale of the system. macOS takes it from each user's settings instead.";
      example = "de_DE.UTF-8";
    };

    keyboardLayout = mkOption {
      type = word;
      default = "us";
      description = "The keyboard's layout, by its name in XKB. The console takes the keymap for it. macOS takes it from each user's settings instead.";
      example = "de";
    };

    sshAuthorizedKeys = mkOption {
      type = types.listOf sshKey;
      default = [ ];
      apply = sshKeyLines;
      description = "Who may log in over SSH, as the primary user and, on NixOS, as root. Blank lines and comments, as in a file of keys, are left out.";
      example = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9y me@laptop" ];
    };

    networking = mkOption {
      type = types.submodule ./host-spec/networking.nix;
      default = { };
      description = "The network of a NixOS host. When nothing is said, every interface asks for an address by DHCP. macOS keeps networks itself: on Darwin it does nothing.";
      example = {
        interface = "eth0";
        address = "192.168.1.10/24";
        gateway = "192.168.1.1";
        dns = [ "192.168.1.1" ];
      };
    };

    secretsPath = mkOption {
      type = types.nullOr secretPath;
      default = null;
      description = "Where a secrets tool of yours puts the host's secrets, for your modules to refer to.";
      example = "/run/secrets";
    };

    hashedPasswordFile = mkOption {
      type = types.nullOr secretPath;
      default = null;
      description = "A file on the host with the hash of the primary user's password. On Darwin it does nothing.";
      example = "/persist/passwords/ops";
    };

    rootHashedPasswordFile = mkOption {
      type = types.nullOr secretPath;
      default = null;
      description = "A file on the host with the hash of root's password. On Darwin it does nothing.";
      example = "/persist/passwords/root";
    };

    isDarwin = mkOption {
      type = types.bool;
      default = _class == "darwin";
      defaultText = lib.literalMD "whether the system is one of nix-darwin";
      description = "Whether the host is a Mac. It follows from mkHost's `platform`, and no module can change it.";
      example = true;
    };
  };
}
