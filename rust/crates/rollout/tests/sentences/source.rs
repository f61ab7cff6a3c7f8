//! What the source of the sentences has in quotes.

use std::fs;
use std::path::Path;

/// The least letters of a piece that tell it from others.
const PIECE: usize = 5;

/// The pieces of all texts of `src/words`, without what is put into them.
pub fn fragments() -> Vec<String> {
    let words = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/words");
    let mut files: Vec<_> = fs::read_dir(words).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().flat_map(|it| literals(&fs::read_to_string(it).unwrap()));
    let pieces = texts.flat_map(|it| pieces(&it)).filter(|it| it.trim().len() >= PIECE);
    pieces.collect()
}

/// The texts in quotes, of source without raw ones.
fn literals(source: &str) -> Vec<String> {
    let code = source.lines().filter(|it| !it.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    let (mut texts, mut text, mut letters) = (Vec::new(), None::<String>, code.chars());
    while let Some(letter) = letters.next() {
        match (&mut text, letter) {
            (None, '"') => text = Some(String::new()),
            (Some(_), '"') => texts.extend(text.take()),
            (Some(it), '\\') => it.extend(letters.next()),
            (Some(it), other) => it.push(other),
            (None, _) => {}
        }
    }
    texts
}

/// A format's text between the places for values.
fn pieces(text: &str) -> Vec<String> {
    text.split(['{', '}']).step_by(2).map(str::to_owned).collect()
}
