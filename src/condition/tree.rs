//! A condition as data: the tree, its tests and its literals, and how code builds them.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;

use super::Fact;
use crate::ids::{
    AgentId, CategoryName, ContactId, DepartmentName, ImpactName, OrganisationId, PriorityName,
    ReasonName, ReceivedAt, ResolutionCode, StatusName, Tag, TicketId, TicketNumber, UrgencyName,
};
use crate::subject::{About, ExternalRef, SubjectRef};
use crate::time::Span;

/// A question about a ticket that is true or false, as data: written by a host in code, in a
/// file, or as text; [checked](Condition::check) before it is asked.
///
/// ```
/// use helpdesk::{Condition, Fact};
///
/// let built = Condition::all([
///     Fact::StatusCategory.is_in(["new", "open"]),
///     Condition::any([Fact::Priority.at_least("high"), Fact::Tags.contains("vip")]),
///     Condition::not(Fact::Subject.contains("out of office")),
/// ]);
/// let text = "status_category in (new, open) and (priority >= high or tags contains vip) \
///             and not subject contains \"out of office\"";
/// assert_eq!(text.parse(), Ok(built.clone()));
/// assert_eq!(built.to_string(), text);
/// ```
///
/// In a file it is a tree, or its text form, in any place of the tree:
///
/// ```
/// # use helpdesk::Condition;
/// let tree = r#"{"all": [
///     {"fact": "priority", "at_least": "high"},
///     {"not": {"fact": "tags", "contains": "vip"}},
///     "assignee is missing"
/// ]}"#;
/// let condition: Condition = serde_json::from_str(tree)?;
/// let text = "priority >= high and not tags contains vip and assignee is missing";
/// assert_eq!(condition.to_string(), text);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// True when each of these is; of none, true.
    All(Vec<Condition>),
    /// True when at least one of these is; of none, false.
    Any(Vec<Condition>),
    /// True when this is false.
    Not(Box<Condition>),
    /// A test of one fact.
    Test(Test),
}

/// A test of one fact; [`Fact`] has a method for each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Test {
    /// What is tested.
    pub fact: Fact,
    /// What it must be.
    pub is: Is,
}

/// What a test asks of a fact. What is missing, or has been erased, is [`Missing`](Is::Missing),
/// is [`NotEqual`](Is::NotEqual) to everything, and passes no other test.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Is {
    /// It is this. Text compares without regard to letter case, names with.
    Equal(Literal),
    /// It is anything but this, or missing.
    NotEqual(Literal),
    /// It is one of these.
    In(Vec<Literal>),
    /// It is less, earlier, or lower on the priority scale.
    Less(Literal),
    /// It is at most this.
    AtMost(Literal),
    /// It is more, later, or higher on the priority scale.
    More(Literal),
    /// It is at least this.
    AtLeast(Literal),
    /// The text has this piece, without regard to letter case; the list has this item.
    Contains(Literal),
    /// A piece of the text fits this regular expression. Letter case counts, unless the
    /// expression says `(?i)`. Checking refuses it without the crate's feature `regex`.
    Matches(Arc<str>),
    /// It has no value.
    Missing,
    /// It has some value.
    Present,
    /// The instant lies so long ago, or longer; in views only.
    Older(Span),
    /// The instant lies less than so long ago, or is yet to come; in views only.
    Younger(Span),
    /// It is not what it was before; in triggers only. On an opening nothing changed.
    Changed,
    /// It changed, and was this before; in triggers only.
    ChangedFrom(Literal),
    /// It changed, and is this now; in triggers only.
    ChangedTo(Literal),
}

impl Is {
    /// The test's name, as data and the paths of mistakes write it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Equal(_) => "equal",
            Self::NotEqual(_) => "not_equal",
            Self::In(_) => "in",
            Self::Less(_) => "less",
            Self::AtMost(_) => "at_most",
            Self::More(_) => "more",
            Self::AtLeast(_) => "at_least",
            Self::Contains(_) => "contains",
            Self::Matches(_) => "matches",
            Self::Missing => "missing",
            Self::Present => "present",
            Self::Older(_) => "older",
            Self::Younger(_) => "younger",
            Self::Changed => "changed",
            Self::ChangedFrom(_) => "changed_from",
            Self::ChangedTo(_) => "changed_to",
        }
    }
}

/// A value in a condition, of the type that the fact gives it when the condition is checked:
/// names, ids, instants (RFC 3339) and dates are text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum Literal {
    /// Text, or something that is written as text.
    Text(Arc<str>),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Boolean(bool),
}

macro_rules! literals {
    ($($type:ty => |$value:ident| $literal:expr;)*) => {$(
        impl From<$type> for Literal {
            fn from($value: $type) -> Self {
                $literal
            }
        }
    )*};
}

