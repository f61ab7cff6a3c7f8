# Which settings keep all administrators out, and which do not.
{
  lib,
  nixfleet,
  ...
}:
let
  inherit (import ../core-hosts.nix { inherit lib nixfleet; })
    configOf
    key
    ops
    refused
    withModule
    withSpec
    ;
in
{
  "test: each setting that keeps all administrators out is refused, and named" = {
    expr =
      map
        (
          module:
          let
            failed = lib.filter (it: !it.assertion) (withModule module).assertions;
            said = lib.concatMapStrings (it: it.message) failed;
            found = builtins.match ".*[[:space:]]root: ([^\n]*)\n.*" said;
          in
          if failed == [ ] then
            "nobody is out"
          else if found != null then
            lib.head found
          else
            said
        )
        [
          { services.openssh.settings.AllowUsers = [ "alice" ]; }
          {
            services.openssh.settings.AllowUsers = [
              "*"
              "!root"
              "!ops"
            ];
          }
          {
            services.openssh.settings.DenyUsers = [
              "root"
              "o?s"
            ];
          }
          { services.openssh.settings.AllowGroups = [ "ssh-users" ]; }
          {
            services.openssh.settings.DenyGroups = [
              "wheel"
              "root"
            ];
          }
          { services.openssh.settings.PubkeyAuthentication = false; }
          { services.openssh.settings.PubkeyAuthentication = "no"; }
          { services.openssh.settings.PubkeyAcceptedAlgorithms = "rsa-sha2-512,ecdsa-sha2-*"; }
          { services.openssh.settings.PubkeyAcceptedAlgorithms = "-ssh-ed25519*"; }
          { services.openssh.authorizedKeysFiles = lib.mkForce [ "%h/.ssh/authorized_keys" ]; }
          { services.openssh.settings.AuthorizedKeysFile = "/etc/keys/%u"; }
          {
            users.users.root.shell = "/run/current-system/sw/bin/nologin";
            users.users.ops.shell = lib.mkForce "/run/current-system/sw/bin/nologin";
          }
          { services.openssh.settings.UsePAM = false; }
          { services.openssh.settings.AuthenticationMethods = "publickey,password"; }
          { services.openssh.settings.AuthenticationMethods = "publickey,keyboard-interactive:pam password"; }
          {
            services.openssh.settings = {
              AuthenticationMethods = "password";
              PasswordAuthentication = true;
            };
          }
          {
            users.users.root.hashedPassword = "!";
            services.openssh.settings = {
              PasswordAuthentication = true;
              PubkeyAuthentication = false;
              PermitRootLogin = "yes";
            };
          }
        ];
    expected = [
      "`AllowUsers` leaves it out"
      "`AllowUsers` leaves it out"
      "`DenyUsers` names it"
      "`AllowGroups` names no group of it"
      "`DenyGroups` names a group of it"
      "`PubkeyAuthentication` is off"
      "`PubkeyAuthentication` is off"
      "`PubkeyAcceptedAlgorithms` takes none of the keys"
      "`PubkeyAcceptedAlgorithms` takes none of the keys"
      "`AuthorizedKeysFile` has no `/etc/ssh/authorized_keys.d/%u`, where NixOS puts the keys"
      "`AuthorizedKeysFile` has no `/etc/ssh/authorized_keys.d/%u`, where NixOS puts the keys"
      "the user's shell lets nobody in"
      "with `UsePAM` off a user without a password is a locked one"
      "`AuthenticationMethods` asks for `password`, which is off"
      "`AuthenticationMethods` asks for `keyboard-interactive`, which is off"
      "`AuthenticationMethods` asks for a password, and there is none"
      "`PubkeyAuthentication` is off"
    ];
  };

  "test: a user who is disabled lets nobody in" =
    let
      # An option of NixOS since 25.05.
      declared.options.users.users = lib.mkOption {
        type = lib.types.attrsOf (
          lib.types.submodule { options.enable = lib.mkOption { default = true; }; }
        );
      };
    in
    refused (configOf {
      hostSpec = ops;
      modules = [
        {
          users.users.ops.enable = false;
          services.openssh.settings.PermitRootLogin = "no";
        }
      ]
      ++ lib.optional (!((withSpec ops).users.users.ops ? enable)) declared;
    }) "ops: the user is disabled";

  "test: a firewall that is closed for SSH, and a server for the machine alone, are refused" = {
    expr = map (module: lib.length (lib.filter (it: !it.assertion) (withModule module).assertions)) [
      { services.openssh.openFirewall = false; }
      {
        services.openssh.listenAddresses = [
          {
            addr = "127.0.0.1";
            port = 22;
          }
        ];
      }
    ];
    expected = [
      1
      1
    ];
  };

  "test: what lets an administrator in is not refused" = {
    expr =
      map
        (
          module:
          map (it: it.message) (
            # By us, or by NixOS: "to prevent being locked out".
            lib.filter
              (it: !it.assertion && (lib.hasInfix "nobody" it.message || lib.hasInfix "locked out" it.message))
              (configOf {
                hostSpec.userName = "ops";
                modules = [ module ];
              }).assertions
          )
        )
        (
          map
            (module: {
              imports = [
                module
                { hostSpec.sshAuthorizedKeys = [ key ]; }
              ];
            })
            [
              { services.openssh.settings.AllowUsers = [ "ops" ]; }
              { services.openssh.settings.AllowUsers = [ "ops@10.0.0.0/8" ]; }
              { services.openssh.settings.AllowGroups = [ "wheel" ]; }
              { services.openssh.settings.DenyUsers = [ "root" ]; }
              { services.openssh.settings.PubkeyAcceptedAlgorithms = "+ssh-rsa"; }
              { services.openssh.settings.PubkeyAcceptedAlgorithms = "ssh-ed25519,sk-ssh-ed25519@openssh.com"; }
              { services.openssh.settings.AuthenticationMethods = "any"; }
              { services.openssh.settings.AuthenticationMethods = "publickey,password publickey"; }
              {
                services.openssh.settings = {
                  AuthenticationMethods = "publickey,keyboard-interactive:pam";
                  KbdInteractiveAuthentication = true;
                };
              }
              {
                users.users.ops.hashedPasswordFile = "/run/secrets/ops";
                services.openssh.settings.UsePAM = false;
              }
              {
                services.openssh.openFirewall = false;
                networking.firewall.interfaces.wg0.allowedTCPPorts = [ 22 ];
              }
              {
                services.openssh.openFirewall = false;
                networking.firewall.trustedInterfaces = [ "tailscale0" ];
              }
              {
                services.openssh.ports = [ 2222 ];
                services.openssh.openFirewall = false;
                networking.firewall.allowedTCPPortRanges = [
                  {
                    from = 2000;
                    to = 3000;
                  }
                ];
              }
            ]
          ++ [
            { users.users.root.openssh.authorizedKeys.keyFiles = [ ./core-lockout.nix ]; }
            { services.openssh.settings.TrustedUserCAKeys = "/etc/ssh/ca.pub"; }
            { services.openssh.extraConfig = "TrustedUserCAKeys /etc/ssh/ca.pub"; }
            { services.openssh.authorizedKeysCommand = "/run/wrappers/bin/keys"; }
            { systemd.services.apply-ec2-data.script = "true"; }
            { systemd.services.fetch-ssh-keys.script = "true"; }
            { systemd.services.amazon-ssm-agent.script = "true"; }
            { boot.isContainer = true; }
            {
              services.tailscale.enable = true;
              services.tailscale.extraUpFlags = [ "--ssh" ];
              services.openssh.enable = false;
            }
            {
              users.users.ops.hashedPasswordFile = "/run/secrets/ops";
              services.openssh.settings.PasswordAuthentication = true;
            }
          ]
        );
    expected = builtins.genList (_: [ ]) 23;
  };
}
