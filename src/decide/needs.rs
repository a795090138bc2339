//! What a decision must see, asked for in rounds: a later round may depend on what an earlier
//! one brought.

use std::sync::Arc;

use crate::decide::{Call, Command, Counter, UniqueKey};
use crate::identity::Identity;
use crate::ids::{AgentId, ContactId, DeskId, Key, OrganisationId, Revision, TicketId};
use crate::people::command::{BlockContact, MergeContacts, NoteContact, UndoContactMerge};
use crate::people::{Actor, Agent, Author, Contact, Organisation, Requester};
use crate::record::{Event, Record};
use crate::settings::MOST_CHAIN;
use crate::subject::ExternalRef;
use crate::ticket::command::{
    Assign, Edit, EraseTicket, Escalate, FollowUp, LogConversation, Merge, Open, Redact, SaidBy,
    Split, Transfer,
};
use crate::ticket::{Ticket, retention_falls_due};
use crate::time::{Instant, whole_micros};

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
    }
}

/// What a decision sees: what a host has loaded because [`needs`] asked for it.
///
/// What is not there is said, too: a record that does not exist is added as `None`, or `needs`
/// asks for it again.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// Whose records were asked for; each has its place in `records`.
    asked: Vec<Key>,
    records: Vec<Option<Record>>,
    keys: Vec<(UniqueKey, Option<Key>)>,
    counters: Vec<(Counter, i64)>,
    passages: Vec<(Passage, Vec<Event>)>,
}

impl Loaded {
    /// Adds a record, or the fact that there is none.
    pub fn add_record(&mut self, key: Key, record: Option<Record>) {
        self.add_records(vec![key], vec![record]);
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

    pub(crate) fn record(&self, key: Key) -> Option<&Record> {
        let place = self.asked.iter().position(|asked| *asked == key)?;
        self.records.get(place)?.as_ref()
    }

    pub(crate) fn ticket(&self, desk: DeskId, id: TicketId) -> Option<&Arc<Ticket>> {
        self.record(Key::ticket(desk, id)).and_then(Record::ticket)
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

    fn knows(&self, key: Key) -> bool {
        self.asked.contains(&key)
    }
}

struct Asking<'a> {
    desk: DeskId,
    now: Instant,
    loaded: &'a Loaded,
    needs: Needs,
}

impl Asking<'_> {
    fn record(&mut self, key: Key) {
        if !self.loaded.knows(key) && !self.needs.records.contains(&key) {
            self.needs.records.push(key);
        }
    }

    fn agent(&mut self, id: AgentId) {
        self.record(Key::agent(self.desk, id));
    }

    /// A contact, and the one that speaks for it where it was merged.
    fn contact(&mut self, id: ContactId) {
        self.record(Key::contact(self.desk, id));
        if let Some(into) = self.loaded.contact(self.desk, id).and_then(|it| it.merged_into()) {
            self.record(Key::contact(self.desk, into));
        }
    }

    /// Who asks on a ticket, where it is a contact.
    fn requester(&mut self, ticket: TicketId) {
        let ticket = self.loaded.ticket(self.desk, ticket);
        if let Some(Requester::Contact(contact)) = ticket.map(|ticket| ticket.requester()) {
            self.contact(contact);
        }
    }

    /// An agent who may come to own the ticket: the record, and the load.
    fn owner(&mut self, id: AgentId) {
        self.agent(id);
        let load = Counter::Load(id);
        if !self.loaded.counters.iter().any(|(known, _)| *known == load)
            && !self.needs.counters.contains(&load)
        {
            self.needs.counters.push(load);
        }
    }

    /// The whole history of a ticket, once it is known how long that is.
    fn whole(&mut self, id: TicketId) {
        if let Some(ticket) = self.loaded.ticket(self.desk, id) {
            self.passage(Passage::whole(Key::ticket(self.desk, id), ticket.revision()));
        }
    }

