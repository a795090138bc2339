//! A progress bar on stderr, where somebody watches.

use std::io::Write;

const WIDTH: u64 = 40;

pub(super) struct Progress<'a> {
    err: &'a mut dyn Write,
    watched: bool,
    total: u64,
    done: u64,
    shown: Option<u64>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(err: &'a mut dyn Write, watched: bool, total: u64) -> Self {
        Self { err, watched, total, done: 0, shown: None }
    }

    /// One more is done. Draws only when the bar has moved.
    pub(super) fn step(&mut self) {
        self.done += 1;
        let percent = self.done.saturating_mul(100) / self.total.max(1);
        if self.watched && self.shown != Some(percent) {
            self.shown = Some(percent);
            let full = (percent * WIDTH / 100).min(WIDTH);
            let bar: String = (0..WIDTH).map(|at| if at < full { '#' } else { '.' }).collect();
            let _ = write!(self.err, "\r[{bar}] {percent:>3}% {}/{}", self.done, self.total);
            let _ = self.err.flush();
        }
    }

    /// Makes room for what follows.
    pub(super) fn finish(self) {
        if self.shown.is_some() {
            let _ = write!(self.err, "\r{:80}\r", "");
        }
    }
}
