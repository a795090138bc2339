//! What a decision must see, asked for in rounds: a later round may depend on what an earlier
//! one brought.

mod measure;
mod reach;

use std::cell::RefCell;

use super::blocks::Look;
use super::loaded::{Loaded, Needs, Passage};
use super::{Refusal, decided};
use crate::decide::{Call, Command, Counter, UniqueKey};
use crate::identity::Identity;
use crate::ids::{AgentId, ContactId, DeskId, Key, TicketId};
use crate::people::command::{
    BlockContact, EraseContact, MergeContacts, NoteContact, SetAvailability, UndoContactMerge,
};
use crate::people::{Actor, Follower, Requester};
use crate::record::Record;
use crate::settings::MOST_CHAIN;
use crate::subject::ExternalRef;
use crate::ticket::LinkKind;
use crate::ticket::command::{
    Assign, Close, Edit, EraseTicket, Escalate, FollowUp, Link, LogConversation, Merge, Note, Open,
    ProposeSolution, Resolve, SaidBy, Transfer, Unlink,
};
use crate::time::{Instant, whole_micros};
use measure::belonging_of;
use reach::{
    ancestors, blocks, conversation, former_owner, leaving, listener, redacting, settling,
    splitting,
};

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

    /// All contacts that are one person, with their whole histories.
    fn person(&mut self, id: ContactId) {
        self.contact(id);
        for id in self.loaded.survivor(self.desk, id).iter().flat_map(|contact| contact.ids()) {
            let key = Key::contact(self.desk, id);
            self.record(key);
            if let Some(contact) = self.loaded.contact(self.desk, id) {
                self.passage(Passage::whole(key, contact.revision()));
            }
        }
    }

    /// The agents among those who are to follow a ticket.
    fn followers<'f>(&mut self, followers: impl IntoIterator<Item = &'f Follower>) {
        for follower in followers {
            match follower {
                Follower::Agent(agent) => self.agent(*agent),
                Follower::Contact(_) => {}
            }
        }
    }

    /// The contacts among them.
    fn contacts<'f>(&mut self, followers: impl IntoIterator<Item = &'f Follower>) {
        for follower in followers {
            match follower {
                Follower::Contact(contact) => self.record(Key::contact(self.desk, *contact)),
                Follower::Agent(_) => {}
            }
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
        if !self.loaded.knows_counter(&load) && !self.needs.counters.contains(&load) {
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
        if !self.loaded.knows_owner(&key) {
            self.needs.keys.push(key);
        }
    }
}

/// What is still missing to decide this call. A few rounds, then nothing: a later round may
/// depend on what an earlier one brought. More than six only where a link is made, one for each
/// ticket above the parent, or where a redirect leads over several merges, one for each; two for
/// each, where closing [waits](crate::CloseBlocks) for what lies behind them; and where a merge is
/// undone by which somebody came to follow what followed up, one for each such follow-up of a
/// follow-up and for each ticket that these were merged into, of which there may be any number. The
/// last rounds may ask for the whole history of a ticket, one a round: of one on which so much has
/// happened that it keeps only [some pauses](crate::Limits::clock_pauses) of its clocks, where those
/// do not do; and of one that was finished, spam or merged while nothing was promised, where it is work
/// again. Whether that is so only the decision knows, and with such tickets it is tried here first; so
/// it is where the settings have [rules](crate::rules) that act, for what these turn out to look at, such
/// as all among whom an agent is chosen; and where an agent's tickets of a channel are bounded.
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
    let needs = asked(desk, call, loaded);
    if needs.is_empty() { recounting(desk, call, loaded) } else { needs }
}

/// The history of a ticket whose clocks keep too few of their pauses for what this call does, or are
/// to be counted because it is work again: which that is, only the decision knows.
fn recounting(desk: DeskId, call: &Call, loaded: &Loaded) -> Needs {
    let settings = loaded.record(Key::settings(desk)).and_then(Record::settings);
    let promises = settings.is_some_and(|settings| !settings.sla_policies().is_empty());
    let routes = settings.is_some_and(|settings| settings.routes().any);
    let by_channel = loaded.agents().any(|agent| !agent.channel_capacity().is_empty());
    let now = whole_micros(call.context.now);
    let mut tickets = loaded.tickets();
    let missing = RefCell::default();
    // And what rules do, only the decision knows.
    let acts = settings.is_some_and(|settings| {
        let rules = settings.rules();
        !(rules.triggers().is_empty() && rules.time_rules().is_empty())
            || matches!(call.command, Command::ApplyMacro(_))
    });
    if (acts
        || routes
        || by_channel
        || tickets
            .any(|it| it.has_condensed_clocks() || (promises && measure::may_be_back(it, now))))
        && matches!(decided(desk, call, loaded, &missing), Err(Refusal::NotLoaded))
    {
        return missing.take();
    }
    Needs::default()
}

