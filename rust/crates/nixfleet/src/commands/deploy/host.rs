//! The release, taken to one host: handed over, applied by its agent, and asked how it ended, over a
//! connection made anew.

use std::thread;
use std::time::{Duration, Instant};

use nixfleet_nix::Foreign;

use super::copy::Copy;
use super::outcome::Outcome;
use crate::commands::hosts::{
    Connection, Ended, Login, Lost, Ssh, Standing, Target, as_root, ask, is_no_root, judge,
};

/// Takes the release and has the agent apply it.
const APPLY: &str = include_str!("apply.sh");

/// What [`APPLY`] ends with where there is no agent, and where the files cannot be put.
const NO_AGENT: i32 = 78;
const NOT_PUT: i32 = 79;

/// What the agent and the connection may take beyond the host's own time.
const GRACE: Duration = Duration::from_secs(60);

/// For how long a host is looked for that was lost in the middle: a switch that cuts the network is
/// taken back, and a restart is over, by then.
const LOOKED_FOR: Duration = Duration::from_secs(15 * 60);

/// For how long a host may wait for a restart that its agent is about to make.
const RESTART: Duration = Duration::from_secs(30);

/// How often a host is asked how it is.
const AGAIN: Duration = Duration::from_secs(2);

/// A host that the release is taken to.
pub struct Host {
    /// Its name.
    pub name: String,
    /// Its wave.
    pub wave: Option<String>,
    /// Who logs in.
    pub login: Login,
    /// What it should run.
    pub target: Target,
    /// The release's files for it, as tar writes them.
    pub parcel: Vec<u8>,
}

/// How the release is taken to a host.
pub struct Taking<'a> {
    /// `ssh`.
    pub ssh: Ssh,
    /// The name of the release's folder there.
    pub folder: String,
    /// Whether what failed there is tried again.
    pub retry: bool,
    /// How long it may take.
    pub within: Duration,
    /// What brings the system, where the host does not fetch it.
    pub copy: Option<Copy<'a>>,
}

/// What became of a host, and since how many seconds it runs what it runs.
pub struct Taken {
    /// What became of it.
    pub outcome: Outcome,
    /// Seconds; 0 where they are not known.
    pub age: u64,
}

/// What was heard of a host while the release was applied.
#[derive(Default)]
struct Heard {
    /// Over what it was handed over, once it has arrived.
    connection: Option<Connection>,
    /// Whether the release's system ran before.
    was_current: bool,
    /// What the agent said last.
    last: String,
}

impl Taking<'_> {
    /// Takes the release there; what happens is told in words.
    pub fn take(&self, host: &Host, tell: &dyn Fn(&str)) -> Taken {
        let end = Instant::now() + self.within;
        if let Some(copy) = &self.copy {
            tell("copying its system");
            if let Err(outcome) = copy.bring(&self.ssh, &host.login, &host.target, self.within) {
                return Taken { outcome, age: 0 };
            }
        }
        let mut heard = Heard::default();
        tell("handing the release over");
        let applied = host
            .login
            .first(|it| self.apply(host, it, &mut heard, tell), |it| is_no_root(it.status));
        let outcome = match (applied, &heard.connection) {
            (Ok((_, ended)), _) if ended.status == NO_AGENT => Outcome::Absent(Standing::NoAgent),
            (Ok((_, ended)), None) => {
                let what = if ended.status == NOT_PUT {
                    "could not be put there"
                } else {
                    "was not taken"
                };
                Outcome::Failed(Standing::Refused(format!("the release {what}: {}", last(&ended))))
            }
            (Ok((connection, ended)), Some(_)) => {
                return self.settle(host, &connection, &heard, Some(&ended), end);
            }
            (Err(Lost::Interrupted), Some(_)) => Outcome::Left,
            (Err(Lost::Interrupted), None) => Outcome::NotBegun,
            (Err(lost), None) => Outcome::Absent(Standing::Offline(lost)),
            (Err(lost), Some(connection)) => {
                tell(&format!("{lost}; it goes on by itself, and is looked for"));
                return self.settle(host, connection, &heard, None, end);
            }
        };
        Taken { outcome, age: 0 }
    }

    fn apply(
        &self,
        host: &Host,
        connection: &Connection,
        heard: &mut Heard,
        tell: &dyn Fn(&str),
    ) -> Result<Ended, Lost> {
        let minutes = self.within.as_secs().div_ceil(60).to_string();
        let retry = if self.retry { "retry" } else { "" };
        let command = as_root(APPLY, &[&self.folder, &minutes, retry]);
        let limit = self.within + GRACE;
        self.ssh.run(connection, &command, &host.parcel, limit, &mut |line| {
            if let Some(before) = line.strip_prefix("nixfleet: ") {
                heard.connection = Some(connection.clone());
                heard.was_current = before == host.target.system;
            } else {
                heard.last = Foreign::from(line).excerpt();
                tell(&heard.last);
            }
        })
    }

    /// Asks until the host has come to rest.
    fn settle(
        &self,
        host: &Host,
        connection: &Connection,
        heard: &Heard,
        applied: Option<&Ended>,
        end: Instant,
    ) -> Taken {
        let lost_until = (Instant::now() + LOOKED_FOR).min(end.max(Instant::now() + GRACE));
        let restart_until = Instant::now() + RESTART;
        loop {
            let said = ask(&self.ssh, connection);
            let standing = judge(Some(&host.target), &said);
            let age = said.as_ref().ok().and_then(|it| it.age).unwrap_or_default();
            let now = Instant::now();
            let again = match &standing {
                Standing::Underway(_) => now < end,
                Standing::Restart => now < restart_until,
                Standing::Offline(Lost::Interrupted) => false,
                Standing::Offline(_) => now < lost_until,
                // Lost before the agent had taken it, or so slow that it has not yet.
                Standing::Waiting(_) => applied.is_none() && now < restart_until,
                _ => false,
            };
            if again {
                thread::sleep(AGAIN);
                continue;
            }
            let outcome = match standing {
                Standing::Offline(Lost::Interrupted) => Outcome::Left,
                Standing::Offline(lost) => Outcome::Vanished(lost),
                // Why the agent did not take it, it has said once, while it was asked to.
                Standing::Waiting(said) => {
                    let complaint = applied.filter(|it| it.status == 3).map(last);
                    let heard = Some(heard.last.clone()).filter(|it| !it.is_empty());
                    Outcome::Failed(Standing::Refused(complaint.or(heard).unwrap_or(said)))
                }
                standing => Outcome::of(standing, heard.was_current),
            };
            return Taken { outcome, age };
        }
    }
}

/// The last thing that a host complained of, as it is shown.
fn last(ended: &Ended) -> String {
    let line = ended.stderr.lines().rev().map(str::trim).find(|it| !it.is_empty());
    let line = line.map(|it| it.trim_start_matches("nixfleet-agent: "));
    line.map_or(format!("it ended with status {}", ended.status), |it| Foreign::from(it).excerpt())
}
