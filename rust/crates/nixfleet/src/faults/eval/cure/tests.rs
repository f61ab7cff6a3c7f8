use nixfleet_nix::Position;

use super::*;

/// Of what says no more than a message.
fn cure(message: &str, file: Option<&str>, at: &str) -> Option<String> {
    super::cure(&Cause { message: message.into(), ..Cause::default() }, file, at)
}

#[test]
fn a_url_with_a_space_is_proposed_without() {
    for (path, written) in [
        ("/a/path:./my fleet", "`path:./my%20fleet`"),
        ("/a/git+file:/b/my fleet", "`git+file:///b/my%20fleet`"),
    ] {
        let missing = format!("getting status of '{path}': No such file or directory");
        assert!(cure(&missing, None, "").unwrap().ends_with(written));
    }
    let missing = "getting status of '/my fleet': No such file or directory";
    assert!(cure(missing, None, "").unwrap().contains("--flake"));
}

#[test]
fn what_nix_says_has_its_cure() {
    let cured = |message: &str, part: &str| {
        let cure = cure(message, Some("/nix/store/x-source/web.nix"), "inputs.sops.x");
        assert!(cure.as_ref().is_some_and(|it| it.contains(part)), "{message}: {cure:?}");
    };
    cured("attribute 'sops' missing", "`inputs.sops.url = ");
    let argument = cure("attribute 'nodes' missing", None, "nodes.web-01.config").unwrap();
    assert!(argument.contains("`specialArgs = { nodes = self.nixosConf"), "{argument}");
    assert_eq!(cure("attribute 'nodes' missing", None, "nodes-x.y"), None);
    cured("attribute 'port' missing\nDid you mean ports?", "write `ports`");
    // Whoever asks for it is not the author, and what is proposed may be what the author wrote.
    assert_eq!(cure("attribute 'to' missing\nDid you mean too?", None, ""), None);
    let (asked, written) =
        misnamed("attribute 'to' missing\nDid you mean one of too or from?").unwrap();
    assert_eq!((asked, written), ("to", vec!["too", "from"]));
    let package = "attribute 'htpo' missing\nDid you mean one of ctpl, h2o or hcp?";
    assert_eq!(cure(package, None, "hosts.htpo"), None);
    let searched = cure(package, None, "pkgs.htpo ];").unwrap();
    assert!(searched.contains("`nix search nixpkgs htpo`"), "{searched}");
    cured("attribute 'gnme' missing\nDid you mean one of gnome or ntp?", "write `gnome`, if");
    cured(
        "The option `a.b' does not exist. Definition values:\n- In `x': true\nDid you mean `a.c', `a.d' or `a.e'?",
        "write `a.c`",
    );
    cured(
        "The option `services.ngnix' does not exist.\nDid you mean `services.guix' or `services.nginx'?",
        "write `services.nginx`",
    );
    cured(
        "The option `my.x' was accessed but has no value defined. Try setting the option.",
        "`my.x = …;`",
    );
    let of_element =
        "The option `a.b.\"[definition 1-entry 1]\".c' was accessed but has no value defined.";
    cured(of_element, "each element of the list: `c = …;`");
    cured("A definition for option `a' is not of type `boolean'.", "`true` or `false`");
    let quoted = "string 'hosts/web.nix' doesn't represent an absolute path";
    cured(quoted, "quotes: `./hosts/web.nix`");
    cured("string '../a.nix' doesn't represent an absolute path", "quotes: `../a.nix`");
    cured("function 'outputs' called with unexpected argument 'disko'", "`{ …, ... }:`");
    cured("cannot find flake 'flake:disko' in the flake registries", "inputs.disko.url");
    cured("attribute 'mkFleet' missing", "write `nixfleet.lib.mkFleet`");
    cured("undefined variable 'htpo'", "`nix search nixpkgs htpo`");
    let none = |option: &str| format!("The option `{option}' does not exist. Definition values:");
    cured(&none("system.defaults"), "no Mac");
    cured(&format!("{}\nDid you mean `root'?", none("boot")), "a Mac does not have");
    assert!(!cure(&none("boot.loadr"), None, "").unwrap().contains("Mac"));
    assert!(!cure(&none("system.defaults.dok"), None, "").unwrap().contains("Mac"));
    cured("Module `f' has an unsupported attribute `a'. This", "`config = { … };`");
    let option = cure("attribute 'prot' missing", None, "config.a.prot;").unwrap();
    assert!(option.contains("`a.prot`"), "{option}");
    cured(&none("services.nixfleet-control-plane"), "`inputs.nixfleet.nixosModules.control-plane`");
    cured(&none("sops"), "`inputs.sops-nix.nixosModules.sops`");
    cured(&format!("{}\nDid you mean `time', `boot' or `jobs'?", none("home")), "`homeModules`");
    cured(
        &format!("{}\nDid you mean `services.khd'?", none("services.nginx")),
        "a Mac does not have",
    );
    cured(&none("home-manager.users.ops.home-manager"), "`homeModules` are");
    cured(&none("home-manager.users.ops.services.openssh"), "host's `modules`");
    let number =
        cure("expected a set but found an integer: 3", Some("«nix-internal»/call-flake.nix"), "")
            .unwrap();
    assert!(number.contains("`outputs = { nixfleet, ... }: nixfleet.lib.mkFleet"), "{number}");
    cured("expected a list but found a path: /nix/store/x-source/a.nix", "`[ … ]`");
    cured("infinite recursion encountered", "`imports` cannot depend on `config`");
    cured(
        "access to absolute path '/home' is forbidden in pure evaluation mode (use '--impure' to override)",
        "outside its own folder",
    );
    cured("expected a set but found a path: /nix/store/x-source/hosts", "`import`");
    cured(
        "expected a set but found a function: «lambda @ /x.nix:1:1»",
        "`outputs = { nixfleet, ... }: ",
    );
    cured("expected a function but got a thunk", "`outputs = { nixfleet, ... }: ");
    cured("[json.exception.type_error.316] invalid UTF-8 byte at index 0: 0xFF", "iconv");
    cured("opening file '/nix/store/x/hosts/db/default.nix': No such file", "`default.nix`");
    let owned =
        "opening Git repository \"/a b\": repository path '/a b' is not owned by current user";
    cured(owned, "`git config --global --add safe.directory '/a b'`");
    cured("resolving Git reference 'x': revspec 'x' not found", "`?ref=`");
    cured("file '/a/pipe' has an unsupported type", "no pipe");
    cured("could not find a flake.nix file", "git+file:///");
    let missing = "getting status of '/a': No such file or directory";
    assert!(cure(missing, None, "").unwrap().contains("--flake"));
    let broken = "[json.exception.parse_error.101] parse error at line 2, column 1";
    assert!(cure(broken, None, "").unwrap().contains("`flake.lock` is damaged"));
    assert_eq!(cure(broken, Some("/nix/store/x-source/web.nix"), ""), None);
    let read_me = cure("syntax error, unexpected invalid token", Some("/x/hosts/README.md"), "");
    assert!(read_me.unwrap().contains("`README.md` is no Nix file"));
    let read_me = cure("undefined variable 'what'", Some("/x/hosts/README.md"), "");
    assert!(read_me.unwrap().contains("`README.md` is no Nix file"));
    cured(
        "cannot build '/nix/store/x.drv' during evaluation because the option 'allow-import-from-derivation' is disabled",
        "without building anything",
    );
    assert_eq!(cure("something else", None, ""), None);
}

