//! What is asked of a store beside commits, and what it answers.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::channel::Notice;
use crate::decide::{Counter, Roster, Rostered};
use crate::ids::{DeskId, Key, TicketNumber};
use crate::matching::{Matcher, Narrow, Order, SortKey};
use crate::record::{Event, Record};
use crate::ticket::Scene;
use crate::workflow::StatusCategory;

/// What [`Store::load`](super::Store::load) is to read, all of it as of one instant.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let wanted = Wanted {
///     records: vec![Key::ticket(desk.id(), id)],
///     counters: vec![Counter::Load(anna)],
///     roster: Some(Roster::Everybody),
///     channel: Some("email".into()),
/// };
/// let found = desk.store().load(desk.id(), &wanted)?;
/// assert_eq!(found.records[0].as_ref().unwrap().number, Some(TicketNumber(1)));
/// assert_eq!(found.counters, [0]);
/// assert_eq!(found.roster.records[0].key.as_agent(), Some(anna));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Records.
    pub records: Vec<Key>,
    /// Counters.
    pub counters: Vec<Counter>,
    /// Agents who can own tickets; `None`: none.
    pub roster: Option<Roster>,
    /// Of which channel the roster is to say how many tickets each agent owns; `None`: of none, and
    /// it says 0.
    pub channel: Option<Arc<str>>,
}

impl Wanted {
    /// These records, and nothing else.
    pub fn records(keys: impl IntoIterator<Item = Key>) -> Self {
        Self { records: keys.into_iter().collect(), ..Self::default() }
    }

    /// These counters, and nothing else.
    pub fn counters(counters: impl IntoIterator<Item = Counter>) -> Self {
        Self { counters: counters.into_iter().collect(), ..Self::default() }
    }
}

/// What [`Store::load`](super::Store::load) found, in the order in which it was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// A record, or none, for each key.
    pub records: Vec<Option<Record>>,
    /// A value for each counter.
    pub counters: Vec<i64>,
    /// The agents of the roster; empty where none was asked for.
    pub roster: Rostered,
}

/// A listing of tickets, as a store is asked for it: checked, with what its reader may see in
/// the filter. [`Desk::find`](crate::Desk::find) makes it of a
/// [`Listing`](crate::matching::Listing).
///
/// ```
#[doc = include_str!("../example.txt")]
/// use helpdesk::matching::{Order, Place};
///
/// let lexicon = desk.settings()?.lexicon();
/// let hers = Fact::Requester.equals(format!("contact:{maria}"));
/// let query = Query {
///     desk: desk.id(),
///     filter: hers.check(&lexicon, Place::View).unwrap(),
///     order: Order::check(&[], &lexicon).unwrap(),
///     after: None,
///     now,
///     limit: 20,
/// };
/// let found = desk.store().find(&query)?;
/// assert_eq!(found.len(), 1);
/// assert!(query.matches(&found[0]));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Query {
    /// Whose tickets.
    pub desk: DeskId,
    /// Which of them.
    pub filter: Matcher,
    /// In which order.
    pub order: Order,
    /// Those after this place in the order; `None`: from the first.
    pub after: Option<SortKey>,
    /// The present, from which ages are counted.
    pub now: DateTime<Utc>,
    /// How many at most.
    pub limit: usize,
}

impl Query {
    /// Whether the listing shows this record, pages aside: this decides, whatever a store's
    /// indexes say. In the [order of work](Order::by_turn) it shows what has a turn.
    pub fn matches(&self, record: &Record) -> bool {
        let shown = |scene: &Scene<'_>| self.order.shows(scene) && self.filter.matches(scene);
        record.key.desk == self.desk && self.scene(record).as_ref().is_some_and(shown)
    }

    /// Where the record stands in the order; `None`: it is not a ticket.
    pub fn place(&self, record: &Record) -> Option<SortKey> {
        self.scene(record).map(|scene| self.order.key(&scene))
    }

