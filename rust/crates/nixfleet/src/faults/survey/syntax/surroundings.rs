//! What is around and before a word of the source.

use rnix::SyntaxKind::{
    self, TOKEN_AT, TOKEN_COLON, TOKEN_DOT, TOKEN_IN, TOKEN_L_BRACE, TOKEN_L_BRACK, TOKEN_L_PAREN,
    TOKEN_LET, TOKEN_R_BRACE, TOKEN_R_BRACK, TOKEN_R_PAREN, TOKEN_STRING_END, TOKEN_STRING_START,
};

use super::Token;

/// The brackets that begin something, and those that end it.
const BEGINS: [SyntaxKind; 3] = [TOKEN_L_BRACE, TOKEN_L_BRACK, TOKEN_L_PAREN];
const ENDS: [SyntaxKind; 3] = [TOKEN_R_BRACE, TOKEN_R_BRACK, TOKEN_R_PAREN];

/// The bracket around an index that is open there.
pub fn around(tokens: &[Token], index: usize) -> Option<usize> {
    tokens[..index.min(tokens.len())].iter().rposition(alone(BEGINS, ENDS))
}

/// The first bracket in these words that closes one before them.
pub fn closer(rest: &[Token]) -> Option<SyntaxKind> {
    rest.iter().position(alone(ENDS, BEGINS)).map(|it| rest[it].kind)
}

/// Whether a word is a bracket that belongs to none of those which were asked about before it.
fn alone(these: [SyntaxKind; 3], others: [SyntaxKind; 3]) -> impl FnMut(&Token) -> bool {
    let mut open = 0usize;
    move |token| {
        if others.contains(&token.kind) {
            open += 1;
        } else if these.contains(&token.kind) {
            let Some(left) = open.checked_sub(1) else { return true };
            open = left;
        }
        false
    }
}

/// Whether an index lies directly in a list.
pub fn is_in_list(tokens: &[Token], index: usize) -> bool {
    around(tokens, index).is_some_and(|it| tokens[it].kind == TOKEN_L_BRACK)
}

/// Whether the names in the braces around an index are arguments: a `:` or `@` follows.
pub fn is_pattern(tokens: &[Token], index: usize) -> bool {
    let end = tokens[index..].iter().position(|it| it.kind == TOKEN_R_BRACE);
    let after = end.and_then(|it| tokens.get(index + it + 1)).map(|it| it.kind);
    matches!(after, Some(TOKEN_COLON | TOKEN_AT))
}

/// Whether the file has fewer `in` than `let`.
pub fn lacks_in(tokens: &[Token]) -> bool {
    let count = |kind| tokens.iter().filter(|it| it.kind == kind).count();
    count(TOKEN_LET) > count(TOKEN_IN)
}

/// Whether an index lies behind a `let` that no `in` has ended.
pub fn is_in_let(tokens: &[Token], index: usize) -> bool {
    let start = around(tokens, index).map_or(0, |it| it + 1);
    let words = &tokens[start..index.min(tokens.len())];
    let count = |kind| words.iter().filter(|it| it.kind == kind).count();
    count(TOKEN_LET) > count(TOKEN_IN)
}

/// Where the path of names begins that ends before an index: back over `a.b."c"`.
pub fn path_before(tokens: &[Token], end: usize) -> usize {
    let mut end = end;
    loop {
        end = name_before(tokens, end);
        match end.checked_sub(1).map(|it| tokens[it].kind) {
            Some(TOKEN_DOT) => end -= 1,
            _ => return end,
        }
    }
}

/// Where the name begins that ends before an index.
pub fn name_before(tokens: &[Token], end: usize) -> usize {
    let last = end.saturating_sub(1);
    match tokens.get(last).map(|it| it.kind) {
        Some(TOKEN_STRING_END) => {
            tokens[..last].iter().rposition(|it| it.kind == TOKEN_STRING_START).unwrap_or(last)
        }
        _ => last,
    }
}
