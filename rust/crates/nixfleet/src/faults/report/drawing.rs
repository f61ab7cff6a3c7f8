//! A message as compilers write them: what is wrong, the line with the part at fault underlined, and
//! notes below. Drawn here and not by a library: a fleet may have a fault in each of its thousands of
//! hosts.

use std::ops::Range;

use nixfleet_text::Lines;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::faults::Severity;
use crate::faults::source::{Excerpt, Place};
use crate::text::wrap::fit;

/// The width when there is no terminal to ask.
const WIDTH: usize = 100;

/// What stands where a line goes on that is not shown whole.
const CUT: &str = "...";

/// How much is shown at least of what stands around the part at fault; of a long part's end twice that.
const CONTEXT: usize = 12;

/// What a terminal is told before words of each kind, and behind (ECMA-48, SGR).
#[derive(Debug)]
struct Colours {
    error: &'static str,
    warning: &'static str,
    note: &'static str,
    help: &'static str,
    frame: &'static str,
    bold: &'static str,
    end: &'static str,
}

const NONE: Colours =
    Colours { error: "", warning: "", note: "", help: "", frame: "", bold: "", end: "" };

const COLOURED: Colours = Colours {
    error: "\x1b[1;91m",
    warning: "\x1b[1;33m",
    note: "\x1b[1;92m",
    help: "\x1b[1;96m",
    frame: "\x1b[1;94m",
    bold: "\x1b[1m",
    end: "\x1b[0m",
};

/// What is said below a line.
#[derive(Debug, Clone, Copy)]
pub enum Below<'a> {
    /// What is good to know.
    Note(&'a Lines),
    /// What to do.
    Help(&'a Lines),
}

/// What messages are drawn on.
#[derive(Debug)]
pub struct Sheet {
    colours: Colours,
    /// Its width, where text is to be broken.
    columns: Option<usize>,
}

impl Sheet {
    /// One of so many columns, or one that breaks no text.
    pub fn new(is_coloured: bool, columns: Option<usize>) -> Self {
        Self { colours: if is_coloured { COLOURED } else { NONE }, columns }
    }

    /// A heading over what follows.
    pub fn heading(&self, out: &mut Lines, text: &str) {
        out.ours(self.colours.bold).add(text).ours(self.colours.end).end();
    }

    /// A message, which ends without a line break.
    pub fn message(
        &self,
        out: &mut Lines,
        severity: Severity,
        code: Option<&'static str>,
        text: &Lines,
        place: Option<&Place>,
        below: &[Below],
    ) {
        self.title(out, severity, code, text);
        let numbers = place.map_or(0, |it| decimal_digits(it.line));
        let Colours { frame, end, .. } = self.colours;
        if let Some(place) = place {
            let Place { shown, line, column, .. } = place;
            out.end().repeat(" ", numbers).ours(frame).ours("-->").ours(end);
            out.add(format_args!(" {shown}:{line}:{column}"));
        }
        let excerpt = place.and_then(|it| it.excerpt.as_ref());
        if let (Some(place), Some(excerpt)) = (place, excerpt) {
            self.excerpt(out, place.line, excerpt, self.colour_of(severity));
        }
        if !below.is_empty() && (place.is_none() || excerpt.is_some()) {
            out.end().repeat(" ", numbers + 1).ours(frame).ours("|").ours(end);
        }
        for below in below {
            self.below(out, numbers, *below);
        }
    }

    fn title(&self, out: &mut Lines, severity: Severity, code: Option<&'static str>, text: &Lines) {
        let Colours { bold, end, .. } = self.colours;
        out.ours(self.colour_of(severity)).ours(severity.word());
        if let Some(code) = code {
            out.ours("[").ours(code).ours("]");
        }
        out.ours(end).ours(bold).ours(": ");
        let code = code.map_or(0, |code| code.len() + "[]".len());
        self.fit(out, text, severity.word().len() + code + ": ".len());
        out.ours(end);
    }

    /// The line, and below it signs under the part at fault.
    fn excerpt(&self, out: &mut Lines, line: usize, excerpt: &Excerpt, colour: &'static str) {
        let numbers = decimal_digits(line);
        let Colours { frame, end, .. } = self.colours;
        let width = self.columns.unwrap_or(WIDTH).clamp(20, 200);
        let room = width.saturating_sub(numbers + " | ".len());
        let Shown { text, before, within } = Shown::of(&excerpt.text, &excerpt.span, room);
        let bar = |out: &mut Lines| {
            out.end().repeat(" ", numbers + 1).ours(frame).ours("|").ours(end);
        };
        bar(out);
        out.end().ours(frame).add(line).ours(" |").ours(end).ours(" ").add(&text);
        bar(out);
        out.repeat(" ", before + 1).ours(colour).repeat("^", within).ours(end);
    }

    fn below(&self, out: &mut Lines, numbers: usize, below: Below) {
        let Colours { note, help, frame, end, .. } = self.colours;
        let (colour, word, text) = match below {
            Below::Note(text) => (note, "note", text),
            Below::Help(text) => (help, "help", text),
        };
        out.end().repeat(" ", numbers + 1).ours(frame).ours("=").ours(end).ours(" ");
        out.ours(colour).ours(word).ours(end).ours(": ");
        self.fit(out, text, numbers + " = ".len() + word.len() + ": ".len());
    }

    /// Adds the text in lines below each other, behind what takes so many columns.
    fn fit(&self, out: &mut Lines, text: &Lines, before: usize) {
        fit(out, text, self.columns.unwrap_or(usize::MAX), before);
    }

    fn colour_of(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Error => self.colours.error,
            Severity::Warning => self.colours.warning,
        }
    }
}

