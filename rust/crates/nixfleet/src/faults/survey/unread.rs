//! Files that were not read, so that nobody takes silence for praise.

use std::path::Path;
use std::time::Duration;

use nixfleet_nix::Position;
use thiserror::Error;

use crate::faults::{Fault, Problem, Severity};
use crate::text::quote::quote_path;

/// Why a file was not read.
#[derive(Debug, Clone, Copy)]
pub enum Why {
    /// It has more bytes than this.
    Long(u64),
    /// It is nested deeper than the parser goes.
    Deep,
    /// This many were read before.
    Many(usize),
    /// Time was up.
    Late(Duration),
}

#[derive(Debug, Error)]
enum Unread {
    #[error("{} is longer than {} KiB, so nothing was looked for in it", quote_path(.0), .1 >> 10)]
    Long(String, u64),
    #[error("{} is nested too deeply, so nothing was looked for in it", quote_path(.0))]
    Deep(String),
    #[error("nothing was looked for in {} and others: {} files were read before", quote_path(.0), .1)]
    Many(String, usize),
    #[error(
        "{} was not read within {} s, so nothing was looked for in it and in what comes after it",
        quote_path(.0), .1.as_secs()
    )]
    Late(String, Duration),
}

impl Problem for Unread {
    fn code(&self) -> &'static str {
        "file-unread"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn help(&self) -> String {
        match self {
            Self::Long(..) => {
                "keep what a program wrote as JSON beside the code: \
                               `builtins.fromJSON (builtins.readFile ./FILE.json)`"
            }
            Self::Deep(_) => "give what is inside names of its own, with `let`",
            Self::Many(..) | Self::Late(..) => {
                "`nixfleet validate --eval` finds what Nix comes to read"
            }
        }
        .to_owned()
    }
}

/// A file that was not read.
pub fn fault(path: &Path, why: Why) -> Fault {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let problem = match why {
        Why::Long(most) => Unread::Long(file, most),
        Why::Deep => Unread::Deep(file),
        Why::Many(most) => Unread::Many(file, most),
        Why::Late(limit) => Unread::Late(file, limit),
    };
    let position = Position { file: path.to_string_lossy().into(), line: 1, column: 1 };
    Fault {
        hosts: Vec::new(),
        field: String::new(),
        position: Some(position),
        text: None,
        problem: Box::new(problem),
    }
}