    fn passage(&mut self, passage: Passage) {
        if self.loaded.passage(passage).is_none() && !self.needs.passages.contains(&passage) {
            self.needs.passages.push(passage);
        }
    }

    /// Who has this external reference, and, once that is known, whether the actor may know it.
    fn reference(&mut self, reference: &ExternalRef) {
        // What cannot be one is refused, whoever might have it.
        if reference.is_clear() {
            let key = UniqueKey::from(reference.clone());
            if let Some(owner) = self.loaded.owner(&key) {
                self.record(owner);
            }
            self.key(key);
        }
    }

    fn key(&mut self, key: UniqueKey) {
        if !self.loaded.keys.iter().any(|(known, _)| *known == key) {
            self.needs.keys.push(key);
        }
    }
}

/// What is still missing to decide this call. At most three rounds, and one more for each merge
/// that a redirect leads over, then nothing: a later round may depend on what an earlier one
/// brought.
///
/// ```
/// use helpdesk::command::Reply;
/// use helpdesk::{Actor, Command, ContactId, DeskId, Key, Loaded, TicketId, needs};
///
/// let (desk, id) = (DeskId::from_u128(1), TicketId::from_u128(1));
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let maria = ContactId::from_u128(7);
/// let call = Actor::Customer(maria).at(now).call(Command::Reply(Reply::new(id, "Any news?")));
///
/// let mut loaded = Loaded::default();
/// let missing = needs(desk, &call, &loaded);
/// let wanted = [Key::settings(desk), Key::contact(desk, maria), Key::ticket(desk, id)];
/// assert_eq!(missing.records, wanted);
///
/// // None of them exists; there is nothing further to look for.
/// for key in missing.records {
///     loaded.add_record(key, None);
/// }
/// assert!(needs(desk, &call, &loaded).is_empty());
/// ```
///
/// [`decide`](crate::decide) has the whole loop.
pub fn needs(desk: DeskId, call: &Call, loaded: &Loaded) -> Needs {
    let now = whole_micros(call.context.now);
    let mut asking = Asking { desk, now, loaded, needs: Needs::default() };
    if loaded.asked.is_empty() {
        // The settings, who acts, and what it is about.
        asking.needs.records.reserve_exact(3);
    }
    asking.record(Key::settings(desk));
    match call.context.actor {
        Actor::Agent(id) => asking.agent(id),
        Actor::Customer(id) | Actor::AutoResponder(id) => asking.contact(id),
        Actor::Bot(_) | Actor::Guest(_) | Actor::Host | Actor::System => {}
    }
    // Where it has been merged, the ticket that goes on in its place.
    let survivor = call.command.ticket().map(|ticket| {
        let end = end_of(&mut asking, ticket);
        settling(&mut asking, ticket);
        if let Actor::Guest(guest) = call.context.actor
            && let Some(ticket) = loaded.ticket(desk, ticket)
            && let Some(grant) = ticket.sight().grant(guest, now)
        {
            // For whom the guest speaks, who may have been blocked.
            asking.contact(grant.contact);
        }
        settling(&mut asking, end);
        end
    });
    match &call.command {
        Command::Open(Open { id, requester, external_refs, .. }) => {
            external_refs.iter().for_each(|reference| asking.reference(reference));
            asking.record(Key::ticket(desk, *id));
            match requester {
                Requester::Agent(id) => asking.agent(*id),
                Requester::Contact(id) => asking.contact(*id),
            }
        }
        Command::FollowUp(FollowUp { id, ticket, .. }) => {
            asking.record(Key::ticket(desk, *id));
            // The asking agent of an internal ticket, whose words the new one starts with.
            if let Some(Requester::Agent(id)) =
                loaded.ticket(desk, *ticket).map(|ticket| ticket.requester())
            {
                asking.agent(id);
            }
            asking.requester(*ticket);
        }
        Command::Assign(Assign { agent, .. })
        | Command::Transfer(Transfer { agent: Some(agent), .. })
        | Command::Escalate(Escalate { agent: Some(agent), .. }) => asking.owner(*agent),
        Command::Take(_) => {
            if let Actor::Agent(id) = call.context.actor {
                asking.owner(id);
            }
        }
        Command::LogConversation(LogConversation { said_by, ticket, .. }) => {
            let requester = loaded.ticket(desk, *ticket).map(|ticket| ticket.requester());
            match (*said_by, requester) {
                (SaidBy::Agent(id), _) | (SaidBy::Requester, Some(Requester::Agent(id))) => {
                    asking.agent(id);
                }
                (SaidBy::Requester, _) => {}
            }
            listener(&mut asking, survivor.unwrap_or(*ticket));
        }
        Command::Reply(reply) => listener(&mut asking, survivor.unwrap_or(reply.ticket)),
        Command::Merge(Merge { ticket, into }) => {
            let end = end_of(&mut asking, *into);
            settling(&mut asking, end);
            former_owner(&mut asking, end);
            // Two contacts may be one person.
            asking.requester(survivor.unwrap_or(*ticket));
            asking.requester(end);
        }
        Command::UndoMerge(undo) => former_owner(&mut asking, undo.ticket),
        Command::Split(split) => splitting(&mut asking, split),
        Command::Reopen(reopen) => former_owner(&mut asking, reopen.ticket),
        Command::UnmarkSpam(unmark) => former_owner(&mut asking, unmark.ticket),
        Command::PutAgent { id, profile } => {
            asking.agent(*id);
            if let Some(email) = &profile.email {
                asking.key(UniqueKey::agent_email(email));
            }
        }
        Command::Redact(Redact { ticket, .. })
        | Command::EraseTicket(EraseTicket { ticket, .. }) => asking.whole(*ticket),
        Command::EraseAgent(id) => asking.agent(*id),
        Command::PutContact { id, profile } => {
            asking.record(Key::contact(desk, *id));
            for identity in &profile.identities {
                asking.key(UniqueKey::identity(identity));
            }
            match profile.organisation {
                Some(organisation) => asking.record(Key::organisation(desk, organisation)),
                None => {
                    let domains = profile.identities.iter().filter_map(Identity::domain);
                    domains.for_each(|domain| asking.key(UniqueKey::Domain(domain)));
                }
            }
        }
        Command::PutOrganisation { id, profile } => {
            asking.record(Key::organisation(desk, *id));
            for domain in profile.normal_domains() {
                asking.key(UniqueKey::Domain(domain));
            }
        }
        Command::MergeContacts(MergeContacts { contact, into }) => {
            asking.contact(*into);
            asking.contact(*contact);
            // Those that come with it are told who speaks for them now.
            for member in loaded.contact(desk, *contact).iter().flat_map(|it| it.members()) {
                asking.record(Key::contact(desk, member.contact));
            }
        }
        Command::UndoContactMerge(UndoContactMerge { contact }) => {
            asking.contact(*contact);
            let survivor = loaded.survivor(desk, *contact);
            for member in survivor.iter().flat_map(|it| it.members_of(*contact)) {
                asking.record(Key::contact(desk, member.contact));
            }
        }
        Command::BlockContact(BlockContact { contact, .. })
        | Command::NoteContact(NoteContact { contact, .. }) => asking.contact(*contact),
        Command::Edit(Edit { add_external_refs, .. }) => {
            add_external_refs.iter().for_each(|reference| asking.reference(reference));
        }
        Command::StartSide(start) => asking.contact(start.with),
        Command::ReplySide(reply) => {
            let side = loaded.ticket(desk, reply.ticket).and_then(|it| it.side(reply.side));
            side.into_iter().for_each(|side| asking.contact(side.with()));
        }
        Command::ProposeSolution(_)
        | Command::ConfirmSolution(_)
        | Command::RejectSolution(_)
        | Command::MarkSpam(_)
        | Command::CloseSide(_)
        | Command::Hold(_)
        | Command::Note(_)
        | Command::GrantAccess(_)
        | Command::RevokeAccess(_)
        | Command::Unassign(_)
        | Command::Transfer(Transfer { agent: None, .. })
        | Command::Escalate(Escalate { agent: None, .. })
        | Command::SetStatus(_)
        | Command::Postpone(_)
        | Command::Resolve(_)
        | Command::Close(_)
        | Command::Tick(_)
        | Command::SaveViews(_)
        | Command::CreateDesk(_)
        | Command::PublishSettings(_) => {}
    }
    asking.needs
}

