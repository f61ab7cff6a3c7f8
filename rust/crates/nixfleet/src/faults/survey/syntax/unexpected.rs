//! A word that stands where Nix expects another.

use rnix::ParseError;
use rnix::SyntaxKind::{
    self, TOKEN_ASSIGN, TOKEN_COLON, TOKEN_COMMA, TOKEN_ELLIPSIS, TOKEN_ELSE, TOKEN_EQUAL,
    TOKEN_IDENT, TOKEN_IN, TOKEN_L_BRACK, TOKEN_SEMICOLON, TOKEN_THEN, TOKEN_UPDATE,
};

use super::brackets::begins_line;
use super::misplaced::{misplaced, without_semicolon};
use super::surroundings::{is_in_let, is_in_list, is_pattern, lacks_in, path_before};
use super::{OPERATORS, SyntaxError, Token};
use crate::text::quote::quote;

/// The parser's error, told by what was forgotten.
pub fn error(source: &str, tokens: &[Token], error: &ParseError) -> SyntaxError {
    match error {
        ParseError::UnexpectedWanted(_, range, wanted) => {
            let at = usize::from(range.start());
            let index = tokens.iter().position(|it| it.at >= at).unwrap_or(tokens.len());
            wanted_other(source, tokens, index, wanted)
        }
        ParseError::UnexpectedEOFWanted(wanted) => {
            wanted_other(source, tokens, tokens.len(), wanted)
        }
        ParseError::UnexpectedExtra(range) => {
            let at = usize::from(range.start());
            let token = tokens.iter().find(|it| it.at >= at);
            let help = match token.map(|it| it.kind) {
                Some(TOKEN_ASSIGN) => {
                    "a file is one value: put all that it sets into one set, `{ … }`"
                }
                _ => "a file is one value: put it into the set, or take it out",
            };
            let span = token.map_or(at..at, Token::span);
            SyntaxError::new(span, "the file goes on where its value ends", help)
        }
        ParseError::DuplicatedArgs(range, name) => SyntaxError::new(
            usize::from(range.start())..usize::from(range.end()),
            format!("the argument {} is named twice", quote(name)),
            "take one out",
        ),
        _ if tokens.is_empty() => {
            SyntaxError::new(0..0, "the file is empty", "write at least `{ }`")
        }
        ParseError::Unexpected(range) | ParseError::UnexpectedDoubleBind(range) => {
            at(source, tokens, usize::from(range.start()))
        }
        _ => ends(source, tokens),
    }
}

/// The error of what stands at an offset, of which no more is known.
pub fn at(source: &str, tokens: &[Token], offset: usize) -> SyntaxError {
    let token = tokens.iter().find(|it| it.at >= offset).or(tokens.last());
    match token {
        None => ends(source, tokens),
        Some(token) if WORDS.contains(&token.text) => no_brackets(token),
        Some(token) if token.kind == TOKEN_UPDATE && begins_line(source, token.at) => {
            no_comment(token)
        }
        Some(token) => {
            let index = tokens.iter().position(|it| it.at == token.at).unwrap_or_default();
            misplaced(source, tokens, index, &[]).unwrap_or_else(|| unexpected(token))
        }
    }
}

/// What begins a value that takes all that comes after it, so that it stands in brackets within
/// another.
const WORDS: [&str; 4] = ["assert", "if", "let", "with"];

