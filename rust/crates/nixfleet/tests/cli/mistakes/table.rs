//! A fleet that is right, and what is written wrongly in it.

pub const FLAKE: &str = r#"{
  outputs = inputs: (import LIBRARY { inputs = INPUTS; }).mkFleet rec {
    isoSshKeys = [ "KEY" ];
    defaults.hostSpec = {
      userName = "ops";
      sshAuthorizedKeys = isoSshKeys;
    };
    hosts.web-01 = {
      platform = "x86_64-linux";
      stateVersion = "26.05";
      modules = [ ./web.nix ];
      hostSpec.timeZone = "Europe/Berlin";
    };
    hosts.mac = {
      platform = "aarch64-darwin";
      stateVersion = 6;
      hostSpec.timeZone = "Europe/Berlin";
    };
  };
}
"#;

pub const MODULE: &str = r#"{ config, pkgs, ... }:
{
  networking.firewall.allowedTCPPorts = [ 80 ];
  users.motd = "hello";
}
"#;

/// What is right, what is written in its place, the fault's code, what its help says, and what stands
/// there after it: `{1}` is the first of the texts that the help has in backticks. Nothing, where the
/// cure belongs elsewhere in the file: then `faults/CODE/cure` does it.
pub type Mistake<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

pub const IN_FLAKE: &[Mistake] = &[
    (
        r#"platform = "x86_64-linux";"#,
        r#"system = "x86_64-linux";"#,
        "argument-unknown",
        "`platform`",
        r#"{1} = "x86_64-linux";"#,
    ),
    ("x86_64-linux", "x86_64-linx", "platform-unknown", "`x86_64-linux`", "{1}"),
    ("hostSpec.timeZone", "hostSpec.timezone", "field-unknown", "`timeZone`", "hostSpec.{1}"),
    ("Europe/Berlin", "Europe/Berln", "time-zone-unknown", "`Europe/Berlin`", "{1}"),
    (r#""26.05""#, r#""2605""#, "state-version-invalid", "26.05", "{1}"),
    ("modules = [ ./web.nix ];", "modules = ./web.nix;", "field-type-wrong", "[ ", "{1}"),
    ("./web.nix", "./wbe.nix", "file-missing", "./web.nix", "{1}"),
    ("./web.nix", "\"./web.nix\"", "field-type-wrong", "without quotes", "{1}"),
    ("\"Europe/Berlin\"", "./n.nix", "field-type-wrong", "in quotes", "\"Europe/Berlin\""),
    ("./web.nix", "inputs.sops.nixosModules.sops", "input-missing", "inputs.sops.url", ""),
    ("./web.nix", "./web.nix ~/other.nix", "path-outside", "./FILE", "./web.nix {1}"),
    (
        "[ ./web.nix ]",
        "[ ./web.nix, ./n.nix ]",
        "syntax-invalid",
        "take it",
        "[ ./web.nix ./n.nix ]",
    ),
    (r#""x86_64-linux";"#, r#""x86_64-linux""#, "syntax-invalid", "\";`", r#""x86_64-linux{1}"#),
    (r#""x86_64-linux";"#, r#""x86_64-linux;"#, "syntax-invalid", "`\"`", r#""x86_64-linux{1};"#),
    ("\"ops\"", "\"Ops User\"", "user-name-invalid", "", "\"{3}\""),
    ("outputs = ", "ouputs = ", "argument-unknown", "`outputs`", "{1} = "),
    ("outputs", "input.a.url = \"\"; outputs", "argument-unknown", "`inputs`", ""),
    ("outputs", "inputs.a.uri = \"\"; outputs", "argument-unknown", "`url`", ""),
    ("outputs", "inputs.a = \"github:a/b\"; outputs", "field-type-wrong", "inputs.a.url", ""),
    ("outputs", "description = 3; outputs", "evaluation-failed", "", "outputs"),
    ("hosts.web-01", "host.web-01", "argument-unknown", "`hosts`", "{1}.web-01"),
    ("defaults.hostSpec", "default.hostSpec", "argument-unknown", "`defaults`", "{1}.hostSpec"),
    ("\"KEY\"", "\"~/.ssh/id_ed25519.pub\"", "ssh-key-malformed", "readFile", "{1}"),
    (
        "\"KEY\"",
        "\"-----BEGIN OPENSSH PRIVATE KEY-----\"",
        "ssh-key-is-private",
        ".pub",
        "(builtins.readFile ./key{1})",
    ),
    ("\"KEY\"", "\"ssh-ed25519 KEY\"", "ssh-key-malformed", "`ssh-ed25519` out", "\"KEY\""),
    ("\"KEY\"", "\"192.0.2.1 KEY\"", "ssh-key-malformed", "`192.0.2.1` out", "\"KEY\""),
    ("./web.nix", "import ./web.nix", "field-type-wrong", "(import", "{1}"),
    ("./web.nix", "(./web.nix { })", "field-type-wrong", "import ./web.nix", "(x: {1} x)"),
    ("hosts.web-01", "hosts.web_01", "host-name-invalid", "", "hosts.{1}"),
    (
        "stateVersion = 6;",
        "stateVersion = \"26.05\";",
        "state-version-invalid",
        "7",
        "stateVersion = {1};",
    ),
];

/// What is right, behind which more is written.
pub const MODULES: &str = "[ ./web.nix ]";

/// What more is written, the fault's code, what its help says, and what stands there after it.
pub const BEHIND_MODULES: &[(&str, &str, &str, &str)] = &[
    ("homeModules = { }", "field-type-wrong", "[", "{1}"),
    (
        "hostSpec.networking = ./n.nix",
        "field-type-wrong",
        "`import`",
        "hostSpec.networking = {1} ./n.nix",
    ),
    (r#"hostSpec.home = "ops""#, "home-invalid", "/", r#"hostSpec.home = "{1}""#),
    (
        r#"hostSpec.hashedPasswordFile = "a""#,
        "password-file-relative",
        "/",
        "hostSpec.hashedPasswordFile = {1}",
    ),
    (
        r#"hostSpec.locale = "de_DE.UTF-7""#,
        "locale-unknown",
        "de_DE.UTF-8",
        r#"hostSpec.locale = "{1}""#,
    ),
    (
        r#"hostSpec.keyboardLayout = "dee""#,
        "keyboard-layout-unknown",
        "de",
        r#"hostSpec.keyboardLayout = "{1}""#,
    ),
    (r#"platform = "a""#, "attribute-duplicate", "take one out", "tags = [ ]"),
    (
        "a = { x = 1; }; a = { x = 1; }",
        "attribute-duplicate",
        "`a` stands here and in line ",
        "tags = [ ]",
    ),
    ("networking.firewall = { }", "argument-unknown", "in a module", "tags = [ ]"),
    (
        "hostSpec.networking.nameservers = [ \"9.9.9.9\" ]",
        "field-unknown",
        "`dns`",
        "hostSpec.networking.{1} = [ \"9.9.9.9\" ]",
    ),
    (
        "hostSpec.networking.interfaces.eth0 = \"192.0.2.1/24\"",
        "field-type-wrong",
        "`eth0.ipv4.addresses = [",
        "hostSpec.networking.interfaces.{1}",
    ),
    (r#"tags = throw "no""#, "evaluation-failed", "--show-trace", "tags = [ ]"),
    ("tags = [ webTag ]", "name-unbound", r#""webTag""#, "tags = [ {2} ]"),
];

pub const IN_MODULE: &[Mistake] = &[
    ("{ config, pkgs, ... }:", "{ config, pkgs }:", "arguments-closed", "...", "{1}"),
    ("{ config, pkgs", "{ config pkgs", "syntax-invalid", "config,", "{ {1} pkgs"),
    ("\"hello\"", "\"hello", "syntax-invalid", "`\"`", "\"hello{1}"),
    ("{ config, pkgs, ...", "{ config, pkgs ...", "syntax-invalid", "pkgs,", "{ config, {1} ..."),
    ("\"hello\"", "'hello'", "syntax-invalid", "`\"`", "{1}hello{1}"),
    ("users.motd =", "users.motd\u{a0}=", "syntax-invalid", "blank", "users.motd ="),
    ("\"hello\"", "None", "name-unbound", "`null`", "{1}"),
    ("80 ];", "80 ]", "syntax-invalid", "];", "80 {1}"),
    ("80 ]", "80", "syntax-invalid", "`]`", "80 {1}"),
    ("80 ]", "80; 81 ]", "syntax-invalid", "take it out", "80 81 ]"),
    ("\"hello\"", "pkgz.hello", "name-unbound", "`pkgs`", "{1}.hello"),
    (
        "\"hello\"",
        "\"hello\"; users.motd = \"\"",
        "attribute-duplicate",
        "take one out",
        "\"hello\"",
    ),
    ("users.motd =", "users.motd:", "syntax-invalid", "`=`", "users.motd {1}"),
    ("\"hello\"", "builtins.readFile ~/motd", "path-outside", "./FILE", "builtins.readFile {1}"),
];