/// The ticket at the end of this one's redirect, as far as it is known yet.
fn end_of(asking: &mut Asking<'_>, mut ticket: TicketId) -> TicketId {
    for _ in 0..=MOST_CHAIN {
        asking.record(Key::ticket(asking.desk, ticket));
        let known = asking.loaded.ticket(asking.desk, ticket);
        let Some(into) = known.and_then(|ticket| ticket.merged_into()) else { break };
        ticket = into;
    }
    ticket
}

/// A message that is split off: the history that it is in, and every ticket between that and the
/// one whose thread shows it.
fn splitting(asking: &mut Asking<'_>, split: &Split) {
    asking.record(Key::ticket(asking.desk, split.id));
    let (mut at, end) = (split.message.ticket, end_of(asking, split.message.ticket));
    let source = asking.loaded.ticket(asking.desk, at);
    if end == split.ticket
        && source.is_some_and(|source| split.message.revision <= source.revision())
    {
        asking.whole(at);
        // Whose ticket the new one will be.
        let revision = source.map_or(Revision::ZERO, |source| source.revision());
        let passage = Passage::whole(Key::ticket(asking.desk, at), revision);
        let events = asking.loaded.passage(passage).unwrap_or_default();
        let event = events.iter().find(|event| event.revision == split.message.revision);
        let message = event.and_then(|event| event.ticket_change()?.message());
        if let Some(Author::Customer(contact)) = message.map(|message| &message.author) {
            asking.contact(*contact);
        }
        // What is due on those that are written to comes before.
        while at != end {
            settling(asking, at);
            let known = asking.loaded.ticket(asking.desk, at);
            let Some(into) = known.and_then(|ticket| ticket.merged_into()) else { break };
            at = into;
        }
    }
}

