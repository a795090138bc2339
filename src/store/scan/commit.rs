//! What a commit asks of a store: whether it may be written, and what is written then.

use std::collections::BTreeMap;

use super::super::{CommitError, CommitParts, Entry, Receipt, Touched};
use super::{Kept, Waiting};
use crate::decide::{Erasure, Expected, Guard, KeyChange, UniqueKey};
use crate::ids::{Key, Revision, TicketNumber};
use crate::record::Event;

/// Whether everything holds that a commit rests on: all the checks of
/// [`Store::commit`](super::super::Store::commit), in their order. Nothing may change between this and
/// the writing.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// /// A store that keeps nothing but an address of Ben's.
/// struct Nothing;
///
/// impl scan::Kept for Nothing {
///     fn receipt(&self, _: DeskId, _: CommandId) -> Option<Receipt> {
///         None
///     }
///
///     fn record(&self, _: &Key) -> Option<Record> {
///         None
///     }
///
///     fn owner(&self, desk: DeskId, _: &UniqueKey) -> Option<Key> {
///         Some(Key::agent(desk, AgentId::from_u128(9)))
///     }
///
///     fn counter(&self, _: DeskId, _: &Counter) -> i64 {
///         0
///     }
/// }
///
/// let commit = |email| {
///     let profile = AgentProfile::new("Cleo").email(email);
///     let put = Command::PutAgent { id: AgentId::from_u128(10), profile };
///     desk.prepare(&Actor::Host.at(now).call(put)).map(|prepared| prepared.commit.unwrap())
/// };
/// let mut parts = commit("ben@example.com")?.into_parts();
/// parts.guards.clear();
/// let refused = scan::check(&parts, &Nothing).unwrap_err();
/// assert!(matches!(refused, CommitError::KeyTaken { .. }));
///
/// parts.keys.clear();
/// assert!(scan::check(&parts, &Nothing).is_ok());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
///
/// # Errors
///
/// [`CommitError`], with which the store answers; nothing is to be written then.
pub fn check(parts: &CommitParts, kept: &impl Kept) -> Result<(), CommitError> {
    let desk = parts.desk;
    if let Some(receipt) = parts.receipt.command.and_then(|id| kept.receipt(desk, id)) {
        return Err(CommitError::Seen(Box::new(receipt)));
    }
    let writes = parts.writes.iter().map(|write| match write.expected {
        Expected::New => (write.key, Revision::ZERO),
        Expected::At(revision) => (write.key, revision),
    });
    let guards = parts.guards.iter().map(|Guard { key, revision }| (*key, *revision));
    for (key, expected) in writes.chain(guards) {
        let found = kept.record(&key).map_or(Revision::ZERO, |record| record.revision);
        if found != expected {
            return Err(CommitError::Stale { key, expected, found });
        }
    }
    for change in &parts.keys {
        let KeyChange::Take(key, taker) = change else { continue };
        let gives_up = |owner: &Key| {
            parts.keys.iter().any(
                |change| matches!(change, KeyChange::Release(it, by) if it == key && by == owner),
            )
        };
        let rival = parts.keys.iter().find_map(|change| match change {
            KeyChange::Take(it, other) if it == key && other != taker => Some(*other),
            KeyChange::Take(..) | KeyChange::Release(..) => None,
        });
        let owner = kept.owner(desk, key).filter(|owner| owner != taker && !gives_up(owner));
        if let Some(owner) = owner.or(rival) {
            return Err(CommitError::KeyTaken { key: key.clone(), owner });
        }
    }
    for (index, change) in parts.counters.iter().enumerate() {
        let Some(ceiling) = change.ceiling.filter(|_| change.delta > 0) else { continue };
        let value = kept.counter(desk, &change.counter);
        // Several changes of one counter count together.
        let so_far = parts.counters.iter().take(index + 1);
        let same = so_far.filter(|other| other.counter == change.counter);
        let sum = same.fold(0_i64, |sum, other| sum.saturating_add(other.delta));
        if value.saturating_add(sum) > ceiling {
            let counter = change.counter.clone();
            return Err(CommitError::Over { counter, value, ceiling });
        }
    }
    Ok(())
}

