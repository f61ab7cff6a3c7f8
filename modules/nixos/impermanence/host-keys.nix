# SSH host keys of an impermanent host.
#
# sshd is told to keep its keys below the persistent root, instead of /etc/ssh being bound to it:
# sops-nix and agenix take their key from `services.openssh.hostKeys` and read it in the activation,
# before any bind mount of single files is there, and /etc/ssh itself belongs to NixOS's /etc.
#
# Keys also come to /etc/ssh from outside: `nixos-anywhere --copy-host-keys` and `--extra-files` put
# them there at the install, and a machine that becomes impermanent has them until it boots. The
# activation, which nixos-install runs in the new system as well, takes them over, so the host keeps
# its identity.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  cfg = config.nixfleet.impermanence;
  stored = "${cfg.persistRoot}/etc/ssh";
  inherit (config.services) openssh;

  # Only keys that lie below the persistent root, which a user may have moved.
  adopted = lib.filter (lib.hasPrefix "${cfg.persistRoot}/") (map (key: key.path) openssh.hostKeys);

  # The scripts of sops-nix and agenix that decrypt by the host's key: at an install it has just come.
  decrypting =
    lib.optionals (options ? sops) [
      "setupSecrets"
      "setupSecretsForUsers"
    ]
    ++ lib.optionals (options ? age) [
      "agenixInstall"
      "agenixNewGeneration"
    ];

  adopt =
    path:
    let
      old = lib.escapeShellArg (lib.removePrefix cfg.persistRoot path);
      new = lib.escapeShellArg path;
    in
    ''
      if [ -f ${old} ] && ! [ -e ${new} ]; then
        mkdir -p "$(dirname ${new})"
        if [ -f ${old}.pub ]; then install -m 0644 ${old}.pub ${new}.pub; fi
        # Whole or not at all: what is there is never replaced.
        install -m 0600 ${old} ${new}.adopted
        mv ${new}.adopted ${new}
      fi
    '';
in
{
  config = lib.mkIf cfg.enable {
    services.openssh.hostKeys = taste [
      {
        type = "ed25519";
        path = "${stored}/ssh_host_ed25519_key";
      }
      {
        type = "rsa";
        bits = 4096;
        path = "${stored}/ssh_host_rsa_key";
      }
    ];

    # From 26.05 there are keys without a server, for secrets, and a server without keys of its own.
    system.activationScripts =
      lib.mkIf ((openssh.generateHostKeys or openssh.enable) && adopted != [ ])
        (
          {
            nixfleetHostKeys = lib.concatMapStrings adopt adopted;
          }
          // lib.genAttrs decrypting (_: {
            deps = [ "nixfleetHostKeys" ];
            # Where the script is not there, it is an empty one.
            text = "";
          })
        );
  };
}
