//! From words to expressions: Nix's `parser.y`.

mod lambda;
mod operation;
mod set;
mod text;
mod value;

use super::lexer::{Token, Word, token};
use super::{Expressions, Kind, NONE, Node};

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
}
