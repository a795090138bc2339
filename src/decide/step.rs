//! Why something was decided, step by step.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::cause::Rule;
use crate::ids::{AgentId, Revision, RuleName, SlaPolicyName, StatusName, TicketId};
use crate::people::Follower;
use crate::rules::routing;
use crate::ticket::{Moved, TimerKind, Unassigning};

/// One step of the reasoning behind an outcome: what [`Outcome::trace`](crate::Outcome::trace)
/// lists in order.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let bot = Actor::Bot("greeter".into());
/// let outcome = desk.reply(bot.at(now), Reply::new(id, "We have heard you."))?;
/// assert_eq!(
///     outcome.trace,
///     [Step::Stayed { status: "new".into(), because: Stayed::DoesNotCount }],
///     "a bot's words are no answer"
/// );
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// The ticket had seen a later instant than the host says it is; that one counts.
    TimeRaised {
        /// What the host said.
        claimed: DateTime<Utc>,
        /// What counts.
        to: DateTime<Utc>,
    },
    /// What the ticket is promised was looked for, and is something else than before.
    Promised {
        /// The policy that is its own since; `None`: none matches.
        policy: Option<SlaPolicyName>,
    },
    /// Something was due that the ticket does by itself; it came first.
    Settled {
        /// What.
        timer: TimerKind,
        /// When it was due.
        due: DateTime<Utc>,
    },
    /// The status changed.
    Moved {
        /// Before.
        from: StatusName,
        /// Now.
        to: StatusName,
        /// What moved it.
        because: Moved,
    },
    /// The message moved no status: the workflow's table says so, or its author does not
    /// count, or it was old news.
    Stayed {
        /// The status.
        status: StatusName,
        /// Why.
        because: Stayed,
    },
    /// Where work goes on that was finished, its owner keeps it.
    OwnerKept {
        /// The owner.
        agent: AgentId,
    },
    /// Where work goes on that was finished, its owner loses it.
    OwnerDropped {
        /// The owner.
        agent: AgentId,
        /// Why.
        because: Unassigning,
    },
    /// The ticket has been closed for too long to reopen; this one was opened instead.
    FollowUpOpened {
        /// The new ticket.
        ticket: TicketId,
    },
    /// The ticket has been closed for too long to reopen; the message went to this one, which
    /// follows it up.
    WentToFollowUp {
        /// The ticket that has the message.
        ticket: TicketId,
    },
    /// The ticket has been merged; the message went to this one, which goes on in its place.
    WentToSurvivor {
        /// The ticket that has the message.
        ticket: TicketId,
    },
    /// The ticket was merged into another, which goes on in its place.
    Merged {
        /// The merged ticket.
        ticket: TicketId,
        /// The ticket that goes on.
        into: TicketId,
        /// When the oldest question was asked that it brings; `None`: it brings none.
        brings: Option<DateTime<Utc>>,
        /// Who comes to follow the ticket that goes on.
        followers: Vec<Follower>,
    },
    /// A solution that had been proposed waits for nobody's word while the ticket is merged.
    ProposalRests,
    /// The merge was undone: the ticket stands again as it stood.
    Released {
        /// The ticket that stands again.
        ticket: TicketId,
        /// The ticket that it had been merged into.
        from: TicketId,
        /// Since when that one waits for an answer now; `None`: it waits for none.
        waiting_since: Option<DateTime<Utc>>,
        /// Who follows that one no more.
        followers: Vec<Follower>,
    },
    /// A merge was undone by which some followed a ticket that came from the one that had gone on.
    FollowersLeft {
        /// What they follow no more.
        ticket: TicketId,
        /// Who follows it no more.
        followers: Vec<Follower>,
    },
    /// The solution that had been proposed waits for the customer's word again.
    ProposalReturns,
    /// An owner was looked for by a rule.
    Routed {
        /// By which.
        rule: Rule,
        /// Who was chosen among whom, and why; of long lists the first 20.
        decision: Box<routing::Decision>,
    },
    /// The timers were set anew: the settings changed since they were armed.
    Adopted {
        /// The settings' revision now.
        settings: Revision,
    },
    /// A rule of the desk matched, or somebody applied it; what it did follows.
    RuleMatched {
        /// The rule.
        rule: Rule,
    },
    /// An action of a rule was carried out, and changed something.
    ActionDone {
        /// The rule.
        rule: Rule,
        /// The action's place in the rule, from 0.
        action: u16,
    },
    /// An action of a rule was refused, and nothing of it was done.
    ActionRefused {
        /// The rule.
        rule: Rule,
        /// The action's place in the rule, from 0.
        action: u16,
        /// Why: the [code](crate::Refusal::code) of the refusal.
        code: Arc<str>,
    },
    /// A rule's reply was not written, as an automatic message had set the rule off: another would
    /// come back.
    ReplyLeftOut {
        /// The rule.
        rule: Rule,
        /// The action's place in the rule, from 0.
        action: u16,
    },
    /// A rule that stops others matched: none after it was looked at.
    RulesStopped {
        /// The rule.
        by: Rule,
    },
    /// Triggers set each other off, further than the settings let them; nothing more was done.
    CascadeStopped {
        /// Those that went round.
        rules: Vec<RuleName>,
        /// How many times one had set off the next.
        depth: u8,
    },
}

