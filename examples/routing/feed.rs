//! What comes in at a desk, and who is there for it.

use chrono::{DateTime, Utc};
use helpdesk::{AgentProfile, Channel, RulebookDraft};

/// A request, and when the work on it is done.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) at: DateTime<Utc>,
    /// Who asks.
    pub(crate) contact: u128,
    /// Their language, where it is known.
    pub(crate) language: Option<&'static str>,
    pub(crate) channel: Channel,
    /// `None`: made of the text.
    pub(crate) subject: Option<String>,
    pub(crate) text: String,
    /// Whose queue it comes into.
    pub(crate) department: String,
    pub(crate) category: Option<String>,
    pub(crate) priority: Option<String>,
    /// When the work is done, if somebody has it by then.
    pub(crate) done_at: DateTime<Utc>,
}

/// Requests in the order in which they come, the desk that has them, and its rules.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) name: &'static str,
    pub(crate) departments: Vec<String>,
    pub(crate) categories: Vec<String>,
    /// The least first.
    pub(crate) priorities: Vec<String>,
    pub(crate) rules: RulebookDraft,
    pub(crate) agents: Vec<AgentProfile>,
    pub(crate) arrivals: Vec<Arrival>,
}

impl Feed {
    /// The same in order, by time; those of one instant as they were.
    pub(crate) fn in_order(mut self) -> Self {
        self.arrivals.sort_by_key(|arrival| arrival.at);
        self
    }
}

/// Names as settings have them.
pub(crate) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// Chance that is the same each time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % end
    }

    pub(crate) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub(crate) fn one_of<T: Clone, const N: usize>(&mut self, from: [T; N]) -> T {
        from[self.below(N)].clone()
    }
}
