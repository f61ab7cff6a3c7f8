//! Texts and paths, and the expressions in them.

use super::super::lexer::{Token, Word, is_of_path, path_length, token};
use super::super::{Kind, NONE};
use super::{Open, Parsed, Parser, Refused, sign};

impl Parser<'_> {
    /// `${…}`; what comes after it is not looked at, as it may be no code.
    pub(super) fn interpolation(&mut self, open: &mut Open) -> Parsed<()> {
        self.advance();
        let inner = self.expression()?;
        self.add(open, inner);
        if !self.is(sign(b'}')) {
            return self.refuse();
        }
        self.done = self.next.end;
        Ok(())
    }

    pub(super) fn string(&mut self) -> Parsed {
        let Token { word, start, end } = self.next;
        let mut text = self.open(Kind::Text, start);
        let is_indented = word == Word::Indented;
        let mut at = end;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let is_sign = |it: &u8| matches!(it, b'"' | b'$' | b'\\' | b'\'');
            at += rest.iter().position(is_sign).unwrap_or(rest.len());
            let rest = self.bytes.get(at..).unwrap_or_default();
            at += match rest {
                [] => return Err(Refused::At(start)),
                [b'$', b'{', ..] => {
                    self.next = token(self.bytes, at);
                    self.interpolation(&mut text)?;
                    at = self.done;
                    0
                }
                [b'$', b'$', ..] => 2,
                [b'\\', _, ..] if !is_indented => 2,
                [b'"', ..] if !is_indented => {
                    self.done = at + 1;
                    break;
                }
                [b'\'', b'\'', b'\\', _, ..] if is_indented => 4,
                [b'\'', b'\'', b'$' | b'\'', ..] if is_indented => 3,
                [b'\'', b'\'', ..] if is_indented => {
                    self.done = at + 2;
                    break;
                }
                _ => 1,
            }
        }
        self.next = token(self.bytes, self.done);
        Ok(self.close(&text))
    }

    pub(super) fn file(&mut self, kind: Kind) -> Parsed {
        let mut file = self.open(kind, self.next.start);
        self.done = self.next.end;
        loop {
            match self.bytes.get(self.done..).unwrap_or_default() {
                [b'$', b'{', ..] => {
                    self.next = token(self.bytes, self.done);
                    self.interpolation(&mut file)?;
                }
                rest @ [byte, ..]
                    if self.nodes[file.id as usize].first != NONE
                        && (is_of_path(*byte) || *byte == b'/') =>
                {
                    let (length, ends_in_slash) = path_length(rest);
                    if length == 0 {
                        break;
                    }
                    if ends_in_slash {
                        return Err(Refused::At(self.done));
                    }
                    self.done += length;
                }
                _ => break,
            }
        }
        self.next = token(self.bytes, self.done);
        Ok(self.close(&file))
    }
}