/// The receipt of a commit that was checked. `seq` is its place, and `number` the number of the
/// first ticket that it opens.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// # struct One(Record);
/// # impl scan::Kept for One {
/// #     fn receipt(&self, _: DeskId, _: CommandId) -> Option<Receipt> { None }
/// #     fn record(&self, key: &Key) -> Option<Record> {
/// #         (self.0.key == *key).then(|| self.0.clone())
/// #     }
/// #     fn owner(&self, _: DeskId, _: &UniqueKey) -> Option<Key> { None }
/// #     fn counter(&self, _: DeskId, _: &Counter) -> i64 { 0 }
/// # }
/// # let kept = One(desk.record(Key::ticket(desk.id(), id))?.unwrap());
/// let next = TicketNumber(2);
/// let take = Command::Take(Take { ticket: id });
/// let prepared = desk.prepare(&agent.at(now).call(take))?;
/// let receipt = scan::receipt(prepared.commit.unwrap().parts(), &kept, 7, next);
/// assert_eq!(receipt.touched[0].number, Some(TicketNumber(1)), "it has it already");
///
/// let open = Open::new(TicketId::from_u128(2), Requester::Contact(maria), "Smoke, too.");
/// let prepared = desk.prepare(&customer.at(now).call(Command::Open(open)))?;
/// let receipt = scan::receipt(prepared.commit.unwrap().parts(), &kept, 8, next);
/// let Touched { from, to, number, .. } = receipt.touched[0];
/// assert_eq!((from, to, number), (Revision(0), Revision(1), Some(next)));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
pub fn receipt(
    parts: &CommitParts,
    kept: &impl Kept,
    seq: u64,
    mut number: TicketNumber,
) -> Receipt {
    let touched = parts.writes.iter().map(|write| {
        let key = write.key;
        let drawn = match kept.record(&key) {
            Some(record) => record.number,
            None => key.as_ticket().map(|_| {
                let drawn = number;
                number.0 += 1;
                drawn
            }),
        };
        let from = match write.expected {
            Expected::New => Revision::ZERO,
            Expected::At(revision) => revision,
        };
        Touched { key, from, to: write.revision(), number: drawn }
    });
    let touched = touched.collect();
    Receipt { seq, command: parts.receipt.command, digest: parts.receipt.digest, touched }
}

/// Who has which unique key after a commit that was checked, its tickets' numbers included;
/// `None`: nobody has it any more. Keys that the commit does not name are left out.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// # struct Hers(Key);
/// # impl scan::Kept for Hers {
/// #     fn receipt(&self, _: DeskId, _: CommandId) -> Option<Receipt> { None }
/// #     fn record(&self, _: &Key) -> Option<Record> { None }
/// #     fn owner(&self, _: DeskId, _: &UniqueKey) -> Option<Key> { Some(self.0) }
/// #     fn counter(&self, _: DeskId, _: &Counter) -> i64 { 0 }
/// # }
/// # let her = Key::agent(desk.id(), anna);
/// # let kept = Hers(her);
/// let put = |email| {
///     Command::PutAgent { id: anna, profile: AgentProfile::new("Anna").email(email) }
/// };
/// desk.execute(&Actor::Host.at(now).call(put("anna@example.com")))?;
///
/// let moved = desk.prepare(&Actor::Host.at(now).call(put("a@example.com")))?.commit.unwrap();
/// let receipt = scan::receipt(moved.parts(), &kept, 9, TicketNumber(2));
/// let owners = scan::owners(moved.parts(), &receipt, &kept);
/// assert_eq!(owners[&UniqueKey::AgentEmail("anna@example.com".into())], None);
/// assert_eq!(owners[&UniqueKey::AgentEmail("a@example.com".into())], Some(her));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
pub fn owners(
    parts: &CommitParts,
    receipt: &Receipt,
    kept: &impl Kept,
) -> BTreeMap<UniqueKey, Option<Key>> {
    let mut owners = BTreeMap::new();
    for change in &parts.keys {
        // Only who has a key can give it up.
        if let KeyChange::Release(key, by) = change
            && kept.owner(parts.desk, key) == Some(*by)
        {
            owners.insert(key.clone(), None);
        }
    }
    for change in &parts.keys {
        if let KeyChange::Take(key, taker) = change {
            owners.insert(key.clone(), Some(*taker));
        }
    }
    let opened = receipt.touched.iter().filter(|touched| touched.from == Revision::ZERO);
    let numbers = opened.filter_map(|it| Some((UniqueKey::Number(it.number?), Some(it.key))));
    owners.extend(numbers);
    owners
}

/// Carries a commit's erasures out, once all else of it is written: in the whole log the payloads
/// of the events that they name, in the outbox the notices of these.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let mut log = desk.store().scan(desk.id(), 0, usize::MAX)?;
/// let mut outbox = Vec::new();
/// let key = Key::ticket(desk.id(), id);
/// let erasure = Erasure { key, revisions: vec![Revision(1)] };
/// scan::erase(&mut log, &mut outbox, &[erasure]);
/// let opening = log.iter().find(|entry| entry.key == key).unwrap();
/// assert!(!opening.events[0].is_personal());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
pub fn erase<'e>(
    log: impl IntoIterator<Item = &'e mut Entry>,
    outbox: &mut Vec<Waiting>,
    erasures: &[Erasure],
) {
    if erasures.is_empty() {
        return;
    }
    let erased = |key: Key, revision: Revision| {
        let of = erasures.iter().filter(|erasure| erasure.key == key);
        of.flat_map(|erasure| &erasure.revisions).any(|named| *named == revision)
    };
    for entry in log {
        let named = |event: &Event| event.is_personal() && erased(entry.key, event.revision);
        if entry.events.iter().any(named) {
            let mut events = entry.events.to_vec();
            events.iter_mut().filter(|event| named(event)).for_each(Event::erase);
            entry.events = events.into();
        }
    }
    outbox.retain(|row| !erased(row.ticket, row.notice.id.revision));
}
