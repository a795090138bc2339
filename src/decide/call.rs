//! A call: who asks for what, at which time.

use chrono::{DateTime, Utc};
use serde::Serialize;
use std::sync::Arc;

use crate::condition::View;
use crate::ids::{AgentId, CommandId, ContactId, Correlation, OrganisationId, Revision, TicketId};
use crate::people::command::{
    BlockContact, EraseContact, MergeContacts, NoteContact, SetAvailability, UndoContactMerge,
};
use crate::people::{Actor, AgentProfile, ContactProfile, OrganisationProfile};
use crate::settings::Settings;
use crate::ticket::command::{
    ApplyMacro, Assign, Close, CloseSide, ConfirmSolution, Edit, EraseTicket, Escalate, FollowUp,
    GrantAccess, Hold, Link, LogConversation, MarkSpam, MarkTodo, Merge, Note, Open, Postpone,
    ProposeSolution, Redact, RejectSolution, Reopen, Reply, ReplySide, ReportUndelivered, Resolve,
    RevokeAccess, SetStatus, Split, StartSide, Take, Transfer, Unassign, UndoMerge, Unlink,
    UnmarkSpam,
};

/// Everything that may be asked of a desk, as one value: to be queued, logged or sent on.
///
/// [`Desk`](crate::Desk) has a verb for each; [`Desk::execute`](crate::Desk::execute) takes any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Command {
    /// Opens a ticket: see [`Open`].
    Open(Open),
    /// Adds a public message: see [`Reply`].
    Reply(Reply),
    /// Adds a note that only agents read: see [`Note`].
    Note(Note),
    /// Lets a guest in to a ticket: see [`GrantAccess`].
    GrantAccess(GrantAccess),
    /// Ends what a guest was granted: see [`RevokeAccess`].
    RevokeAccess(RevokeAccess),
    /// Logs what was said elsewhere: see [`LogConversation`].
    LogConversation(LogConversation),
    /// Changes what is known of a ticket: see [`Edit`].
    Edit(Edit),
    /// Links a ticket to another: see [`Link`].
    Link(Link),
    /// Takes a link back: see [`Unlink`].
    Unlink(Unlink),
    /// Says where a to-do stands: see [`MarkTodo`].
    MarkTodo(MarkTodo),
    /// Gives a ticket to an agent: see [`Assign`].
    Assign(Assign),
    /// Gives a ticket back to its department's queue: see [`Unassign`].
    Unassign(Unassign),
    /// Takes a ticket for oneself: see [`Take`].
    Take(Take),
    /// Moves a ticket to another department: see [`Transfer`].
    Transfer(Transfer),
    /// Hands a ticket to a higher tier: see [`Escalate`].
    Escalate(Escalate),
    /// Moves a ticket to another status: see [`SetStatus`].
    SetStatus(SetStatus),
    /// Puts a ticket aside until an instant: see [`Postpone`].
    Postpone(Postpone),
    /// Resolves a ticket: see [`Resolve`].
    Resolve(Resolve),
    /// Closes a ticket: see [`Close`].
    Close(Close),
    /// Reopens finished work: see [`Reopen`].
    Reopen(Reopen),
    /// Opens a ticket that follows up a closed one: see [`FollowUp`].
    FollowUp(FollowUp),
    /// Merges a ticket into another: see [`Merge`].
    Merge(Merge),
    /// Undoes a merge: see [`UndoMerge`].
    UndoMerge(UndoMerge),
    /// Splits a message off into a ticket of its own: see [`Split`].
    Split(Split),
    /// Carries out what a ticket does by itself up to now. Only [`Actor::System`] gives it.
    Tick(TicketId),
    /// Has a ticket follow the settings in force: see [`Desk::adopt`](crate::Desk::adopt). Only
    /// [`Actor::System`] gives it.
    Adopt(TicketId),
    /// Looks for an owner by the routing rules, for a ticket that waits for one: see
    /// [`Desk::route`](crate::Desk::route). Whoever may assign, and [`Actor::System`].
    Route(TicketId),
    /// Registers an agent, or says anew what an agent is. Owners, admins and the host.
    PutAgent {
        /// Which agent.
        id: AgentId,
        /// Everything there is to say of them.
        profile: AgentProfile,
    },
    /// Says whether an agent takes work: see [`SetAvailability`].
    SetAvailability(SetAvailability),
    /// Keeps the acting agent's own views: these, and no other.
    SaveViews(Vec<View>),
    /// Puts a contact on record, or says anew what a contact is. Agents and the host.
    PutContact {
        /// Which contact.
        id: ContactId,
        /// Everything there is to say of them.
        profile: ContactProfile,
    },
    /// Puts an organisation on record, or says anew what it is. Owners, admins and the host.
    PutOrganisation {
        /// Which organisation.
        id: OrganisationId,
        /// Everything there is to say of it.
        profile: OrganisationProfile,
    },
    /// Merges a contact into another: see [`MergeContacts`].
    MergeContacts(MergeContacts),
    /// Undoes a merge of contacts: see [`UndoContactMerge`].
    UndoContactMerge(UndoContactMerge),
    /// Blocks a contact, or lifts the block: see [`BlockContact`].
    BlockContact(BlockContact),
    /// Adds a note about a contact: see [`NoteContact`].
    NoteContact(NoteContact),
    /// Creates the desk with these settings. The host only.
    CreateDesk(Arc<Settings>),
    /// Puts these settings in force. Owners, admins and the host.
    PublishSettings(Arc<Settings>),
    /// Erases the words of some of a ticket's messages: see [`Redact`].
    Redact(Redact),
    /// Erases everything personal of a ticket: see [`EraseTicket`].
    EraseTicket(EraseTicket),
    /// Puts a ticket on legal hold, or releases it: see [`Hold`].
    Hold(Hold),
    /// Erases the name and the address of an agent who has left. Owners, admins and the host.
    EraseAgent(AgentId),
    /// Proposes a solution to the customer: see [`ProposeSolution`].
    ProposeSolution(ProposeSolution),
    /// Confirms the solution that was proposed: see [`ConfirmSolution`].
    ConfirmSolution(ConfirmSolution),
    /// Rejects the solution that was proposed: see [`RejectSolution`].
    RejectSolution(RejectSolution),
    /// Marks a ticket as spam: see [`MarkSpam`].
    MarkSpam(MarkSpam),
    /// Takes a mark as spam back: see [`UnmarkSpam`].
    UnmarkSpam(UnmarkSpam),
    /// Erases what is on record of a person: see [`EraseContact`].
    EraseContact(EraseContact),
    /// Starts a conversation with a third party: see [`StartSide`].
    StartSide(StartSide),
    /// Writes on a side conversation: see [`ReplySide`].
    ReplySide(ReplySide),
    /// Closes a side conversation: see [`CloseSide`].
    CloseSide(CloseSide),
    /// Applies a macro: see [`ApplyMacro`].
    ApplyMacro(ApplyMacro),
    /// Reports that a notice was not delivered: see [`ReportUndelivered`].
    ReportUndelivered(ReportUndelivered),
}

