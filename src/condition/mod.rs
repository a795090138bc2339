//! One language for every question about a ticket. Listings and views ask it, policies and
//! [rules](crate::rules) do, of a ticket as it is ([`Place::Rule`]) or of a change to one
//! ([`Place::Trigger`]); and so may a host in code of its own.
//!
//! A [`Condition`] is data. It comes from code, from a file, or from its text form; it is
//! [checked](Condition::check) against the settings, for the [`Place`] where it stands; and the
//! [`Matcher`] that comes of that is asked about tickets.
//!
//! [`Place`]: crate::matching::Place
//! [`Place::Rule`]: crate::matching::Place::Rule
//! [`Place::Trigger`]: crate::matching::Place::Trigger
//! [`Matcher`]: crate::matching::Matcher
//!
//! ```text
//! status_category in (new, open)
//!   and (priority >= high or tags contains vip)
//!   and not subject contains "out of office"
//!   and assignee is missing
//!   and waiting_since older than PT4H
//! ```
//!
//! # What a test means
//!
//! | test | true when |
//! |---|---|
//! | `= x` | it is x |
//! | `!= x` | it is not x, or is missing: the opposite of `=` |
//! | `in (x, y)` | it is one of these; of none, never |
//! | `< x`, `<= x`, `> x`, `>= x` | a number, an instant, a date or a priority compares so |
//! | `contains x` | the text has this piece; the list (tags, followers, subjects, external references) has this item |
//! | `matches "…"` | a piece of the text fits the regular expression (feature `regex`) |
//! | `is missing`, `is present` | it has no value; it has one |
//! | `older than PT4H` | now − instant ≥ 4 h; in views only |
//! | `younger than PT4H` | now − instant < 4 h, also of an instant to come; in views only |
//! | `changed` | it differs from what it was before; in triggers only |
//! | `changed from x`, `changed to x` | it changed, and was, or is, x; in triggers only |
//!
//! - **What is missing** passes only `!=` and `is missing`. What has been erased is missing, and
//!   so is what a custom field holds of a type that the settings no longer give it.
//! - **`not`** is plain negation: `not priority < high` is true of what has no priority.
//! - **Text** (subject, message, address, free text in fields) compares under one folding of
//!   letter case, each character to its lower case; `STRASSE` is `strasse` and not `straße`. A
//!   regular expression sees the text as it is. **Names** compare byte by byte.
//! - **A priority** compares by the place of its name on the scale of the settings that checked
//!   the condition; one that is no longer on the scale passes no comparison.
//! - **A status** is its name and its category. A ticket in a status whose name has since been
//!   dropped, and come back with another meaning, is in none that a condition can name.
//! - **Subjects** are written `KIND:ID` (`order:4711`), or `KIND` for any object of that kind, and
//!   with `ROLE/` before it for the objects in that role; **external references** are
//!   `PROVIDER:SCOPE:ID`, `PROVIDER:SCOPE` or `PROVIDER`. Both compare byte by byte.
//! - **`changed`** compares as it is, letter case too; lists as sets. On an opening there is no
//!   before, and nothing changed.
//! - **`me`** is the agent for whom the matcher was [made](crate::matching::Matcher::for_agent),
//!   as an owner, a requester or a follower; in views only. Where it was made for nobody, `me` is
//!   nobody.
//!
//! # Roads not taken
//!
//! - *Ages in rules*: what fires when something gets old needs a timer, and a condition has none;
//!   so only views count ages.
//! - *Three-valued logic*: a support lead who writes `not` means "the others".
//! - *Conditions on what is written in past messages*: that is a search, not a test of the head.

mod fact;
pub(crate) mod json;
mod parse;
mod print;
mod sort;
pub(crate) mod text;
mod token;
mod tree;
mod view;

pub use fact::Fact;
pub use sort::Sort;
pub use token::ConditionSyntax;
pub(crate) use token::MOST_BYTES;
pub use tree::{Condition, Is, Literal, Test};
pub use view::View;

/// The most levels that a condition's text or data may have, whatever the settings allow.
///
/// As data, each level but the test takes two of the 128 that `serde_json` reads: so many fit,
/// wherever a record or an event holds a condition, and leave room for what is around it.
pub(crate) const MOST_DEEP: usize = 48;

impl Condition {
    /// Whether it has at most so many levels; below those, nothing is looked at.
    pub(crate) fn is_within(&self, levels: usize) -> bool {
        let Some(below) = levels.checked_sub(1) else { return false };
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(|part| part.is_within(below)),
            Self::Not(part) => part.is_within(below),
            Self::Test(_) => true,
        }
    }

    /// How many levels it has; a test alone has one.
    fn levels(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                1 + parts.iter().map(Self::levels).max().unwrap_or(0)
            }
            Self::Not(part) => 1 + part.levels(),
            Self::Test(_) => 1,
        }
    }
}
