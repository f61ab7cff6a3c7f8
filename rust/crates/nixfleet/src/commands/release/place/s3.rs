//! A bucket of S3, by the program `aws`: it takes credentials from everywhere where Nix's own `s3://`
//! stores take them, since both follow Amazon's SDK.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use nixfleet_release::{HEAD_FILE, SIGNATURES_FILE};

use super::{Part, require, said, trouble};
use crate::error::Trouble;

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

    /// Puts a folder's files there, the head last.
    pub fn put(&self, folder: &Path) -> Result<(), Trouble> {
        for name in ["releases", "rotations", "hosts"] {
            if folder.join(name).exists() {
                self.copy(&folder.join(name).to_string_lossy(), &self.url(name), true)?;
            }
        }
        for name in [SIGNATURES_FILE, HEAD_FILE] {
            self.copy(&folder.join(name).to_string_lossy(), &self.url(name), false)?;
        }
        Ok(())
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
        let output = self.aws(&["ls", &self.url(name)])?.output();
        let output = output.map_err(|error| trouble("aws", &error.to_string()))?;
        if output.status.code() == Some(1) && output.stderr.is_empty() {
            return Ok(false);
        }
        said("aws", &output).map(|()| true)
    }

    fn copy(&self, from: &str, to: &str, is_folder: bool) -> Result<(), Trouble> {
        let mut aws = self.aws(&["cp", "--only-show-errors"])?;
        if is_folder {
            aws.arg("--recursive");
        }
        let output = aws.args([from, to]).output();
        said("aws", &output.map_err(|error| trouble("aws", &error.to_string()))?)
    }

    fn aws(&self, arguments: &[&str]) -> Result<Command, Trouble> {
        let mut aws = require("aws")?;
        aws.args(&self.options).arg("s3").args(arguments).stdin(Stdio::null());
        Ok(aws)
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
