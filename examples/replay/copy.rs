//! Moves a whole desk into a fresh store through the stored form, and compares the two.
//!
//! It is what a host does that changes its database: every event, head, key, counter, receipt and
//! notice is written as text, read back, and committed again in the order in which it was
//! committed. The outbox moves: what is claimed from the one store is due in the other.

mod mover;

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{self, Write};

use chrono::DateTime;
use helpdesk::matching::Listing;
use helpdesk::store::{MemoryStore, Store};
use helpdesk::{Actor, DepartmentName, Desk, DeskError, Page, Record, Requester, UniqueKey};

use self::mover::{Moved, Mover, PAGE};
use super::audit::Audit;

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
#[derive(Debug, Default)]
pub(super) struct Copy {
    /// Tickets whose record, history, number and receipts are the same.
    pub(super) tickets: u64,
    /// What went through the stored form.
    moved: Moved,
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
        let told = mover::drained(desk.store(), desk.id())?;
        let (to, moved) = Mover::new(desk, told.clone()).all()?;
        let there = Desk::open_existing(to, desk.id())?;
        let mut copy = Self { moved, ..Self::default() };
        copy.compare(desk, &there, audit)?;
        if mover::drained(there.store(), there.id())? != told {
            copy.differences.push("the notices are not the same, or not in the same order".into());
        }
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
        self.whole && self.differences.is_empty() && self.moved.differences.is_empty()
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for difference in self.moved.differences.iter().chain(&self.differences) {
            writeln!(out, "NOT COPIED {difference}")?;
        }
        let Moved { commits, events, receipts, notices, .. } = self.moved;
        writeln!(
            out,
            "copy       {commits} commits of {events} events, {receipts} receipts, {notices} notices \
             through the stored form\n           into a fresh store; {} pages of listings and {} \
             workloads answered alike",
            self.pages, self.workloads
        )
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
            let number = record.as_ref().and_then(|record| record.number);
            let theirs = record.iter().flat_map(|record| UniqueKey::of(&record.head));
            let unique: Vec<_> = number.map(UniqueKey::Number).into_iter().chain(theirs).collect();
            let owners = |desk: &Desk<MemoryStore>| desk.store().resolve(desk.id(), &unique);
            let same = record.is_some()
                && record == copied
                && mover::whole_history(here.store(), key)?
                    == mover::whole_history(there.store(), key)?
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
        let heads = || audit.tickets.iter().filter_map(Record::ticket);
        let owners: BTreeSet<_> = heads().filter_map(|ticket| ticket.assignee()).collect();
        let owners: Vec<Actor> = owners.into_iter().take(ONLOOKERS).map(Actor::Agent).collect();
        let mut staff = vec![Actor::Host];
        staff.extend(owners);
        let askers = heads().filter_map(|ticket| match ticket.requester() {
            Requester::Contact(contact) => Some(contact),
            Requester::Agent(_) => None,
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
            let (Page { rows, next, .. }, copied) = (ask(here)?, ask(there)?);
            self.pages += 1;
            if rows != copied.rows || next != copied.next {
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

#[cfg(test)]
mod tests {
    use helpdesk::command::{Edit, Note, Open, Take};
    use helpdesk::{
        AgentId, AgentProfile, CommandId, ContactId, DeskId, ExternalRef, SettingsDraft, TicketId,
    };

    use super::*;

    const TICKET: TicketId = TicketId::from_u128(1);
    const ANNA: AgentId = AgentId::from_u128(8);
    const MARIA: ContactId = ContactId::from_u128(7);

    fn desk() -> Desk<MemoryStore> {
        let now = DateTime::UNIX_EPOCH;
        let settings = SettingsDraft::default().build().unwrap();
        let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, now);
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
        let mut copy = Copy::default();
        copy.compare(here, there, &Audit::of(here).unwrap()).unwrap();
        copy
    }

    #[test]
    fn a_copy_is_exact_with_addresses_external_references_and_receipts() {
        let desk = desk();
        let now = DateTime::UNIX_EPOCH;
        let moved = AgentProfile::new("Anna").email("anna@example.org");
        desk.put_agent(Actor::Host.at(now), ANNA, moved).unwrap();
        let theirs = ["OPS-1", "OPS-2", "OPS-3"].map(|id| ExternalRef::new("jira", "acme", id));
        let mut edit = Edit::new(TICKET);
        edit.add_external_refs = theirs[..2].iter().cloned().collect();
        desk.edit(Actor::Host.at(now), edit.clone()).unwrap();
        edit.add_external_refs = theirs[2..].iter().cloned().collect();
        edit.remove_external_refs = theirs[..1].iter().cloned().collect();
        desk.edit(Actor::Host.at(now), edit).unwrap();
        let copy = Copy::of(&desk, &Audit::of(&desk).unwrap()).unwrap();
        assert!(copy.is_exact(), "{:?}", copy.differences);
        assert_eq!(
            (copy.tickets, copy.moved.receipts, copy.moved.notices, copy.moved.commits),
            (1, 1, 1, 7)
        );
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
