//! What happens, while it happens: on a terminal a moving line a host, else a line a phase.

use std::collections::HashMap;
use std::io::{self, IsTerminal};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use nixfleet_text::{Foreign, Lines};
use nixfleet_vm::Phase;
use nixfleet_vm::observer::Observer;

use super::page::tell;

/// The progress of runs on standard error.
pub struct Progress {
    bars: Option<MultiProgress>,
    lines: Mutex<HashMap<String, ProgressBar>>,
}

impl Progress {
    /// Progress that suits standard error.
    pub fn new() -> Self {
        let bars = io::stderr().is_terminal().then(MultiProgress::new);
        // A terminal that cannot move (`TERM` is `dumb`, or not set) would be shown nothing at all.
        Self { bars: bars.filter(|it| !it.is_hidden()), lines: Mutex::default() }
    }

    /// The moving line of a host, made when it is first needed.
    fn bar(&self, host: &str) -> Option<ProgressBar> {
        let bars = self.bars.as_ref()?;
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = lines.entry(host.to_owned()).or_insert_with(|| {
            let bar = bars.add(ProgressBar::new_spinner());
            if let Ok(style) =
                ProgressStyle::with_template("{prefix} {spinner} {wide_msg} {elapsed:>4}")
            {
                bar.set_style(style);
            }
            bar.set_prefix(Lines::line(host).as_str().to_owned());
            bar.enable_steady_tick(Duration::from_millis(150));
            bar
        });
        Some(bar.clone())
    }

    /// Writes how it ended for a host, whose moving line goes.
    pub fn done(&self, host: &str, text: &str) {
        self.line(Lines::line(format_args!("{host}: {text}")));
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = lines.remove(host) {
            bar.finish_and_clear();
        }
    }

    fn line(&self, text: Lines) {
        // A terminal may be gone; the work goes on.
        match &self.bars {
            Some(bars) => drop(bars.println(text.as_str())),
            None => tell(text),
        }
    }
}

impl Observer for Progress {
    fn begin(&self, host: &str, phase: Phase) {
        if let Some(bar) = self.bar(host) {
            bar.reset_elapsed();
            bar.set_message(phase.title());
        }
    }

    fn step(&self, host: &str, text: &Foreign) {
        match self.bar(host) {
            Some(bar) => bar.set_message(text.to_string()),
            None => self.line(Lines::line(format_args!("{host}: {text}"))),
        }
    }

    fn end(&self, host: &str, phase: Phase, took: Duration, held: bool) {
        let mark = if held { "" } else { ", failed" };
        let seconds = took.as_secs_f64();
        self.line(Lines::line(format_args!("{host}: {} ({seconds:.1} s{mark})", phase.title())));
        let over = !held || matches!(phase, Phase::Clean);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = over.then(|| lines.remove(host)).flatten() {
            bar.finish_and_clear();
        }
    }

    fn note(&self, host: &str, text: &Foreign) {
        self.line(Lines::line(format_args!("{host}: {text}")));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        for bar in self.lines.lock().unwrap_or_else(PoisonError::into_inner).values() {
            bar.finish_and_clear();
        }
    }
}