/// What is missing of all that a decision on such a call looks at.
pub(super) fn asked(desk: DeskId, call: &Call, loaded: &Loaded) -> Needs {
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
        // What is due on any that stand for it comes first.
        for survivor in chain(&asking, ticket).into_iter().skip(1) {
            settling(&mut asking, survivor);
        }
        end
    });
    match &call.command {
        Command::Open(Open { id, requester, external_refs, followers, .. }) => {
            asking.followers(followers);
            external_refs.iter().for_each(|reference| asking.reference(reference));
            asking.record(Key::ticket(desk, *id));
            match requester {
                Requester::Agent(id) => asking.agent(*id),
                Requester::Contact(id) => {
                    asking.contact(*id);
                    belonging_of(&mut asking, *id);
                }
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
                // Who is blocked asks for no new ticket.
                (SaidBy::Requester, Some(Requester::Contact(id))) => asking.contact(id),
                (SaidBy::Requester, None) => {}
            }
            listener(&mut asking, call, *ticket, survivor.unwrap_or(*ticket));
            measure::correcting(&mut asking, survivor.unwrap_or(*ticket));
        }
        Command::Reply(reply) => {
            listener(&mut asking, call, reply.ticket, survivor.unwrap_or(reply.ticket));
        }
        Command::Link(Link { ticket, kind, other }) => {
            // Where it has been merged, the refusal names the one that goes on.
            end_of(&mut asking, *other);
            settling(&mut asking, *other);
            match kind {
                LinkKind::ParentOf => ancestors(&mut asking, *ticket),
                LinkKind::ChildOf => ancestors(&mut asking, *other),
                LinkKind::Related
                | LinkKind::DuplicateOf
                | LinkKind::DuplicatedBy
                | LinkKind::CausedBy
                | LinkKind::Causes => {}
            }
        }
        Command::Unlink(Unlink { other, .. }) => {
            asking.record(Key::ticket(desk, *other));
            settling(&mut asking, *other);
        }
        Command::Note(Note { todos, mentions, .. }) => {
            let owners = todos.iter().filter_map(|todo| todo.owner);
            owners.chain(mentions.iter().copied()).for_each(|agent| asking.agent(agent));
        }
        Command::Resolve(Resolve { ticket, .. })
        | Command::Close(Close { ticket, .. })
        | Command::ProposeSolution(ProposeSolution { ticket, .. }) => {
            blocks(&mut asking, *ticket, None);
        }
        Command::Merge(Merge { ticket, into }) => {
            let end = end_of(&mut asking, *into);
            settling(&mut asking, end);
            former_owner(&mut asking, end);
            // Two contacts may be one person.
            asking.requester(survivor.unwrap_or(*ticket));
            asking.requester(end);
        }
        Command::UndoMerge(undo) => {
            former_owner(&mut asking, undo.ticket);
            leaving(&mut asking, call, undo.ticket);
        }
        Command::Split(split) => splitting(&mut asking, split),
        Command::Reopen(reopen) => former_owner(&mut asking, reopen.ticket),
        Command::UnmarkSpam(unmark) => former_owner(&mut asking, unmark.ticket),
        Command::PutAgent { id, profile } => {
            asking.agent(*id);
            if let Some(email) = &profile.email {
                asking.key(UniqueKey::agent_email(email));
            }
        }
        Command::Redact(redact) => redacting(&mut asking, redact),
        Command::EraseTicket(EraseTicket { ticket, .. }) => {
            asking.whole(*ticket);
            conversation(&mut asking, *ticket);
        }
        Command::EraseAgent(id) | Command::SetAvailability(SetAvailability { agent: id, .. }) => {
            asking.agent(*id);
        }
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
        Command::EraseContact(EraseContact { contact, .. }) => asking.person(*contact),
        Command::Edit(Edit { add_external_refs, follow, .. }) => {
            asking.followers(follow);
            if let Actor::Customer(_) = call.context.actor {
                // They give copies to their colleagues only.
                asking.contacts(follow);
            }
            add_external_refs.iter().for_each(|reference| asking.reference(reference));
        }
        Command::StartSide(start) => asking.contact(start.with),
        Command::ReplySide(reply) => {
            let side = loaded.ticket(desk, reply.ticket).and_then(|it| it.side(reply.side));
            side.into_iter().for_each(|side| asking.contact(side.with()));
        }
        Command::Adopt(id) => measure::adopting(&mut asking, *id),
        Command::ApplyMacro(apply) => former_owner(&mut asking, apply.ticket),
        Command::ConfirmSolution(_)
        | Command::RejectSolution(_)
        | Command::MarkSpam(_)
        | Command::CloseSide(_)
        | Command::ReportUndelivered(_)
        | Command::Hold(_)
        | Command::GrantAccess(_)
        | Command::RevokeAccess(_)
        | Command::MarkTodo(_)
        | Command::Unassign(_)
        | Command::Transfer(Transfer { agent: None, .. })
        | Command::Escalate(Escalate { agent: None, .. })
        | Command::SetStatus(_)
        | Command::Postpone(_)
        | Command::Tick(_)
        | Command::Route(_)
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

/// This ticket and those that stand for it, as far as they are known yet.
fn chain(asking: &Asking<'_>, ticket: TicketId) -> Vec<TicketId> {
    let known = |ticket: TicketId| asking.loaded.ticket(asking.desk, ticket);
    let next = |at: &TicketId| known(*at).and_then(|ticket| ticket.merged_into());
    std::iter::successors(Some(ticket), next).take(MOST_CHAIN as usize + 1).collect()
}
