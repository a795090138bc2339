//! What every store must do, answered from plain iterators: for a host's small store, which is
//! correct with these before it is fast.
//!
//! The whole of a store over a host's own maps is in `examples/own_store.rs`, in less than 160
//! lines. A store with indexes replaces one of these at a time, and has the conformance suite
//! to tell whether it still answers the same.
//!
//! | method | is answered by |
//! |---|---|
//! | [`load`](super::Store::load) | [`load()`] |
//! | [`resolve`](super::Store::resolve), [`receipt`](super::Store::receipt) | the host's own [`Kept`] |
//! | [`history`](super::Store::history) | the host's own table, in order |
//! | [`commit`](super::Store::commit) | [`check`], then [`receipt()`], [`owners`], [`waiting`], [`erase`] |
//! | [`find`](super::Store::find) | [`find()`] |
//! | [`scan`](super::Store::scan) | [`entries`] |
//! | [`due`](super::Store::due) | [`due()`] |
//! | [`claim`](super::Store::claim), [`settle`](super::Store::settle) | [`claim()`], [`settle()`] |

mod commit;
mod leases;

use std::collections::BTreeSet;

pub use commit::{check, erase, owners, receipt};
pub use leases::{Waiting, Waking, claim, due, settle, waiting};

use super::{Entry, Found, Query, Receipt, Rostered, Tally, Wanted};
use crate::decide::{Columns, Counter, UniqueKey};
use crate::ids::{CommandId, DeskId, Key};
use crate::matching::SortKey;
use crate::record::Record;

/// What a store keeps, as it is looked up by its key.
///
/// Answers cannot fail: a store that reads from a disk first reads what the commit names, and
/// then checks.
pub trait Kept {
    /// The receipt of the desk's command, if it was carried out.
    fn receipt(&self, desk: DeskId, command: CommandId) -> Option<Receipt>;

    /// The record under this key, if there is one.
    fn record(&self, key: &Key) -> Option<Record>;

    /// The record that has a unique key of the desk.
    fn owner(&self, desk: DeskId, key: &UniqueKey) -> Option<Key>;

    /// The value of a counter of the desk; 0 where nothing changed it.
    fn counter(&self, desk: DeskId, counter: &Counter) -> i64;
}

/// The answer of [`Store::load`](super::Store::load). `agents` is where the roster is looked for:
/// records and their columns in the order of their keys, all there are or fewer.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// # struct Hers;
/// # impl scan::Kept for Hers {
/// #     fn receipt(&self, _: DeskId, _: CommandId) -> Option<Receipt> { None }
/// #     fn record(&self, _: &Key) -> Option<Record> { None }
/// #     fn owner(&self, _: DeskId, _: &UniqueKey) -> Option<Key> { None }
/// #     fn counter(&self, _: DeskId, _: &Counter) -> i64 { 3 }
/// # }
/// let record = desk.record(Key::agent(desk.id(), anna))?.unwrap();
/// let row = (record.clone(), Columns::of(&record.head));
/// let wanted = Wanted { roster: Some(Roster::Everybody), ..Wanted::default() };
/// let found = scan::load(desk.id(), &wanted, &Hers, [&row]);
/// let tally = Tally { load: 3, open: 0, given: 3, freed: 3 };
/// assert_eq!(found.roster.iter().collect::<Vec<_>>(), [(&record, tally)]);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
pub fn load<'r>(
    desk: DeskId,
    wanted: &Wanted,
    kept: &impl Kept,
    agents: impl IntoIterator<Item = &'r (Record, Columns)>,
) -> Found {
    // What another desk has is not there.
    let record = |key: &Key| kept.record(key).filter(|_| key.desk == desk);
    let mut found = Found {
        records: wanted.records.iter().map(record).collect(),
        counters: wanted.counters.iter().map(|counter| kept.counter(desk, counter)).collect(),
        roster: Rostered::default(),
    };
    let Some(roster) = &wanted.roster else { return found };
    let listed =
        |(record, columns): &&(Record, Columns)| record.key.desk == desk && roster.lists(columns);
    let listed = agents.into_iter().filter(listed).filter_map(|(record, _)| {
        let id = record.key.as_agent()?;
        let count = |counter: Counter| kept.counter(desk, &counter);
        let open = wanted.channel.as_ref().map_or(0, |it| count(Counter::Open(id, it.clone())));
        let (load, given) = (count(Counter::Load(id)), count(Counter::Given(id)));
        Some((record.clone(), Tally { load, open, given, freed: count(Counter::Freed(id)) }))
    });
    found.roster = listed.collect();
    found
}