    /// What every ticket that it shows has in its columns, in alternatives of which at least one
    /// holds: what a store fetches by, before [`matches`](Self::matches) decides. Alternatives
    /// overlap, so a ticket is fetched by one of them and shown once. An empty list: it shows
    /// nothing.
    pub fn narrow(&self) -> Vec<Narrow> {
        let said = self.filter.narrow_at(self.now);
        if self.order.by_turn().is_none() {
            return said;
        }
        // What has a turn is nobody's, and unfinished.
        let unfinished = StatusCategory::ALL.into_iter().filter(|category| !category.is_done());
        let queued = Narrow {
            categories: Some(unfinished.collect()),
            assignees: Some([None].into()),
            ..Narrow::unrestricted()
        };
        let both = said.into_iter().map(|one| one.and(queued.clone()));
        both.filter(|one| !one.is_impossible()).collect()
    }

    fn scene<'r>(&self, record: &'r Record) -> Option<Scene<'r>> {
        let ticket = record.ticket()?;
        Some(Scene { number: record.number, ..Scene::of(ticket, self.now) })
    }
}

/// One record's part of a commit, as [`Store::scan`](super::Store::scan) reads it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The commit.
    pub seq: u64,
    /// The record.
    pub key: Key,
    /// A ticket's number.
    pub number: Option<TicketNumber>,
    /// The events that the commit appended.
    pub events: Arc<[Event]>,
}

/// Whose timers or notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One desk's.
    One(DeskId),
    /// Those of every desk in the store.
    All,
}

impl Scope {
    /// Whether this desk is in scope.
    ///
    /// ```
    /// # use helpdesk::DeskId;
    /// # use helpdesk::store::Scope;
    /// let (ours, theirs) = (DeskId::from_u128(1), DeskId::from_u128(2));
    /// assert!(Scope::One(ours).has(ours) && !Scope::One(ours).has(theirs));
    /// assert!(Scope::All.has(theirs));
    /// ```
    pub fn has(self, desk: DeskId) -> bool {
        match self {
            Self::One(one) => one == desk,
            Self::All => true,
        }
    }
}

/// How much to lease, and for how long. A lease that has ended is anybody's again: what its
/// holder did not finish is not lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Until when it is this caller's; at that instant it no longer is.
    pub until: DateTime<Utc>,
    /// How many at most; 0 leases nothing and only looks.
    pub limit: usize,
}

/// What is due, and when something else will be.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let third_day = now + TimeDelta::days(3);
/// let lease = Lease { until: third_day + TimeDelta::minutes(1), limit: 10 };
/// let due = desk.store().due(Scope::All, third_day, lease)?;
/// assert_eq!(due.rows, [DueRow { key: Key::ticket(desk.id(), id), at: third_day }]);
///
/// // Another process that looks now finds it leased.
/// let other = desk.store().due(Scope::All, third_day, lease)?;
/// assert!(other.rows.is_empty());
/// assert_eq!(other.next, Some(lease.until));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Records whose next wake has come, earliest first.
    pub rows: Vec<DueRow>,
    /// The earliest wake or lease end among all the others in scope; `None`: nothing else waits.
    pub next: Option<DateTime<Utc>>,
}

/// A record whose next wake has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueRow {
    /// Which record.
    pub key: Key,
    /// When its wake was due.
    pub at: DateTime<Utc>,
}

/// A lease on a notice. Each claim makes a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LeaseToken {
    /// The desk and ticket of the notice.
    pub key: Key,
    /// Which lease.
    pub lease: u64,
}

/// A notice that was leased for delivery. [`Notice`] has a relay as an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// What settles it.
    pub token: LeaseToken,
    /// The notice.
    pub notice: Notice,
    /// The ticket's number, for the reference in the text.
    pub number: TicketNumber,
    /// How often it was claimed, this time included: 1 is the first.
    pub attempt: u32,
}

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It was delivered; gone from the outbox.
    Delivered,
    /// It was not, and is to be tried again then; the ticket's later notices wait.
    Retry(DateTime<Utc>),
    /// It was not, and will not be; gone from the outbox.
    GivenUp,
}