literals! {
    &str => |text| Self::Text(text.into());
    String => |text| Self::Text(text.into());
    Arc<str> => |text| Self::Text(text);
    i64 => |number| Self::Integer(number);
    i32 => |number| Self::Integer(number.into());
    u32 => |number| Self::Integer(number.into());
    bool => |boolean| Self::Boolean(boolean);
    TicketNumber => |number| Self::Integer(i64::try_from(number.0).unwrap_or(i64::MAX));
    TicketId => |id| id.to_string().into();
    AgentId => |id| format!("agent:{id}").into();
    ContactId => |id| format!("contact:{id}").into();
    OrganisationId => |id| id.to_string().into();
    DateTime<Utc> => |at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true).into();
    NaiveDate => |date| date.to_string().into();
    &SubjectRef => |subject| subject.to_string().into();
    &About => |about| about.to_string().into();
    &ExternalRef => |reference| reference.to_string().into();
}

macro_rules! names {
    ($($name:ty),*) => {$(
        impl From<$name> for Literal {
            fn from(name: $name) -> Self {
                name.as_str().into()
            }
        }

        impl From<&$name> for Literal {
            fn from(name: &$name) -> Self {
                name.as_str().into()
            }
        }
    )*};
}

names!(
    StatusName,
    ReasonName,
    DepartmentName,
    CategoryName,
    PriorityName,
    ImpactName,
    UrgencyName,
    ResolutionCode,
    ReceivedAt,
    Tag
);

impl From<Test> for Condition {
    fn from(test: Test) -> Self {
        Self::Test(test)
    }
}

impl Condition {
    /// True when each of these is.
    pub fn all(conditions: impl IntoIterator<Item = Condition>) -> Self {
        Self::All(conditions.into_iter().collect())
    }

    /// True when at least one of these is.
    pub fn any(conditions: impl IntoIterator<Item = Condition>) -> Self {
        Self::Any(conditions.into_iter().collect())
    }

    /// True when this is false.
    pub fn not(condition: impl Into<Self>) -> Self {
        Self::Not(Box::new(condition.into()))
    }

    /// Its tests, from left to right.
    pub fn tests(&self) -> impl Iterator<Item = &Test> {
        let mut left = vec![self];
        std::iter::from_fn(move || {
            loop {
                match left.pop()? {
                    Self::All(parts) | Self::Any(parts) => left.extend(parts.iter().rev()),
                    Self::Not(part) => left.push(part),
                    Self::Test(test) => return Some(test),
                }
            }
        })
    }

    /// The facts that it is about, from left to right, as often as it tests them.
    ///
    /// ```
    /// # use helpdesk::{Condition, Fact};
    /// let condition: Condition = "subject contains fire and not notes > 3".parse()?;
    /// assert!(condition.facts().eq([&Fact::Subject, &Fact::Notes]));
    /// assert!(!condition.facts().all(Fact::is_public), "notes are not for customers");
    /// # Ok::<(), helpdesk::condition::ConditionSyntax>(())
    /// ```
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.tests().map(|test| &test.fact)
    }
}

macro_rules! tests {
    ($($(#[$doc:meta])* $name:ident => $is:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(self, value: impl Into<Literal>) -> Condition {
            self.test(Is::$is(value.into()))
        }
    )*};
}

/// Tests of a fact.
impl Fact {
    fn test(self, is: Is) -> Condition {
        Condition::Test(Test { fact: self, is })
    }

    tests! {
        /// It is this.
        equals => Equal;
        /// It is anything but this, or missing.
        not_equal => NotEqual;
        /// It is less, earlier, or lower on the priority scale.
        less => Less;
        /// It is at most this.
        at_most => AtMost;
        /// It is more, later, or higher on the priority scale.
        more => More;
        /// It is at least this.
        at_least => AtLeast;
        /// The text has this piece, or the list this item.
        contains => Contains;
        /// It changed, and was this before.
        changed_from => ChangedFrom;
        /// It changed, and is this now.
        changed_to => ChangedTo;
    }

    /// It is one of these.
    pub fn is_in<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Condition {
        self.test(Is::In(values.into_iter().map(Into::into).collect()))
    }

    /// A piece of the text fits this regular expression.
    pub fn matches(self, pattern: impl Into<Arc<str>>) -> Condition {
        self.test(Is::Matches(pattern.into()))
    }

    /// It has no value.
    pub fn missing(self) -> Condition {
        self.test(Is::Missing)
    }

    /// It has some value.
    pub fn present(self) -> Condition {
        self.test(Is::Present)
    }

    /// The instant lies so long ago, or longer.
    pub fn older(self, age: Span) -> Condition {
        self.test(Is::Older(age))
    }

    /// The instant lies less than so long ago, or is yet to come.
    pub fn younger(self, age: Span) -> Condition {
        self.test(Is::Younger(age))
    }

    /// It is not what it was before.
    pub fn changed(self) -> Condition {
        self.test(Is::Changed)
    }
}
