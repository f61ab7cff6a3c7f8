//! What people see on the page, and what is measured.

use nixfleet_rollout::Phase;

use super::{begun, two_waves};
use crate::common::{Plane, soon};

#[test]
fn the_page_shows_what_hosts_say_and_runs_none_of_it() {
    let fleet = two_waves();
    let (plane, mut hosts) = begun(&fleet);
    let ask =
        |path: &str| plane.ask_page(&format!("GET {path} HTTP/1.0\r\nhost: localhost\r\n\r\n"));
    hosts[0].may_soon();
    let why = "</p><script>alert(1)</script><img src=x onerror=alert(1)>".to_owned();
    hosts[0].says(Phase::Reverted { why }, 1, "web-01");
    plane.until_host("web-01", "failed");
    for path in ["/", "/hosts", "/hosts?state=failed&tag=&wave=", "/hosts/web-01", "/log"] {
        let page = ask(path);
        assert!(page.starts_with("HTTP/1.0 200 OK"), "{path}: {page}");
        assert!(page.contains("default-src 'none'"), "{path}");
        assert!(!page.contains("<script>") && !page.contains("<img"), "{path}: {page}");
        if path != "/log" {
            assert!(page.contains("web-01"), "{path}: {page}");
        }
    }
    assert!(ask("/hosts/web-01").contains("&lt;script&gt;alert(1)"));
    // Names are as they are, also where a sentence begins; a host's own page does not repeat its own.
    assert!(ask("/").contains("<p>web-01 failed, 1 of 1 host"), "{}", ask("/"));
    assert!(ask("/hosts/web-01").contains("<p>may go</p>"));
    // What failed is in lines, below each what it said; one that sends too much is cut, and that is said.
    let lines: Vec<String> = (0..99).map(|it| format!("\n  line {it}")).collect();
    let lines = lines.concat();
    let why = format!("unit `nginx.service` failed\n  cannot <bind>\n  exit 1{lines}");
    hosts[0].says(Phase::Reverted { why }, 1, "web-01");
    let shown =
        "<li>Unit <code>nginx.service</code> failed<pre>cannot &lt;bind&gt;\nexit 1\nline 0\n";
    // Now, and in what happened.
    soon(|| match ask("/hosts/web-01") {
        page if page.matches(shown).count() == 2 => Ok(()),
        page => Err(page),
    });
    let page = ask("/hosts/web-01");
    assert!(page.contains("line 56</pre></li><li>… and 42 lines more</li>"), "{page}");
    assert!(ask("/log").contains("failed: cannot &lt;bind&gt;; exit 1; line 0"));
    assert!(ask("/").contains("Release 1"));
    assert!(!ask("/hosts?state=failed").contains("web-02"));
    let lost = ask("/hosts/%3Cb%3E");
    assert!(lost.starts_with("HTTP/1.0 404") && !lost.contains("<b>"), "{lost}");
    for (path, status, says) in [
        ("/hosts/web-1", 404, "no host <code>web-1</code>, did you mean <code>web-01</code>?"),
        (
            "/hosts?state=faild",
            400,
            "There is no state <code>faild</code>, did you mean <code>failed</code>?",
        ),
        (
            "/hosts?wave=canry",
            200,
            "the wave <code>canry</code>, did you mean <code>canary</code>?",
        ),
        ("/hosts?tag=nowhere", 200, "No host has the tag <code>nowhere</code>"),
        ("/log?before=x", 400, "<code>before</code>, an event's number"),
        ("/hosts/%ff", 400, "The address cannot be read"),
        ("/hosts?tag=a&tag=b", 400, "each once"),
        ("/log?since=1", 400, "takes <code>before</code>"),
    ] {
        let page = ask(path);
        assert!(page.starts_with(&format!("HTTP/1.0 {status}")), "{path}: {page}");
        assert!(page.contains(says) && page.contains("</html>"), "{path}: {page}");
    }
}

#[test]
fn the_page_is_for_those_who_ask_by_its_own_address_and_changes_nothing() {
    let plane = Plane::start();
    let ask = |request: &str| plane.ask_page(request);
    let get = |host: &str| ask(&format!("GET /v1/status HTTP/1.0\r\nhost: {host}\r\n\r\n"));
    assert!(get("127.0.0.1:7251").contains("200 OK"));
    assert!(get("localhost").contains("200 OK"));
    assert!(get("evil.example.org").contains("403 Forbidden"));
    let post = "POST /v1/commands HTTP/1.0\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n{\"command\":\"pause\"}";
    assert!(ask(post).contains("404 Not Found"), "{}", ask(post));
}

#[test]
fn what_the_books_alerts_ask_for_is_measured() {
    let fleet = two_waves();
    let (plane, _hosts) = begun(&fleet);
    let output = plane.call("GET", "/metrics", "");
    let metrics = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = metrics
        .lines()
        .filter_map(|it| it.strip_prefix("# TYPE "))
        .filter_map(|it| it.split(' ').next())
        .collect();
    assert!(names.len() > 8, "{metrics}");
    assert!(!metrics.contains("web-01"), "a label for each host: {metrics}");
    assert!(metrics.contains("nixfleet_hosts{state=\"failed\"} 0"), "{metrics}");
    let rules = include_str!("../../../../../docs/src/alerts.yml");
    let asked = rules.lines().filter_map(|it| it.trim().strip_prefix("expr: "));
    let asked = asked.filter_map(|it| it.find("nixfleet_").map(|at| &it[at..]));
    let asked: Vec<&str> = asked
        .map(|it| it.split(|it: char| !it.is_ascii_lowercase() && it != '_').next().unwrap())
        .filter(|it| !it.starts_with("nixfleet_agent_"))
        .collect();
    assert!(asked.len() > 8, "{asked:?}");
    for name in asked {
        assert!(names.contains(&name), "no metric `{name}`: {metrics}");
    }
}
