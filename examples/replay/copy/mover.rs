//! Moves a desk, commit by commit, out of one store through the stored form into another.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::store::{
    Commit, CommitParts, Entry, Lease, MemoryStore, NewReceipt, Receipt, Scope, Settlement, Store,
    Wanted, codec,
};
use helpdesk::{
    Columns, Counter, CounterChange, Desk, DeskId, Event, Expected, Head, Key, KeyChange, Notice,
    Revision, TicketId, UniqueKey, Write, fold,
};

/// How many commits, events or notices are read at a time.
pub(super) const PAGE: usize = 1000;

/// What went through the stored form.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pub(super) commits: u64,
    pub(super) events: u64,
    pub(super) receipts: u64,
    pub(super) notices: u64,
    /// What did not come back as it was, in words.
    pub(super) differences: Vec<String>,
}

/// A desk on its way into another store.
pub(super) struct Mover<'a> {
    from: &'a Desk<MemoryStore>,
    to: MemoryStore,
    moved: Moved,
    /// What is to be moved from the outbox, of each ticket in order.
    notices: Outbox,
}

/// Notices of each ticket, in order.
pub(super) type Outbox = BTreeMap<TicketId, VecDeque<Notice>>;

/// Every notice that waits, claimed and gone from the outbox.
pub(super) fn drained(store: &MemoryStore, desk: DeskId) -> Result<Outbox, Box<dyn Error>> {
    let now: DateTime<Utc> = DateTime::UNIX_EPOCH;
    let lease = Lease { until: now + TimeDelta::minutes(1), limit: PAGE };
    let mut drained = Outbox::new();
    loop {
        let claimed = store.claim(Scope::One(desk), now, lease)?;
        if claimed.is_empty() {
            return Ok(drained);
        }
        for claimed in claimed {
            store.settle(claimed.token, Settlement::Delivered)?;
            drained.entry(claimed.notice.id.ticket).or_default().push_back(claimed.notice);
        }
    }
}

impl<'a> Mover<'a> {
    /// Nothing is moved yet but these notices, which wait to be.
    pub(super) fn new(from: &'a Desk<MemoryStore>, notices: Outbox) -> Self {
        Self { from, to: MemoryStore::new(), moved: Moved::default(), notices }
    }

    /// Moves everything; gives the store that has it now.
    pub(super) fn all(mut self) -> Result<(MemoryStore, Moved), Box<dyn Error>> {
        let mut after = 0;
        loop {
            let page = self.from.store().scan(self.from.id(), after, PAGE)?;
            let Some(last) = page.last() else { return Ok((self.to, self.moved)) };
            after = last.seq;
            for commit in page.chunk_by(|one, next| one.seq == next.seq) {
                self.commit(commit)?;
            }
        }
    }

    /// Commits again what was committed at once.
    fn commit(&mut self, entries: &[Entry]) -> Result<(), Box<dyn Error>> {
        let desk = self.from.id();
        let mut parts = CommitParts {
            desk,
            writes: Vec::with_capacity(entries.len()),
            guards: Vec::new(),
            keys: Vec::new(),
            counters: Vec::new(),
            // What was erased came without its payload.
            erasures: Vec::new(),
            notices: Vec::new(),
            receipt: NewReceipt { command: None, digest: 0 },
        };
        let mut receipt = None;
        for entry in entries {
            let before = self.to_record(entry.key)?;
            let write = self.written(entry)?;
            counters(before.as_ref(), &write.head, &mut parts.counters)?;
            keys(entry.key, before.as_ref(), &write.head, &mut parts.keys)?;
            self.notices(entry, write.revision(), &mut parts.notices)?;
            parts.writes.push(write);
            let mut commands = entry.events.iter().filter_map(|event| event.cause.command);
            if let Some(command) = commands.next() {
                receipt = self.from.store().receipt(desk, command)?;
            }
        }
        if let Some(Receipt { command, digest, .. }) = &receipt {
            parts.receipt = NewReceipt { command: *command, digest: *digest };
        }
        let made = self.to.commit(Commit::from_parts(parts))?;
        self.moved.commits += 1;
        if let Some(receipt) = receipt {
            self.moved.receipts += 1;
            let touched = codec::decode_touched(&codec::encode_touched(&receipt.touched)?)?;
            let kept = receipt.command.map(|command| self.to.receipt(desk, command)).transpose()?;
            // Its place may be another: stores may leave gaps.
            if made.touched != touched || kept.flatten() != Some(made) {
                let command = receipt.command;
                self.moved.differences.push(format!("the receipt of {command:?}"));
            }
        }
        Ok(())
    }

