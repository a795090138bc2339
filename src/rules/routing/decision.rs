//! A decision about who gets a ticket, as plain data.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, LanguageTag, SkillName};
use crate::rules::{Sticky, Strategy};
use crate::time;

/// Who gets a ticket, and why; or that nobody does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// When it was decided.
    #[serde(deserialize_with = "time::truncated")]
    pub at: DateTime<Utc>,
    /// The strategy.
    pub by: Strategy,
    /// Whether it had waited so long that another department's agents were looked at, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overflowed: bool,
    /// What settled it; `None`: nobody can have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// Those who can have it, the chosen one first.
    pub ranked: Vec<Ranked>,
    /// How many more there are who can, where only the first are listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_ranked: u32,
    /// Those who cannot, by id.
    pub dropped: Vec<Dropped>,
    /// How many more there are who cannot, where only the first are listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_dropped: u32,
    /// When looking again may help though nothing happens before: it overflows, or somebody's
    /// working hours begin. `None` where somebody was found, and where nothing but a change helps.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub again_at: Option<DateTime<Utc>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Decision {
    /// Who gets it; `None`: it stays in the queue.
    pub fn agent(&self) -> Option<AgentId> {
        self.ranked.first().map(|first| first.agent)
    }
}

/// What settled a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Why {
    /// They come before all others.
    Sticky(Sticky),
    /// There is nobody else.
    Only,
    /// The strategy ranks them first.
    Score,
    /// Of those that the strategy ranks first, they were given something least lately.
    LeastLately,
    /// They are alike in everything but the id.
    LowestId,
}

/// Somebody who can have a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranked {
    /// Who.
    pub agent: AgentId,
    /// By what the strategy ranks them.
    pub score: Score,
    /// When they were last given something.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub last_given_at: Option<DateTime<Utc>>,
}

/// By what a strategy ranks agents: the lower, the sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Score {
    /// By nothing but when they were last given something.
    Turn,
    /// Their work.
    Load(u64),
    /// Their work, and what they can have at once; those without such a bound come after those who
    /// have one.
    Share {
        /// Their work.
        load: u64,
        /// What they can have at once.
        of: Option<u32>,
    },
    /// Since when they have no work; those who have some come after.
    Idle {
        /// Since when.
        #[serde(deserialize_with = "time::truncated")]
        since: DateTime<Utc>,
    },
}

/// Somebody who cannot have a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dropped {
    /// Who.
    pub agent: AgentId,
    /// Why not.
    pub because: Unfit,
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.agent, self.because)
    }
}

/// Why an agent cannot have a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unfit {
    /// Works in none of the departments that are looked at.
    #[error("is in another department")]
    OtherDepartment,
    /// Takes no work now.
    #[error("is not available")]
    Unavailable,
    /// Is not at work.
    #[error("is not at work")]
    OffHours {
        /// When the agent's hours begin, if they ever do.
        #[serde(default, deserialize_with = "time::truncated_option")]
        opens_at: Option<DateTime<Utc>>,
    },
    /// Lacks a skill, or does not have it well enough.
    #[error("has `{skill}` at {level}, and {asked} is asked")]
    Skill {
        /// Which.
        skill: SkillName,
        /// How well the agent has it; 0 for not at all.
        level: u8,
        /// How well it is asked for.
        asked: u8,
    },
    /// Does not speak the requester's language.
    #[error("does not speak `{language}`")]
    Language {
        /// Which.
        language: LanguageTag,
    },
    /// Was given it, and did not begin in time.
    #[error("did not begin in time")]
    LeftLying,
    /// Has no room for it.
    #[error("has work of {load}, and can have {capacity}: {weight} more is too much")]
    Full {
        /// The agent's work.
        load: u64,
        /// How much work it is.
        weight: u64,
        /// How much the agent can have at once.
        capacity: u32,
    },
    /// Has no room for more of this channel.
    #[error("has {open} of `{channel}`, and can have {most}")]
    FullOnChannel {
        /// Which channel.
        channel: Arc<str>,
        /// How many tickets of it the agent has.
        open: u32,
        /// How many the agent can have at once.
        most: u32,
    },
}
