//! The agents among whom an owner is looked for, as a store gives them.

use serde::{Deserialize, Serialize};

use super::decision::Columns;
use crate::ids::DepartmentName;
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

/// An agent of a roster, with what is counted of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rostered {
    /// The agent's record.
    pub record: Record,
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
