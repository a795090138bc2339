//! How an agent is chosen for a ticket, as data.

use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentName, SkillName};
use crate::time::Span;

/// How an agent is chosen: among whom, by what, and what is done where there is nobody.
///
/// ```
/// use helpdesk::Span;
/// use helpdesk::rules::{Route, Sticky, Strategy};
///
/// let route = Route::to("support")
///     .by(Strategy::LeastLoaded)
///     .skill("networks", 3)
///     .same_language()
///     .sticky(Sticky::LastAgent)
///     .overflow(Span::minutes(15), "second line")
///     .not_taken(Span::minutes(30));
/// assert_eq!(serde_json::to_value(&route)?, serde_json::json!({
///     "department": "support", "by": "least_loaded",
///     "skills": [{ "skill": "networks", "level": 3 }],
///     "same_language": true, "sticky": ["last_agent"],
///     "overflow": { "after": "PT15M", "to": "second line" },
///     "not_taken": "PT30M",
/// }));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Whose agents are looked at, and whose queue it waits in; left out: the department that the
    /// ticket is in, or all agents where it is in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentName>,
    /// By what one of them is chosen. Default round robin.
    #[serde(default, skip_serializing_if = "Strategy::is_round_robin")]
    pub by: Strategy,
    /// What they must be able to do. Default nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<SkillNeeded>,
    /// Whether they must speak the requester's language, where that is known. Default no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub same_language: bool,
    /// Who comes before all others, if they can have it as everybody else can: the first of these
    /// who does. Default nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sticky: Vec<Sticky>,
    /// Where it goes when nobody could be found for so long. Default: it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overflow: Option<Overflow>,
    /// How long the chosen agent has to begin before somebody else is chosen. Default: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_taken: Option<Span>,
}

/// By what an agent is chosen among those who can have a ticket. Ties go to the one who was given
/// something least lately, then to the lowest id.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Strategy {
    /// Whoever was given something least lately.
    #[default]
    RoundRobin,
    /// Whoever has the least work.
    LeastLoaded,
    /// Whoever has the least work for the capacity that they have.
    CapacityWeighted,
    /// Whoever has been without work for longest; those who have some come after.
    MostIdle,
}

impl Strategy {
    fn is_round_robin(&self) -> bool {
        *self == Self::RoundRobin
    }
}

/// Who comes before all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sticky {
    /// The agent who had this ticket last.
    LastAgent,
}

/// Something that an agent must be able to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkillNeeded {
    /// What.
    pub skill: SkillName,
    /// How well at least, 1 to 10. Default 1.
    #[serde(default = "some", skip_serializing_if = "is_some")]
    pub level: u8,
}

fn some() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_some(level: &u8) -> bool {
    *level == some()
}

/// Where a ticket goes when nobody could be found for so long.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overflow {
    /// How long, in calendar time; more than nothing.
    pub after: Span,
    /// The department whose agents are looked at then, too.
    pub to: DepartmentName,
}

impl Route {
    /// To an agent of this department, in round robin.
    pub fn to(department: impl Into<DepartmentName>) -> Self {
        Self { department: Some(department.into()), ..Self::default() }
    }

    /// The same by this strategy.
    #[must_use]
    pub fn by(mut self, strategy: Strategy) -> Self {
        self.by = strategy;
        self
    }

    /// The same for agents who have this skill, too, at this level or a higher one.
    #[must_use]
    pub fn skill(mut self, skill: impl Into<SkillName>, level: u8) -> Self {
        self.skills.push(SkillNeeded { skill: skill.into(), level });
        self
    }

    /// The same for agents who speak the requester's language.
    #[must_use]
    pub fn same_language(mut self) -> Self {
        self.same_language = true;
        self
    }

    /// The same with these before all others, after those named before.
    #[must_use]
    pub fn sticky(mut self, sticky: Sticky) -> Self {
        self.sticky.push(sticky);
        self
    }

    /// The same with another department's agents too, after so long.
    #[must_use]
    pub fn overflow(mut self, after: Span, to: impl Into<DepartmentName>) -> Self {
        self.overflow = Some(Overflow { after, to: to.into() });
        self
    }

    /// The same with somebody else, where the chosen agent does not begin for so long.
    #[must_use]
    pub fn not_taken(mut self, within: Span) -> Self {
        self.not_taken = Some(within);
        self
    }
}