#[test]
fn an_option_that_is_cut_short_is_the_one_that_begins_so() {
    let cut_short = |written: &str| {
        format!(
            "The option `services.nginx.{written}' does not exist.\nDid you mean \
             `services.nginx.resolver', `services.nginx.recommendedTlsSettings' or \
             `services.nginx.recommendedGzipSettings'?"
        )
    };
    let one = cure(&cut_short("recommendedTls"), None, "").unwrap();
    assert!(one.contains("write `services.nginx.recommendedTlsSettings`, if"), "{one}");
    let either = cure(&cut_short("recommended"), None, "");
    assert!(!either.as_ref().is_some_and(|it| it.contains("Settings")), "{either:?}");
}

#[test]
fn a_value_of_another_type_has_its_cure() {
    let cured = |message: &str, part: &str| {
        let cure = cure(message, None, "");
        assert!(cure.as_ref().is_some_and(|it| it.contains(part)), "{message}: {cure:?}");
    };
    let mistyped = |wanted: &str, value: &str| {
        format!(
            "A definition for option `a' is not of type `{wanted}'. Definition values:\n- In `f': {value}"
        )
    };
    let port = "16 bit unsigned integer; between 0 and 65535 (both inclusive)";
    cured(&mistyped(port, "80000"), "write a number from 0 to 65535");
    cured(&mistyped(port, "\"80\""), "write a number, without quotes");
    cured(&mistyped(&format!("list of {port}"), "80"), "write a list: `[ 80 ]`");
    cured(&mistyped("list of string", "\"a\""), "write a list: `[ \"a\" ]`");
    cured(&mistyped("list of package", "<derivation htop>"), "write a list: `[ … ]`");
    cured(&mistyped("attribute set of (systemd option)", "\n    {\n    }"), "systemd takes there");
    cured(&mistyped("null or boolean", "\"no\""), "`true` or `false`");
    cured(&mistyped("package", "\"htop\""), "`pkgs.htop`");
    let pattern = mistyped("string matching the pattern /dev/.+", "\"vda\"");
    cured(&pattern, "as the pattern says: `/dev/.+`");
    cured(&mistyped("string matching the pattern https?://.+", "\"a\""), "`\"http://…\"`");
    cured(&mistyped("nixpkgs overlay", "{ }"), "`final: prev: { … }`");
}

