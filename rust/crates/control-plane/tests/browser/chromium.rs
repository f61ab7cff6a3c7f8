//! Chromium without a window, spoken to by the `DevTools` protocol over a pipe
//! (<https://chromedevtools.github.io/devtools-protocol/>): messages of JSON, each closed by a zero byte.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// What it may take to answer, and until something is so that is waited for.
pub const LIMIT: Duration = Duration::from_secs(20);

/// What keeps it from asking anything of the world.
const ARGUMENTS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
];

pub struct Chromium {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    session: Option<String>,
    calls: u64,
    /// What it told of itself since the last page was opened.
    told: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// Begins, with one page.
    pub fn start() -> Self {
        let profile = tempfile::tempdir().unwrap();
        // It reads at 3 and writes at 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", "sh", "chromium"])
            .args(ARGUMENTS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (tell, from) = channel();
        thread::spawn(move || {
            for message in BufReader::new(out).split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { return };
                if tell.send(message).is_err() {
                    return;
                }
            }
        });
        let (session, told) = (None, Vec::new());
        let mut this = Self { child, to, from, session, calls: 0, told, _profile: profile };
        let target = this.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = this.call("Target.attachToTarget", &attach);
        this.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log"] {
            this.call(&format!("{domain}.enable"), &json!({}));
        }
        this
    }

    /// Asks it for something, and waits for the answer.
    pub fn call(&mut self, method: &str, params: &Value) -> Value {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        let id = self.calls;
        let answer = self.until(method, |it| it["id"] == json!(id));
        assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        answer["result"].clone()
    }

    /// The first of its messages that is so.
    fn until(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + LIMIT;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = self.from.recv_timeout(left).unwrap_or_else(|_| panic!("no {what}"));
            if is_it(&message) {
                return message;
            }
            self.told.push(message);
        }
    }

    /// Opens an address, and waits until all of it is there.
    pub fn open(&mut self, address: &str) {
        self.told.clear();
        self.call("Page.navigate", &json!({ "url": address }));
        self.loaded();
    }

    /// Does something that opens another page, and waits until all of that is there.
    pub fn follow(&mut self, script: &str) {
        self.told.clear();
        self.eval(script);
        self.loaded();
    }

    fn loaded(&mut self) {
        let is_it = |it: &Value| it["method"] == json!("Page.loadEventFired");
        if !self.told.iter().any(is_it) {
            self.until("page", is_it);
        }
    }

    /// What a script comes to.
    pub fn eval(&mut self, script: &str) -> Value {
        let params = json!({ "expression": script, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", &params);
        assert!(answer["exceptionDetails"].is_null(), "{script}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until a script comes to `true`.
    pub fn wait_for(&mut self, script: &str) {
        let end = Instant::now() + LIMIT;
        while self.eval(script) != json!(true) {
            let seen = self.eval("document.body.innerText");
            assert!(Instant::now() < end, "it does not become so: {script}\n{seen}");
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// What the page did wrong: scripts that failed, what the page may not load, what is not there.
    pub fn complaints(&self) -> Vec<&Value> {
        let is_one = |it: &&Value| {
            it["method"] == json!("Runtime.exceptionThrown")
                || (it["method"] == json!("Log.entryAdded")
                    && it["params"]["entry"]["level"] == json!("error"))
        };
        self.told.iter().filter(is_one).collect()
    }

    /// A screen of that width, bright or dark.
    pub fn screen(&mut self, width: u32, scheme: &str) {
        let (height, mobile) = (900, width < 500);
        let screen =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.call("Emulation.setDeviceMetricsOverride", &screen);
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    /// Whether pages run scripts.
    pub fn scripts(&mut self, run: bool) {
        self.call("Emulation.setScriptExecutionDisabled", &json!({ "value": !run }));
    }

    /// The whole page as an image, PNG.
    pub fn picture(&mut self) -> Vec<u8> {
        let picture =
            self.call("Page.captureScreenshot", &json!({ "captureBeyondViewport": true }));
        let data = picture["data"].as_str().unwrap();
        base64::Engine::decode(&base64::prelude::BASE64_STANDARD, data).unwrap()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // By itself it ends those that it started, too.
        let close = "{\"id\":0,\"method\":\"Browser.close\"}\0";
        let told = self.to.write_all(close.as_bytes());
        let end = Instant::now() + LIMIT / 4;
        while told.is_ok() && Instant::now() < end && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
