//! The live workload: how much there is to do in a department, and who has how much of it.

use std::sync::Arc;

use super::flow::Flow;
use super::io::{Io, at_once};
use super::{Desk, DeskError};
use crate::decide::{Counter, Refusal, Vocabulary};
use crate::ids::DepartmentName;
use crate::people::Agent;
use crate::record::Record;
use crate::store::{Roster, Store, Tally, Wanted};

/// How much there is to do in a department now, and who has how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Workload {
    /// Unfinished tickets of the department.
    pub unfinished: u64,
    /// Those of them that nobody owns.
    pub queued: u64,
    /// The agents who can own its tickets, in the order of their ids.
    pub agents: Vec<AgentLoad>,
}

/// How much an agent has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentLoad {
    /// The agent.
    pub agent: Arc<Agent>,
    /// Unfinished work that the agent owns, of whatever department: each ticket counts by its
    /// [weight](crate::Burden::weight), which is 1 where the settings say nothing.
    pub load: u64,
}

impl AgentLoad {
    /// How much more work the agent may get; `None`: any amount.
    pub fn room(&self) -> Option<u64> {
        self.agent.capacity().map(|capacity| u64::from(capacity).saturating_sub(self.load))
    }
}

impl<S: Store> Desk<S> {
    /// How much there is to do in a department (`None`: of tickets that have none), and who has
    /// how much of it, with nobody's eyes but the host's.
    ///
    /// Read from counters that change in the same commits as the tickets: it counts nothing,
    /// however large the desk is. All of it is as of one instant.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let before = desk.workload(None)?;
    /// assert_eq!((before.unfinished, before.queued, before.agents[0].load), (1, 1, 0));
    ///
    /// desk.take(agent.at(now), Take { ticket: id })?;
    /// let after = desk.workload(None)?;
    /// assert_eq!((after.unfinished, after.queued, after.agents[0].load), (1, 0, 1));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::Unknown`] where the settings know no such department, and nothing unfinished is
    /// left in one of that name; [`Refusal::NoSuchDesk`]; [`DeskError::Store`].
    pub fn workload(&self, department: Option<DepartmentName>) -> Result<Workload, DeskError> {
        at_once(self.flow().workload(department))
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn workload(
        &self,
        department: Option<DepartmentName>,
    ) -> Result<Workload, DeskError> {
        let roster = department.clone().map_or(Roster::Everybody, Roster::Department);
        let counters =
            vec![Counter::Unfinished(department.clone()), Counter::Queued(department.clone())];
        let wanted = Wanted { records: Vec::new(), counters, roster: Some(roster), channel: None };
        let found = self.io.load(self.id, &wanted).await?;
        let count =
            |value: Option<&i64>| value.map_or(0, |value| u64::try_from(*value).unwrap_or(0));
        let unfinished = count(found.counters.first());
        // Settings may drop a department that has tickets still.
        if let Some(name) = department.filter(|_| unfinished == 0)
            && self.settings().await?.department(&name).is_none()
        {
            let what = Vocabulary::Department;
            return Err(Refusal::Unknown { what, name: name.to_string() }.into());
        }
        let load = |(record, Tally { load, .. }): (&Record, Tally)| {
            Some(AgentLoad { agent: record.agent()?.clone(), load: count(Some(&load)) })
        };
        Ok(Workload {
            unfinished,
            queued: count(found.counters.get(1)),
            agents: found.roster.iter().filter_map(load).collect(),
        })
    }
}
