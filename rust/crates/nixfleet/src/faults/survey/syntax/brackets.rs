//! Brackets, quotes and comments that are never closed, or close nothing.

use rnix::SyntaxKind::{
    self, TOKEN_ASSERT, TOKEN_ASSIGN, TOKEN_ERROR, TOKEN_IN, TOKEN_INTERPOL_END,
    TOKEN_INTERPOL_START, TOKEN_L_BRACE, TOKEN_L_BRACK, TOKEN_L_PAREN, TOKEN_LET, TOKEN_R_BRACE,
    TOKEN_R_BRACK, TOKEN_R_PAREN, TOKEN_SEMICOLON, TOKEN_STRING_CONTENT, TOKEN_STRING_END,
    TOKEN_STRING_START, TOKEN_WITH,
};

use super::surroundings::closer;
use super::{SyntaxError, Token};
use crate::text::quote::quote_path;

/// The first that is wrong, and from which offset on it shows.
pub fn unclosed(source: &str, tokens: &[Token]) -> Option<(usize, SyntaxError)> {
    let mut open: Vec<Token> = Vec::new();
    // What is closed by a bracket that stands further out or in than its own line begins.
    let mut askew: Option<Token> = None;
    for (index, token) in tokens.iter().enumerate() {
        let closes = |kind| Some(kind) == opener(token.kind);
        match (token.kind, open.last()) {
            (TOKEN_ERROR, Some(start)) if start.kind == TOKEN_STRING_START => {
                // The text from there on may well be Nix again, so nothing before it is surer.
                return Some((0, never_closed(or_around(tokens, string(tokens, *start)))));
            }
            (TOKEN_ERROR, _) => return invalid(token).map(|it| (token.at, it)),
            (TOKEN_SEMICOLON, Some(last)) if matches!(last.kind, TOKEN_WITH | TOKEN_ASSERT) => {
                open.pop();
            }
            (TOKEN_SEMICOLON, Some(last))
                if last.kind == TOKEN_L_BRACK && is_closed(&tokens[index + 1..]) =>
            {
                return Some((token.at, separates_nothing(token)));
            }
            (TOKEN_ASSIGN, Some(last))
                if matches!(last.kind, TOKEN_L_BRACK | TOKEN_L_PAREN)
                    && closer(&tokens[index + 1..])
                        .is_some_and(|it| opener(it) == Some(last.kind)) =>
            {
                return Some((token.at, gives_no_value(*last, token)));
            }
            (TOKEN_SEMICOLON | TOKEN_ASSIGN, Some(last))
                if matches!(last.kind, TOKEN_L_BRACK | TOKEN_L_PAREN) =>
            {
                return Some((token.at, never_closed(*last)));
            }
            (TOKEN_IN, Some(last)) if last.kind == TOKEN_LET => {
                open.pop();
            }
            (kind, _) if is_opener(kind) => open.push(*token),
            (kind, last) if opener(kind).is_some() => {
                // The words of a `let` or `with` that goes on end with the brackets around them.
                let last = last.copied();
                match last {
                    Some(last) if closes(last.kind) => {
                        open.pop();
                        let is_askew = last.kind != TOKEN_STRING_START
                            && indent(source, last.at) != indent(source, token.at)
                            && begins_line(source, token.at);
                        askew = askew.or(is_askew.then_some(last));
                    }
                    None => return Some((token.at, closes_nothing(token))),
                    Some(last) if matches!(last.kind, TOKEN_LET | TOKEN_WITH | TOKEN_ASSERT) => {
                        return None;
                    }
                    Some(last) => return Some((token.at, mismatched(last, token))),
                }
            }
            _ => {}
        }
    }
    let last = open.iter().rev().find(|it| opens_bracket(it.kind))?;
    let error = if last.kind == TOKEN_STRING_START {
        return Some((0, never_closed(or_around(tokens, string(tokens, *last)))));
    } else {
        never_closed(askew.filter(|it| it.kind == last.kind).unwrap_or(*last))
    };
    Some((source.len(), error))
}

/// Which string was not closed, when the last one was not: the first that seems to hold code, as
/// each quote after a forgotten one closes what the next should open.
fn string<'a>(tokens: &[Token<'a>], last: Token<'a>) -> Token<'a> {
    let holds_code = |content: &str| {
        content.lines().skip(1).any(|line| {
            let line = line.trim_end();
            line.ends_with(';')
                || line.ends_with('{')
                || line.ends_with('[')
                || line.ends_with('=')
                || line.contains(" = ")
        })
    };
    let strings = tokens.windows(2).filter(|pair| {
        pair[0].kind == TOKEN_STRING_START && pair[0].text == last.text && pair[0].at <= last.at
    });
    let mut found = strings.filter(|pair| {
        let content = if pair[1].kind == TOKEN_STRING_CONTENT { pair[1].text } else { "" };
        content.contains('\n') && holds_code(content) && last.text == "\""
    });
    found.next().map_or(last, |pair| pair[0])
}

/// A string that is never closed, or what is put into one around it: the quote that ends that one seems
/// to begin another.
fn or_around<'a>(tokens: &[Token<'a>], string: Token<'a>) -> Token<'a> {
    let mut open = Vec::new();
    for token in tokens.iter().take_while(|it| it.at < string.at) {
        match token.kind {
            TOKEN_INTERPOL_START => open.push(*token),
            TOKEN_INTERPOL_END => drop(open.pop()),
            _ => {}
        }
    }
    open.last().copied().unwrap_or(string)
}