/// Which of these records a listing shows, in its order: the answer of
/// [`Store::find`](super::Store::find).
///
/// In any order, that of work too. Takes time and space for each record that matches; a store with indexes hands in what
/// [`Query::narrow`] leaves. Records that are no tickets, or another desk's, are passed over.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// use helpdesk::matching::{Order, Place};
///
/// let lexicon = desk.settings()?.lexicon();
/// let query = Query {
///     desk: desk.id(),
///     filter: Condition::all([]).check(&lexicon, Place::View).unwrap(),
///     order: Order::check(&[], &lexicon).unwrap(),
///     after: None,
///     now,
///     limit: 20,
/// };
/// let wanted = Wanted::records([Key::settings(desk.id()), Key::ticket(desk.id(), id)]);
/// let everything = desk.store().load(desk.id(), &wanted)?.records;
/// let found = scan::find(everything.into_iter().flatten(), &query);
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].key.as_ticket(), Some(id));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
pub fn find(records: impl IntoIterator<Item = Record>, query: &Query) -> Vec<Record> {
    let matching = records.into_iter().filter(|record| query.matches(record));
    let placed = matching.filter_map(|record| Some((query.place(&record)?, record)));
    first_in_order(placed, query).into_iter().map(|(_, record)| record).collect()
}

/// The first of a page, in order, of what matches.
fn first_in_order(
    placed: impl Iterator<Item = (SortKey, Record)>,
    query: &Query,
) -> Vec<(SortKey, Record)> {
    let order = &query.order;
    let after = |place: &SortKey| {
        query.after.as_ref().is_none_or(|after| order.compare(place, after).is_gt())
    };
    let mut page = Vec::new();
    // Twice a page at a time: what cannot be shown any more is not kept, and cutting costs little
    // for each that is looked at.
    let room = query.limit.saturating_mul(2);
    for one in placed.filter(|(place, _)| after(place)) {
        page.push(one);
        if page.len() > room {
            cut(&mut page, query);
        }
    }
    cut(&mut page, query);
    page.sort_unstable_by(|(a, _), (b, _)| order.compare(a, b));
    page
}

/// Keeps the first of a page, in no order.
fn cut(page: &mut Vec<(SortKey, Record)>, query: &Query) {
    if query.limit == 0 {
        page.clear();
    } else if page.len() > query.limit {
        page.select_nth_unstable_by(query.limit - 1, |(a, _), (b, _)| query.order.compare(a, b));
        page.truncate(query.limit);
    }
}

/// The answer of [`Store::scan`](super::Store::scan), from entries in the order in which they
/// were committed; other desks' are passed over.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let log = desk.store().scan(desk.id(), 0, usize::MAX)?;
/// assert_eq!(log.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3]);
/// let page = scan::entries(&log, desk.id(), 1, 1);
/// assert_eq!(page[0].key.as_agent(), Some(anna));
/// assert_eq!(page.len(), 1);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
pub fn entries<'e>(
    log: impl IntoIterator<Item = &'e Entry>,
    desk: DeskId,
    after: u64,
    limit: usize,
) -> Vec<Entry> {
    let later = log.into_iter().filter(|entry| entry.key.desk == desk && entry.seq > after);
    let mut commits = BTreeSet::new();
    let shown = later.take_while(|entry| {
        commits.insert(entry.seq);
        commits.len() <= limit
    });
    shown.cloned().collect()
}