#[test]
fn what_is_within_an_option_and_another_host_have_their_cures() {
    let cured = |message: &str, at: &str, part: &str| {
        let cure = cure(message, Some("/nix/store/x-source/web.nix"), at);
        assert!(cure.as_ref().is_some_and(|it| it.contains(part)), "{message}: {cure:?}");
    };
    cured(
        "In module `f', you're trying to define a value of type `string'\nrather than an attribute set \
         for the option\n`a.b'!\n\nThis usually happens if `a.b' has option",
        "",
        "`a.b.NAME = …;`",
    );
    let path = "In module `f', you're trying to define a value of type `path'\nrather than an attribute set \
                for the option\n`a.b'!";
    cured(path, "", "write `import` before the path");
    let host = "self.nixosConfigurations.\"web-3\".config;";
    cured("attribute 'web-3' missing", host, "no host `web-3`");
    cured(
        "The option `a.\"[definition 1-entry 2]\".b' does not exist.\nDid you mean \
         `a.\"[definition 1-entry 2]\".c'?",
        "",
        "write `c`",
    );
    let mistaken = "The option `programs.git.userName' does not exist.\nDid you mean `programs.git.enable' or \
                    `programs.git.prompt'?";
    cured(mistaken, "", "take it out");
    cured("module /a.nix (/a.nix) does not look like a module.", "", "`{ lib, ... }: { … }`");
    cured("Module imports can't be nested lists. Perhaps", "", "`++`");
    cured("Expected a module, but found a value of type \"flake\".", "", "nixosModules.default");
    cured(
        "A definition for option `nixfleet.impermanence.directories.\"[definition 1-entry 1]\"' is not of \
         type `string or attribute set of anything'. Definition values:\n- In `f':\n    {\n  path = 1;",
        "",
        "`directory = ",
    );
    cured("host `a` has the file system `/` from two places: `/x` in f", "", "disk layout");
}

#[test]
fn options_of_ours_and_of_home_manager_come_before_what_nixpkgs_proposes() {
    let cured = |message: &str, part: &str| {
        let cure = cure(message, Some("/nix/store/x-source/web.nix"), "");
        assert!(cure.as_ref().is_some_and(|it| it.contains(part)), "{message}: {cure:?}");
    };
    let none = |option: &str| format!("The option `{option}' does not exist. Definition values:");
    let near = "\nDid you mean `home-manager.users.ops.home' or `home-manager.users.ops.x'?";
    cured(&(none("home-manager.users.ops.environment") + near), "host's `modules`");
    for (option, ours) in [
        ("services.agent", "services.nixfleet-agent"),
        ("services.nixfleet", "services.nixfleet-agent"),
        ("services.controlPlane", "services.nixfleet-control-plane"),
        ("services.health", "nixfleet.health"),
        ("impermanence", "nixfleet.impermanence"),
    ] {
        let beside = format!("{}\nDid you mean `services.vmagent'?", none(option));
        cured(&beside, &format!("write `{ours}`, if that is meant"));
    }
}

