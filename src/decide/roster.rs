//! The agents among whom an owner is looked for, as a store gives them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::decision::Columns;
use crate::ids::{DepartmentName, Key};
use crate::record::Record;

/// Which of the agents who can own tickets: those of whom
/// [`AgentColumns::can_own`](crate::AgentColumns::can_own) is true.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roster {
    /// Those who work in this department.
    Department(DepartmentName),
    /// All of the desk.
    Everybody,
}

impl Roster {
    /// Whether a record with these columns is on the roster.
    ///
    /// ```
    /// use helpdesk::store::Roster;
    /// use helpdesk::{AgentColumns, Columns};
    ///
    /// let departments = vec!["billing".into()];
    /// let agent = |can_own| {
    ///     Columns::Agent(AgentColumns { departments: departments.clone(), can_own })
    /// };
    /// assert!(Roster::Department("billing".into()).lists(&agent(true)));
    /// assert!(!Roster::Department("support".into()).lists(&agent(true)));
    /// assert!(!Roster::Everybody.lists(&agent(false)));
    /// assert!(!Roster::Everybody.lists(&Columns::Settings));
    /// ```
    pub fn lists(&self, columns: &Columns) -> bool {
        match (columns, self) {
            (Columns::Agent(agent), Self::Department(name)) => {
                agent.can_own && agent.departments.contains(name)
            }
            (Columns::Agent(agent), Self::Everybody) => agent.can_own,
            (
                Columns::Ticket(_)
                | Columns::Contact(_)
                | Columns::Organisation
                | Columns::Settings,
                _,
            ) => false,
        }
    }
}

/// What is counted of an agent on a roster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How much unfinished work the agent owns: [`Counter::Load`](crate::Counter::Load).
    pub load: i64,
    /// How many unfinished tickets of the channel that was asked for the agent owns:
    /// [`Counter::Open`](crate::Counter::Open); 0 where none was.
    pub open: i64,
    /// When the agent was last given a ticket: [`Counter::Given`](crate::Counter::Given).
    pub given: i64,
    /// When a ticket last left the agent: [`Counter::Freed`](crate::Counter::Freed).
    pub freed: i64,
}

/// The agents of a roster in the order of their keys, and what is counted of each, in the same
/// order.
///
/// The records may be shared: of an agent little changes, and what is counted of them with every
/// ticket. A store that keeps them at hand answers in a fraction of the time.
///
/// ```
#[doc = include_str!("../example.txt")]
/// use helpdesk::store::{Rostered, Tally};
///
/// let record = desk.record(Key::agent(desk.id(), anna))?.unwrap();
/// let roster: Rostered = [(record, Tally { load: 3, ..Tally::default() })].into_iter().collect();
/// let loads: Vec<i64> = roster.iter().map(|(_, tally)| tally.load).collect();
/// assert_eq!(loads, [3]);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rostered {
    /// The agents' records.
    pub records: Arc<[Record]>,
    /// What is counted of each.
    pub tallies: Vec<Tally>,
}

impl Rostered {
    /// Each record with what is counted of that agent.
    pub fn iter(&self) -> impl Iterator<Item = (&Record, Tally)> {
        self.records.iter().zip(self.tallies.iter().copied())
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The agent of this key.
    pub(super) fn of(&self, key: Key) -> Option<(&Record, Tally)> {
        let place = self.records.binary_search_by_key(&key, |record| record.key).ok()?;
        Some((self.records.get(place)?, *self.tallies.get(place)?))
    }
}

impl FromIterator<(Record, Tally)> for Rostered {
    fn from_iter<I: IntoIterator<Item = (Record, Tally)>>(agents: I) -> Self {
        let (records, tallies): (Vec<Record>, Vec<Tally>) = agents.into_iter().unzip();
        Self { records: records.into(), tallies }
    }
}
