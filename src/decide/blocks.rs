//! What stands against finishing a ticket: unfinished children and open to-dos, its own and those
//! of what was merged into it; as things are, and as they were.

use std::collections::BTreeSet;

use super::Refusal;
use super::decision::Guard;
use super::loaded::{Loaded, Needs, Passage};
use super::work::Work;
use crate::ids::{DeskId, Key, TicketId};
use crate::record::Event;
use crate::settings::{CloseBlocks, MOST_CHAIN};
use crate::ticket::{LinkKind, Ticket, TicketChange, TodoId, TodoState};
use crate::time::Instant;

/// What stands against finishing a ticket: which children, and how many to-dos.
#[derive(Default)]
pub(super) struct Blocks {
    /// As they are linked, in order, though others may go on in their place.
    pub(super) children: Vec<TicketId>,
    pub(super) todos: u32,
}

impl Blocks {
    /// What stands against it now.
    pub(super) fn now(work: &mut Work<'_>) -> Self {
        Self::of(work, None)
    }

    /// What stood against it just before this instant, however late that is noticed.
    pub(super) fn at(work: &mut Work<'_>, at: Instant) -> Self {
        Self::of(work, Some(at))
    }

    /// Whether all is loaded that stands against it, where only the decision knew that it would be
    /// looked at.
    pub(super) fn are_loaded(work: &Work<'_>) -> Result<(), Refusal> {
        let cx = work.cx;
        let mut look = Look::new(cx.desk, cx.loaded, work.dated);
        look.blocks(&work.ticket, cx.settings.close_blocks());
        if look.missing.is_empty() {
            return Ok(());
        }
        let Needs { records, passages, .. } = look.missing;
        let mut missing = cx.missing.borrow_mut();
        missing.records.extend(records);
        missing.passages.extend(passages);
        Err(Refusal::NotLoaded)
    }

    fn of(work: &mut Work<'_>, at: Option<Instant>) -> Self {
        let cx = work.cx;
        let mut look = Look::new(cx.desk, cx.loaded, at);
        let blocks = look.blocks(&work.ticket, cx.settings.close_blocks());
        // Or a child could reopen while its parent closes.
        look.rests_on.into_iter().for_each(|guard| work.guard(guard));
        blocks
    }

    pub(super) fn any(&self) -> bool {
        !self.children.is_empty() || self.todos > 0
    }

    /// How many children.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.children.len()).unwrap_or(u32::MAX)
    }
}

/// A look at all that finishing a ticket may rest on.
pub(super) struct Look<'a> {
    desk: DeskId,
    loaded: &'a Loaded,
    /// Just before which instant; `None`: now.
    at: Option<Instant>,
    rests_on: Vec<Guard>,
    /// What is still to be loaded to see it all.
    pub(super) missing: Needs,
}

impl<'a> Look<'a> {
    pub(super) fn new(desk: DeskId, loaded: &'a Loaded, at: Option<Instant>) -> Self {
        Self { desk, loaded, at, rests_on: Vec::new(), missing: Needs::default() }
    }

    /// What stands against finishing the ticket, as far as it can be seen yet. Nothing is done on a
    /// ticket, and nothing merged into it or released, before what is due on it: it stood then as
    /// it stands here.
    pub(super) fn blocks(&mut self, ticket: &Ticket, policy: CloseBlocks) -> Blocks {
        if policy == CloseBlocks::default() {
            return Blocks::default();
        }
        let mut whole = Standing::of(ticket);
        let mut members: Vec<TicketId> = ticket.merged().collect();
        while let Some(id) = members.pop() {
            let Some(member) = self.ticket(id) else { continue };
            // A merged ticket neither takes in others nor lets them go.
            members.extend(member.merged());
            if let Some(member) = self.standing(member) {
                whole.open_todos = whole.open_todos.saturating_add(member.open_todos);
                whole.children.extend(member.children);
            }
        }
        let todos = if policy.todos { whole.open_todos } else { 0 };
        let mut children: Vec<_> = whole.children.into_iter().filter(|_| policy.children).collect();
        children.retain(|child| self.is_unfinished(*child, ticket.id()));
        Blocks { children, todos }
    }

    /// Whether a child is unfinished: where it was merged, the ticket that goes on in its place. In
    /// the parent itself it is work that the parent has anyway.
    fn is_unfinished(&mut self, child: TicketId, parent: TicketId) -> bool {
        let mut at = child;
        for _ in 0..=MOST_CHAIN {
            if at == parent {
                return false;
            }
            let standing = self.ticket(at).and_then(|ticket| self.standing(ticket));
            match standing {
                Some(Standing { into: Some(into), .. }) => at = into,
                Some(Standing { into: None, done, .. }) => return !done,
                None => return false,
            }
        }
        false
    }

