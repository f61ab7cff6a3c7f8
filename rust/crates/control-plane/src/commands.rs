//! The program's commands.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use nixfleet_text::output::{self, Relay, print, tell};

use crate::config::Config;
use crate::serve::serve;
use crate::store::{self, Moved, Place};

/// Says which hosts of a fleet may go to the newest release when, and shows how it goes.
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
pub struct Arguments {
    /// The control plane's configuration.
    #[arg(long, value_name = "FILE", default_value = "/etc/nixfleet/control-plane.json")]
    config: PathBuf,
    /// Look whether the configuration can work, and end.
    #[arg(long)]
    check: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Serve hosts and people, for ever: what the service does.
    Run,
    /// Ask the one that runs on this machine, by its socket, and print what it answers. What is sent
    /// with `POST` comes from the standard input.
    Call {
        /// `GET` or `POST`.
        #[arg(value_parser = ["GET", "POST"])]
        method: String,
        /// What is asked for, as `/v1/status`.
        path: String,
        /// The socket.
        #[arg(long, value_name = "PATH", default_value = "/run/nixfleet-control-plane/socket")]
        socket: PathBuf,
    },
    /// Move what a file of SQLite has to a server of PostgreSQL. Stop the control plane before. The
    /// file stays as it is; whatever interrupts this, it can be run again.
    #[allow(clippy::doc_markdown)]
    Migrate {
        /// The file.
        #[arg(
            long,
            value_name = "FILE",
            default_value = "/var/lib/nixfleet-cp/control-plane.sqlite"
        )]
        from: PathBuf,
        /// The server, as `postgresql:///DATABASE?host=/run/postgresql`: by default that of the
        /// configuration.
        #[arg(long, value_name = "ADDRESS")]
        to: Option<String>,
        /// The file with the server's password, where it wants one: systemd hands out the one of the
        /// configuration only while the service runs.
        #[arg(long, value_name = "FILE")]
        password: Option<PathBuf>,
        /// The socket of the control plane that runs on the file.
        #[arg(long, value_name = "PATH", default_value = "/run/nixfleet-control-plane/socket")]
        socket: PathBuf,
    },
}

/// Does what is asked.
#[must_use]
pub fn main(arguments: Arguments) -> ExitCode {
    let code = done(arguments);
    // What was done may have been told to nobody.
    output::failure().map_or(code, |why| {
        tell(why);
        ExitCode::from(3)
    })
}

fn done(arguments: Arguments) -> ExitCode {
    match arguments.what {
        Some(What::Call { method, path, socket }) => match call(&socket, &method, &path) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(1),
            Err(why) => failed(&[why]),
        },
        Some(What::Migrate { from, to, password, socket }) => {
            let place = match &to {
                Some(to) => named(to, password.as_deref()).map_err(|why| vec![why]),
                None => Config::read(&arguments.config)
                    .and_then(|it| configured(&it, password.as_deref()).map_err(|why| vec![why])),
            };
            match place.and_then(|to| migrate(&from, &to, &socket).map_err(|why| vec![why])) {
                Ok(words) => {
                    print(words);
                    ExitCode::SUCCESS
                }
                Err(faults) => failed(&faults),
            }
        }
        what => match Config::read(&arguments.config) {
            Err(faults) => failed(&faults),
            Ok(config) if arguments.check => checked(&config),
            Ok(config) if matches!(what, Some(What::Run)) => match serve(&config) {
                Ok(()) => ExitCode::SUCCESS,
                Err(why) => failed(&[why]),
            },
            Ok(_) => failed(&["say what to do: `run`, `call`, `migrate`, or `--check`".into()]),
        },
    }
}

/// What the configuration names is there.
fn checked(config: &Config) -> ExitCode {
    let key = nixfleet_link::HostKey::read(&config.host_key).map_err(|why| why.to_string());
    let exposed = config.exposed();
    let database = config.database().and_then(|it| it.check());
    match (key, database) {
        (Ok(key), Ok(())) if exposed.is_empty() => {
            print(format!("fleet {}: hosts know this control plane by", config.fleet));
            print(key.public().line());
            ExitCode::SUCCESS
        }
        (key, database) => {
            let mut faults = exposed;
            faults.extend(key.err().into_iter().chain(database.err()));
            if config.secrets().any(is_put_away) {
                faults.push(format!("{HANDED_OUT}: start it, and check again"));
            }
            failed(&faults)
        }
    }
}

