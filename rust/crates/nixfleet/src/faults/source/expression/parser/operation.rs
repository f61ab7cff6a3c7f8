//! Operators, by how strongly they bind, and `f x`, which binds more strongly than any.

use super::super::lexer::Word;
use super::super::{Kind, Operator};
use super::{Parsed, Parser, sign};

/// How strongly the prefixes `!` and `-` bind (parser.y's `%left NOT` and `NEGATE`).
const NOT: u8 = 8;
const NEGATE: u8 = 13;

/// How strongly an operator binds, whether it binds to the right, and what it is.
fn operator(word: Word) -> Option<(u8, bool, Operator)> {
    let Word::Sign(first, second) = word else { return None };
    Some(match (first, second) {
        (b'|', b'>') => (1, false, Operator::Other),
        (b'<', b'|') => (1, true, Operator::Other),
        (b'-', b'>') => (2, true, Operator::Logical),
        (b'|', b'|') => (3, false, Operator::Logical),
        (b'&', b'&') => (4, false, Operator::Logical),
        (b'=' | b'!', b'=') => (5, false, Operator::Other),
        (b'<' | b'>', 0 | b'=') => (6, false, Operator::Other),
        (b'/', b'/') => (7, true, Operator::Other),
        (b'+', 0) => (9, false, Operator::Add),
        (b'-', 0) => (9, false, Operator::Other),
        (b'*' | b'/', 0) => (10, false, Operator::Other),
        (b'+', b'+') => (11, true, Operator::Concat),
        _ => return None,
    })
}

/// How strongly `?` binds.
const HAS: u8 = 12;

impl Parser<'_> {
    /// Values with operators between them that bind at least that strongly.
    pub(super) fn operation(&mut self, least: u8) -> Parsed {
        let depth = self.depth;
        self.deeper()?;
        let prefix = match self.next.word {
            Word::Sign(b'!', 0) => Some(NOT),
            Word::Sign(b'-', 0) => Some(NEGATE),
            _ => None,
        };
        let mut left = match prefix {
            Some(strength) => {
                let mut unary = self.begin(Kind::Unary);
                let operand = self.operation(strength)?;
                self.add(&mut unary, operand);
                self.close(&unary)
            }
            None => self.application()?,
        };
        loop {
            if self.is(sign(b'?')) && HAS >= least {
                self.deeper()?;
                self.advance();
                let mut has = self.around(Kind::Has, left);
                let path = self.path()?;
                self.add(&mut has, path);
                left = self.close(&has);
                continue;
            }
            let Some((strength, is_right, operator)) =
                operator(self.next.word).filter(|it| it.0 >= least)
            else {
                break;
            };
            self.deeper()?;
            self.advance();
            let mut binary = self.around(Kind::Binary(operator), left);
            let right = self.operation(strength + u8::from(!is_right))?;
            self.add(&mut binary, right);
            left = self.close(&binary);
        }
        self.depth = depth;
        Ok(left)
    }

    fn application(&mut self) -> Parsed {
        let depth = self.depth;
        let mut function = self.selection()?;
        while self.begins_value() {
            self.deeper()?;
            let mut apply = self.around(Kind::Apply, function);
            let argument = self.selection()?;
            self.add(&mut apply, argument);
            function = self.close(&apply);
        }
        self.depth = depth;
        Ok(function)
    }
}
