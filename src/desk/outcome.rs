//! What came of a command.

use std::mem;
use std::sync::Arc;

use super::Backlog;
use crate::decide::{Command, Decision, Loaded, Step};
use crate::ids::{DeskId, Key, Reference, Revision};
use crate::people::Contact;
use crate::people::command::{
    BlockContact, EraseContact, MergeContacts, NoteContact, SetAvailability, UndoContactMerge,
};
use crate::record::{Event, Record};
use crate::settings::Settings;
use crate::store::Receipt;
use crate::ticket::Ticket;

/// What came of a command: the records after it, the events it appended, and why.
///
/// It is the host's, whoever acted: whole records and events, whatever the actor sees of them, also
/// of other tickets and people. What the actor is to be shown, [`Desk::show`](crate::Desk::show),
/// [`Desk::thread`](crate::Desk::thread) and [`Desk::activity`](crate::Desk::activity) give
/// afterwards, by their sight; [`reference`](Self::reference) may be told to who acted on the
/// ticket. A [`Refusal`](crate::Refusal) may be shown to the actor as it is.
///
/// # Examples
///
/// The trace says why, step by step. Here a reply finds a ticket that should have closed itself
/// in the meantime:
///
/// ```
#[doc = include_str!("../example.txt")]
/// let resolve = Resolve { ticket: id, resolution: Resolving::new("solved") };
/// desk.resolve(agent.at(now), resolve)?;
///
/// let later = now + TimeDelta::days(6);
/// let outcome = desk.reply(customer.at(later), Reply::new(id, "It is back."))?;
/// let said: Vec<String> = outcome
///     .trace
///     .iter()
///     .map(|step| match step {
///         Step::Settled { timer, due } => format!("{timer:?} was due at {due}"),
///         Step::Moved { from, to, because } => format!("{from} to {to}: {because:?}"),
///         step => format!("{step:?}"),
///     })
///     .collect();
/// assert_eq!(
///     said,
///     [
///         "AutoClose was due at 2026-03-06 09:00:00 UTC",
///         "resolved to closed: AutoClosed",
///         "closed to open: CustomerReplied",
///     ]
/// );
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The records that it wrote, as they are after it, and the one that it was about.
    pub records: Vec<Record>,
    /// The events that it appended, by record. Empty: it changed nothing.
    pub events: Vec<(Key, Arc<[Event]>)>,
    /// Why, step by step. Empty where the command was carried out before.
    pub trace: Vec<Step>,
    /// Whether the command had been carried out before; this is what came of it then, with
    /// the records as they are now.
    pub repeated: bool,
    /// How often it was decided: 1, unless somebody else was faster.
    pub tries: u32,
    /// Its place among the commits of the desk, once it is committed.
    pub seq: Option<u64>,
    /// Of a command by which an agent came to be there for work, under rules that route: what
    /// became of what waited, each ticket by a commit of its own after this one's.
    pub backlog: Option<Backlog>,
    about: Option<Key>,
    prefix: Option<Arc<str>>,
    /// Whether the settings that it was decided under route.
    routes: bool,
}

impl Outcome {
    /// What comes of a decision; takes the trace, which no store needs.
    pub(super) fn of(
        desk: DeskId,
        command: &Command,
        decision: &mut Decision,
        loaded: &Loaded,
    ) -> Self {
        let about = about(desk, command);
        let mut records: Vec<Record> = decision
            .writes
            .iter()
            .map(|write| Record {
                key: write.key,
                revision: write.revision(),
                number: loaded.record(write.key).and_then(|record| record.number),
                head: write.head.clone(),
            })
            .collect();
        if !records.iter().any(|record| Some(record.key) == about) {
            records.extend(about.and_then(|key| loaded.record(key)).cloned());
        }
        let events =
            decision.writes.iter().map(|write| (write.key, write.events.clone())).collect();
        Self {
            records,
            events,
            trace: mem::take(&mut decision.trace),
            repeated: false,
            tries: 1,
            seq: None,
            backlog: None,
            about,
            prefix: None,
            routes: false,
        }
    }

    pub(super) fn repeated(desk: DeskId, command: &Command, receipt: &Receipt) -> Self {
        Self {
            records: Vec::with_capacity(receipt.touched.len()),
            events: Vec::with_capacity(receipt.touched.len()),
            trace: Vec::new(),
            repeated: true,
            tries: 1,
            seq: Some(receipt.seq),
            backlog: None,
            about: about(desk, command),
            prefix: None,
            routes: false,
        }
    }

