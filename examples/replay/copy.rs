//! Moves a whole desk into a fresh store through the stored form, and compares the two.
//!
//! It is what a host does that changes its database: every event, head, key, counter and receipt
//! is written as text, read back, and committed again in the order in which it was committed.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, Write};

use chrono::DateTime;
use helpdesk::matching::Listing;
use helpdesk::store::{Commit, CommitParts, Entry, MemoryStore, NewReceipt, Receipt, Store, codec};
use helpdesk::{
    Actor, Columns, Counter, CounterChange, DepartmentName, Desk, DeskError, Event, Expected, Head,
    Key, KeyChange, Page, Revision, UniqueKey, Write as Written, fold,
};

use super::audit::Audit;

/// How many commits are read at a time.
const PAGE: usize = 1000;

/// How many owners and how many requesters look at both desks, beside the host.
const ONLOOKERS: usize = 5;

/// How many pages of each view are compared, and how long they are.
const PAGES: usize = 4;
const PAGE_OF_A_VIEW: usize = 100;

/// What is asked of both desks: a condition and an order.
const VIEWS: [(&str, &str); 5] = [
    ("queued = true", "priority desc, opened_at"),
    ("status_category in (new, open, waiting, on_hold)", "waiting_since, number desc"),
    ("reopened > 0 or notes > 0", "updated_at desc"),
    ("assignee is missing and status_category = closed", "number desc"),
    ("messages > 1 or transferred > 0", "category, priority desc, subject"),
];

/// How a desk compares with its copy.
#[derive(Debug)]
pub(super) struct Copy {
    /// Tickets whose record, history, number and receipts are the same.
    pub(super) tickets: u64,
    /// Events that went through the stored form.
    events: u64,
    commits: u64,
    receipts: u64,
    /// Pages of listings that were compared.
    pages: u64,
    /// Counters and queues that were compared.
    workloads: u64,
    /// Whether every ticket of the desk is there.
    whole: bool,
    /// What is not the same, in words.
    differences: Vec<String>,
}

