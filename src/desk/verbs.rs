//! The verbs: one for each command.

use std::sync::Arc;

use super::{Desk, DeskError, Outcome};
use crate::condition::View;
use crate::decide::{Command, Context};
use crate::ids::{AgentId, TicketId};
use crate::people::AgentProfile;
use crate::settings::Settings;
use crate::store::Store;
use crate::ticket::command::{
    ApplyMacro, Assign, BlockContact, Close, CloseSide, ConfirmSolution, Edit, EraseContact,
    EraseTicket, Escalate, FollowUp, GrantAccess, Hold, Link, LogConversation, MarkSpam, MarkTodo,
    Merge, MergeContacts, Note, NoteContact, Open, Postpone, ProposeSolution, Redact,
    RejectSolution, Reopen, Reply, ReplySide, ReportUndelivered, Resolve, RevokeAccess,
    SetAvailability, SetStatus, Split, StartSide, Take, Transfer, Unassign, UndoContactMerge,
    UndoMerge, Unlink, UnmarkSpam,
};

/// Every verb: its name, and the command that it gives. One list for both kinds of desk, so that
/// neither lacks what the other has.
macro_rules! for_each_verb {
    ($make:ident) => {
        $make! {
            /// Opens a ticket, for a customer or among agents, and gives it its number: see [`Open`].
            open: Open;
            /// Adds a public message, which asks or answers by who writes it: see [`Reply`].
            reply: Reply;
            /// Adds a note that only agents read: see [`Note`].
            note: Note;
            /// Lets a guest in to a ticket, until an instant: see [`GrantAccess`].
            grant_access: GrantAccess;
            /// Ends what a guest was granted: see [`RevokeAccess`].
            revoke_access: RevokeAccess;
            /// Logs what was said elsewhere, with when it was said: see [`LogConversation`].
            log_conversation: LogConversation;
            /// Changes what is known of a ticket (subject, category, tags, fields, priority,
            /// followers, what it is about, what others call it): see [`Edit`].
            edit: Edit;
            /// Links a ticket to another, with a meaning: see [`Link`].
            link: Link;
            /// Takes a link back: see [`Unlink`].
            unlink: Unlink;
            /// Says that a to-do is done, open after all, or dropped: see [`MarkTodo`].
            mark_todo: MarkTodo;
            /// Gives a ticket to an agent, within their capacity or knowingly beyond it: see
            /// [`Assign`].
            assign: Assign;
            /// Gives a ticket back to its department's queue: see [`Unassign`].
            unassign: Unassign;
            /// Takes a ticket for oneself and begins to work on it: see [`Take`].
            take: Take;
            /// Moves a ticket to another department's queue, or to an agent there: see [`Transfer`].
            transfer: Transfer;
            /// Hands a ticket to a higher tier, with a reason: see [`Escalate`].
            escalate: Escalate;
            /// Moves a ticket to another status by hand: see [`SetStatus`].
            set_status: SetStatus;
            /// Puts a ticket aside until an instant, at which it returns by itself: see [`Postpone`].
            postpone: Postpone;
            /// Resolves a ticket and records how it ended: see [`Resolve`].
            resolve: Resolve;
            /// Closes a ticket, resolved or not: see [`Close`].
            close: Close;
            /// Reopens finished work by hand, with a reason: see [`Reopen`].
            reopen: Reopen;
            /// Opens a ticket that follows up a closed one: see [`FollowUp`].
            follow_up: FollowUp;
            /// Merges a ticket into another, which goes on in its place: see [`Merge`].
            merge: Merge;
            /// Undoes a merge: the ticket stands again as it stood: see [`UndoMerge`].
            undo_merge: UndoMerge;
            /// Splits a message off into a ticket of its own: see [`Split`].
            split: Split;
            /// Erases the words of some of a ticket's messages: see [`Redact`].
            redact: Redact;
            /// Erases everything personal of a ticket: see [`EraseTicket`].
            erase_ticket: EraseTicket;
            /// Puts a ticket on legal hold, or releases it: see [`Hold`].
            hold: Hold;
            /// Says whether an agent takes work, and gives who is back what waits: see
            /// [`SetAvailability`].
            set_availability: SetAvailability;
            /// Merges a contact into another, who is the same person: see [`MergeContacts`].
            merge_contacts: MergeContacts;
            /// Undoes a merge of contacts: see [`UndoContactMerge`].
            undo_contact_merge: UndoContactMerge;
            /// Blocks a contact, or lifts the block: see [`BlockContact`].
            block_contact: BlockContact;
            /// Adds a note about a contact that only agents read: see [`NoteContact`].
            note_contact: NoteContact;
            /// Proposes a solution to the customer, who confirms or rejects it: see
            /// [`ProposeSolution`].
            propose_solution: ProposeSolution;
            /// Confirms the solution that was proposed, which resolves the ticket: see
            /// [`ConfirmSolution`].
            confirm_solution: ConfirmSolution;
            /// Rejects the solution that was proposed: see [`RejectSolution`].
            reject_solution: RejectSolution;
            /// Marks a ticket as spam, which closes it: see [`MarkSpam`].
            mark_spam: MarkSpam;
            /// Takes a mark as spam back: see [`UnmarkSpam`].
            unmark_spam: UnmarkSpam;
            /// Erases what is on record of a person: see [`EraseContact`].
            erase_contact: EraseContact;
            /// Starts a conversation with a third party, apart from the customer's thread: see
            /// [`StartSide`].
            start_side: StartSide;
            /// Writes on a side conversation, by the desk or by the third party: see [`ReplySide`].
            reply_side: ReplySide;
            /// Closes a side conversation: see [`CloseSide`].
            close_side: CloseSide;
            /// Applies a macro of the desk's rulebook: see [`ApplyMacro`].
            apply_macro: ApplyMacro;
            /// Reports that a notice was not delivered after all: see [`ReportUndelivered`].
            report_undelivered: ReportUndelivered;
        }
    };
}