    fn ticket(&mut self, id: TicketId) -> Option<&'a Ticket> {
        let key = Key::ticket(self.desk, id);
        if !self.loaded.knows(key) {
            self.missing.records.push(key);
        }
        let ticket = self.loaded.ticket(self.desk, id)?;
        self.rests_on.push(Guard { key, revision: ticket.revision() });
        Some(ticket)
    }

    /// How a ticket stood then; `None` where its history has not been read yet.
    fn standing(&mut self, ticket: &Ticket) -> Option<Standing> {
        let Some(at) = self.at.filter(|at| ticket.updated_at() >= *at) else {
            return Some(Standing::of(ticket));
        };
        let key = Key::ticket(self.desk, ticket.id());
        let passage = Passage::whole(key, ticket.revision());
        let history = self.loaded.passage(passage);
        if history.is_none() {
            self.missing.passages.push(passage);
        }
        Some(Standing::before(history?, at))
    }
}

/// How a ticket stood.
struct Standing {
    into: Option<TicketId>,
    done: bool,
    open_todos: u32,
    children: BTreeSet<TicketId>,
}

impl Standing {
    /// How it stands.
    fn of(ticket: &Ticket) -> Self {
        Self {
            into: ticket.merged_into(),
            done: ticket.status().category.is_done(),
            open_todos: ticket.open_todo_count(),
            children: ticket.children().collect(),
        }
    }

    /// How it stood just before an instant.
    fn before(history: &[Event], at: Instant) -> Self {
        let (mut into, mut done) = (None, true);
        let (mut todos, mut children) = (BTreeSet::new(), BTreeSet::new());
        for event in history.iter().take_while(|event| event.at < at) {
            let Some(change) = event.ticket_change() else { continue };
            if let Some(moved) = change.status_change() {
                done = moved.to.category.is_done();
            }
            match change {
                TicketChange::Opened(_) => done = false,
                TicketChange::MergedInto { into: end, .. } => into = Some(*end),
                TicketChange::ReleasedFrom { .. } => into = None,
                TicketChange::TodoAdded(_) => {
                    todos.insert(TodoId(event.revision));
                }
                TicketChange::TodoMarked(marked) => {
                    match marked.state {
                        TodoState::Open => todos.insert(marked.todo),
                        TodoState::Done | TodoState::Dropped => todos.remove(&marked.todo),
                    };
                }
                TicketChange::Linked { to, kind: LinkKind::ParentOf } => {
                    children.insert(*to);
                }
                TicketChange::Unlinked { to, kind: LinkKind::ParentOf } => {
                    children.remove(to);
                }
                TicketChange::Linked { .. }
                | TicketChange::Unlinked { .. }
                | TicketChange::MessageAdded { .. }
                | TicketChange::AccessGranted { .. }
                | TicketChange::AccessRevoked { .. }
                | TicketChange::StatusChanged(_)
                | TicketChange::ResolutionRecorded { .. }
                | TicketChange::Assigned { .. }
                | TicketChange::Routed(_)
                | TicketChange::TakenUp
                | TicketChange::Unassigned { .. }
                | TicketChange::Transferred { .. }
                | TicketChange::Escalated { .. }
                | TicketChange::SubjectChanged { .. }
                | TicketChange::CategoryChanged { .. }
                | TicketChange::TagsChanged { .. }
                | TicketChange::FieldChanged { .. }
                | TicketChange::PriorityChanged { .. }
                | TicketChange::ImpactChanged { .. }
                | TicketChange::FollowersChanged { .. }
                | TicketChange::AboutChanged { .. }
                | TicketChange::ExternalRefsChanged { .. }
                | TicketChange::Reminded(_)
                | TicketChange::ClosingHeld { .. }
                | TicketChange::FollowedUp { .. }
                | TicketChange::Absorbed(_)
                | TicketChange::Released(_)
                | TicketChange::FollowersLeft(_)
                | TicketChange::SplitOff(_)
                | TicketChange::MergedSplit(_)
                | TicketChange::MemberWrote { .. }
                | TicketChange::OpenAgeWarned
                | TicketChange::OpenAgeOverdue
                | TicketChange::TimersSet { .. }
                | TicketChange::Redacted { .. }
                | TicketChange::Held { .. }
                | TicketChange::SolutionProposed { .. }
                | TicketChange::SolutionConfirmed { .. }
                | TicketChange::SolutionRejected { .. }
                | TicketChange::SpamMarked { .. }
                | TicketChange::SideSaid(_)
                | TicketChange::SideClosed { .. }
                | TicketChange::ClocksChanged(_)
                | TicketChange::RuleAsked(_)
                | TicketChange::ActionRefused { .. }
                | TicketChange::CascadeStopped { .. }
                | TicketChange::TimeRulesLookedAt(_)
                | TicketChange::NotDelivered(_) => {}
            }
        }
        let open_todos = u32::try_from(todos.len()).unwrap_or(u32::MAX);
        Self { into, done, open_todos, children }
    }
}
