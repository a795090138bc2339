//! What a condition says about the deadline of a ticket, as bounds that an index is asked by.

use chrono::{DateTime, TimeDelta, Utc};

use super::matcher::{Ask, Sign, Typed};

/// What a condition says of [`sla_due_at`](crate::TicketColumns::sla_due_at): the deadlines of all
/// that match lie between two instants, or there is none.
///
/// ```
/// use helpdesk::matching::{Between, Deadlines, Place};
/// use helpdesk::{Condition, Settings};
///
/// let text = "sla_due_at < 2026-03-02T17:00:00Z and status_category = open";
/// let condition: Condition = text.parse().unwrap();
/// let narrow = condition.check(&Settings::default().lexicon(), Place::View).unwrap().narrow();
///
/// let five = "2026-03-02T17:00:00Z".parse().unwrap();
/// let until = Between { from: None, until: Some(five) };
/// assert_eq!(narrow[0].deadlines, Some(Deadlines { between: Some(until), none: false }));
/// assert!(narrow[0].deadlines.unwrap().admits(Some(five)), "bounds are a little wide");
/// assert!(!narrow[0].deadlines.unwrap().admits(None));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deadlines {
    /// Where the deadlines are; `None`: no ticket that has one matches.
    pub between: Option<Between>,
    /// Whether tickets without a deadline may match.
    pub none: bool,
}

/// A stretch of time; both ends are part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Between {
    /// Its first instant; `None`: it has always lasted.
    pub from: Option<DateTime<Utc>>,
    /// Its last instant; `None`: it has no end.
    pub until: Option<DateTime<Utc>>,
}

impl Between {
    /// Whether this instant is in it.
    pub fn has(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at <= until)
    }

    /// What both have.
    fn and(self, other: Self) -> Option<Self> {
        let from = self.from.max(other.from);
        let until = match (self.until, other.until) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        let empty = from.zip(until).is_some_and(|(from, until)| from > until);
        (!empty).then_some(Self { from, until })
    }

    /// The shortest that has both.
    fn or(self, other: Self) -> Self {
        Self {
            from: self.from.zip(other.from).map(|(one, two)| one.min(two)),
            until: self.until.zip(other.until).map(|(one, two)| one.max(two)),
        }
    }
}

impl Deadlines {
    /// Whether a ticket with this deadline may match.
    pub fn admits(&self, due: Option<DateTime<Utc>>) -> bool {
        due.map_or(self.none, |due| self.between.is_some_and(|between| between.has(due)))
    }

    /// Whether no ticket may match.
    pub(super) fn is_impossible(&self) -> bool {
        self.between.is_none() && !self.none
    }

    /// What both say.
    pub(super) fn and(self, other: Self) -> Self {
        let between = self.between.zip(other.between);
        Self { between: between.and_then(|(one, two)| one.and(two)), none: self.none && other.none }
    }

    /// What one of them says; `None`: nothing is left to say.
    pub(crate) fn or(self, other: Self) -> Option<Self> {
        let between = match (self.between, other.between) {
            (Some(one), Some(two)) => Some(one.or(two)),
            (one, two) => one.or(two),
        };
        Self { between, none: self.none || other.none }.said()
    }

    /// This, if it says anything.
    fn said(self) -> Option<Self> {
        (self.between != Some(Between::default()) || !self.none).then_some(self)
    }

    /// What follows for the deadline where this is true of it, or else false; ages are counted from
    /// `now`, if that is known. `None`: nothing.
    pub(super) fn of(ask: &Ask, truth: bool, now: Option<DateTime<Utc>>) -> Option<Self> {
        let set = |between: Between| Self { between: Some(between), none: false };
        let present = set(Between::default());
        let from = |at: Option<DateTime<Utc>>| Between { from: at, until: None };
        let until = |at: Option<DateTime<Utc>>| Between { from: None, until: at };
        // Where a test of the deadline's size is false, there may be none at all.
        let sized = |between: Between| Self { none: !truth, ..set(between) }.said();
        match ask {
            Ask::Missing | Ask::Present if matches!(ask, Ask::Missing) == truth => {
                Some(Self { between: None, none: true })
            }
            Ask::Missing | Ask::Present => Some(present),
            Ask::Order(sign, Typed::Instant(bound)) => {
                let bound = Some(*bound);
                match (sign, truth) {
                    (Sign::Less | Sign::AtMost, true) | (Sign::More | Sign::AtLeast, false) => {
                        sized(until(bound))
                    }
                    (Sign::More | Sign::AtLeast, true) | (Sign::Less | Sign::AtMost, false) => {
                        sized(from(bound))
                    }
                }
            }
            Ask::Older(span) | Ask::Younger(span) => {
                let ago = TimeDelta::microseconds(span.as_micros());
                let since = now.and_then(|now| now.checked_sub_signed(ago));
                match matches!(ask, Ask::Older(_)) == truth {
                    true => sized(until(since)),
                    false => sized(from(since)),
                }
            }
            Ask::OneOf(values) if truth => Self::one_of(values),
            Ask::NoneOf(values) if !truth => Self::one_of(values),
            Ask::OneOf(_)
            | Ask::NoneOf(_)
            | Ask::Order(..)
            | Ask::Contains(_)
            | Ask::Matches(_)
            | Ask::Changed
            | Ask::ChangedFrom(_)
            | Ask::ChangedTo(_) => None,
        }
    }
    /// From the first of these to the last.
    fn one_of(values: &[Typed]) -> Option<Self> {
        let at = |value: &Typed| match value {
            Typed::Instant(at) => {
                let only = Between { from: Some(*at), until: Some(*at) };
                Some(Self { between: Some(only), none: false })
            }
            _ => None,
        };
        let nothing = Self { between: None, none: false };
        values.iter().filter_map(at).try_fold(nothing, Self::or)
    }
}
