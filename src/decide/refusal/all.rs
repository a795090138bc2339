//! Every refusal there is.

use super::{ChannelRoom, MacroStopped, Vocabulary};
use crate::ids::{
    AgentId, ContactId, DepartmentName, FieldName, Key, Revision, StatusName, TicketId,
};
use crate::people::{Actor, Party};
use crate::ticket::{ReplayError, SideId, TodoId};
use crate::time::Instant;

/// The rules say no: [`code`](Self::code) tells programs, the text people, [`kind`](Self::kind) hosts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such ticket, or the actor may not know of it: nobody learns which by asking.
    #[error("there is no ticket `{ticket}`")]
    NotFound {
        /// The ticket that was named.
        ticket: TicketId,
    },
    /// The desk has no settings yet.
    #[error("there is no such desk")]
    NoSuchDesk,
    /// The desk has settings already, and was to be created.
    #[error("the desk exists already")]
    DeskExists,
    /// The acting agent is not on record, or has left.
    #[error("{actor} is not an active agent of this desk")]
    NotAnAgent {
        /// Who acted.
        actor: Actor,
    },
    /// This actor's role does not do such things, or not here.
    #[error("{party}: may not {deed}")]
    Forbidden {
        /// The part that the actor plays.
        party: Party,
        /// What was to be done.
        deed: &'static str,
    },
    /// Somebody acted since the actor looked: [`Desk::since_seen`](crate::Desk::since_seen) tells.
    #[error("{key} has changed since revision {seen} was looked at")]
    StaleView {
        /// What the actor looked at.
        key: Key,
        /// The revision that they saw.
        seen: Revision,
        /// The last revision that they might have seen.
        found: Revision,
    },
    /// Ids of version 5 are the crate's own, computed from other ids.
    #[error("the id `{id}` is of version 5, which is reserved")]
    ReservedId {
        /// The id.
        id: TicketId,
    },
    /// The decision needs what was not loaded: see [`needs`](crate::needs).
    #[error("what the decision needs has not been loaded")]
    NotLoaded,
    /// A status of this name exists, and its tickets live by its category.
    #[error("the status `{status}` is {found}, and cannot become {wanted}")]
    StatusRedefined {
        /// The status.
        status: StatusName,
        /// The category that it has.
        found: crate::workflow::StatusCategory,
        /// The category that it was to have.
        wanted: crate::workflow::StatusCategory,
    },
    /// A ticket of this id exists, and another was to be opened under it.
    #[error("the id `{id}` is in use")]
    IdTaken {
        /// The id.
        id: TicketId,
    },
    /// The same command id came before with another command or actor.
    #[error("the command id came before with another command")]
    CommandIdReused,
    /// The ticket is the agents' own: it is nothing for customers and guests.
    #[error("the ticket is internal")]
    Internal,
    /// The ticket is closed, and this needs it open: reopen it first.
    #[error("the ticket is closed (`{status}`): reopen it first")]
    Closed {
        /// The ticket's status.
        status: StatusName,
    },
    /// The ticket is not finished, and this is for finished work.
    #[error("the ticket is not finished: it is `{status}`")]
    NotFinished {
        /// The ticket's status.
        status: StatusName,
    },
    /// The ticket is finished, and this is for unfinished work.
    #[error("the ticket is finished: it is `{status}`")]
    Finished {
        /// The ticket's status.
        status: StatusName,
    },
    /// The ticket is not closed, and only a closed one is followed up.
    #[error("the ticket is not closed: it is `{status}`")]
    NotClosed {
        /// The ticket's status.
        status: StatusName,
    },
    /// The ticket was merged into another: what is left to do, or to say after looking, goes there.
    #[error("the ticket has been merged{}", into.map(|into| format!(" into `{into}`")).unwrap_or_default())]
    Merged {
        /// The ticket that goes on; `None` where the actor does not see that.
        into: Option<TicketId>,
    },
    /// The ticket is not merged, and only a merged one is released.
    #[error("the ticket has not been merged")]
    NotMerged,
    /// A ticket would come to be merged into itself.
    #[error("merging into `{into}` would lead back to the ticket itself")]
    MergeCycle {
        /// The ticket that was named.
        into: TicketId,
    },
    /// The two tickets have different requesters.
    #[error("the tickets have different requesters")]
    DifferentRequesters,
    /// A customer's ticket is not merged into an internal one: the customer would lose it.
    #[error("a customer's ticket is not merged into an internal one")]
    IntoInternal,
    /// It names no public message of the ticket's thread, or one that has been split off.
    #[error("the ticket's thread has no public message {message} of `{ticket}`")]
    NotAMessage {
        /// In whose history it should be.
        ticket: TicketId,
        /// Its place there.
        message: Revision,
    },
    /// The message that a ticket was opened with stays with it.
    #[error("a ticket keeps the message that it was opened with")]
    OpeningMessage,
    /// The workflow has no such transition.
    #[error("the workflow has no way from `{from}` to `{to}`")]
    NoTransition {
        /// The ticket's status.
        from: StatusName,
        /// Where it was to go.
        to: StatusName,
    },
    /// The workflow has this transition, for others.
    #[error("{party}: may not move a ticket from `{from}` to `{to}`")]
    TransitionForbidden {
        /// The ticket's status.
        from: StatusName,
        /// Where it was to go.
        to: StatusName,
        /// The part that the actor plays.
        party: Party,
    },
    /// This status takes more than a name: it has a command of its own.
    #[error("the status `{status}` is reached by the command `{command}`")]
    NeedsCommand {
        /// The status.
        status: StatusName,
        /// The command that leads there.
        command: &'static str,
    },
    /// The status requires a reason.
    #[error("the status `{status}` requires a reason")]
    ReasonRequired {
        /// The status.
        status: StatusName,
    },
    /// The status does not take this reason.
    #[error("the status `{status}` does not take the reason `{reason}`")]
    ReasonNotTaken {
        /// The status.
        status: StatusName,
        /// The reason that was given.
        reason: String,
    },
    /// Closing unresolved work records how it ended.
    #[error("closing unresolved work needs a resolution")]
    ResolutionRequired,
    /// The status requires this field to hold a value.
    #[error("the status `{status}` requires the field `{field}`")]
    FieldRequired {
        /// The status.
        status: StatusName,
        /// The field.
        field: FieldName,
    },
    /// A value does not fit its field.
    #[error("the field `{field}` does not take this value: {problem}")]
    FieldInvalid {
        /// The field.
        field: FieldName,
        /// Why not.
        problem: crate::settings::FieldProblem,
    },
    /// The settings in force do not know this name.
    #[error("the settings know no {what} `{name}`")]
    Unknown {
        /// What kind of thing it should name.
        what: Vocabulary,
        /// The name.
        name: String,
    },
    /// A name that cannot be one.
    #[error("the {what} `{name}` {problem}")]
    BadName {
        /// What kind of thing it names.
        what: Vocabulary,
        /// The name, its first 80 characters at most.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The instant is not later than now.
    #[error("{instant} is not later than {now}")]
    NotLater {
        /// The instant that was given.
        instant: Instant,
        /// Now.
        now: Instant,
    },
    /// Something cannot have occurred after now.
    #[error("{instant} is later than {now}")]
    InTheFuture {
        /// The instant that was given.
        instant: Instant,
        /// Now.
        now: Instant,
    },
    /// There is nothing in it.
    #[error("the {what} is empty")]
    Empty {
        /// What is empty.
        what: &'static str,
    },
    /// More than the settings allow, in the limit's own unit (bytes, or a number of things).
    #[error("the limit `{limit}` is {allowed}, and this would be {found}")]
    LimitExceeded {
        /// The limit's name in [`Limits`](crate::Limits), such as `tags`.
        limit: &'static str,
        /// What is allowed.
        allowed: u64,
        /// What it would be.
        found: u64,
    },
    /// Another agent owns the ticket.
    #[error("agent `{by}` owns the ticket")]
    AlreadyTaken {
        /// Who owns it.
        by: AgentId,
    },
    /// The agent is not on record, has left, or is a light one.
    #[error("agent `{agent}` cannot own tickets")]
    CannotOwn {
        /// The agent.
        agent: AgentId,
    },
    /// The agent takes no work now: somebody may give it to them, and no rule does.
    #[error("agent `{agent}` takes no work now")]
    Away {
        /// The agent.
        agent: AgentId,
    },
    /// The agent is not on record, or is a light one: their words are no answer.
    #[error("agent `{agent}` cannot speak on tickets")]
    CannotAnswer {
        /// The agent.
        agent: AgentId,
    },
    /// The agent does not work in the ticket's department.
    #[error("agent `{agent}` does not work in the department `{department}`")]
    NotInDepartment {
        /// The agent.
        agent: AgentId,
        /// The department.
        department: DepartmentName,
    },
    /// The agent has no room.
    #[error("agent `{agent}` has work of {load} of {capacity}, and no room for this")]
    OverCapacity {
        /// The agent.
        agent: AgentId,
        /// How much unresolved work the agent owns.
        load: i64,
        /// How much they may.
        capacity: u32,
    },
    /// The agent has no room for more tickets of this one's channel.
    #[error("{0}")]
    OverChannelCapacity(ChannelRoom),
    /// Escalation leads to a higher tier.
    #[error("the department `{to}` is on tier {tier}, which is not above {from}")]
    NotHigherTier {
        /// The ticket's tier.
        from: u8,
        /// The department that was named.
        to: DepartmentName,
        /// Its tier.
        tier: u8,
    },
    /// A ticket is nothing to itself.
    #[error("the ticket `{ticket}` cannot be linked to itself")]
    LinkToItself {
        /// The ticket.
        ticket: TicketId,
    },
    /// A ticket has one parent at most, and this one has one: unlink it first.
    #[error("the ticket `{ticket}` has another parent")]
    HasParent {
        /// The child.
        ticket: TicketId,
    },
    /// The child is above the parent already.
    #[error("the ticket `{ticket}` is above its parent to be")]
    LinkCycle {
        /// The child.
        ticket: TicketId,
    },
    /// The ticket is not to be finished yet, for a reason that only those are told who see it all.
    #[error("the ticket is still being worked on")]
    StillWorkedOn,
    /// The settings keep a ticket from being finished while its children are not.
    #[error("{count} of the ticket's children are unfinished{}", super::vocabulary::among(*first))]
    OpenChildren {
        /// How many of them.
        count: u32,
        /// The first of them that who asks sees.
        first: Option<TicketId>,
    },
    /// The settings keep a ticket from being finished while there are things to do.
    #[error("{count} of the ticket's to-dos are open")]
    OpenTodos {
        /// How many of them.
        count: u32,
    },
    /// The ticket has no such to-do; or it had, and it was dropped.
    #[error("the ticket has no to-do `{todo}`")]
    NoSuchTodo {
        /// The to-do that was named.
        todo: TodoId,
    },
    /// The agent is not on record, has left, or may not see the ticket: nothing is for them to read.
    #[error("agent `{agent}` may not see the ticket")]
    CannotSee {
        /// The agent.
        agent: AgentId,
    },
    /// Another agent has this e-mail address.
    #[error("another agent has this e-mail address")]
    EmailTaken,
    /// Another contact is recognised by this; it is not said which.
    #[error("another contact has the {kind} `{identity}`")]
    IdentityTaken {
        /// What kind of identity it is: `email`, `phone`, `social` or `other`.
        kind: &'static str,
        /// The identity, as it was given.
        identity: String,
    },
    /// Another organisation has this e-mail domain.
    #[error("another organisation has the domain `{domain}`")]
    DomainTaken {
        /// The domain, in lower case.
        domain: String,
    },
    /// There is no such organisation.
    #[error("there is no organisation `{organisation}`")]
    NoSuchOrganisation {
        /// The organisation that was named.
        organisation: crate::ids::OrganisationId,
    },
    /// What the contact asks for is refused, as is what others ask for in their name.
    #[error("contact `{contact}` is blocked")]
    Blocked {
        /// As whom they asked.
        contact: ContactId,
    },
    /// A contact is not merged into itself, nor into one that was merged into it.
    #[error("contact `{contact}` cannot be merged into itself")]
    MergeIntoSelf {
        /// The contact.
        contact: ContactId,
    },
    /// The contact was merged into another: undo that first.
    #[error("contact `{contact}` was merged into `{into}`: undo that first")]
    ContactMerged {
        /// The contact.
        contact: ContactId,
        /// The contact that speaks for it.
        into: ContactId,
    },
    /// The contact was not merged into another.
    #[error("contact `{contact}` was not merged into another")]
    ContactNotMerged {
        /// The contact.
        contact: ContactId,
    },
    /// Another ticket of the desk has this external reference; those who see it all are told which.
    #[error("the external reference `{reference}` is in use{}", super::vocabulary::by(*owner))]
    ExternalRefTaken {
        /// The reference.
        reference: Box<crate::subject::ExternalRef>,
        /// The ticket that has it; `None` where the actor does not see all of it.
        owner: Option<TicketId>,
    },
    /// A condition, an order or a view with mistakes in it.
    #[error("{problems}")]
    BadCondition {
        /// The mistakes, each with its path.
        problems: crate::matching::ConditionError,
    },
    /// Customers and bots list by what customers see only.
    #[error("`{fact}` is not public: only agents filter and sort by it")]
    NotPublic {
        /// By what it was.
        fact: crate::condition::Fact,
    },
    /// The cursor is of another order, or the scale of priorities has changed since.
    #[error("the cursor is of another order: begin the listing anew")]
    CursorMismatch,
    /// Owners are made, changed and unmade only by owners and the host.
    #[error("{party}: may not make, change or unmake owners")]
    OwnersOnly {
        /// The part that the actor plays.
        party: Party,
    },
    /// The ticket is on legal hold, and something of it was to be erased.
    #[error("the ticket `{ticket}` is on legal hold")]
    OnLegalHold {
        /// The ticket.
        ticket: TicketId,
    },
    /// The ticket's history has no such event.
    #[error("the history of {key} has no event {revision}")]
    NoSuchEvent {
        /// Whose history.
        key: Key,
        /// The revision that was named.
        revision: Revision,
    },
    /// There is no such agent.
    #[error("there is no agent `{agent}`")]
    NoSuchAgent {
        /// The agent that was named.
        agent: AgentId,
    },
    /// The agent may still act: who is to be erased is deactivated first.
    #[error("agent `{agent}` is active: deactivate them first")]
    StillActive {
        /// The agent.
        agent: AgentId,
    },
    /// Something was to be erased, and the rest cannot be folded: a newer build's, or damaged.
    #[error("the history cannot be folded anew: {why}")]
    HistoryUnreadable {
        /// What is wrong with it.
        why: ReplayError,
    },
    /// By the settings, no solutions are proposed.
    #[error("solutions are not proposed at this desk: `confirm_resolution` is off")]
    ConfirmationOff,
    /// By the settings, agents resolve a customer's ticket by proposing a solution.
    #[error("solutions are confirmed by customers: use the command `propose_solution`")]
    ConfirmationRequired,
    /// No solution waits for the customer's word.
    #[error("no solution waits for confirmation: the ticket is `{status}`")]
    NoProposal {
        /// The ticket's status.
        status: StatusName,
    },
    /// The ticket is marked as spam: the mark is taken back first.
    #[error("the ticket is marked as spam: use the command `unmark_spam`")]
    Spam,
    /// The ticket has no such side conversation.
    #[error("the ticket `{ticket}` has no side conversation `{side}`")]
    NoSuchSide {
        /// The ticket.
        ticket: TicketId,
        /// The side conversation that was named.
        side: SideId,
    },
    /// The contact sees the ticket: who asks on it, or has a copy, is no third party.
    #[error("contact `{contact}` sees the ticket, and is no third party")]
    SeesTicket {
        /// The contact that was named.
        contact: ContactId,
    },
    /// Nothing is known for a slot of a text: what is written is never left with a blank.
    #[error(transparent)]
    NothingKnown(#[from] crate::rules::MissingSlot),
    /// The macro is not for tickets such as this one.
    #[error("the macro `{name}` is not for this ticket")]
    MacroNotForThis {
        /// The macro.
        name: crate::ids::RuleName,
    },
    /// An action of a macro was refused, and nothing of the macro was done.
    #[error(transparent)]
    MacroStopped(#[from] Box<MacroStopped>),
}
