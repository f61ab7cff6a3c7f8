//! Requests, made in the guest.

use nixfleet_nix::Foreign;

use nixfleet_text::word;

use crate::{Http, Ran, both};

/// Asks for a page with curl, or with bash alone where there is no curl and no TLS is needed. Both
/// write the answer with its head.
pub fn request(url: &str) -> String {
    let curl = format!("curl -sS -i --http1.1 --max-time 10 -- {}", word(url));
    let Some(rest) = url.strip_prefix("http://") else { return curl };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
    let head = format!(
        "GET {} HTTP/1.0\r\nHost: {authority}\r\n\r\n",
        if path.is_empty() { "/" } else { path }
    );
    let bash = "exec 3<>\"/dev/tcp/$1/$2\" && printf %s \"$3\" >&3 && cat <&3";
    format!(
        "if command -v curl >/dev/null; then {curl}; else timeout 10 bash -c {} - {} {} {}; fi",
        word(bash),
        word(host),
        word(port),
        word(&head),
    )
}

/// Whether an answer is the wanted one; else what was seen.
pub fn judge_http(wanted: &Http, ran: &Ran) -> Result<(), String> {
    let answer = ran.stdout.raw();
    let (head, body) =
        answer.split_once("\r\n\r\n").or_else(|| answer.split_once("\n\n")).unwrap_or((answer, ""));
    let status = head.split_whitespace().nth(1).and_then(|it| it.parse::<u16>().ok());
    match status {
        None => Err(format!("no answer: {}", both(ran).excerpt())),
        Some(status) if status != wanted.status => {
            Err(format!("it answered {status}: {}", Foreign::from(body).excerpt()))
        }
        Some(_) => match wanted.body.mismatch(body) {
            Some(why) => Err(format!("its body {why}: {}", Foreign::from(body).excerpt())),
            None => Ok(()),
        },
    }
}