#[test]
fn a_package_that_is_there_no_more_has_its_new_name() {
    let told = |message: &str, file: &str, at: &str| {
        let place = Position { file: file.into(), line: 1, column: 1 };
        about_alias(&Cause { message: message.into(), places: vec![place], ..Cause::default() }, at)
    };
    let aliases = "/nix/store/x/pkgs/top-level/aliases.nix";
    let renamed = "'mpc_cli' has been renamed to/replaced by 'mpc'";
    assert_eq!(told(renamed, aliases, "pkgs.mpc_cli ];").unwrap(), "write `pkgs.mpc`");
    assert_eq!(told(renamed, aliases, "mpc_cli ];").unwrap(), "write `mpc`");
    let removed = told("freeimage was removed due to x", aliases, "").unwrap();
    assert!(removed.contains("take it out"), "{removed}");
    assert_eq!(told(renamed, "/nix/store/x/lib/trivial.nix", ""), None);
}

/// Each name of ours is one of an option, or begins some.
#[test]
fn what_is_proposed_of_ours_is_there() {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/src/reference");
    let read = |name: &str| std::fs::read_to_string(reference.join(name)).unwrap();
    let options = read("options-nixos.md") + &read("options-darwin.md");
    for ours in option::OURS {
        let is_it = |it: &str| options.contains(&format!("\n## `{ours}{it}"));
        assert!(is_it("`") || is_it("."), "{ours}");
    }
}

#[test]
fn a_user_that_is_not_there_is_told_by_whose_option_is_evaluated() {
    let told = |message: &str| {
        let options = vec!["home-manager.users.other.home.username".to_owned()];
        about_user(&Cause { message: message.into(), options, ..Cause::default() })
    };
    let cure = told("attribute 'other' missing").unwrap();
    assert!(cure.contains("`users.users.other.isNormalUser = true;`"), "{cure}");
    assert_eq!(told("attribute 'oth' missing"), None);
}

/// By nixpkgs' words for each (`pkgs/stdenv/generic/check-meta.nix`).
#[test]
fn a_package_that_is_refused_has_what_admits_it() {
    let refused = |why: &str, part: &str| {
        let message = format!(
            "Refusing to evaluate package 'a-plugin-of-a-long-name-1' in /x.nix:1 because it {why}"
        );
        let cure = cure(&message, None, "").unwrap_or_default();
        assert!(cure.contains(part), "{message}: {cure}");
    };
    refused("has an unfree license (‘unfree’)", "`nixpkgs.config.allowUnfree = true;`");
    let permitted =
        "`nixpkgs.config.permittedInsecurePackages = [ \"a-plugin-of-a-long-name-1\" ];`";
    refused("is marked as insecure\n\nKnown issues:\n - CVE-1", permitted);
    let elsewhere =
        "is not available on the requested hostPlatform:\n  hostPlatform.system = \"x\"";
    refused(elsewhere, "lib.meta.availableOn");
    let allowed = "`nixpkgs.config.allowBroken = true;`";
    refused("is marked as broken", allowed);
    refused("has problems:\n- broken: This package is broken.\n", allowed);
}

#[test]
fn what_keeps_nix_from_reading_a_fleet_has_its_cure() {
    let cured = |message: &str, part: &str| {
        let cure = cure(message, None, "");
        assert!(cure.as_ref().is_some_and(|it| it.contains(part)), "{message}: {cure:?}");
    };
    for place in [
        "creating directory '/home/me/.cache/nix': Read-only file system",
        "cannot open SQLite database '\"/home/me/.cache/nix/fetcher-cache-v3.sqlite\"'",
        "executing SQLite statement '\n  create table a\n': attempt to write a readonly database, \
         attempt to write a readonly database (in '/home/me/.cache/nix/fetcher-cache-v3.sqlite')",
        "executing SQLite statement '\n  create table a\n': database or disk is full, database or \
         disk is full (in '/home/me/.cache/nix/fetcher-cache-v3.sqlite')",
        "write of 8192 bytes: No space left on device",
    ] {
        cured(place, "`XDG_CACHE_HOME`");
    }
    assert_eq!(cure("creating directory '/work/x': Permission denied", None, ""), None);
    for outputs in
        ["flake 'git+file:///f' lacks attribute 'outputs'", "expected a function but got a set"]
    {
        cured(outputs, "`outputs = { nixfleet, ... }: nixfleet.lib.mkFleet { … };`");
    }
    cured("path '/f/link' is not a flake (because it's not a directory)", "`realpath`");
    cured("attempt to call something which is not a function but a path: /x", "write `import`");
    cured("attempt to call something which is not a function but a set", "side by side");
}