    /// The records that it is to show: those that the command wrote, and the one that it was
    /// about.
    pub(super) fn keys(&self, receipt: &Receipt) -> Vec<Key> {
        let mut keys: Vec<Key> = receipt.touched.iter().map(|touched| touched.key).collect();
        keys.extend(self.about.filter(|about| !keys.contains(about)));
        keys
    }

    /// What it takes from the settings that it was decided under.
    pub(super) fn under(&mut self, settings: Option<&Settings>) {
        self.prefix = settings.map(|settings| settings.reference_prefix().clone());
        self.routes = settings.is_some_and(|settings| !settings.rules().routing().is_empty());
    }

    pub(super) fn routes(&self) -> bool {
        self.routes
    }

    /// Fills in what only the store knew: the place of the commit, and ticket numbers. For hosts
    /// that commit what [`Desk::prepare`](crate::Desk::prepare) gave them.
    pub fn complete(&mut self, receipt: &Receipt) {
        self.seq = Some(receipt.seq);
        for record in &mut self.records {
            let touched = receipt.touched.iter().find(|touched| touched.key == record.key);
            record.number = record.number.or(touched.and_then(|touched| touched.number));
        }
    }

    /// The ticket that the command was about, as it is after it; for an opening, a follow-up or a
    /// split, the new one. `None` for commands on people, organisations and settings.
    pub fn ticket(&self) -> Option<&Arc<Ticket>> {
        self.main().and_then(Record::ticket)
    }

    /// The contact that the command was about, as they are after it. `None` for commands on tickets,
    /// agents, organisations and settings.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let put = desk.put_contact(Actor::Host.at(now), maria, ContactProfile::new("Maria"))?;
    /// assert_eq!(put.contact().unwrap().name(), Some("Maria"));
    /// assert!(put.ticket().is_none());
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn contact(&self) -> Option<&Arc<Contact>> {
        self.main().and_then(Record::contact)
    }

    /// The reference of the ticket that it was about, such as `HD-1042`; `None` before it is committed.
    pub fn reference(&self) -> Option<Reference> {
        let number = self.main()?.number?;
        Some(Reference::new(self.prefix.clone()?, number))
    }

    /// Every event that it appended, with its record, record by record.
    pub fn all_events(&self) -> impl Iterator<Item = (Key, &Event)> {
        self.events.iter().flat_map(|(key, events)| events.iter().map(|event| (*key, event)))
    }

    /// The tickets that it opened: for an opening or a split that one, else a follow-up, if any.
    pub fn opened(&self) -> impl Iterator<Item = &Arc<Ticket>> {
        self.records.iter().filter_map(|record| {
            let first = self.events.iter().find(|(key, _)| *key == record.key)?.1.first()?;
            record.ticket().filter(|_| first.revision == Revision(1))
        })
    }

    /// Whether it changed nothing.
    pub fn is_no_op(&self) -> bool {
        self.events.is_empty()
    }

    fn main(&self) -> Option<&Record> {
        match self.about {
            Some(about) => self.records.iter().find(|record| record.key == about),
            None => self.records.first(),
        }
    }
}

/// The record that a command is about; for an opening, the new one.
fn about(desk: DeskId, command: &Command) -> Option<Key> {
    match command {
        Command::Open(open) => Some(Key::ticket(desk, open.id)),
        Command::FollowUp(follow_up) => Some(Key::ticket(desk, follow_up.id)),
        Command::Split(split) => Some(Key::ticket(desk, split.id)),
        Command::PutAgent { id, .. }
        | Command::EraseAgent(id)
        | Command::SetAvailability(SetAvailability { agent: id, .. }) => {
            Some(Key::agent(desk, *id))
        }
        Command::PutOrganisation { id, .. } => Some(Key::organisation(desk, *id)),
        Command::PutContact { id: contact, .. }
        | Command::MergeContacts(MergeContacts { contact, .. })
        | Command::UndoContactMerge(UndoContactMerge { contact })
        | Command::BlockContact(BlockContact { contact, .. })
        | Command::NoteContact(NoteContact { contact, .. })
        | Command::EraseContact(EraseContact { contact, .. }) => Some(Key::contact(desk, *contact)),
        command => command.ticket().map(|ticket| Key::ticket(desk, ticket)),
    }
}
