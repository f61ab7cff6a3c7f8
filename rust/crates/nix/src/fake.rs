//! A Nix for tests: answers prepared beforehand.

use std::collections::HashMap;

use crate::{Closures, Nix, NixError, StorePath};

/// A Nix that knows a few installables; any other is an attribute that the flake lacks.
#[derive(Debug, Default)]
pub struct FakeNix {
    values: HashMap<String, String>,
    outputs: HashMap<String, StorePath>,
    errors: HashMap<String, String>,
    closures: Closures,
}

impl FakeNix {
    /// Adds paths to its store.
    #[must_use]
    pub fn store(mut self, closures: Closures) -> Self {
        self.closures.extend(closures);
        self
    }

    /// Adds a value, as JSON.
    #[must_use]
    pub fn answer(mut self, installable: &str, json: &str) -> Self {
        self.values.insert(installable.to_owned(), json.to_owned());
        self
    }

    /// Adds an installable that fails with these words.
    #[must_use]
    pub fn refuse(mut self, installable: &str, stderr: &str) -> Self {
        self.errors.insert(installable.to_owned(), stderr.to_owned());
        self
    }

    /// Adds what an installable builds to.
    #[must_use]
    pub fn output(mut self, installable: &str, path: StorePath) -> Self {
        self.outputs.insert(installable.to_owned(), path);
        self
    }

    fn absent(command: &str, installable: &str) -> NixError {
        let (flake, attribute) = installable.split_once('#').unwrap_or((installable, ""));
        let stderr = format!("error: flake '{flake}' does not provide attribute '{attribute}'");
        NixError::failed(format!("nix {command} {installable}"), Some(1), stderr)
    }
}

impl Nix for FakeNix {
    fn eval_json(&self, installable: &str, _: Option<&str>) -> Result<Vec<u8>, NixError> {
        if let Some(stderr) = self.errors.get(installable) {
            let command = format!("nix eval {installable}");
            return Err(NixError::failed(command, Some(1), stderr.clone()));
        }
        let value = self.values.get(installable).map(|json| json.clone().into_bytes());
        value.ok_or_else(|| Self::absent("eval", installable))
    }

    fn build(&self, installables: &[String]) -> Result<Vec<StorePath>, NixError> {
        let output = |installable: &String| {
            let output = self.outputs.get(installable).cloned();
            output.ok_or_else(|| Self::absent("build", installable))
        };
        installables.iter().map(output).collect()
    }

    fn closures(&self, _: Option<&str>, paths: &[StorePath]) -> Result<Closures, NixError> {
        match paths.iter().find(|path| !self.closures.contains_key(path)) {
            Some(path) => {
                let stderr = format!("error: path '{path}' is not valid");
                Err(NixError::failed("nix path-info".to_owned(), Some(1), stderr))
            }
            None => Ok(self.closures.clone()),
        }
    }

    fn reach(&self, _: &str) -> Result<(), NixError> {
        Ok(())
    }

    fn copy(&self, to: &str, _: &[StorePath]) -> Result<(), NixError> {
        match self.errors.get(to) {
            Some(stderr) => {
                Err(NixError::failed(format!("nix copy --to {to}"), Some(1), stderr.clone()))
            }
            None => Ok(()),
        }
    }
}
