//! The time in which cases happen, what is promised in it, and what happens.

use helpdesk::{Calendar, StatusCategory};

use crate::at;

/// The unit of time in which things happen and windows have their edges: a minute.
pub(crate) const UNIT: i64 = 60_000_000;
/// Units that are looked at: more than any clock of a case needs.
pub(crate) const HORIZON: usize = 70 * 1440;

/// The time in which cases happen.
pub(crate) struct Ground {
    pub(crate) start: i64,
    pub(crate) calendars: Vec<Calendar>,
    open: Vec<Vec<bool>>,
}

impl Ground {
    pub(crate) fn new(calendars: Vec<Calendar>) -> Self {
        let start = at("2026-03-26T00:00:00Z").timestamp_micros();
        let instant = |unit: usize| {
            chrono::DateTime::from_timestamp_micros(start + unit as i64 * UNIT).unwrap()
        };
        let open = calendars
            .iter()
            .map(|calendar| (0..HORIZON).map(|unit| calendar.is_open(instant(unit))).collect())
            .collect();
        Self { start, calendars, open }
    }

    /// Whether time of this pace runs in a unit.
    pub(super) fn runs(&self, pace: Option<usize>, unit: i64) -> bool {
        pace.is_none_or(|pace| self.open[pace][unit as usize])
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Warn {
    Percent(u8),
    Left(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    Units(i64),
    BusinessDays(u16),
}

/// What is promised of a metric, in units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Promise {
    pub(crate) target: Option<Given>,
    pub(crate) pace: Option<usize>,
    pub(crate) pauses: Vec<(&'static str, Option<&'static str>)>,
    pub(crate) warnings: Vec<Warn>,
    pub(crate) levels: Vec<i64>,
}

/// A promise for each metric, in their order.
pub(crate) type Promises = Vec<Promise>;

/// A status, a reason to be in it, and what it means.
pub(crate) type Status = (&'static str, Option<&'static str>, StatusCategory);

#[derive(Clone, Debug)]
pub(crate) enum Fact {
    Customer,
    Agent,
    Assigned,
    Moved(Status),
    Terms(Promises),
}