/// What is seen of a line in so many columns.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    text: String,
    /// The columns before the part at fault, and those that it takes: one at least.
    before: usize,
    within: usize,
}

impl Shown {
    fn of(line: &str, span: &Range<usize>, room: usize) -> Self {
        let (before, within) = (width(&line[..span.start]), width(&line[span.clone()]).max(1));
        let line = line.trim_end();
        if width(line) <= room {
            return Self { text: line.to_owned(), before, within };
        }
        let end = span.end.min(line.len());
        let (head, part) = line[..end].split_at(span.start.min(end));
        let tail = &line[end..];
        // The part's end tells keys apart, which begin alike: of a long part its middle is left out.
        let context = CONTEXT.min(room / 6);
        let around = before.min(CUT.len() + context) + width(tail).min(CUT.len());
        let part = if width(part) > room - around {
            let end = last(part, 2 * context);
            let taken = around + CUT.len() + width(end);
            format!("{}{CUT}{end}", first(part, room.saturating_sub(taken)))
        } else {
            part.to_owned()
        };
        let left = room.saturating_sub(width(&part));
        let behind = cut_end(tail, left.saturating_sub(before).max(left / 2));
        let ahead = cut_begin(head, left.saturating_sub(width(&behind)));
        let (before, within) = (width(&ahead), width(&part).max(1));
        Self { text: [ahead, part, behind].concat(), before, within }
    }
}

/// The text's end in so many columns, with a sign where it begins before them.
fn cut_begin(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    format!("{CUT}{}", last(text, room.saturating_sub(CUT.len())))
}

/// The text's beginning in so many columns, with a sign where it goes on behind them.
fn cut_end(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    format!("{}{CUT}", first(text, room.saturating_sub(CUT.len())))
}

/// The columns that a text takes. To measure letters takes longer than all the rest, and most are of
/// ASCII, a column each; the others of those are escaped.
fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// As much of the text's beginning as so many columns hold.
fn first(text: &str, room: usize) -> &str {
    let mut columns = 0;
    let end = text.char_indices().find(|(_, letter)| {
        columns += letter.width().unwrap_or(0);
        columns > room
    });
    &text[..end.map_or(text.len(), |it| it.0)]
}

/// As much of the text's end as so many columns hold.
fn last(text: &str, room: usize) -> &str {
    let mut columns = 0;
    let before = text.char_indices().rev().find(|(_, letter)| {
        columns += letter.width().unwrap_or(0);
        columns > room
    });
    &text[before.map_or(0, |(at, letter)| at + letter.len_utf8())..]
}

fn decimal_digits(number: usize) -> usize {
    number.checked_ilog10().map_or(1, |it| it as usize + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(line: &str, part: &str, room: usize) -> Shown {
        let at = line.find(part).unwrap();
        Shown::of(line, &(at..at + part.len()), room)
    }

    #[test]
    fn a_line_that_fits_is_shown_whole() {
        let Shown { text, before, within } = shown("  a = \"日本\";", "\"日本\"", 60);
        assert_eq!((text.as_str(), before, within), ("  a = \"日本\";", 6, 6));
        assert_eq!(shown("abc", "", 60).within, 1);
    }

    #[test]
    fn a_long_part_keeps_its_beginning_and_its_end() {
        let line = format!("  keys = [ \"{}root@web-01\" ];", "A".repeat(200));
        let part = &line[11..line.len() - 3];
        let Shown { text, before, within } = shown(&line, part, 80);
        assert!(text.starts_with("  keys = [ \"AAA") || text.starts_with(CUT), "{text}");
        assert!(text.contains("...AA") && text.contains("root@web-01\""), "{text}");
        assert_eq!(&text[before..=before], "\"");
        assert!(text.width() <= 80 && within < 80, "{text}");
    }

    #[test]
    fn what_stands_far_behind_is_found_by_the_signs_for_what_is_left_out() {
        let line = format!("{} bad = 1; {}", "x".repeat(300), "y".repeat(300));
        let Shown { text, before, within } = shown(&line, "bad", 80);
        assert!(text.starts_with("...xxx") && text.ends_with("yyy..."), "{text}");
        assert_eq!(&text[before..before + within], "bad");
        assert_eq!(text.width(), 80);
    }

    proptest! {
        #[test]
        fn a_line_never_takes_more_than_its_room(
            line in "[a-z 日é\u{301}]{0,200}", one in 0..300_usize, other in 0..300_usize, room in 14..200_usize,
        ) {
            let at = |it: usize| (0..=it.min(line.len())).rev().find(|it| line.is_char_boundary(*it)).unwrap();
            let (begin, end) = (at(one.min(other)), at(one.max(other)));
            let Shown { text, before, within } = Shown::of(&line, &(begin..end), room);
            prop_assert!(text.width() <= room, "{text}");
            prop_assert!(within >= 1 && before + within <= text.width().max(line.width()) + 1);
        }
    }
}
