//! A file that was parsed: what reads it next need neither read nor parse it again.

use std::mem;
use std::path::PathBuf;

use super::Text;
use super::expression::{Expressions, Nodes};

/// A file's text and its tree.
#[derive(Debug)]
pub struct Parsed {
    /// Where the file is.
    pub path: PathBuf,
    /// What it says.
    pub text: Text,
    nodes: Nodes,
}

impl Parsed {
    /// A file whose text was parsed to these nodes.
    pub fn new(path: PathBuf, text: Text, nodes: Nodes) -> Self {
        Self { path, text, nodes }
    }

    /// Looks at the text as a tree.
    pub fn look<R>(&mut self, work: impl FnOnce(&Text, &Expressions) -> R) -> R {
        let all = mem::take(&mut self.nodes).of(&self.text);
        let result = work(&self.text, &all);
        self.nodes = all.into_nodes();
        result
    }
}