impl Command {
    /// The ticket that the command is about, if it is about one that should exist already.
    pub fn ticket(&self) -> Option<TicketId> {
        match self {
            Self::Reply(Reply { ticket, .. })
            | Self::Note(Note { ticket, .. })
            | Self::GrantAccess(GrantAccess { ticket, .. })
            | Self::RevokeAccess(RevokeAccess { ticket, .. })
            | Self::LogConversation(LogConversation { ticket, .. })
            | Self::Edit(Edit { ticket, .. })
            | Self::Link(Link { ticket, .. })
            | Self::Unlink(Unlink { ticket, .. })
            | Self::MarkTodo(MarkTodo { ticket, .. })
            | Self::Assign(Assign { ticket, .. })
            | Self::Unassign(Unassign { ticket })
            | Self::Take(Take { ticket })
            | Self::Transfer(Transfer { ticket, .. })
            | Self::Escalate(Escalate { ticket, .. })
            | Self::SetStatus(SetStatus { ticket, .. })
            | Self::Postpone(Postpone { ticket, .. })
            | Self::Resolve(Resolve { ticket, .. })
            | Self::Close(Close { ticket, .. })
            | Self::Reopen(Reopen { ticket, .. })
            | Self::FollowUp(FollowUp { ticket, .. })
            | Self::Merge(Merge { ticket, .. })
            | Self::UndoMerge(UndoMerge { ticket })
            | Self::Split(Split { ticket, .. })
            | Self::Tick(ticket)
            | Self::Adopt(ticket)
            | Self::Route(ticket)
            | Self::Redact(Redact { ticket, .. })
            | Self::EraseTicket(EraseTicket { ticket, .. })
            | Self::Hold(Hold { ticket, .. })
            | Self::ProposeSolution(ProposeSolution { ticket, .. })
            | Self::ConfirmSolution(ConfirmSolution { ticket })
            | Self::RejectSolution(RejectSolution { ticket, .. })
            | Self::MarkSpam(MarkSpam { ticket })
            | Self::UnmarkSpam(UnmarkSpam { ticket })
            | Self::StartSide(StartSide { ticket, .. })
            | Self::ReplySide(ReplySide { ticket, .. })
            | Self::CloseSide(CloseSide { ticket, .. })
            | Self::ApplyMacro(ApplyMacro { ticket, .. }) => Some(*ticket),
            Self::ReportUndelivered(report) => Some(report.notice.id.ticket),
            Self::Open(_)
            | Self::PutAgent { .. }
            | Self::SetAvailability(_)
            | Self::SaveViews(_)
            | Self::PutContact { .. }
            | Self::PutOrganisation { .. }
            | Self::MergeContacts(_)
            | Self::UndoContactMerge(_)
            | Self::BlockContact(_)
            | Self::NoteContact(_)
            | Self::CreateDesk(_)
            | Self::PublishSettings(_)
            | Self::EraseAgent(_)
            | Self::EraseContact(_) => None,
        }
    }
}