/// Why a public message moved no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stayed {
    /// The workflow has no such move from this status.
    NoMove,
    /// Its author neither asks nor answers.
    DoesNotCount,
    /// It was said before the present status began.
    OldNews,
    /// The ticket is marked as spam.
    Spam,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimeRaised { claimed, to } => {
                write!(f, "it is {to} for the ticket, though the host says {claimed}")
            }
            Self::Promised { policy: Some(policy) } => {
                write!(f, "the SLA policy `{policy}` is its own")
            }
            Self::Promised { policy: None } => f.write_str("no SLA policy matches it"),
            Self::Settled { timer, due } => write!(f, "first, what was due at {due}: {timer}"),
            Self::Moved { from, to, because } => write!(f, "from `{from}` to `{to}`: {because}"),
            Self::Stayed { status, because } => write!(f, "stays `{status}`: {because}"),
            Self::OwnerKept { agent } => write!(f, "agent `{agent}` keeps it"),
            Self::OwnerDropped { agent, because } => {
                write!(f, "agent `{agent}` loses it: {because}")
            }
            Self::FollowUpOpened { ticket } => {
                write!(f, "closed for too long: ticket `{ticket}` follows it up")
            }
            Self::WentToFollowUp { ticket } => {
                write!(f, "closed for too long: said on ticket `{ticket}`, which follows it up")
            }
            Self::WentToSurvivor { ticket } => {
                write!(f, "merged: said on ticket `{ticket}`, which goes on in its place")
            }
            Self::Merged { ticket, into, brings, followers } => {
                write!(f, "ticket `{ticket}` is merged into `{into}`: it brings ")?;
                match brings {
                    Some(since) => write!(f, "a question of {since}")?,
                    None => f.write_str("no open question")?,
                }
                write!(f, ", and {} who follow", followers.len())
            }
            Self::ProposalRests => f.write_str("the proposed solution waits for nobody's word"),
            Self::Released { ticket, from, waiting_since, followers } => {
                write!(f, "ticket `{ticket}` stands by itself again: `{from}` ")?;
                match waiting_since {
                    Some(since) => write!(f, "waits for an answer since {since}")?,
                    None => f.write_str("waits for no answer")?,
                }
                write!(f, ", and {} follow it no more", followers.len())
            }
            Self::FollowersLeft { ticket, followers } => {
                write!(f, "{} follow ticket `{ticket}` no more", followers.len())
            }
            Self::ProposalReturns => {
                f.write_str("the proposed solution waits for the customer's word again")
            }
            Self::Routed { decision, .. } => match decision.agent() {
                Some(agent) => write!(f, "routed to agent `{agent}`"),
                None => f.write_str("nobody can have it now: it waits for an owner"),
            },
            Self::Adopted { settings } => {
                write!(f, "its timers follow revision {settings} of the settings")
            }
            Self::RuleMatched { rule } => write!(f, "{rule} is for it"),
            Self::ActionDone { rule, action } => write!(f, "{rule}: `then[{action}]` is done"),
            Self::ActionRefused { rule, action, code } => {
                write!(f, "{rule}: `then[{action}]` is refused: {code}")
            }
            Self::ReplyLeftOut { rule, action } => {
                write!(f, "{rule}: `then[{action}]` is left out: it would answer a machine")
            }
            Self::RulesStopped { by } => write!(f, "{by} is the last that is looked at"),
            Self::CascadeStopped { rules, depth } => {
                write!(f, "broken off after {depth} times, as these set each other off:")?;
                rules.iter().try_for_each(|rule| write!(f, " `{rule}`"))
            }
        }
    }
}

impl fmt::Display for Stayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoMove => "the workflow has no such move",
            Self::DoesNotCount => "such an author neither asks nor answers",
            Self::OldNews => "it was said before the status began",
            Self::Spam => "it is marked as spam",
        })
    }
}
