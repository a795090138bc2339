//! Conditions at work: checked against the settings, asked of tickets, in an order, a page at a
//! time.
//!
//! A [`Condition`](crate::Condition) is data; [`condition`](crate::condition) says what each test
//! means. Here it is [checked](crate::Condition::check) against a [`Lexicon`], what names mean
//! under the settings, for the [`Place`] where it stands. The [`Matcher`] that comes of that is
//! asked of anything that has [`Facts`]; a ticket's are a [`Scene`](crate::Scene). An [`Order`]
//! says which ticket comes first, and a [`Cursor`] where a page ended. A [`MatcherSet`] asks many
//! matchers at once.

mod check;
mod cursor;
mod deadlines;
mod facts;
mod fold;
mod lexicon;
mod listing;
mod logic;
mod matcher;
mod narrow;
mod order;
mod pattern;
mod set;
mod sight;
mod sought;
mod turn;
mod words;

pub use check::ConditionError;
pub use cursor::NotACursor;
pub(crate) use cursor::serde_as_text;
pub use deadlines::{Between, Deadlines};
pub use facts::{Facts, Value};
pub use lexicon::Lexicon;
pub(crate) use lexicon::{FieldType, channel_named};
pub use listing::Listing;
pub(crate) use listing::check_views;
pub use logic::Example;
pub(crate) use logic::{Case, Sample};
pub use matcher::Matcher;
pub use narrow::{Indexed, Narrow};
pub use order::{Cursor, CursorMismatch, Order, SortKey};
pub use set::MatcherSet;
pub(crate) use sight::{
    held_matcher, merged_matcher, person_matcher, requesters_matcher, sight_matcher, works_matcher,
};
pub use turn::{Turn, TurnPlace, TurnReason, Turns, Waiting, WorkOrder};
pub use words::{NoWords, Word, Words, words};

/// Where a condition stands: what it may ask depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A saved view or a listing: ages, numbers and `me` too.
    View,
    /// A host's rule that looks at a ticket as it is.
    Rule,
    /// A host's rule that looks at a change: what was before, and the message that made it.
    Trigger,
}
