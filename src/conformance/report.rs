//! What came of holding a store against every law.

use std::fmt;

use super::law::{Law, Violation};

/// What came of holding a store against every law: [`run_all`](super::run_all) has an example.
///
/// Its `Display` is a table, a line for each law, and under it what was found where one does
/// not hold.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub(super) lines: Vec<(Law, Option<Violation>)>,
}

impl Report {
    /// Whether every law holds.
    pub fn is_clean(&self) -> bool {
        self.violations().next().is_none()
    }

    /// The laws that hold.
    pub fn held(&self) -> impl Iterator<Item = Law> {
        self.lines.iter().filter(|(_, violation)| violation.is_none()).map(|(law, _)| *law)
    }

    /// Those that do not, each with what was found.
    pub fn violations(&self) -> impl Iterator<Item = &Violation> {
        self.lines.iter().filter_map(|(_, violation)| violation.as_ref())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (law, violation) in &self.lines {
            let verdict = if violation.is_some() { "BROKEN" } else { "holds" };
            writeln!(f, "{verdict:6}  {:9} {}", law.about(), law.name())?;
        }
        for violation in self.violations() {
            writeln!(f, "\n{violation}")?;
        }
        let broken = self.violations().count();
        write!(f, "\n{} laws, {broken} broken", self.lines.len())
    }
}