/// A ticket on which something is said: it may reopen, or, being closed for too long, be
/// continued by its latest follow-up, which may reopen in its turn.
fn listener(asking: &mut Asking<'_>, ticket: TicketId) {
    former_owner(asking, ticket);
    let listener = asking.loaded.ticket(asking.desk, ticket);
    let done = listener.filter(|ticket| ticket.status().category.is_done());
    if let Some(follow_up) = done.and_then(|ticket| ticket.followed_up_by().last()) {
        let follow_up = end_of(asking, *follow_up);
        settling(asking, follow_up);
        former_owner(asking, follow_up);
    }
}

/// A ticket on which what is due is carried out: where its retention is, that erases from the
/// history, and what is left is folded anew.
fn settling(asking: &mut Asking<'_>, id: TicketId) {
    let settings = asking.loaded.record(Key::settings(asking.desk)).and_then(Record::settings);
    if let Some(settings) = settings
        && let Some(ticket) = asking.loaded.ticket(asking.desk, id)
        && retention_falls_due(ticket, settings, asking.now)
    {
        asking.whole(id);
    }
}

/// Finished work that may reopen: its owner keeps it only if they still may, and have room.
fn former_owner(asking: &mut Asking<'_>, ticket: TicketId) {
    let owner = asking
        .loaded
        .ticket(asking.desk, ticket)
        .filter(|ticket| ticket.status().category.is_done())
        .and_then(|ticket| ticket.assignee());
    if let Some(owner) = owner {
        asking.owner(owner);
    }
}
