//! What is documented of a log's counts and oddities, beside what was found.

use std::io::{self, Write};

/// One documented figure.
#[derive(Debug)]
struct Figure {
    what: String,
    documented: String,
    found: String,
}

impl Figure {
    fn is_as_documented(&self) -> bool {
        self.documented == self.found
    }
}

/// Everything that is documented of a log.
#[derive(Debug, Default)]
pub(super) struct Figures(Vec<Figure>);

impl Figures {
    pub(super) fn add(
        &mut self,
        what: impl Into<String>,
        documented: impl ToString,
        found: impl ToString,
    ) {
        self.0.push(Figure {
            what: what.into(),
            documented: documented.to_string(),
            found: found.to_string(),
        });
    }

    /// Writes the figures; in an excerpt without those that are documented for the whole. Gives
    /// how many are not as documented.
    pub(super) fn write(&self, out: &mut dyn Write, excerpt: bool) -> io::Result<usize> {
        writeln!(out, "{:<62} {:>18} {:>18}", "of the log", "documented", "found")?;
        for figure in &self.0 {
            let Figure { what, documented, found } = figure;
            if excerpt {
                writeln!(out, "  {what:<60} {:>18} {found:>18}", "-")?;
            } else {
                let verdict = if figure.is_as_documented() { "" } else { "  NOT AS DOCUMENTED" };
                writeln!(out, "  {what:<60} {documented:>18} {found:>18}{verdict}")?;
            }
        }
        let odd = self.0.iter().filter(|figure| !excerpt && !figure.is_as_documented()).count();
        writeln!(out, "  {odd} of {} not as documented\n", self.0.len())?;
        Ok(odd)
    }
}
