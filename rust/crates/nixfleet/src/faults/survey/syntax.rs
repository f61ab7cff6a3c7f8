//! What is wrong with a file's syntax, told by what its author forgot and not by what a parser met.

mod brackets;
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

/// The first error of a source, if the parser met any. Of a nesting that is too deep for the parser
/// nothing is known.
pub fn first(source: &str, errors: &[ParseError]) -> Option<SyntaxError> {
    if errors.contains(&ParseError::RecursionLimitExceeded) {
        return None;
    }
    let at = |error| range(error).map_or(source.len(), |it| usize::from(it.start()));
    let (at, first) = errors.iter().map(|it| (at(it), it)).min_by_key(|(at, _)| *at)?;
    let tokens = tokens(source);
    // A bracket or quote that is never closed shows long after it was forgotten.
    match brackets::unclosed(source, &tokens) {
        Some((seen, error)) if seen <= at => Some(error),
        _ => Some(unexpected::error(source, &tokens, first)),
    }
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
