//! Functions: `a: …` and `{ a, b }: …`.

use super::super::Kind;
use super::super::lexer::{Word, token};
use super::{Parsed, Parser, Refused, sign};

impl Parser<'_> {
    /// Whether the `{` that comes next begins the arguments of a function.
    pub(super) fn is_pattern(&self) -> bool {
        let first = self.after();
        let second = || token(self.bytes, first.end).word;
        match first.word {
            Word::Ellipsis => true,
            Word::Sign(b'}', 0) => matches!(second(), Word::Sign(b':' | b'@', 0)),
            Word::Ident | Word::Or => matches!(second(), Word::Sign(b',' | b'?' | b'}', 0)),
            _ => false,
        }
    }

    pub(super) fn lambda(&mut self) -> Parsed {
        let mut lambda = self.open(Kind::Lambda, self.next.start);
        let param = if self.is(Word::Ident) && self.after().word == sign(b':') {
            self.leaf(Kind::Name)
        } else {
            self.pattern()?
        };
        self.add(&mut lambda, param);
        self.expect(sign(b':'))?;
        let body = self.expression()?;
        self.add(&mut lambda, body);
        Ok(self.close(&lambda))
    }

    fn pattern(&mut self) -> Parsed {
        let mut pattern = self.open(Kind::Pattern, self.next.start);
        let is_named_before = self.is(Word::Ident);
        if is_named_before {
            let name = self.leaf(Kind::Name);
            let all = self.around(Kind::All, name);
            let all = self.close(&all);
            self.add(&mut pattern, all);
            self.expect(sign(b'@'))?;
        }
        self.expect(sign(b'{'))?;
        let mut names = Vec::new();
        while !self.is(sign(b'}')) {
            if self.take(Word::Ellipsis) {
                self.nodes[pattern.id as usize].kind = Kind::OpenPattern;
                break;
            }
            if !matches!(self.next.word, Word::Ident | Word::Or) {
                return self.refuse();
            }
            names.push((&self.bytes[self.next.start..self.next.end], self.next.start));
            let mut argument = self.open(Kind::Argument, self.next.start);
            let name = self.leaf(Kind::Name);
            self.add(&mut argument, name);
            if self.take(sign(b'?')) {
                let default = self.expression()?;
                self.add(&mut argument, default);
            }
            let argument = self.close(&argument);
            self.add(&mut pattern, argument);
            if !self.take(sign(b',')) {
                break;
            }
        }
        self.expect(sign(b'}'))?;
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|it| it[0].0 == it[1].0) {
            return Err(Refused::At(twice[1].1));
        }
        if !is_named_before && self.is(sign(b'@')) {
            let mut all = self.begin(Kind::All);
            if !self.is(Word::Ident) {
                return self.refuse();
            }
            let name = self.leaf(Kind::Name);
            self.add(&mut all, name);
            let all = self.close(&all);
            self.add(&mut pattern, all);
        }
        Ok(self.close(&pattern))
    }
}
