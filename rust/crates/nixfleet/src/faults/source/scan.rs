//! As much of Nix's grammar as tells code from strings and comments.

use std::ops::Range;

/// What a byte is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Code, within so many brackets.
    Code(usize),
    /// `"…"`
    Text,
    /// `''…''`
    Indented,
}

/// Walks over source from an offset on that is code. Calls back for each byte of code with its
/// offset and the depth of brackets around it, until the callback says to stop.
fn walk(source: &str, start: usize, mut visit: impl FnMut(usize, u8, usize) -> bool) {
    let bytes = source.as_bytes();
    let mut stack = vec![Part::Code(0)];
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        // Code within a string counts as within a bracket.
        let around = stack.len().saturating_sub(1);
        // Source that ends more than it began is no Nix; the walk ends too.
        let Some(part) = stack.last_mut() else { return };
        match part {
            Part::Code(depth) => match byte {
                b'#' => at += line_length(rest),
                b'/' if rest.starts_with(b"/*") => at += comment_length(rest),
                b'"' => {
                    if visit(at, byte, *depth + around) {
                        return;
                    }
                    stack.push(Part::Text);
                    at += 1;
                }
                b'\'' if rest.starts_with(b"''") => {
                    stack.push(Part::Indented);
                    at += 2;
                }
                _ => {
                    if visit(at, byte, *depth + around) {
                        return;
                    }
                    match byte {
                        b'{' | b'[' | b'(' => *depth += 1,
                        b'}' if *depth == 0 => {
                            // The end of `${…}` within a string.
                            stack.pop();
                        }
                        b'}' | b']' | b')' => *depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    at += 1;
                }
            },
            Part::Text if byte == b'\\' => at += 2,
            Part::Text if byte == b'"' => {
                stack.pop();
                at += 1;
            }
            Part::Indented if rest.starts_with(b"''$") || rest.starts_with(b"'''") => at += 3,
            Part::Indented if rest.starts_with(b"''\\") => at += 4,
            Part::Indented if rest.starts_with(b"''") => {
                stack.pop();
                at += 2;
            }
            _ if rest.starts_with(b"${") => {
                stack.push(Part::Code(0));
                at += 2;
            }
            _ => at += 1,
        }
    }
}

fn line_length(rest: &[u8]) -> usize {
    rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
}

fn comment_length(rest: &[u8]) -> usize {
    rest.windows(2).skip(2).position(|pair| pair == b"*/").map_or(rest.len(), |end| end + 4)
}

/// The value of the attribute whose name is at an offset: from its `=` to its `;`.
pub fn value_at(source: &str, offset: usize) -> Option<Range<usize>> {
    let (mut start, mut end) = (None, None);
    walk(source, offset, |at, byte, depth| {
        match (byte, start) {
            (b'=', None) if depth == 0 => start = Some(at + 1),
            (b';' | b'}' | b']' | b')', _) if depth == 0 => end = Some(at),
            _ => {}
        }
        end.is_some()
    });
    Some(start?..end.unwrap_or(source.len()))
}

/// The string literals, `"…"`, in which nothing is to be evaluated.
pub fn literals(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    walk(source, 0, |at, byte, _| {
        if byte == b'"' {
            found.extend(literal_at(source.as_bytes(), at));
        }
        false
    });
    found
}

fn literal_at(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let mut at = start + 1;
    loop {
        match bytes.get(at..)? {
            [b'"', ..] => return Some(start..at + 1),
            [b'\\', ..] => at += 2,
            [b'$', b'{', ..] | [] => return None,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_at_its_own_semicolon() {
        let source = r#"{ a = [ "x;${if { b = 1; } ? b then "]" else ""}" /* ; */ ]; # = ;
            b.c = ''it's '''; ''${d}; ${e}''; inherit f; }"#;
        let value = |name| value_at(source, source.find(name).unwrap()).map(|it| source[it].trim());
        assert_eq!(value("a ="), Some(r#"[ "x;${if { b = 1; } ? b then "]" else ""}" /* ; */ ]"#));
        assert_eq!(value("b.c"), Some("''it's '''; ''${d}; ${e}''"));
        assert_eq!(value("f; }"), None);
    }

    #[test]
    fn literals_are_found_in_code_alone() {
        let source = r#"{ a = "b"; # "c"
            d = [ "e\"f" "${"g"}h" ]; i = '' "j" ${"k"} ''; }"#;
        let found: Vec<&str> = literals(source).into_iter().map(|it| &source[it]).collect();
        assert_eq!(found, [r#""b""#, r#""e\"f""#, r#""g""#, r#""k""#]);
    }

    #[test]
    fn broken_source_is_walked_to_its_end() {
        for source in ["}}}}", "\"${", "''", "/*", "a = \"\\", "''\\", "]", "a = ''${"] {
            let _ = (value_at(source, 0), literals(source));
        }
    }
}
