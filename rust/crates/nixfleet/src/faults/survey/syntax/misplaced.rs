//! What is right elsewhere in Nix, or in another language, and not where it stands.

use rnix::SyntaxKind::{
    self, TOKEN_ASSIGN, TOKEN_DOT, TOKEN_FLOAT, TOKEN_IDENT, TOKEN_INTEGER, TOKEN_INTERPOL_START,
    TOKEN_L_BRACE, TOKEN_L_BRACK, TOKEN_L_PAREN, TOKEN_R_BRACE, TOKEN_R_BRACK, TOKEN_R_PAREN,
    TOKEN_SEMICOLON, TOKEN_STRING_END, TOKEN_STRING_START, TOKEN_WITH,
};

use super::surroundings::{around, is_in_list, is_pattern, name_before};
use super::{OPERATORS, SyntaxError, Token};
use crate::faults::survey::digits::Digits;
use crate::text::quote::{quote, quote_path};

/// How modules are taken in by other languages.
const INCLUDES: [&str; 3] = ["import", "include", "source"];

/// What is misplaced at an index, where that is known.
pub fn misplaced(
    source: &str,
    tokens: &[Token],
    index: usize,
    wanted: &[SyntaxKind],
) -> Option<SyntaxError> {
    let wants = |kind| wanted.contains(&kind);
    let before = index.checked_sub(1).and_then(|it| tokens.get(it))?;
    let got = tokens.get(index)?;
    let is_name = wants(TOKEN_ASSIGN);
    match (before.kind, got.kind) {
        (TOKEN_SEMICOLON | TOKEN_L_BRACE, TOKEN_INTEGER | TOKEN_FLOAT) => digits(source, got),
        (_, TOKEN_FLOAT) if is_name && before.span().end == got.at => digits(source, got),
        (TOKEN_IDENT, TOKEN_SEMICOLON) if is_name && is_pattern(tokens, index) => Some(
            SyntaxError::new(got.span(), "`;` separates no arguments", "write `,` in its place"),
        ),
        (TOKEN_IDENT, _) if is_name && INCLUDES.contains(&before.text) => Some(SyntaxError::new(
            before.span(),
            format!("{} takes in no module here", quote(before.text)),
            format!(
                "write {}",
                quote_path(&format!("imports = [ {} ];", word(source, tokens, index)))
            ),
        )),
        (TOKEN_STRING_END, _) if is_name => {
            let start = tokens[name_before(tokens, index)].at;
            let name = &source[start..before.span().end];
            let help = format!(
                "write {}, or put values into a list: `[ … ]`",
                quote_path(&format!("{name} = …;"))
            );
            Some(SyntaxError::new(
                start..before.span().end,
                format!("{} has no value", quote(name)),
                help,
            ))
        }
        (TOKEN_ASSIGN, TOKEN_INTERPOL_START) => Some(SyntaxError::new(
            got.span(),
            "`${` puts a value into a text, and this is none",
            "write the value without `${` and `}`, or a text: `\"${…}\"`",
        )),
        (_, TOKEN_DOT) if is_in_list(tokens, index) || before.kind == TOKEN_ASSIGN => {
            Some(SyntaxError::new(got.span(), "`.` alone is no path", "write `./.`"))
        }
        (TOKEN_SEMICOLON | TOKEN_L_BRACE, TOKEN_ASSIGN) => Some(SyntaxError::new(
            got.span(),
            "`=` has no name before it",
            "write the name that is given the value: `NAME = …;`",
        )),
        (TOKEN_SEMICOLON | TOKEN_L_BRACE, TOKEN_L_BRACE | TOKEN_L_BRACK | TOKEN_L_PAREN)
            if around(tokens, index).is_some_and(|it| tokens[it].kind == TOKEN_L_BRACE) =>
        {
            Some(SyntaxError::new(
                got.span(),
                "a set has no values without a name",
                "write `NAME = …;`, or put values into a list: `[ … ]`",
            ))
        }
        (_, TOKEN_SEMICOLON | TOKEN_R_BRACE | TOKEN_R_BRACK | TOKEN_R_PAREN)
            if OPERATORS.contains(&before.text) =>
        {
            Some(SyntaxError::new(
                before.span(),
                format!("there is no value after {}", quote(before.text)),
                "write the value",
            ))
        }
        _ => None,
    }
}

/// A name that begins with a digit, where it is given a value.
fn digits(source: &str, number: &Token) -> Option<SyntaxError> {
    let found = Digits::around(source, number.at)?;
    let rest = source[number.at..].trim_start_matches(|it: char| it != '=' && it != ';');
    let at = number.at + number.text.len() - number.text.trim_start_matches('.').len();
    rest.starts_with('=').then(|| {
        SyntaxError::new(
            at..at + found.name.len(),
            format!("the name {} begins with a digit, as a number does", quote(found.name)),
            format!("put it into quotes: {}", quote_path(&found.written())),
        )
    })
}

/// The `;` that a `with` lacks before an index, within one value.
pub fn without_semicolon(tokens: &[Token], index: usize) -> Option<SyntaxError> {
    let start =
        tokens[..index].iter().rposition(|it| matches!(it.kind, TOKEN_ASSIGN | TOKEN_SEMICOLON))?;
    let with =
        start + 1 + tokens[start..index].get(1..)?.iter().position(|it| it.kind == TOKEN_WITH)?;
    let is_of_path = |it: &&Token| matches!(it.kind, TOKEN_IDENT | TOKEN_DOT);
    let path = tokens[with + 1..index].iter().take_while(is_of_path);
    Some(SyntaxError::missing(path.last()?, "`with` has no `;`", ";"))
}

/// A word as it is written, all of it if it is a text.
fn word<'a>(source: &'a str, tokens: &[Token], index: usize) -> &'a str {
    let first = tokens[index];
    let is_text = first.kind == TOKEN_STRING_START;
    let end =
        tokens[index..].iter().find(|it| is_text && it.kind == TOKEN_STRING_END).unwrap_or(&first);
    &source[first.at..end.span().end]
}
