//! Sets, what is bound in them, and the names of that.

use super::super::Kind;
use super::super::lexer::{Word, token};
use super::{Open, Parsed, Parser, sign};

impl Parser<'_> {
    pub(super) fn set(&mut self, kind: Kind) -> Parsed {
        let mut set = self.open(kind, self.next.start);
        if kind != Kind::Set {
            self.advance();
        }
        self.expect(sign(b'{'))?;
        self.entries(&mut set, sign(b'}'))?;
        Ok(self.close(&set))
    }

    /// Bindings, up to the word that ends them.
    pub(super) fn entries(&mut self, open: &mut Open, end: Word) -> Parsed<()> {
        while !self.take(end) {
            let start = self.next.start;
            let entry = if self.is(Word::Inherit) {
                self.advance();
                self.inherit(start)?
            } else {
                let mut binding = self.open(Kind::Binding, start);
                let path = self.path()?;
                self.add(&mut binding, path);
                self.expect(sign(b'='))?;
                let value = self.expression()?;
                self.add(&mut binding, value);
                self.expect(sign(b';'))?;
                self.close(&binding)
            };
            self.add(open, entry);
        }
        Ok(())
    }

    fn inherit(&mut self, start: usize) -> Parsed {
        let mut inherit = self.open(Kind::Inherit, start);
        if self.is(sign(b'(')) {
            let mut source = self.begin(Kind::Source);
            let inner = self.expression()?;
            self.add(&mut source, inner);
            self.expect(sign(b')'))?;
            let source = self.close(&source);
            self.add(&mut inherit, source);
        }
        while !self.take(sign(b';')) {
            let name = self.name()?;
            self.add(&mut inherit, name);
        }
        Ok(self.close(&inherit))
    }

    pub(super) fn path(&mut self) -> Parsed {
        let mut path = self.open(Kind::Path, self.next.start);
        loop {
            let name = self.name()?;
            self.add(&mut path, name);
            if !self.take(sign(b'.')) {
                return Ok(self.close(&path));
            }
        }
    }

    fn name(&mut self) -> Parsed {
        match self.next.word {
            Word::Ident | Word::Or => Ok(self.leaf(Kind::Name)),
            Word::Quote => self.string(),
            Word::Interpolation => {
                let mut dynamic = self.open(Kind::Dynamic, self.next.start);
                self.interpolation(&mut dynamic)?;
                self.next = token(self.bytes, self.done);
                Ok(self.close(&dynamic))
            }
            _ => self.refuse(),
        }
    }
}