/// Where systemd has what it hands to services, while they run (systemd.exec(5), `LoadCredential=`).
const CREDENTIALS: &str = "/run/credentials";
const HANDED_OUT: &str = "systemd hands out keys and passwords only while the service runs";

fn is_put_away(secret: &Path) -> bool {
    secret.starts_with(CREDENTIALS) && !secret.exists()
}

/// A database that is named by its address.
fn named(address: &str, password: Option<&Path>) -> Result<Place, String> {
    let place: Place = address.parse()?;
    match password {
        Some(password) => place.with_password(password),
        None => Ok(place),
    }
}

/// The database of the configuration. Its password is where systemd has it while the service runs, which
/// has to be stopped.
fn configured(config: &Config, password: Option<&Path>) -> Result<Place, String> {
    if let Some(password) = password {
        return config.database.clone().with_password(password);
    }
    config.database().map_err(|why| {
        format!("{why}. {HANDED_OUT}: as root, name the file that it is from, `--password FILE`")
    })
}

fn migrate(from: &Path, to: &Place, socket: &Path) -> Result<String, String> {
    let Place::Server(server) = to else {
        return Err(format!(
            "the database to move to is the file `{to}`: write a server's address, `postgresql:///DATABASE?host=/run/postgresql`, to `--to` or `services.nixfleet-control-plane.database`"
        ));
    };
    if UnixStream::connect(socket).is_ok() {
        return Err(format!(
            "a control plane answers at `{}`, and what it writes from now on would be lost: stop it first, `systemctl stop nixfleet-control-plane`",
            socket.display()
        ));
    }
    let file = from.display();
    match store::migrate(from, server).map_err(|error| error.to_string())? {
        Moved::All(release, hosts, events) => {
            let release = release.map_or("no release".into(), |it| format!("release {it}"));
            let (hosts, events) = (counted(hosts, "host"), counted(events, "event"));
            Ok(format!(
                "moved {release}, {hosts} and {events} to `{server}`. `{file}` is as it was"
            ))
        }
        Moved::There(release) => {
            Ok(format!("`{server}` has release {release} already: nothing was changed"))
        }
        Moved::Another(release) => Err(format!(
            "`{server}` has release {release}, which is not that of `{file}`: nothing was changed. To have it replaced: `DROP SCHEMA nixfleet CASCADE`, and this again"
        )),
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn failed(faults: &[String]) -> ExitCode {
    for fault in faults {
        tell(fault.as_str());
    }
    ExitCode::from(if faults.len() == 1 && faults[0].starts_with("say what") { 2 } else { 1 })
}

/// Whether the answer was a good one. It is printed as it comes, since news come for ever.
fn call(socket: &Path, method: &str, path: &str) -> Result<bool, String> {
    let unreachable =
        |error: io::Error| format!("no control plane answers at `{}`: {error}", socket.display());
    if !path.starts_with('/') || path.contains([' ', '\r', '\n']) {
        let path = nixfleet_nix::visible(path);
        return Err(format!("`{path}` is no path: write one as `/v1/status`"));
    }
    let mut body = Vec::new();
    if method == "POST" {
        io::stdin()
            .read_to_end(&mut body)
            .map_err(|error| format!("the standard input: {error}"))?;
    }
    let mut stream = UnixStream::connect(socket).map_err(unreachable)?;
    let head = format!(
        "{method} {path} HTTP/1.0\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    // One that refuses early does not read all.
    let _ = stream.write_all(&[head.as_bytes(), &body].concat());
    let (mut out, mut answer, mut buffer) = (Relay::default(), Vec::new(), [0; 16 * 1024]);
    let mut good = None;
    loop {
        let read = match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            // One that refused early was still being sent to.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset && good.is_some() => break,
            Err(error) => return Err(unreachable(error)),
        };
        answer.extend_from_slice(&buffer[..read]);
        if good.is_none() {
            let Some(end) = answer.windows(4).position(|it| it == b"\r\n\r\n") else { continue };
            good = Some(answer.get(9).is_some_and(|it| *it == b'2'));
            answer.drain(..end + 4);
        }
        if out.write(&answer).is_err() {
            // Nobody reads any more.
            return Ok(true);
        }
        answer.clear();
    }
    good.ok_or_else(|| format!("`{}` gave no answer", socket.display()))
}