fn wanted_other(
    source: &str,
    tokens: &[Token],
    index: usize,
    wanted: &[SyntaxKind],
) -> SyntaxError {
    if let Some(error) = misplaced(source, tokens, index, wanted) {
        return error;
    }
    let wants = |kind| wanted.contains(&kind);
    let before = index.checked_sub(1).and_then(|it| tokens.get(it));
    let got = tokens.get(index);
    let kind = got.map(|it| it.kind);
    match (before, got, kind) {
        (_, Some(comma), Some(TOKEN_COMMA)) if wants(TOKEN_SEMICOLON) => {
            SyntaxError::new(comma.span(), "`,` ends no value of a set", "write `;` in its place")
        }
        (Some(last), ..) if wants(TOKEN_SEMICOLON) => no_semicolon(tokens, index, last),
        (_, Some(comma), Some(TOKEN_COMMA)) if is_in_list(tokens, index) => SyntaxError::new(
            comma.span(),
            "`,` separates no values of a list",
            "take it out: a blank separates them",
        ),
        (_, Some(colon), Some(TOKEN_COLON)) if wants(TOKEN_ASSIGN) => {
            SyntaxError::new(colon.span(), "`:` gives no value to a name", "write `=` in its place")
        }
        (_, Some(equal), Some(TOKEN_EQUAL)) if wants(TOKEN_ASSIGN) => {
            SyntaxError::new(equal.span(), "`==` compares", "write `=` to give a value to a name")
        }
        (Some(name), _, Some(TOKEN_IDENT | TOKEN_ELLIPSIS))
            if name.kind == TOKEN_IDENT && is_pattern(tokens, index) =>
        {
            SyntaxError::missing(name, "`,` is missing between two arguments", ",")
        }
        (Some(name), ..) if wants(TOKEN_ASSIGN) && is_in_let(tokens, index) && lacks_in(tokens) => {
            let before = path_before(tokens, index).checked_sub(1).and_then(|it| tokens.get(it));
            SyntaxError::missing(before.unwrap_or(name), "`let` has no `in`", " in")
        }
        (Some(name), ..) if wants(TOKEN_ASSIGN) => SyntaxError::new(
            name.span(),
            format!("{} has no value", quote(name.text)),
            format!("write `{} = …;`", name.text),
        ),
        (Some(last), ..) if wants(TOKEN_COLON) => SyntaxError::missing(
            last,
            "`:` is missing between the arguments and what is made of them",
            ":",
        ),
        (_, _, kind) if wants(TOKEN_ELSE) || wants(TOKEN_THEN) => {
            let (word, other) = if wants(TOKEN_ELSE) { ("if", "else") } else { ("if", "then") };
            let at = tokens[..index].iter().rev().find(|it| it.text == word);
            let span = at.or(got).map_or(source.len()..source.len(), Token::span);
            let help = format!("write `if … then … else …`; {}", expected(kind, got, other));
            SyntaxError::new(span, format!("`if` has no `{other}`"), help)
        }
        (_, Some(end), Some(TOKEN_SEMICOLON)) if wants(TOKEN_IDENT) && !wants(TOKEN_L_BRACK) => {
            SyntaxError::new(end.span(), "`;` ends nothing", "take it out")
        }
        (Some(last), ..) if (wants(TOKEN_IN) || wants(TOKEN_IDENT)) && is_in_let(tokens, index) => {
            SyntaxError::missing(last, "`let` has no `in`", " in")
        }
        (Some(assign), ..) if assign.kind == TOKEN_ASSIGN => {
            SyntaxError::new(assign.span(), "there is no value after `=`", "write the value")
        }
        (_, Some(slashes), Some(TOKEN_UPDATE)) if begins_line(source, slashes.at) => {
            no_comment(slashes)
        }
        (Some(last), Some(word), _)
            if WORDS.contains(&word.text)
                && (OPERATORS.contains(&last.text) || is_in_list(tokens, index)) =>
        {
            no_brackets(word)
        }
        (_, Some(token), _) => unexpected(token),
        _ => ends(source, tokens),
    }
}

fn no_brackets(word: &Token) -> SyntaxError {
    SyntaxError::new(
        word.span(),
        format!("{} begins no value here", quote(word.text)),
        "put brackets around what it begins: `(… )`",
    )
}

fn no_comment(slashes: &Token) -> SyntaxError {
    SyntaxError::new(slashes.span(), "`//` joins two sets, and begins no comment", "write `#`")
}

/// A value that is not ended. Where the next name was taken for an argument of the value, it ends
/// before that.
fn no_semicolon(tokens: &[Token], index: usize, last: &Token) -> SyntaxError {
    let got = tokens.get(index).map(|it| it.kind);
    let mut end = index;
    if got == Some(TOKEN_ASSIGN) {
        end = path_before(tokens, end);
    }
    let last = end.checked_sub(1).and_then(|it| tokens.get(it)).unwrap_or(last);
    // The `;` that is there was taken for that of a `with`.
    let with = (last.kind == TOKEN_SEMICOLON).then(|| without_semicolon(tokens, end - 1)).flatten();
    if let Some(error) = with {
        return error;
    }
    if last.kind == TOKEN_ASSIGN {
        return SyntaxError::new(last.span(), "there is no value after `=`", "write the value");
    }
    SyntaxError::missing(last, "`;` is missing", ";")
}

fn expected(kind: Option<SyntaxKind>, got: Option<&Token>, word: &str) -> String {
    match (kind, got) {
        (Some(_), Some(token)) => format!("Nix looks for `{word}` before `{}`", token.text),
        _ => format!("Nix looks for `{word}`"),
    }
}

fn unexpected(token: &Token) -> SyntaxError {
    let shown: String = token.text.chars().take(40).collect();
    SyntaxError::new(
        token.span(),
        format!("Nix expects something else than {} here", quote(&shown)),
        "look at what stands before it: a `;`, a bracket or an operator may be missing",
    )
}

fn ends(source: &str, tokens: &[Token]) -> SyntaxError {
    let span = tokens.last().map_or(source.len()..source.len(), Token::span);
    SyntaxError::new(span, "the file ends too early", "write the rest of it")
}
