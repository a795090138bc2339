//! The counters of a desk. What is counted of agents stands together, since rosters are asked for
//! it a thousand agents at a time.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use uuid::Uuid;

use super::Row;
use super::hash::IdMap;
use crate::decide::{AgentColumns, Counter};
use crate::ids::AgentId;
use crate::record::Record;
use crate::store::{Roster, Rostered, Tally};

/// All counters of a desk.
#[derive(Debug, Default)]
pub(super) struct Counters {
    places: IdMap<AgentId, usize>,
    agents: Vec<Counted>,
    /// What channels are called in `Counted`.
    channels: IdMap<Arc<str>, u32>,
    others: IdMap<Counter, i64>,
}

/// What is counted of an agent.
#[derive(Debug, Default)]
struct Counted {
    load: i64,
    given: i64,
    freed: i64,
    /// By channel; there are few.
    open: Vec<(u32, i64)>,
}

impl Counted {
    fn open(&self, channel: u32) -> i64 {
        self.open.iter().find(|(name, _)| *name == channel).map_or(0, |(_, count)| *count)
    }
}

impl Counters {
    /// The value of a counter; 0 where nothing changed it.
    pub(super) fn value(&self, counter: &Counter) -> i64 {
        let of = |agent| self.agents.get(*self.places.get(agent)?);
        match counter {
            Counter::Load(agent) => of(agent).map_or(0, |it| it.load),
            Counter::Given(agent) => of(agent).map_or(0, |it| it.given),
            Counter::Freed(agent) => of(agent).map_or(0, |it| it.freed),
            Counter::Open(agent, channel) => {
                let channel = self.channels.get(channel);
                channel.zip(of(agent)).map_or(0, |(channel, it)| it.open(*channel))
            }
            Counter::Unfinished(_) | Counter::Queued(_) => {
                self.others.get(counter).copied().unwrap_or(0)
            }
        }
    }

    /// Changes a counter.
    pub(super) fn add(&mut self, counter: Counter, delta: i64) {
        let value = match counter {
            Counter::Load(agent) => self.of(agent).map(|it| &mut it.load),
            Counter::Given(agent) => self.of(agent).map(|it| &mut it.given),
            Counter::Freed(agent) => self.of(agent).map(|it| &mut it.freed),
            Counter::Open(agent, channel) => {
                let new = u32::try_from(self.channels.len()).unwrap_or(u32::MAX);
                let channel = *self.channels.entry(channel).or_insert(new);
                self.of(agent).and_then(|it| {
                    if !it.open.iter().any(|(name, _)| *name == channel) {
                        it.open.push((channel, 0));
                    }
                    it.open.iter_mut().find(|(name, _)| *name == channel).map(|(_, count)| count)
                })
            }
            Counter::Unfinished(_) | Counter::Queued(_) => {
                Some(self.others.entry(counter).or_default())
            }
        };
        if let Some(value) = value {
            *value = value.saturating_add(delta);
        }
    }

    fn of(&mut self, agent: AgentId) -> Option<&mut Counted> {
        let place = self.place(agent);
        self.agents.get_mut(place)
    }

    /// Where an agent's counters are.
    fn place(&mut self, agent: AgentId) -> usize {
        *self.places.entry(agent).or_insert_with(|| {
            self.agents.push(Counted::default());
            self.agents.len() - 1
        })
    }
}

/// Which agents can own tickets, by department.
#[derive(Debug, Default)]
pub(super) struct Rosters(IdMap<Roster, Listed>);

/// The agents of a roster, in the order of their ids: in which slot each record is, and where the
/// counters are.
#[derive(Debug, Default)]
struct Listed {
    members: BTreeMap<Uuid, (usize, usize)>,
    /// The same for whoever asks, until somebody's record changes.
    told: OnceLock<(Arc<[Record]>, Vec<usize>)>,
}

impl Rosters {
    /// Moves an agent, whose row is in this slot, from the rosters where it stands to those
    /// where it should; and what was told of them is told anew.
    pub(super) fn enrol(
        &mut self,
        (agent, slot): (Uuid, usize),
        counters: &mut Counters,
        before: Option<&AgentColumns>,
        after: &AgentColumns,
    ) {
        let place = counters.place(AgentId::from_uuid(agent));
        for roster in before.into_iter().flat_map(rosters) {
            let listed = self.0.entry(roster).or_default();
            listed.members.remove(&agent);
            listed.told.take();
        }
        for roster in rosters(after) {
            let listed = self.0.entry(roster).or_default();
            listed.members.insert(agent, (slot, place));
            listed.told.take();
        }
    }

    /// A roster's agents, with how many tickets of a channel each owns.
    pub(super) fn listed(
        &self,
        roster: &Roster,
        channel: Option<&Arc<str>>,
        counters: &Counters,
        rows: &[Row],
    ) -> Rostered {
        let Some(listed) = self.0.get(roster) else { return Rostered::default() };
        let (records, places) = listed.told.get_or_init(|| {
            let members = listed.members.values();
            let found =
                members.filter_map(|(slot, place)| Some((rows.get(*slot)?.record(), *place)));
            let (records, places): (Vec<Record>, Vec<usize>) = found.unzip();
            (records.into(), places)
        });
        let channel = channel.and_then(|name| counters.channels.get(name)).copied();
        let tally = |place: &usize| {
            counters.agents.get(*place).map_or(Tally::default(), |it| Tally {
                load: it.load,
                open: channel.map_or(0, |channel| it.open(channel)),
                given: it.given,
                freed: it.freed,
            })
        };
        Rostered { records: records.clone(), tallies: places.iter().map(tally).collect() }
    }
}

/// The rosters that an agent stands on.
fn rosters(columns: &AgentColumns) -> impl Iterator<Item = Roster> {
    let departments = columns.departments.iter().cloned().map(Roster::Department);
    departments.chain([Roster::Everybody]).filter(|_| columns.can_own)
}
