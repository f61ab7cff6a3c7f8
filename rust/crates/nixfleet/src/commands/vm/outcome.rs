//! What `start-vm`, `stop-vm` and `clean-vm` did with each host's VM: a line each for people, one
//! document for programs.

use std::path::Path;

use nixfleet_text::word;
use nixfleet_vm::Error as VmError;
use nixfleet_vm::lifecycle::{Started, Was};
use nixfleet_vm::state::Folder;
use serde::Serialize;

use super::{is_json, show};
use crate::commands::failure::Failed;
use crate::exit::Exit;
use crate::global::Global;
use crate::text::page::page;
use nixfleet_text::json;
use nixfleet_text::output::print;

/// What was done with a VM.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// In a few words.
    pub result: String,
    /// How to log in to it, where it runs.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub login: Option<Login>,
    /// What a person is told of it on standard error.
    #[serde(skip)]
    pub notes: Vec<String>,
}

/// How to log in to a VM that runs.
#[derive(Serialize)]
pub struct Login {
    pub port: u16,
    pub ssh: String,
    pub accelerator: &'static str,
    pub screen: Option<String>,
}

impl From<String> for Done {
    fn from(result: String) -> Self {
        Self { result, login: None, notes: Vec::new() }
    }
}

#[derive(Serialize)]
struct Row<'a> {
    host: &'a str,
    #[serde(flatten)]
    done: Option<Done>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failed>,
}

/// Tells what was done with each VM; the exit status is the worst of all.
pub fn tell(global: &Global, folders: &[Folder], done: Vec<Result<Done, VmError>>) -> Exit {
    let statuses: Vec<u8> =
        done.iter().filter_map(|it| Some(it.as_ref().err()?.exit_status())).collect();
    if is_json(global) {
        let rows: Vec<Row> =
            folders.iter().zip(done).map(|(folder, done)| row(folder, done)).collect();
        print(json::render_list("hosts", &rows));
    } else {
        for (folder, done) in folders.iter().zip(done) {
            line(global, folder.host(), done);
        }
    }
    Exit::of(nixfleet_vm::report::worst(&statuses))
}

fn row(folder: &Folder, done: Result<Done, VmError>) -> Row<'_> {
    let (done, error) = match done {
        Ok(done) => (Some(done), None),
        Err(error) => (None, Some(Failed { message: error.to_string(), help: error.help() })),
    };
    Row { host: folder.host(), done, error }
}

fn line(global: &Global, host: &str, done: Result<Done, VmError>) {
    match done {
        Ok(Done { login: Some(login), notes, .. }) => {
            for note in &notes {
                show::note(host, note);
            }
            print(login.ssh);
        }
        Ok(done) => print(page(format!("{host}: {}", done.result))),
        Err(error) => {
            show::error(global, Some(host), &error);
        }
    }
}

/// What a VM that runs is told with, and how to log in.
pub fn started(started: &Started) -> Done {
    let accelerator = started.accelerator.accelerator;
    let screen = started.screen.as_ref().map(|it| url(it.as_ref()));
    let result = was(started.was);
    let slow = started.accelerator.reason.as_ref().filter(|_| started.was == Was::Off);
    let slow = slow.map(|reason| format!("{accelerator}: {reason}"));
    let shown = screen.as_ref().map(|it| format!("`{}` shows its screen", viewer(it)));
    let login = Login {
        port: started.target.port,
        ssh: nixfleet_vm::lifecycle::ssh_command(&started.target),
        accelerator: accelerator.name(),
        screen,
    };
    let notes = slow.into_iter().chain([result.to_owned()]).chain(shown).collect();
    Done { result: result.to_owned(), login: Some(login), notes }
}

fn was(was: Was) -> &'static str {
    match was {
        Was::Off => "started",
        Was::Running => "runs already",
        Was::Stopped => "goes on, where QEMU had stopped it",
    }
}

/// Where a socket of SPICE is, as its viewers take it.
fn url(socket: &Path) -> String {
    format!("spice+unix://{}", socket.display())
}

/// The command that opens it.
fn viewer(url: &str) -> String {
    format!("remote-viewer {}", word(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_viewers_command_can_be_pasted() {
        let command = |socket: &str| viewer(&url(Path::new(socket)));
        assert_eq!(command("/run/web/spice"), "remote-viewer spice+unix:///run/web/spice");
        assert_eq!(command("/my run/spice"), "remote-viewer 'spice+unix:///my run/spice'");
    }
}
