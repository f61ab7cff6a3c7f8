//! The page in a browser, as people see it.

#[path = "../common/mod.rs"]
mod common;

mod chromium;

use std::path::PathBuf;
use std::{env, fs};

use chromium::Chromium;
use common::{Fleet, Host, Plane, system};
use nixfleet_rollout::Phase;
use serde_json::{Value, json};

/// Text of a host that wants to be more than text, and wider than a screen.
const HOSTILE: &str =
    "</li></ul><script>window.taken = 1</script><img src=x onerror='window.taken = 2'>\u{202e}";
/// Pages, each with what is on it.
const PAGES: [(&str, &str); 5] = [
    ("/", "Release 2"),
    ("/hosts", "web-01"),
    ("/hosts/web-03", "The release failed there"),
    ("/log", "pause"),
    ("/hosts?tag=nowhere", "No host has the tag nowhere"),
];
/// The short words of a table that take more than one line.
const BROKEN: &str = "[...document.querySelectorAll('td:nth-child(3), td:nth-child(4), td time')]
    .filter((it) => {
        const range = document.createRange();
        range.selectNodeContents(it);
        return range.getClientRects().length > 1;
    }).map((it) => it.textContent)";
const PHONE: u32 = 390;
const DESKTOP: u32 = 1280;

fn fleet() -> Fleet {
    Fleet::of(
        &[
            ("web-01", "canary"),
            ("web-02", "web"),
            ("web-03", "web"),
            ("web-04", "web"),
            ("web-05", "web"),
            ("web-06", "web"),
            ("db-01", "rest"),
            ("db-02", "rest"),
            ("mail-01", "rest"),
            ("a-host-with-a-name-that-is-as-long-as-a-label-of-dns-may-be-000", "rest"),
        ],
        json!([
            { "name": "canary" },
            { "name": "web", "atMost": 3, "need": 4 },
            { "name": "rest", "window": "Mon..Fri 02:00-05:00 Europe/Berlin" },
        ]),
    )
}

/// A rollout in its middle: the canary has arrived, one host failed, others are on the way.
fn in_the_middle() -> (Plane, Vec<Host>) {
    let (plane, fleet) = (Plane::start(), fleet());
    assert!(plane.bring(&fleet.release(1)).0);
    assert!(plane.bring(&fleet.release(2)).0);
    for command in ["pause", "resume"] {
        assert!(plane.command(&json!({ "command": command })).0);
    }
    let mut hosts: Vec<Host> =
        fleet.hosts.iter().take(9).map(|(name, _)| Host::of(&plane, &fleet, name)).collect();
    for host in &mut hosts {
        host.said.report.running = system("web-01", 1);
        host.may();
    }
    hosts[0].may_soon();
    hosts[0].says(Phase::Committed, 2, "web-01");
    hosts[1].may_soon();
    hosts[1].says(Phase::Probation, 2, "web-02");
    hosts[2].may_soon();
    let lines = [
        "nginx: [emerg] bind() to 0.0.0.0:443 failed (98: Address already in use)",
        "nginx.service: Control process exited, code=exited, status=1/FAILURE",
        "nginx.service: Failed with result 'exit-code'.",
        HOSTILE,
        &"x".repeat(5000),
    ];
    let why = format!(
        "unit `nginx.service` failed\n  {}\nport 443 from outside: nobody answers\n{HOSTILE}",
        lines.join("\n  ")
    );
    hosts[2].says(Phase::Reverted { why }, 2, "web-03");
    assert!(plane.command(&json!({ "command": "hold", "host": "web-06" })).0);
    (plane, hosts)
}

#[test]
#[ignore = "needs chromium"]
fn in_a_browser() {
    let (mut plane, mut hosts) = in_the_middle();
    let mut browser = Chromium::start();
    each_page_fits_and_complains_of_nothing(&mut browser, &plane);
    what_hosts_say_is_text(&mut browser, &plane);
    hosts_are_found_by_tag_and_state(&mut browser, &plane);
    it_is_whole_without_scripts(&mut browser, &plane);
    it_renews_itself_and_says_when_it_cannot(&mut browser, &mut plane, &mut hosts);
}

fn address(plane: &Plane, path: &str) -> String {
    format!("http://{}{path}", plane.page)
}

