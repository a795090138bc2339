//! What a decision must see, and what was loaded of it.

use std::sync::Arc;

use crate::decide::{Counter, Roster, Rostered, UniqueKey};
use crate::ids::{AgentId, ContactId, DeskId, Key, OrganisationId, Revision, TicketId};
use crate::people::{Agent, Contact, Organisation};
use crate::record::{Event, Record};
use crate::ticket::Ticket;

/// What is still missing for a decision: what a host loads before it asks again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Records to load.
    pub records: Vec<Key>,
    /// Unique keys whose owner to find.
    pub keys: Vec<UniqueKey>,
    /// Counters to read.
    pub counters: Vec<Counter>,
    /// Pieces of histories to read: of the few decisions that a head is not enough for.
    pub passages: Vec<Passage>,
    /// Agents who can own tickets, each with how many of the channel they own: of decisions that
    /// choose an owner.
    pub rosters: Vec<(Roster, Arc<str>)>,
}

/// A piece of a record's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Passage {
    /// Whose history.
    pub key: Key,
    /// The events with a greater revision than this.
    pub after: Revision,
    /// The last event of it.
    pub to: Revision,
}

impl Passage {
    /// All of a history that has this many events.
    pub(super) const fn whole(key: Key, to: Revision) -> Self {
        Self { key, after: Revision::ZERO, to }
    }
}

impl Needs {
    /// Whether nothing is missing.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
            && self.keys.is_empty()
            && self.counters.is_empty()
            && self.passages.is_empty()
            && self.rosters.is_empty()
    }
}

/// What a decision sees: what a host has loaded because [`needs`](crate::needs) asked for it.
///
/// What is not there is said, too: a record that does not exist is added as `None`, or `needs`
/// asks for it again.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// Whose records were asked for; each has its place in `records`.
    pub(super) asked: Vec<Key>,
    records: Vec<Option<Record>>,
    keys: Vec<(UniqueKey, Option<Key>)>,
    counters: Vec<(Counter, i64)>,
    passages: Vec<(Passage, Vec<Event>)>,
    rosters: Vec<(Roster, Arc<str>, Rostered)>,
}

impl Loaded {
    /// Adds a record, or the fact that there is none.
    pub fn add_record(&mut self, key: Key, record: Option<Record>) {
        self.add_records(vec![key], vec![record]);
    }

    /// Puts another in the place of a record that was added.
    pub(crate) fn put(&mut self, record: Record) {
        let place = self.asked.iter().position(|asked| *asked == record.key);
        if let Some(known) = place.and_then(|place| self.records.get_mut(place)) {
            *known = Some(record);
        }
    }

    /// Adds the records of these keys, in their order; mostly they are all that there will be.
    pub(crate) fn add_records(&mut self, mut keys: Vec<Key>, mut records: Vec<Option<Record>>) {
        keys.truncate(records.len());
        records.truncate(keys.len());
        if self.asked.is_empty() {
            (self.asked, self.records) = (keys, records);
        } else {
            self.asked.append(&mut keys);
            self.records.append(&mut records);
        }
    }

    /// Adds the owner of a unique key, or the fact that it has none.
    pub fn add_key(&mut self, key: UniqueKey, owner: Option<Key>) {
        self.keys.push((key, owner));
    }

    /// Adds a counter's value; 0 for one that was never changed.
    pub fn add_counter(&mut self, counter: Counter, value: i64) {
        self.counters.push((counter, value));
    }

    /// Adds a piece of a history: all of its events, in order; fewer where there are no more.
    pub fn add_passage(&mut self, passage: Passage, events: Vec<Event>) {
        self.passages.push((passage, events));
    }

    /// Adds the agents of a roster, in the order of their keys, with what they own of a channel.
    pub fn add_roster(&mut self, roster: Roster, channel: Arc<str>, agents: Rostered) {
        self.rosters.push((roster, channel, agents));
    }

    /// How much was added.
    pub(crate) fn len(&self) -> usize {
        let (keys, counters) = (self.keys.len(), self.counters.len());
        self.asked.len() + keys + counters + self.passages.len() + self.rosters.len()
    }

    pub(crate) fn record(&self, key: Key) -> Option<&Record> {
        let place = self.asked.iter().position(|asked| *asked == key)?;
        self.records.get(place)?.as_ref()
    }

    pub(crate) fn ticket(&self, desk: DeskId, id: TicketId) -> Option<&Arc<Ticket>> {
        self.record(Key::ticket(desk, id)).and_then(Record::ticket)
    }

    /// All tickets among it.
    pub(super) fn tickets(&self) -> impl Iterator<Item = &Arc<Ticket>> {
        self.records.iter().flatten().filter_map(Record::ticket)
    }

    pub(crate) fn agent(&self, desk: DeskId, id: AgentId) -> Option<&Arc<Agent>> {
        self.record(Key::agent(desk, id)).and_then(Record::agent)
    }

    pub(crate) fn contact(&self, desk: DeskId, id: ContactId) -> Option<&Arc<Contact>> {
        self.record(Key::contact(desk, id)).and_then(Record::contact)
    }

    /// The record of the contact that speaks for this one: its own, unless it was merged.
    pub(crate) fn survivor(&self, desk: DeskId, id: ContactId) -> Option<&Arc<Contact>> {
        let contact = self.contact(desk, id)?;
        contact.merged_into().map_or(Some(contact), |into| self.contact(desk, into))
    }

    pub(crate) fn organisation(
        &self,
        desk: DeskId,
        id: OrganisationId,
    ) -> Option<&Arc<Organisation>> {
        self.record(Key::organisation(desk, id)).and_then(Record::organisation)
    }

    pub(crate) fn owner(&self, key: &UniqueKey) -> Option<Key> {
        self.keys.iter().find(|(known, _)| known == key).and_then(|(_, owner)| *owner)
    }

    pub(crate) fn counter(&self, counter: Counter) -> i64 {
        self.counters.iter().find(|(known, _)| *known == counter).map_or(0, |(_, value)| *value)
    }

    /// A piece of a history; `None` where it was never read.
    pub(crate) fn passage(&self, passage: Passage) -> Option<&[Event]> {
        let known = self.passages.iter().find(|(known, _)| *known == passage);
        known.map(|(_, events)| &**events)
    }

    /// The agents of a roster; `None` where they were never looked for.
    pub(super) fn roster(&self, roster: &Roster, channel: &str) -> Option<&Rostered> {
        let mut rosters = self.rosters.iter();
        let known = rosters.find(|(known, of, _)| known == roster && **of == *channel);
        known.map(|(_, _, agents)| agents)
    }

    /// All agents among it.
    pub(super) fn agents(&self) -> impl Iterator<Item = &Arc<Agent>> {
        self.records.iter().flatten().filter_map(Record::agent)
    }

    pub(super) fn knows_owner(&self, key: &UniqueKey) -> bool {
        self.keys.iter().any(|(known, _)| known == key)
    }

    pub(super) fn knows_counter(&self, counter: &Counter) -> bool {
        self.counters.iter().any(|(known, _)| known == counter)
    }

    pub(super) fn knows(&self, key: Key) -> bool {
        self.asked.contains(&key)
    }
}
