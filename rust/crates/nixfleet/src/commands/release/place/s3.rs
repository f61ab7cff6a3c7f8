//! A bucket of S3, by the program `aws`: it takes credentials from everywhere where Nix's own `s3://`
//! stores take them, since both follow Amazon's SDK.

use std::fmt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use nixfleet_release::{HEAD_FILE, SIGNATURES_FILE};

use super::{BETWEEN, Part, Put, require, said, trouble};
use crate::error::Trouble;

/// What is said where a bucket, or an older `aws`, has no such condition: then of two at the same time
/// the later one wins.
const LACKING: [&str; 2] = ["Unknown options", "(NotImplemented)"];

/// `s3://bucket/path?region=…&endpoint=…&profile=…`, with the parameters of Nix's stores.
#[derive(Debug, Clone, PartialEq)]
pub struct S3 {
    path: String,
    options: Vec<String>,
}

impl S3 {
    /// Reads what stands after `s3://`.
    pub fn parse(rest: &str) -> Result<Self, &'static str> {
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut options = Vec::new();
        let (mut scheme, mut endpoint) = ("https", None);
        for pair in query.split('&').filter(|it| !it.is_empty()) {
            match pair.split_once('=') {
                Some(("region", value)) => options.push(format!("--region={value}")),
                Some(("profile", value)) => options.push(format!("--profile={value}")),
                Some(("endpoint", value)) => endpoint = Some(value),
                Some(("scheme", value)) => scheme = value,
                _ => return Err("it takes `region`, `profile`, `endpoint` and `scheme`"),
            }
        }
        options.extend(endpoint.map(|it| {
            if it.contains("://") {
                format!("--endpoint-url={it}")
            } else {
                format!("--endpoint-url={scheme}://{it}")
            }
        }));
        let path = path.trim_end_matches('/');
        if path.is_empty() || path.starts_with(['/', '-']) {
            return Err("it is `s3://bucket/path`");
        }
        Ok(Self { path: path.to_owned(), options })
    }

    /// Puts a folder's files there, the head last. Of two that publish at once, each having seen the
    /// release before, one gets the number.
    pub(super) fn put(&self, folder: &Path, number: u64) -> Result<Put, Trouble> {
        let head = folder.join(HEAD_FILE);
        if self.claim(&head, number)? == Put::Taken {
            return Ok(Put::Taken);
        }
        for name in ["releases", "rotations", "hosts"] {
            if folder.join(name).exists() {
                self.copy(&folder.join(name).to_string_lossy(), &self.url(name), true)?;
            }
        }
        let between = folder.join(BETWEEN).join(SIGNATURES_FILE);
        let between = Some((between, SIGNATURES_FILE)).filter(|(file, _)| file.exists());
        let last = [HEAD_FILE, SIGNATURES_FILE].map(|it| (folder.join(it), it));
        for (file, name) in between.into_iter().chain(last) {
            self.copy(&file.to_string_lossy(), &self.url(name), false)?;
        }
        Ok(Put::Done)
    }

    /// Makes the object that says whose the number is, unless there is one (`If-None-Match: *`, which
    /// S3 has since August 2024).
    fn claim(&self, head: &Path, number: u64) -> Result<Put, Trouble> {
        let (bucket, prefix) = self.path.split_once('/').unwrap_or((&self.path, ""));
        let name = format!("releases/.{number}.head");
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let mut aws = self.aws("s3api", &["put-object", "--if-none-match", "*"])?;
        aws.args(["--bucket", bucket, "--key", &key, "--body"]).arg(head);
        let output = self.output(aws)?;
        let said = String::from_utf8_lossy(&output.stderr);
        if LACKING.iter().any(|it| said.contains(it)) {
            return Ok(Put::Done);
        }
        if !said.contains("PreconditionFailed") && !said.contains("ConditionalRequestConflict") {
            return self.said(&output).map(|()| Put::Done);
        }
        // The same again, as with one signature more, is none of another.
        let there = head.with_file_name(".there");
        self.copy(&self.url(&name), &there.to_string_lossy(), false)?;
        let read = |path: &Path| {
            let io = |error| Trouble::Io { path: path.to_owned(), done: "read", error };
            std::fs::read(path).map_err(io)
        };
        Ok(if read(&there)? == read(head)? { Put::Done } else { Put::Taken })
    }

    /// Brings a release here.
    pub fn bring(&self, part: Part, into: &Path) -> Result<(), Trouble> {
        let folder = part.folder();
        let name = |file: &str| {
            if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") }
        };
        if !self.has(&name(HEAD_FILE))? {
            return Ok(());
        }
        for file in [HEAD_FILE, SIGNATURES_FILE] {
            self.copy(&self.url(&name(file)), &into.join(file).to_string_lossy(), false)?;
        }
        if part != Part::Head {
            self.copy(&self.url(&name("hosts")), &into.join("hosts").to_string_lossy(), true)?;
        }
        Ok(())
    }

    /// Whether there is an object: `aws s3 ls` ends with 1 and without a word where there is none.
    fn has(&self, name: &str) -> Result<bool, Trouble> {
        let output = self.output(self.aws("s3", &["ls", &self.url(name)])?)?;
        if output.status.code() == Some(1) && output.stderr.is_empty() {
            return Ok(false);
        }
        self.said(&output).map(|()| true)
    }

    fn copy(&self, from: &str, to: &str, is_folder: bool) -> Result<(), Trouble> {
        let mut aws = self.aws("s3", &["cp", "--only-show-errors"])?;
        if is_folder {
            aws.arg("--recursive");
        }
        aws.args([from, to]);
        self.said(&self.output(aws)?)
    }

    fn aws(&self, service: &str, arguments: &[&str]) -> Result<Command, Trouble> {
        let mut aws = require("aws")?;
        aws.args(&self.options).arg(service).args(arguments).stdin(Stdio::null());
        Ok(aws)
    }

    fn output(&self, mut aws: Command) -> Result<Output, Trouble> {
        aws.output().map_err(|error| trouble(&self.program(), &error.to_string()))
    }

    fn said(&self, output: &Output) -> Result<(), Trouble> {
        said(&self.program(), output)
    }

    /// Of several places, which one it is.
    fn program(&self) -> String {
        format!("aws … {self}")
    }

    fn url(&self, name: &str) -> String {
        format!("s3://{}/{name}", self.path)
    }
}

impl fmt::Display for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.path)
    }
}