impl Copy {
    /// Copies the desk, and compares.
    pub(super) fn of(desk: &Desk<MemoryStore>, audit: &Audit) -> Result<Self, Box<dyn Error>> {
        let mut mover = Mover { from: desk, to: MemoryStore::new(), copy: Self::none() };
        let mut after = 0;
        loop {
            let page = desk.store().scan(desk.id(), after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            for commit in page.chunk_by(|one, next| one.seq == next.seq) {
                mover.commit(commit)?;
            }
        }
        let Mover { from: _, to, mut copy } = mover;
        copy.compare(desk, &Desk::open_existing(to, desk.id())?, audit)?;
        Ok(copy)
    }

    /// Compares a desk, of which this is known, with another.
    fn compare(
        &mut self,
        here: &Desk<MemoryStore>,
        there: &Desk<MemoryStore>,
        audit: &Audit,
    ) -> Result<(), Box<dyn Error>> {
        self.compare_records(here, there)?;
        self.compare_workloads(here, there)?;
        self.compare_views(here, there, audit)?;
        let again = Audit::of(there)?;
        self.whole = self.tickets == audit.tickets.len() as u64;
        if (again.hash, again.bytes, again.events) != (audit.hash, audit.bytes, audit.events) {
            self.differences.push("the events are not the same, or not in the same order".into());
        }
        if !again.is_sound() {
            self.differences.push("heads of the copy are not the fold of their history".into());
        }
        Ok(())
    }

    /// Whether the copy is the desk in everything that was compared, and no ticket was left out.
    pub(super) fn is_exact(&self) -> bool {
        self.whole && self.differences.is_empty()
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for difference in &self.differences {
            writeln!(out, "NOT COPIED {difference}")?;
        }
        writeln!(
            out,
            "copy       {} commits of {} events and {} receipts through the stored form into a \
             fresh store; {} pages of listings and {} workloads answered alike",
            self.commits, self.events, self.receipts, self.pages, self.workloads
        )
    }

    fn none() -> Self {
        Self {
            tickets: 0,
            events: 0,
            commits: 0,
            receipts: 0,
            pages: 0,
            workloads: 0,
            whole: false,
            differences: Vec::new(),
        }
    }

    fn compare_records(
        &mut self,
        here: &Desk<MemoryStore>,
        there: &Desk<MemoryStore>,
    ) -> Result<(), Box<dyn Error>> {
        let (mut keys, mut after) = (BTreeSet::new(), 0);
        loop {
            let page = here.store().scan(here.id(), after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            keys.extend(page.iter().map(|entry| entry.key));
        }
        for key in keys {
            let (record, copied) = (here.record(key)?, there.record(key)?);
            let unique = record.as_ref().and_then(|record| match &record.head {
                Head::Ticket(_) => record.number.map(UniqueKey::Number),
                Head::Agent(_) | Head::Settings(_) => email(&record.head),
                _ => None,
            });
            let unique: Vec<UniqueKey> = unique.into_iter().collect();
            let owners = |desk: &Desk<MemoryStore>| desk.store().resolve(desk.id(), &unique);
            let same = record.is_some()
                && record == copied
                && whole_history(here.store(), key)? == whole_history(there.store(), key)?
                && owners(here)? == owners(there)?;
            if !same {
                self.differences.push(format!("{key} is not the same"));
            } else if key.as_ticket().is_some() {
                self.tickets += 1;
            }
        }
        Ok(())
    }

    fn compare_workloads(
        &mut self,
        here: &Desk<MemoryStore>,
        there: &Desk<MemoryStore>,
    ) -> Result<(), DeskError> {
        let settings = here.settings()?;
        let departments = settings.draft().departments.iter();
        let departments = departments.map(|department| Some(department.name.clone()));
        for department in departments.chain([None]) {
            self.workloads += 1;
            if here.workload(department.clone())? != there.workload(department.clone())? {
                let name = department.as_ref().map_or("none", DepartmentName::as_str);
                self.differences.push(format!("the workload of `{name}`"));
            }
        }
        let never = DateTime::UNIX_EPOCH;
        if here.next_wake(never)? != there.next_wake(never)? {
            self.differences.push("the next wake".into());
        }
        Ok(())
    }

    fn compare_views(
        &mut self,
        here: &Desk<MemoryStore>,
        there: &Desk<MemoryStore>,
        audit: &Audit,
    ) -> Result<(), Box<dyn Error>> {
        let heads = || audit.tickets.iter().filter_map(helpdesk::Record::ticket);
        let owners: BTreeSet<_> = heads().filter_map(|ticket| ticket.assignee()).collect();
        let owners: Vec<Actor> = owners.into_iter().take(ONLOOKERS).map(Actor::Agent).collect();
        let mut staff = vec![Actor::Host];
        staff.extend(owners);
        let askers = heads().filter_map(|ticket| match ticket.requester() {
            helpdesk::Requester::Contact(contact) => Some(contact),
            helpdesk::Requester::Agent(_) => None,
        });
        let askers: BTreeSet<_> = askers.collect();
        let mut listings = vec![Listing::every()];
        for (filter, order) in VIEWS {
            listings.push(Listing::of(filter.parse()?).sorted(order)?);
        }
        for actor in &staff {
            for listing in &listings {
                self.compare_pages(here, there, actor, listing)?;
            }
        }
        for asker in askers.into_iter().take(ONLOOKERS) {
            self.compare_pages(here, there, &Actor::Customer(asker), &Listing::every())?;
        }
        Ok(())
    }

    fn compare_pages(
        &mut self,
        here: &Desk<MemoryStore>,
        there: &Desk<MemoryStore>,
        actor: &Actor,
        listing: &Listing,
    ) -> Result<(), DeskError> {
        let mut listing = listing.clone().page(PAGE_OF_A_VIEW);
        for _ in 0..PAGES {
            let ask = |desk: &Desk<MemoryStore>| desk.find(actor, DateTime::UNIX_EPOCH, &listing);
            let (Page { tickets, next, .. }, copied) = (ask(here)?, ask(there)?);
            self.pages += 1;
            if tickets != copied.tickets || next != copied.next {
                self.differences.push(format!("{actor:?} finds other tickets: {}", listing.filter));
            }
            match next {
                Some(next) => listing.after = Some(next),
                None => break,
            }
        }
        Ok(())
    }
}

/// A desk on its way into another store.
struct Mover<'a> {
    from: &'a Desk<MemoryStore>,
    to: MemoryStore,
    copy: Copy,
}

impl Mover<'_> {
    /// Commits again what was committed at once.
    fn commit(&mut self, entries: &[Entry]) -> Result<(), Box<dyn Error>> {
        let desk = self.from.id();
        let mut parts = CommitParts {
            desk,
            writes: Vec::with_capacity(entries.len()),
            guards: Vec::new(),
            keys: Vec::new(),
            counters: Vec::new(),
            notices: Vec::new(),
            receipt: NewReceipt { command: None, digest: 0 },
        };
        let mut receipt = None;
        for entry in entries {
            let before = self.to_record(entry.key)?;
            let write = self.written(entry)?;
            counters(before.as_ref(), &write.head, &mut parts.counters)?;
            keys(entry.key, before.as_ref(), &write.head, &mut parts.keys)?;
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
        self.copy.commits += 1;
        if let Some(receipt) = receipt {
            self.copy.receipts += 1;
            let touched = codec::decode_touched(&codec::encode_touched(&receipt.touched)?)?;
            let kept = receipt.command.map(|command| self.to.receipt(desk, command)).transpose()?;
            // Its place may be another: stores may leave gaps.
            if made.touched != touched || kept.flatten() != Some(made) {
                let command = receipt.command;
                self.copy.differences.push(format!("the receipt of {command:?}"));
            }
        }
        Ok(())
    }

    fn to_record(&self, key: Key) -> Result<Option<Head>, Box<dyn Error>> {
        let wanted = helpdesk::store::Wanted::records([key]);
        let found = self.to.load(key.desk, &wanted)?.records.into_iter().next().flatten();
        Ok(found.map(|record| record.head))
    }

    /// A record's part of a commit, as it comes back from its stored form.
    fn written(&mut self, entry: &Entry) -> Result<Written, Box<dyn Error>> {
        let key = entry.key;
        let mut events = Vec::with_capacity(entry.events.len());
        for event in entry.events.iter() {
            events.push(codec::decode_event(&codec::encode_event(event)?)?);
        }
        self.copy.events += events.len() as u64;
        let history = whole_history(&self.to, key)?;
        let head = fold(key, history.iter().chain(&events))?;
        // Of the last of its commits, the head itself is on record.
        let now = self.from.record(key)?.ok_or_else(|| format!("{key} has events, no head"))?;
        if Some(now.revision) == events.last().map(|event| event.revision) {
            let stored = codec::decode_head(key, &codec::encode_head(&now.head)?)?;
            if stored != head {
                self.copy.differences.push(format!("{key}: the head is not as it was stored"));
            }
        }
        let expected = history.last().map_or(Expected::New, |last| Expected::At(last.revision));
        let columns = Columns::of(&head);
        let next_wake = head.next_wake();
        Ok(Written { key, expected, events: events.into(), head, columns, next_wake })
    }
}

/// A record's whole history.
fn whole_history(store: &MemoryStore, key: Key) -> Result<Vec<Event>, Box<dyn Error>> {
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

/// The unique key that an agent's address is, as the desk takes it.
fn email(head: &Head) -> Option<UniqueKey> {
    match head {
        Head::Agent(agent) => {
            agent.email().map(|address| UniqueKey::AgentEmail(address.trim().to_lowercase().into()))
        }
        _ => None,
    }
}

/// How the unique keys change hands; the store enters tickets' numbers by itself.
fn keys(
    key: Key,
    before: Option<&Head>,
    after: &Head,
    changes: &mut Vec<KeyChange>,
) -> Result<(), codec::CodecError> {
    let read = |unique: UniqueKey| codec::parse_unique_key(&codec::unique_key_text(&unique));
    let before = before.and_then(email).map(read).transpose()?;
    let after = email(after).map(read).transpose()?;
    if before != after {
        changes.extend(before.map(|unique| KeyChange::Release(unique, key)));
        changes.extend(after.map(|unique| KeyChange::Take(unique, key)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use helpdesk::command::{Note, Open, Take};
    use helpdesk::{
        AgentId, AgentProfile, CommandId, ContactId, Requester, SettingsDraft, TicketId,
    };

    use super::*;

    const TICKET: TicketId = TicketId::from_u128(1);
    const ANNA: AgentId = AgentId::from_u128(8);
    const MARIA: ContactId = ContactId::from_u128(7);

    fn desk() -> Desk<MemoryStore> {
        let now = DateTime::UNIX_EPOCH;
        let settings = SettingsDraft::default().build().unwrap();
        let desk = Desk::create(MemoryStore::new(), helpdesk::DeskId::from_u128(1), settings, now);
        let desk = desk.unwrap();
        for (id, email) in [(ANNA, "Anna@example.com"), (AgentId::from_u128(9), "bo@example.com")] {
            let profile = AgentProfile::new("Somebody").email(email);
            desk.put_agent(Actor::Host.at(now), id, profile).unwrap();
        }
        let open = Open::new(TICKET, Requester::Contact(MARIA), "It burns");
        let once = CommandId::from_u128(5);
        desk.open(Actor::Customer(MARIA).at(now).once(once), open).unwrap();
        desk
    }

    fn compared(here: &Desk<MemoryStore>, there: &Desk<MemoryStore>) -> Copy {
        let mut copy = Copy::none();
        copy.compare(here, there, &Audit::of(here).unwrap()).unwrap();
        copy
    }

    #[test]
    fn a_copy_is_exact_with_addresses_and_receipts() {
        let desk = desk();
        let now = DateTime::UNIX_EPOCH;
        let moved = AgentProfile::new("Anna").email("anna@example.org");
        desk.put_agent(Actor::Host.at(now), ANNA, moved).unwrap();
        let copy = Copy::of(&desk, &Audit::of(&desk).unwrap()).unwrap();
        assert!(copy.is_exact(), "{:?}", copy.differences);
        assert_eq!((copy.tickets, copy.receipts, copy.commits), (1, 1, 5));
    }

    #[test]
    fn a_desk_with_a_note_more_is_no_copy() {
        let (here, there) = (desk(), desk());
        assert!(compared(&here, &there).is_exact());
        let note = Note::new(TICKET, "Third fire this week.");
        there.note(Actor::Host.at(DateTime::UNIX_EPOCH), note).unwrap();
        let copy = compared(&here, &there);
        assert!(!copy.is_exact());
        assert_eq!(copy.tickets, 0);
    }

    #[test]
    fn another_owner_is_another_workload_and_another_answer() {
        let (here, there) = (desk(), desk());
        let take = Take { ticket: TICKET };
        there.take(Actor::Agent(ANNA).at(DateTime::UNIX_EPOCH), take).unwrap();
        let told = compared(&here, &there).differences.join("\n");
        assert!(told.contains("the workload of `none`"), "{told}");
        assert!(told.contains("finds other tickets"), "{told}");
    }
}