fn never_closed(start: Token) -> SyntaxError {
    let end = match start.kind {
        TOKEN_L_BRACE | TOKEN_INTERPOL_START => "}",
        TOKEN_L_BRACK => "]",
        TOKEN_L_PAREN => ")",
        _ => start.text,
    };
    let what = if start.kind == TOKEN_STRING_START { "the text" } else { "what" };
    let begins = if start.kind == TOKEN_STRING_START { "that begins here" } else { "begins here" };
    SyntaxError::new(
        start.span(),
        format!("{what} {begins} with `{}` is never closed", start.text),
        format!("write `{end}` where it ends"),
    )
}

/// Whether a list ends in these words, before another name is given a value.
fn is_closed(rest: &[Token]) -> bool {
    let ends = [TOKEN_R_BRACK, TOKEN_R_BRACE, TOKEN_ASSIGN];
    rest.iter().find(|it| ends.contains(&it.kind)).is_some_and(|it| it.kind == TOKEN_R_BRACK)
}

fn gives_no_value(open: Token, token: &Token) -> SyntaxError {
    let help = match open.kind {
        TOKEN_L_BRACK => "put the name and its value into a set, in braces: `{ NAME = …; }`",
        _ => "a set is in braces: write `{` and `}` in place of the brackets",
    };
    SyntaxError::new(token.span(), "`=` gives a value to a name in a set alone", help)
}

fn separates_nothing(token: &Token) -> SyntaxError {
    SyntaxError::new(
        token.span(),
        "`;` separates no values of a list",
        "take it out: a blank separates them",
    )
}

fn closes_nothing(token: &Token) -> SyntaxError {
    SyntaxError::new(
        token.span(),
        format!("`{}` closes nothing", token.text),
        "take it out, or write what it should close",
    )
}

fn mismatched(open: Token, close: &Token) -> SyntaxError {
    let error = never_closed(open);
    SyntaxError {
        message: format!("`{}` is closed by `{}`, which is of another kind", open.text, close.text),
        ..error
    }
}

/// A comment without an end, or a character that Nix does not know.
fn invalid(token: &Token) -> Option<SyntaxError> {
    if token.text.starts_with("/*") {
        let span = token.at..token.at + 2;
        return Some(SyntaxError::new(span, "the comment never ends", "write `*/` where it ends"));
    }
    if let Some(path) = token.text.strip_suffix('/').filter(|it| it.starts_with(['.', '/', '~'])) {
        let help = format!("write {}", quote_path(path));
        return Some(SyntaxError::new(token.span(), "a path ends without `/`", help));
    }
    Some(unknown(token.text.chars().next()?, token.at))
}

/// A blank that is none of Nix's, where the words that rnix makes of a source have none.
pub fn strange(source: &str, at: usize) -> Option<SyntaxError> {
    let character = source.get(at..)?.chars().next()?;
    let is_blank =
        character.is_whitespace() || "\u{200b}\u{200c}\u{200d}\u{2060}".contains(character);
    (is_blank && !character.is_ascii()).then(|| unknown(character, at))
}

fn unknown(character: char, at: usize) -> SyntaxError {
    let span = at..at + character.len_utf8();
    let help = match character {
        '“' | '”' | '„' | '«' | '»' => "write `\"`".to_owned(),
        '‘' | '’' | '`' => "write `'` or `\"`".to_owned(),
        '…' => "write `...`".to_owned(),
        '–' | '—' => "write `-`".to_owned(),
        '\'' => "write `\"`, which begins and ends a text".to_owned(),
        _ if character.is_whitespace() => "write a plain blank".to_owned(),
        '\u{feff}' => "save the file without a byte order mark".to_owned(),
        char::REPLACEMENT_CHARACTER => {
            "the file is no UTF-8: write it anew, as `iconv -f UTF-16 -t \
                                        UTF-8` does for one of Windows"
                .to_owned()
        }
        _ => "take it out, or put it into a text: `\"…\"`".to_owned(),
    };
    // Quotes are plain to see.
    let shown = if character.is_ascii_graphic() {
        character.to_string()
    } else {
        character.escape_debug().to_string()
    };
    SyntaxError::new(span, format!("`{shown}` means nothing in Nix"), help)
}

fn is_opener(kind: SyntaxKind) -> bool {
    opens_bracket(kind) || matches!(kind, TOKEN_LET | TOKEN_WITH | TOKEN_ASSERT)
}

fn opens_bracket(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        TOKEN_L_BRACE | TOKEN_L_BRACK | TOKEN_L_PAREN | TOKEN_INTERPOL_START | TOKEN_STRING_START
    )
}

/// What a closing bracket closes.
fn opener(kind: SyntaxKind) -> Option<SyntaxKind> {
    Some(match kind {
        TOKEN_R_BRACE => TOKEN_L_BRACE,
        TOKEN_R_BRACK => TOKEN_L_BRACK,
        TOKEN_R_PAREN => TOKEN_L_PAREN,
        TOKEN_INTERPOL_END => TOKEN_INTERPOL_START,
        TOKEN_STRING_END => TOKEN_STRING_START,
        _ => return None,
    })
}

/// How far the line of an offset is indented.
fn indent(source: &str, at: usize) -> usize {
    let start = source[..at].rfind('\n').map_or(0, |it| it + 1);
    source[start..].len() - source[start..].trim_start_matches([' ', '\t']).len()
}

pub fn begins_line(source: &str, at: usize) -> bool {
    let start = source[..at].rfind('\n').map_or(0, |it| it + 1);
    source[start..at].trim().is_empty()
}