    /// The notices of a record's events up to this one, as they come back from their stored form.
    fn notices(
        &mut self,
        entry: &Entry,
        upto: Revision,
        notices: &mut Vec<Notice>,
    ) -> Result<(), codec::CodecError> {
        let Some(ticket) = entry.key.as_ticket() else { return Ok(()) };
        let Some(waiting) = self.notices.get_mut(&ticket) else { return Ok(()) };
        let is_its = |notice: &Notice| notice.id.revision <= upto;
        while waiting.front().is_some_and(is_its) {
            let Some(notice) = waiting.pop_front() else { break };
            notices.push(codec::decode_notice(&codec::encode_notice(&notice)?)?);
            self.moved.notices += 1;
        }
        Ok(())
    }

    fn to_record(&self, key: Key) -> Result<Option<Head>, Box<dyn Error>> {
        let wanted = Wanted::records([key]);
        let found = self.to.load(key.desk, &wanted)?.records.into_iter().next().flatten();
        Ok(found.map(|record| record.head))
    }

    /// A record's part of a commit, as it comes back from its stored form.
    fn written(&mut self, entry: &Entry) -> Result<Write, Box<dyn Error>> {
        let key = entry.key;
        let mut events = Vec::with_capacity(entry.events.len());
        for event in entry.events.iter() {
            events.push(codec::decode_event(&codec::encode_event(event)?)?);
        }
        self.moved.events += events.len() as u64;
        let history = whole_history(&self.to, key)?;
        let head = fold(key, history.iter().chain(&events))?;
        // Of the last of its commits, the head itself is on record.
        let now = self.from.record(key)?.ok_or_else(|| format!("{key} has events, no head"))?;
        if Some(now.revision) == events.last().map(|event| event.revision) {
            let stored = codec::decode_head(key, &codec::encode_head(&now.head)?)?;
            if stored != head {
                self.moved.differences.push(format!("{key}: the head is not as it was stored"));
            }
        }
        let expected = history.last().map_or(Expected::New, |last| Expected::At(last.revision));
        let columns = Columns::of(&head);
        let next_wake = head.next_wake();
        Ok(Write { key, expected, events: events.into(), head, columns, next_wake })
    }
}

/// A record's whole history.
pub(super) fn whole_history(store: &MemoryStore, key: Key) -> Result<Vec<Event>, Box<dyn Error>> {
    let mut history: Vec<Event> = Vec::new();
    loop {
        let after = history.last().map_or(Revision::ZERO, |last| last.revision);
        let page = store.history(key, after, PAGE)?;
        let done = page.len() < PAGE;
        history.extend(page);
        if done {
            return Ok(history);
        }
    }
}

/// What counters say of a ticket: of an unfinished one, its owner's load, its department's
/// unfinished work and, without an owner, its department's queue.
fn counted(head: Option<&Head>) -> BTreeMap<Counter, i64> {
    let mut counted = BTreeMap::new();
    if let Some(Head::Ticket(ticket)) = head
        && !ticket.status().category.is_done()
    {
        let department = ticket.department().cloned();
        counted.insert(Counter::Unfinished(department.clone()), 1);
        counted.insert(ticket.assignee().map_or(Counter::Queued(department), Counter::Load), 1);
    }
    counted
}

/// How the counters change with a ticket.
fn counters(
    before: Option<&Head>,
    after: &Head,
    changes: &mut Vec<CounterChange>,
) -> Result<(), codec::CodecError> {
    let mut deltas = counted(Some(after));
    for (counter, count) in counted(before) {
        *deltas.entry(counter).or_default() -= count;
    }
    for (counter, delta) in deltas.into_iter().filter(|(_, delta)| *delta != 0) {
        let counter = codec::parse_counter(&codec::counter_text(&counter))?;
        changes.push(CounterChange { counter, delta, ceiling: None });
    }
    Ok(())
}

/// The unique keys of a record, as the desk takes them: an agent's address, and what other systems
/// call a ticket. A ticket's number is the store's to enter.
pub(super) fn unique_keys(head: &Head) -> BTreeSet<UniqueKey> {
    match head {
        Head::Agent(agent) => {
            let address = agent.email().map(|address| address.trim().to_lowercase().into());
            address.map(UniqueKey::AgentEmail).into_iter().collect()
        }
        Head::Ticket(ticket) => {
            ticket.external_refs().iter().cloned().map(UniqueKey::from).collect()
        }
        _ => BTreeSet::new(),
    }
}

/// How the unique keys change hands; the store enters tickets' numbers by itself.
fn keys(
    key: Key,
    before: Option<&Head>,
    after: &Head,
    changes: &mut Vec<KeyChange>,
) -> Result<(), codec::CodecError> {
    let read = |unique: &UniqueKey| codec::parse_unique_key(&codec::unique_key_text(unique));
    let before = before.map(unique_keys).unwrap_or_default();
    let after = unique_keys(after);
    for gone in before.difference(&after) {
        changes.push(KeyChange::Release(read(gone)?, key));
    }
    for come in after.difference(&before) {
        changes.push(KeyChange::Take(read(come)?, key));
    }
    Ok(())
}
