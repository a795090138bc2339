//! Looking rows over: which parts of a record's row follow from its history, and which counters from
//! the tickets.

use std::collections::{BTreeMap, BTreeSet};

use crate::decide::Counter;
use crate::ids::RecordKind;
use crate::store::codec::{self, CodecErrorKind, StoredHead};
use crate::store::upkeep::Sum;
use crate::store::{Derived, Part};

/// A row as it stands, beside what follows from its history.
pub(in crate::store) struct Stands<'r> {
    /// How many events it has, as it says.
    pub(in crate::store) revision: i64,
    /// Whether it has a ticket's number.
    pub(in crate::store) numbered: bool,
    /// The head.
    pub(in crate::store) head: &'r StoredHead,
    /// Whether what is indexed is what follows.
    pub(in crate::store) columns: bool,
    /// Whether its next wake is what follows.
    pub(in crate::store) wake: bool,
}

/// The parts that do not follow; and whether they may be written over: not beside a head that a newer
/// build wrote.
pub(in crate::store) fn differing(derived: &Derived, row: &Stands<'_>) -> (Vec<Part>, bool) {
    let key = derived.key;
    // One that an older build wrote is folded where it is read, and a newer one is not ours.
    let (same, newer) = match codec::decode_head(key, row.head) {
        Ok(head) => (head == derived.head, false),
        Err(error) => {
            let (older, newer) = (CodecErrorKind::Older, CodecErrorKind::Newer);
            ([older, newer].contains(&error.kind()), error.kind() == newer)
        }
    };
    let parts = [
        (Part::Number, (key.kind == RecordKind::Ticket) == row.numbered),
        (Part::Revision, u64::try_from(row.revision) == Ok(derived.revision.0)),
        (Part::Head, same),
        (Part::Columns, row.columns),
        (Part::Wake, row.wake),
    ];
    let differing = parts.into_iter().filter_map(|(part, follows)| (!follows).then_some(part));
    (differing.collect(), !newer)
}

/// Counters as they stand: those that follow from tickets, and the names that are none of a counter.
pub(in crate::store) fn counted(
    stored: Vec<(String, i64)>,
) -> (BTreeMap<Counter, i64>, Vec<String>) {
    let (mut is, mut no_counters) = (BTreeMap::new(), Vec::new());
    for (name, value) in stored {
        match codec::parse_counter(&name) {
            // Instants follow from no head.
            Ok(Counter::Given(_) | Counter::Freed(_)) => {}
            Ok(counter) => {
                is.insert(counter, value);
            }
            Err(_) => no_counters.push(name),
        }
    }
    (is, no_counters)
}

/// The counters that are not what the tickets come to: what they come to, and what they are at.
pub(in crate::store) fn miscounted(
    sum: &Sum,
    is: &BTreeMap<Counter, i64>,
) -> Vec<(Counter, i64, i64)> {
    let should = sum.counters();
    let all: BTreeSet<&Counter> = is.keys().chain(should.keys()).collect();
    let value = |of: &BTreeMap<Counter, i64>, it: &Counter| of.get(it).copied().unwrap_or(0);
    let all = all.into_iter().map(|it| (it.clone(), value(should, it), value(is, it)));
    all.filter(|(_, should, is)| should != is).collect()
}