/// Who acts, and when: the part of a call that is the same for every command.
///
/// [`Actor::at`] begins one; the rest is said where it matters:
///
/// ```
/// # use helpdesk::{Actor, AgentId, CommandId, Revision};
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let context = Actor::Agent(AgentId::from_u128(8))
///     .at(now)
///     .once(CommandId::from_u128(99))
///     .correlated("request-4711")
///     .having_seen(Revision(3));
/// assert_eq!(context.command_id, Some(CommandId::from_u128(99)));
/// assert_eq!(context.correlation.unwrap().as_str(), "request-4711");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The time, cut to whole microseconds. The crate never reads a clock. Behind what a ticket
    /// has seen, it is raised to that ([`Step::TimeRaised`](crate::Step::TimeRaised)).
    pub now: DateTime<Utc>,
    /// Who acts.
    pub actor: Actor,
    /// Names the command, so that sending it twice does it once: see [`once`](Self::once).
    pub command_id: Option<CommandId>,
    /// The host's own id, such as that of a web request, carried into events and notices.
    pub correlation: Option<Correlation>,
    /// The revision of the ticket that the actor looked at; a newer one refuses the command: see
    /// [`having_seen`](Self::having_seen).
    pub seen: Option<Revision>,
}

impl Actor {
    /// This actor, acting at this time.
    ///
    /// ```
    /// # use helpdesk::{Actor, ContactId, Revision};
    /// let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// let context = Actor::Customer(ContactId::from_u128(1)).at(now).having_seen(Revision(3));
    /// assert_eq!(context.seen, Some(Revision(3)));
    /// ```
    pub fn at(&self, now: DateTime<Utc>) -> Context {
        Context { now, actor: self.clone(), command_id: None, correlation: None, seen: None }
    }
}

impl Context {
    /// Names the command, so that sending it twice does it once: the second time gives what came
    /// of it the first time ([`Outcome::repeated`](crate::Outcome#structfield.repeated)), however much
    /// later. Another command under the same id is refused
    /// ([`CommandIdReused`](crate::Refusal::CommandIdReused)).
    #[must_use]
    pub fn once(mut self, command_id: CommandId) -> Self {
        self.command_id = Some(command_id);
        self
    }

    /// Carries the host's own id into events and notices.
    #[must_use]
    pub fn correlated(mut self, correlation: impl Into<Correlation>) -> Self {
        self.correlation = Some(correlation.into());
        self
    }

    /// Refuses the command ([`StaleView`](crate::Refusal::StaleView)) if the ticket has changed
    /// since the actor looked at it: nobody answers what they have not read. What has happened in the
    /// meantime, [`Desk::since_seen`](crate::Desk::since_seen) tells.
    ///
    /// It is the revision of the ticket that the command names. Of the ticket into which that one
    /// was merged it says nothing: what would go there is refused, by a refusal that leads on to
    /// who sees it ([`Merged`](crate::Refusal::Merged)). Without it, late words arrive.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let second = TicketId::from_u128(2);
    /// let open = Open::new(second, Requester::Contact(maria), "Is anybody there?");
    /// desk.open(customer.at(now), open)?;
    /// let merged = desk.merge(agent.at(now), Merge::new(second, id))?;
    ///
    /// let seen = merged.ticket().unwrap().revision();
    /// let answer = Reply::new(second, "Unplug it.");
    /// let refused = desk.reply(agent.at(now).having_seen(seen), answer.clone()).unwrap_err();
    /// assert_eq!(refused.refusal(), Some(&Refusal::Merged { into: Some(id) }));
    ///
    /// let seen = desk.ticket(id)?.unwrap().revision();
    /// desk.reply(agent.at(now).having_seen(seen), Reply::new(id, "Unplug it."))?;
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    #[must_use]
    pub fn having_seen(mut self, revision: Revision) -> Self {
        self.seen = Some(revision);
        self
    }

    /// The call that gives this command.
    pub fn call(self, command: Command) -> Call {
        Call { context: self, command }
    }
}

/// A command, with who gives it and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who acts, and when.
    pub context: Context,
    /// What is to be done.
    pub command: Command,
}
