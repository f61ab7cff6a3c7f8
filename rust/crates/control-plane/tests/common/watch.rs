//! What a control plane comes to, however slow the machine is.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::plane::Plane;

/// Longer than any machine takes.
pub const LONG: Duration = Duration::from_secs(60);

impl Plane {
    /// Asks until the answer is as it is to be.
    pub fn until(&self, path: &str, is: impl Fn(&Value) -> bool) {
        soon(|| {
            let answer = self.get(path);
            if is(&answer) { Ok(()) } else { Err(format!("{path}: {answer}")) }
        });
    }

    /// Waits until a host stands somewhere: what it says is decided on a moment after it was answered.
    pub fn until_host(&self, name: &str, standing: &str) {
        self.until(&format!("/v1/hosts/{name}"), |it| it["host"]["standing"] == standing);
    }

    /// A number that it counts.
    pub fn metric(&self, name: &str) -> usize {
        let text = String::from_utf8(self.call("GET", "/metrics", "").stdout).unwrap();
        let line = text.lines().find_map(|it| it.strip_prefix(&format!("nixfleet_{name} ")));
        line.unwrap_or_else(|| panic!("{name}: {text}")).parse().unwrap()
    }

    /// Waits until it has counted so many.
    pub fn until_metric(&self, name: &str, count: usize) {
        soon(|| match self.metric(name) {
            it if it == count => Ok(()),
            it => Err(format!("{name} is {it}, and not {count}")),
        });
    }
}

/// Tries until it is so.
pub fn soon(is: impl Fn() -> Result<(), String>) {
    let until = Instant::now() + LONG;
    while let Err(why) = is() {
        assert!(Instant::now() < until, "{why}");
        thread::sleep(Duration::from_millis(50));
    }
}
