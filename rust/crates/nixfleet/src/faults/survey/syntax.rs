//! What is wrong with a file's syntax, told by what its author forgot and not by what a parser met.

mod brackets;
mod misplaced;
mod surroundings;
mod unexpected;

use std::ops::Range;

use rnix::{ParseError, SyntaxKind, TextRange};

/// An error of syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The part of the source to show.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub help: String,
}

impl SyntaxError {
    fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: help.into() }
    }

    /// Something that is missing after a word.
    fn missing(after: &Token, message: &str, word: &str) -> Self {
        let shown: String = after.text.chars().take(40).collect();
        Self::new(after.span(), message, format!("write `{shown}{word}`"))
    }
}

/// A word of the source that means something.
#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    kind: SyntaxKind,
    text: &'a str,
    at: usize,
}

impl Token<'_> {
    fn span(&self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }
}

/// What a value stands behind (Nix manual, "Operators"): of `?` it is a name, and pipes are an experiment.
const OPERATORS: [&str; 16] =
    ["!", "!=", "&&", "*", "+", "++", "-", "->", "/", "//", "<", "<=", "==", ">", ">=", "||"];

/// What rnix is given at most: it looks far ahead, so what is hostile takes it the square of this.
const LONGEST: usize = 64 << 10;

/// What git writes around the two sides of a conflict (git-merge(1), "how conflicts are presented").
const CONFLICT: [&str; 3] = ["<<<<<<< ", "=======\n", ">>>>>>> "];

/// A conflict that was never resolved: the first of its lines, where that is at fault or before it.
fn conflict(source: &str, at: usize) -> Option<SyntaxError> {
    let is_mark = |at: &usize| CONFLICT.iter().any(|mark| source[*at..].starts_with(mark));
    let starts = source.match_indices('\n').map(|(it, _)| it + 1);
    let first = std::iter::once(0).chain(starts).take_while(|it| *it <= at).find(is_mark)?;
    Some(SyntaxError::new(
        first..first + CONFLICT[1].trim_end().len(),
        "git left a conflict of two sides here",
        "keep one of the sides, or both, and take out the lines that begin with `<<<<<<<`, `=======` \
         and `>>>>>>>`",
    ))
}

/// The error of a source that is no Nix; `refused` is where that shows. What rnix expects there, it
/// tells better.
pub fn error(source: &str, refused: usize) -> SyntaxError {
    let parsed = (source.len() <= LONGEST).then(|| rnix::Root::parse(source));
    let errors = parsed.iter().flat_map(rnix::Parse::errors);
    let at = |error| range(error).map_or(source.len(), |it| usize::from(it.start()));
    let first = errors.map(|it| (at(it), it)).min_by_key(|(at, _)| *at);
    let at = first.map_or(refused, |(at, _)| at);
    if let Some(error) = conflict(source, at) {
        return error;
    }
    if let Some(error) = brackets::strange(source, refused) {
        return error;
    }
    let tokens = tokens(source);
    // A bracket or quote that is never closed shows long after it was forgotten.
    match (brackets::unclosed(source, &tokens), first) {
        (Some((seen, error)), _) if seen <= at => error,
        (_, Some((_, error))) => unexpected::error(source, &tokens, error),
        (_, None) => unexpected::at(source, &tokens, refused),
    }
}

/// The relative paths in a source, whatever else is in it.
pub fn paths(source: &str) -> impl Iterator<Item = &str> {
    let words = rnix::tokenize(source).filter(|(kind, _)| *kind == SyntaxKind::TOKEN_PATH_REL);
    words.map(|(_, text)| text)
}

fn range(error: &ParseError) -> Option<TextRange> {
    match error {
        ParseError::Unexpected(range)
        | ParseError::UnexpectedExtra(range)
        | ParseError::UnexpectedWanted(_, range, _)
        | ParseError::UnexpectedDoubleBind(range)
        | ParseError::DuplicatedArgs(range, _) => Some(*range),
        _ => None,
    }
}

fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut at = 0;
    let mut tokens = Vec::new();
    for (kind, text) in rnix::tokenize(source) {
        if !matches!(kind, SyntaxKind::TOKEN_WHITESPACE | SyntaxKind::TOKEN_COMMENT) {
            tokens.push(Token { kind, text, at });
        }
        at += text.len();
    }
    tokens
}

#[cfg(test)]
mod tests;