pub(super) use for_each_verb;

macro_rules! verbs {
    ($($(#[$doc:meta])* $verb:ident: $command:ident;)*) => {
        /// One verb for each command. What it does in each case, what is refused, and an
        /// example are at the command. All may fail as [`Desk::execute`] does.
        impl<S: Store> Desk<S> {$(
            $(#[$doc])*
            ///
            /// # Errors
            ///
            /// As [`Desk::execute`]; what is refused is said at the command.
            pub fn $verb(
                &self,
                context: Context,
                command: $command,
            ) -> Result<Outcome, DeskError> {
                self.execute(&context.call(Command::$command(command)))
            }
        )*}
    };
}

for_each_verb!(verbs);

macro_rules! commands {
    ($($(#[$doc:meta])* $verb:ident: $command:ident;)*) => {$(
        impl From<$command> for Command {
            fn from(command: $command) -> Self {
                Self::$command(command)
            }
        }
    )*};
}

for_each_verb!(commands);

impl<S: Store> Desk<S> {
    /// Registers an agent, or says anew what an agent is.
    ///
    /// The profile is everything that there is to say: what it leaves out, the agent no longer
    /// has. Saying what is on record already changes nothing. What the agent owns stays theirs,
    /// whatever changes.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let profile = AgentProfile::new("Anna").email("anna@example.com").capacity(20);
    /// desk.put_agent(Actor::Host.at(now), anna, profile)?;
    /// assert_eq!(desk.agent(anna)?.unwrap().capacity(), Some(20));
    ///
    /// // An address is one agent's, letter case aside.
    /// let ben = AgentProfile::new("Ben").email("ANNA@example.com");
    /// let refused = desk.put_agent(Actor::Host.at(now), AgentId::from_u128(9), ben).unwrap_err();
    /// assert_eq!(refused.refusal(), Some(&Refusal::EmailTaken));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Desk::execute`]. Refused:
    ///
    /// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but owners, admins and the host.
    /// - [`OwnersOnly`](crate::Refusal::OwnersOnly): making or changing an owner, by anyone but
    ///   owners and the host.
    /// - [`BadName`](crate::Refusal::BadName): a name that cannot be one.
    /// - [`Unknown`](crate::Refusal::Unknown): a department that the settings do not know.
    /// - [`EmailTaken`](crate::Refusal::EmailTaken): an e-mail address that another agent has.
    pub fn put_agent(
        &self,
        context: Context,
        id: AgentId,
        profile: AgentProfile,
    ) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::PutAgent { id, profile }))
    }

    /// Looks for an owner by the routing rules, for a ticket that waits for one: what the desk does
    /// by itself where one comes to wait, asked for again. Where somebody owns it, where it is
    /// finished, and where no rule is for it, it changes nothing.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::rules::{Route, RoutingRule};
    ///
    /// let mut draft = SettingsDraft::default();
    /// draft.rules.routing = vec![RoutingRule::new("all", Route::default())];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    ///
    /// // It was opened before there were rules.
    /// let routed = desk.route(Actor::Host.at(now), id)?;
    /// assert_eq!(routed.ticket().unwrap().assignee(), Some(anna));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Desk::execute`]. Refused: [`NotFound`](crate::Refusal::NotFound);
    /// [`Forbidden`](crate::Refusal::Forbidden) by whoever may not assign;
    /// [`Merged`](crate::Refusal::Merged).
    pub fn route(&self, context: Context, ticket: TicketId) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::Route(ticket)))
    }

    /// Erases the name and the e-mail address of an agent who has left, from every event of their
    /// record; the address is free for another. Their messages stay theirs, by id.
    ///
    /// An agent is deactivated first. Views that the agent kept are facts, and stay. Doing it
    /// twice changes nothing; saying anew what the agent is ([`put_agent`](Self::put_agent)) names
    /// them again.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let host = Actor::Host.at(now);
    /// let gone = AgentProfile { deactivated: true, ..AgentProfile::new("Anna") };
    /// desk.put_agent(host.clone(), anna, gone)?;
    /// desk.erase_agent(host, anna)?;
    ///
    /// assert!(desk.agent(anna)?.unwrap().is_erased());
    /// let history = desk.history(Key::agent(desk.id(), anna), Revision::ZERO, 10)?;
    /// assert!(history.iter().all(|event| event.personal.is_none()));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Desk::execute`]. Refused:
    ///
    /// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but owners, admins and the host.
    /// - [`NoSuchAgent`](crate::Refusal::NoSuchAgent): the agent is not on record.
    /// - [`OwnersOnly`](crate::Refusal::OwnersOnly): an owner, by anyone but owners and the host.
    /// - [`StillActive`](crate::Refusal::StillActive): the agent may still act.
    pub fn erase_agent(&self, context: Context, id: AgentId) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::EraseAgent(id)))
    }

    /// Keeps an agent's own views: these, and no other. For [`Desk::views`](super::Desk::views).
    ///
    /// Saying what is kept already changes nothing. Mistakes that later settings make of a view
    /// are told where it is used.
    ///
    /// # Errors
    ///
    /// As [`Desk::execute`]. Refused:
    ///
    /// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but an agent; views are one's own.
    /// - [`BadCondition`](crate::Refusal::BadCondition): mistakes in a view, each with its path.
    /// - [`LimitExceeded`](crate::Refusal::LimitExceeded): more views than
    ///   [`Limits::views`](crate::Limits::views).
    pub fn save_views(&self, context: Context, views: Vec<View>) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::SaveViews(views)))
    }

    /// Puts settings in force. Each ticket keeps the timers and the clocks that it has until its
    /// next command.
    ///
    /// The settings in force already change nothing. Every version is kept: it is a revision of
    /// the settings' record, and every event names the one that it was decided under
    /// ([`settings_at`](Self::settings_at)).
    ///
    /// Clocks of service levels that run go on by the targets and calendars under which they were
    /// last measured: they warn, miss and escalate by those, also when they wake by themselves. With
    /// the ticket's next command they are measured anew, from their beginning and with their pauses,
    /// under the policy that is the ticket's own then; so a deadline may move, and may turn out to
    /// have passed. What has ended keeps its verdict. [`adopt`](Self::adopt) does that for all
    /// tickets at once, and gives clocks to those that are older than the first policies.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let mut draft = desk.settings()?.draft().clone();
    /// draft.auto_close = Some(Span::days(7));
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    /// assert_eq!(desk.settings()?.auto_close(), Some(Span::days(7)));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Desk::execute`]. Refused: [`Forbidden`](crate::Refusal::Forbidden) by anyone but
    /// owners, admins and the host; [`StatusRedefined`](crate::Refusal::StatusRedefined): another
    /// category for a status that the settings in force have.
    pub fn publish(&self, context: Context, settings: Settings) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::PublishSettings(Arc::new(settings))))
    }
}
