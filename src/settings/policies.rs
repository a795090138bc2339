//! The lifecycle's policies: how old open work may get, and what reopens closed work.

use serde::{Deserialize, Serialize};

use super::SettingsDraft;
use crate::problem::{Mistake, Problems};
use crate::time::Span;

/// How long a ticket may stay unresolved, counted from its opening or its last reopening.
///
/// Flags and notices only: nothing here ever closes or hides a ticket. Counted in calendar
/// time; each fires once, and again only after the ticket was reopened.
///
/// ```
#[doc = include_str!("../example.txt")]
/// desk.tick(now + TimeDelta::days(3))?;
/// assert!(desk.ticket(id)?.unwrap().open_age_warned());
///
/// desk.tick(now + TimeDelta::days(5))?;
/// assert!(desk.ticket(id)?.unwrap().is_overdue());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "an open age: a map")]
pub struct OpenAge {
    /// After how long it is warned about; longer than nothing. Default three calendar days.
    pub warn: Span,
    /// After how long it is flagged as overdue; not shorter than `warn`. Default five calendar
    /// days.
    pub overdue: Span,
}

impl Default for OpenAge {
    fn default() -> Self {
        Self { warn: Span::days(3), overdue: Span::days(5) }
    }
}

/// What keeps a ticket from being resolved and closed while it is unfinished itself; nothing, by
/// default.
///
/// By hand, either is refused: customers and bots are told no more than that it is still being
/// worked on ([`StillWorkedOn`](crate::Refusal::StillWorkedOn)). A resolved ticket whose time to close has come stays resolved, and
/// its owner or its queue is told, once; it closes by hand, or after it was resolved anew.
///
/// Merging goes round neither. A child that was [merged](crate::command::Merge) is unfinished while
/// the ticket is that goes on in its place, and holds nothing up in that ticket itself; what was
/// merged into a ticket brings its children and to-dos, which stay on it, and are
/// [marked](crate::command::MarkTodo) there. Where merges have led tickets to wait for each other,
/// a link that is [taken back](crate::command::Unlink) is the way out.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.close_blocks = CloseBlocks { children: true, todos: true };
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let mut note = Note::new(id, "It is the toner.");
/// note.todos.push(NewTodo::new("Order toner"));
/// desk.note(agent.at(now), note)?;
/// let resolve = Resolve { ticket: id, resolution: Resolving::new("solved") };
/// let refused = desk.resolve(agent.at(now), resolve).unwrap_err();
/// assert_eq!(refused.refusal(), Some(&Refusal::OpenTodos { count: 1 }));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "what blocks closing: a map")]
pub struct CloseBlocks {
    /// A child that is neither resolved nor closed, nor merged into what is. Default no.
    pub children: bool,
    /// A to-do that is not done, on the ticket or on what was merged into it. Default no.
    pub todos: bool,
}

impl CloseBlocks {
    /// Whether nothing does.
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// What a customer's reply to a closed ticket does.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let close = Close { ticket: id, resolution: Some(Resolving::new("solved")) };
/// desk.close(agent.at(now), close)?;
///
/// // 30 days later to the microsecond it would have reopened the ticket.
/// let late = now + TimeDelta::days(30) + TimeDelta::microseconds(1);
/// let outcome = desk.reply(customer.at(late), Reply::new(id, "It burns again."))?;
/// let follow_up = outcome.opened().next().unwrap();
/// assert_eq!(follow_up.follows(), Some(id));
/// assert_eq!(outcome.ticket().unwrap().status().name, "closed");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reopening {
    /// It reopens the ticket, however long ago it was closed.
    Always,
    /// It reopens the ticket until so long after it was last closed (that instant
    /// included), and later opens a follow-up ticket linked with it. Default 30 days.
    Within(Span),
}

impl Default for Reopening {
    fn default() -> Self {
        Self::Within(Span::days(30))
    }
}

pub(super) fn check(draft: &SettingsDraft, problems: &mut Problems) {
    if draft.auto_close == Some(Span::ZERO) {
        problems.at(
            "auto_close",
            Mistake::OutOfRange {
                found: Span::ZERO.to_string(),
                expected: "longer than nothing; `null` (in code, `None`) for never",
            },
        );
    }
    if draft.retention == Some(Span::ZERO) {
        problems.at(
            "retention",
            Mistake::OutOfRange {
                found: Span::ZERO.to_string(),
                expected: "longer than nothing; `null` (in code, `None`) for never",
            },
        );
    }
    if let Some(age) = draft.open_age {
        if age.warn == Span::ZERO {
            problems.at(
                "open_age.warn",
                Mistake::OutOfRange {
                    found: Span::ZERO.to_string(),
                    expected: "longer than nothing",
                },
            );
        }
        if age.overdue < age.warn {
            problems.at(
                "open_age",
                Mistake::Contradiction("a ticket would be overdue before it is warned about"),
            );
        }
    }
}
