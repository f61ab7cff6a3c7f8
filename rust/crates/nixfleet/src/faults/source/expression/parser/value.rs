//! Values that stand by themselves, and what is taken out of them: `x.a or y`.

use super::super::Kind;
use super::super::lexer::Word;
use super::{Parsed, Parser, sign};

impl Parser<'_> {
    pub(super) fn selection(&mut self) -> Parsed {
        let set = self.value()?;
        if !self.is(sign(b'.')) {
            return Ok(set);
        }
        self.advance();
        let mut select = self.around(Kind::Select, set);
        let path = self.path()?;
        self.add(&mut select, path);
        if self.take(Word::Or) {
            let default = self.selection()?;
            self.add(&mut select, default);
        }
        Ok(self.close(&select))
    }

    pub(super) fn begins_value(&self) -> bool {
        match self.next.word {
            Word::Ident
            | Word::Number
            | Word::Quote
            | Word::Indented
            | Word::RelativePath
            | Word::AbsolutePath
            | Word::HomePath
            | Word::SearchPath
            | Word::Uri
            | Word::Rec
            | Word::Or
            | Word::Sign(b'(' | b'[' | b'{', 0) => true,
            Word::Let => self.after().word == sign(b'{'),
            _ => false,
        }
    }

    fn value(&mut self) -> Parsed {
        match self.next.word {
            // `or` is a name where no default is meant.
            Word::Ident | Word::Or => Ok(self.leaf(Kind::Ident)),
            Word::Number => Ok(self.leaf(Kind::Number)),
            Word::SearchPath => Ok(self.leaf(Kind::SearchPath)),
            Word::Uri => Ok(self.leaf(Kind::Uri)),
            Word::Quote | Word::Indented => self.string(),
            Word::RelativePath => self.file(Kind::RelativePath),
            Word::AbsolutePath => self.file(Kind::AbsolutePath),
            Word::HomePath => self.file(Kind::HomePath),
            Word::Sign(b'(', 0) => {
                let mut paren = self.begin(Kind::Paren);
                let inner = self.expression()?;
                self.add(&mut paren, inner);
                self.expect(sign(b')'))?;
                Ok(self.close(&paren))
            }
            Word::Sign(b'[', 0) => {
                self.deeper()?;
                let mut list = self.begin(Kind::List);
                while !self.take(sign(b']')) {
                    let element = self.selection()?;
                    self.add(&mut list, element);
                }
                self.depth -= 1;
                Ok(self.close(&list))
            }
            Word::Sign(b'{', 0) => self.set(Kind::Set),
            Word::Rec => self.set(Kind::RecursiveSet),
            Word::Let => self.set(Kind::LegacyLet),
            _ => self.refuse(),
        }
    }
}
