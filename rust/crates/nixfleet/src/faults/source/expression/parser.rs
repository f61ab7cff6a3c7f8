//! From words to expressions: Nix's `parser.y`.

use super::lexer::{Token, Word, is_of_path, path_length, token};
use super::{Expressions, Kind, NONE, Node, Operator};

/// What is nested more deeply than this is not read. Nix's own parser holds 10,000 words at a time
/// (bison's `YYMAXDEPTH`), of which a set within a set takes four.
const DEEPEST: usize = 5_000;

/// Why a source is no tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is not Nix; what stands at the offset is the first that is not.
    At(usize),
    /// It is nested too deeply, or too long.
    TooDeep,
}

type Parsed<T = u32> = Result<T, Refused>;

/// The tree of a source.
pub fn parse(source: &str) -> Result<Expressions<'_>, Refused> {
    if u32::try_from(source.len()).is_err() {
        return Err(Refused::TooDeep);
    }
    let bytes = source.as_bytes();
    // About as many as there are in a source of a usual density.
    let nodes = Vec::with_capacity(source.len() / 8);
    let mut parser = Parser { bytes, next: token(bytes, 0), done: 0, nodes, depth: 0 };
    let root = parser.expression()?;
    parser.expect(Word::End)?;
    Ok(Expressions { source, nodes: parser.nodes, root })
}

struct Parser<'a> {
    bytes: &'a [u8],
    /// The word that comes next.
    next: Token,
    /// Where the last one ended.
    done: usize,
    nodes: Vec<Node>,
    depth: usize,
}

/// The parts of a node that is being made.
struct Open {
    id: u32,
    last: u32,
}

const fn sign(byte: u8) -> Word {
    Word::Sign(byte, 0)
}

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
    // Words.

    fn advance(&mut self) -> Token {
        let taken = self.next;
        self.done = taken.end;
        self.next = token(self.bytes, taken.end);
        taken
    }

    fn is(&self, word: Word) -> bool {
        self.next.word == word
    }

    fn take(&mut self, word: Word) -> bool {
        let is_it = self.is(word);
        if is_it {
            self.advance();
        }
        is_it
    }

    fn expect(&mut self, word: Word) -> Parsed<()> {
        if self.take(word) { Ok(()) } else { self.refuse() }
    }

    fn refuse<T>(&self) -> Parsed<T> {
        Err(Refused::At(self.next.start))
    }

    /// The word after the next.
    fn after(&self) -> Token {
        token(self.bytes, self.next.end)
    }

    // Nodes.

    #[expect(clippy::cast_possible_truncation, reason = "the source is shorter than 4 GiB")]
    fn open(&mut self, kind: Kind, start: usize) -> Open {
        let id = self.nodes.len() as u32;
        let (start, end) = (start as u32, start as u32);
        self.nodes.push(Node { kind, start, end, parent: NONE, first: NONE, next: NONE });
        Open { id, last: NONE }
    }

    /// A node that begins with the next word, which says no more.
    fn begin(&mut self, kind: Kind) -> Open {
        let taken = self.advance();
        self.open(kind, taken.start)
    }

    fn add(&mut self, open: &mut Open, child: u32) {
        self.nodes[child as usize].parent = open.id;
        match open.last {
            NONE => self.nodes[open.id as usize].first = child,
            last => self.nodes[last as usize].next = child,
        }
        open.last = child;
    }

    #[expect(clippy::cast_possible_truncation, reason = "the source is shorter than 4 GiB")]
    fn close(&mut self, open: &Open) -> u32 {
        self.nodes[open.id as usize].end = self.done as u32;
        open.id
    }

    fn start(&self, id: u32) -> usize {
        self.nodes[id as usize].start as usize
    }

    fn leaf(&mut self, kind: Kind) -> u32 {
        let taken = self.advance();
        let open = self.open(kind, taken.start);
        self.close(&open)
    }

    /// A node around what was read before.
    fn around(&mut self, kind: Kind, first: u32) -> Open {
        let mut open = self.open(kind, self.start(first));
        self.add(&mut open, first);
        open
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(Refused::TooDeep) } else { Ok(()) }
    }

    // Expressions.

    fn expression(&mut self) -> Parsed {
        self.deeper()?;
        let parsed = match self.next.word {
            Word::Ident => match self.after().word {
                Word::Sign(b':' | b'@', 0) => self.lambda(),
                _ => self.operation(0),
            },
            Word::Sign(b'{', 0) if self.is_pattern() => self.lambda(),
            Word::Assert => self.two(Kind::Assert),
            Word::With => self.two(Kind::With),
            Word::Let if self.after().word != sign(b'{') => self.let_in(),
            Word::If => self.choice(),
            _ => self.operation(0),
        };
        self.depth -= 1;
        parsed
    }

    /// Whether the `{` that comes next begins the arguments of a function.
    fn is_pattern(&self) -> bool {
        let first = self.after();
        let second = || token(self.bytes, first.end).word;
        match first.word {
            Word::Ellipsis => true,
            Word::Sign(b'}', 0) => matches!(second(), Word::Sign(b':' | b'@', 0)),
            Word::Ident | Word::Or => matches!(second(), Word::Sign(b',' | b'?' | b'}', 0)),
            _ => false,
        }
    }

    fn lambda(&mut self) -> Parsed {
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

    /// `with …; …` and `assert …; …`.
    fn two(&mut self, kind: Kind) -> Parsed {
        let mut two = self.begin(kind);
        let first = self.expression()?;
        self.add(&mut two, first);
        self.expect(sign(b';'))?;
        let second = self.expression()?;
        self.add(&mut two, second);
        Ok(self.close(&two))
    }

    fn let_in(&mut self) -> Parsed {
        let mut open = self.begin(Kind::Let);
        self.entries(&mut open, Word::In)?;
        let body = self.expression()?;
        self.add(&mut open, body);
        Ok(self.close(&open))
    }

    fn choice(&mut self) -> Parsed {
        let mut choice = self.begin(Kind::If);
        for end in [Some(Word::Then), Some(Word::Else), None] {
            let part = self.expression()?;
            self.add(&mut choice, part);
            if let Some(end) = end {
                self.expect(end)?;
            }
        }
        Ok(self.close(&choice))
    }

    /// Values with operators between them that bind at least that strongly.
    fn operation(&mut self, least: u8) -> Parsed {
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

    fn begins_value(&self) -> bool {
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

    fn selection(&mut self) -> Parsed {
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

    fn set(&mut self, kind: Kind) -> Parsed {
        let mut set = self.open(kind, self.next.start);
        if kind != Kind::Set {
            self.advance();
        }
        self.expect(sign(b'{'))?;
        self.entries(&mut set, sign(b'}'))?;
        Ok(self.close(&set))
    }

    /// Bindings, up to the word that ends them.
    fn entries(&mut self, open: &mut Open, end: Word) -> Parsed<()> {
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

    fn path(&mut self) -> Parsed {
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

    /// `${…}`; what comes after it is not looked at, as it may be no code.
    fn interpolation(&mut self, open: &mut Open) -> Parsed<()> {
        self.advance();
        let inner = self.expression()?;
        self.add(open, inner);
        if !self.is(sign(b'}')) {
            return self.refuse();
        }
        self.done = self.next.end;
        Ok(())
    }

    fn string(&mut self) -> Parsed {
        let Token { word, start, end } = self.next;
        let mut text = self.open(Kind::Text, start);
        let is_indented = word == Word::Indented;
        let mut at = end;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            at += rest.iter().position(|it| b"\"$\\'".contains(it)).unwrap_or(rest.len());
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

    fn file(&mut self, kind: Kind) -> Parsed {
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