/// On a phone and on a desk, bright and dark. Where `NIXFLEET_SCREENSHOTS` names a folder, what was seen
/// is there.
fn each_page_fits_and_complains_of_nothing(browser: &mut Chromium, plane: &Plane) {
    let folder = env::var_os("NIXFLEET_SCREENSHOTS").map(PathBuf::from);
    let screens = [(PHONE, "light"), (DESKTOP, "dark"), (PHONE, "dark"), (DESKTOP, "light")];
    // One is as wide bright as dark.
    for (width, scheme) in screens.into_iter().take(if folder.is_some() { 4 } else { 2 }) {
        browser.screen(width, scheme);
        for (number, (path, shows)) in PAGES.into_iter().enumerate() {
            browser.open(&address(plane, path));
            let text = browser.eval("document.body.innerText");
            assert!(text.as_str().unwrap().contains(shows), "{path}: {text}");
            let wide = browser.eval("document.documentElement.scrollWidth - innerWidth");
            assert!(wide.as_i64().unwrap() <= 0, "{path} is {wide} px too wide for {width}");
            assert_eq!(browser.eval(BROKEN), json!([]), "{path}, {width} px wide");
            assert!(browser.complaints().is_empty(), "{path}: {:?}", browser.complaints());
            if let Some(folder) = &folder {
                fs::create_dir_all(folder).unwrap();
                let name = format!("{number}-{width}-{scheme}.png");
                fs::write(folder.join(name), browser.picture()).unwrap();
            }
        }
    }
}

fn what_hosts_say_is_text(browser: &mut Chromium, plane: &Plane) {
    for path in ["/", "/hosts", "/hosts/web-03", "/log", "/log?host=web-03"] {
        browser.open(&address(plane, path));
        let made = "document.querySelectorAll('main script, main img').length";
        assert_eq!(browser.eval(made), json!(0), "{path}");
        assert_eq!(browser.eval("window.taken"), Value::Null, "{path}");
        let shown = browser.eval("document.querySelector('main').textContent.includes('<script>window.taken = 1</script>')");
        assert_eq!(shown, json!(true), "{path}");
    }
}

fn hosts_are_found_by_tag_and_state(browser: &mut Chromium, plane: &Plane) {
    let names = "[...document.querySelectorAll('tbody th')].map((it) => it.textContent)";
    browser.open(&address(plane, "/hosts"));
    browser.eval("document.querySelector('select').value = 'failed'");
    browser.follow("document.querySelector('form button').click()");
    assert_eq!(browser.eval(names), json!(["web-03"]));
    browser.eval("document.querySelector('select').value = ''");
    browser.eval("document.querySelector('[name=tag]').value = 'db'");
    browser.follow("document.querySelector('form button').click()");
    assert_eq!(browser.eval(names), json!(["db-01", "db-02"]));
    assert_eq!(browser.eval("document.querySelector('[name=tag]').value"), json!("db"));
    browser.open(&address(plane, "/"));
    browser.follow("document.querySelector('.waves .tally .failed a').click()");
    assert_eq!(browser.eval(names), json!(["web-03"]));
}

fn it_is_whole_without_scripts(browser: &mut Chromium, plane: &Plane) {
    browser.scripts(false);
    for (path, shows) in PAGES {
        browser.open(&address(plane, path));
        let text = browser.eval("document.body.innerText");
        assert!(text.as_str().unwrap().contains(shows), "{path}: {text}");
        assert!(!text.as_str().unwrap().contains("not live"), "{path}: {text}");
    }
    browser.scripts(true);
}

fn it_renews_itself_and_says_when_it_cannot(
    browser: &mut Chromium,
    plane: &mut Plane,
    hosts: &mut [Host],
) {
    browser.open(&address(plane, "/hosts/web-02"));
    browser.eval("window.mark = 1");
    hosts[1].says(Phase::Committed, 2, "web-02");
    browser.wait_for("document.querySelector('main .state').textContent === 'arrived'");
    assert_eq!(browser.eval("window.mark"), json!(1), "it was loaded anew");
    // What somebody is about to ask for stays.
    browser.open(&address(plane, "/hosts"));
    browser.eval("document.querySelector('[name=tag]').focus()");
    browser.eval("document.querySelector('[name=tag]').value = 'd'");
    assert!(plane.command(&json!({ "command": "pause" })).0);
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert_eq!(browser.eval("document.querySelector('[name=tag]').value"), json!("d"));
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
    assert!(plane.stop());
    browser.wait_for("document.body.classList.contains('lost')");
}
