//! The order of a listing, and where in it a page ends.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::check::{ConditionError, below};
use super::cursor::{NotACursor, serde_as_text};
use super::lexicon::{NameOf, Type};
use super::{Facts, Lexicon, TurnPlace, Turns, Value};
use crate::condition::{Fact, Sort, text};
use crate::digest::digest;
use crate::ids::{PriorityName, SlaLevelName, TicketId, TicketNumber};
use crate::problem::{Mistake, Problems};

/// The most keys that an order has.
const MOST_KEYS: usize = 8;

/// A checked order of tickets. Cheap to clone.
///
/// Text and names are compared byte by byte, priorities by the settings' scale; a priority that
/// is no longer on it counts as missing, and what is missing comes last either way. What ties in
/// every key is in the order of its id, so that an order is total and pages never overlap.
///
/// ```
#[doc = include_str!("../example.txt")]
/// use helpdesk::matching::Order;
///
/// let second = TicketId::from_u128(2);
/// desk.open(customer.at(now), Open::new(second, Requester::Contact(maria), "And now smoke"))?;
/// let urgent = Edit { priority: Some("high".into()), ..Edit::new(second) };
/// desk.edit(agent.at(now), urgent)?;
///
/// let sorts = Sort::list("priority desc, opened_at").unwrap();
/// let order = Order::check(&sorts, &Settings::default().lexicon()).unwrap();
/// let tickets = [desk.ticket(id)?.unwrap(), desk.ticket(second)?.unwrap()];
/// let mut keys: Vec<_> = tickets.iter().map(|ticket| order.key(&Scene::of(ticket, now))).collect();
/// keys.sort_by(|a, b| order.compare(a, b));
/// assert_eq!([keys[0].id(), keys[1].id()], [second, id]);
///
/// // A page ended with the first; the next holds what comes after its cursor.
/// let cursor = order.cursor(&keys[0]).to_string();
/// let after = order.resume(&cursor.parse().unwrap()).unwrap();
/// assert!(order.compare(&keys[1], &after).is_gt());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Order {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    sorts: Vec<Sort>,
    keys: Vec<Key>,
    scale: Arc<[PriorityName]>,
    /// Of the keys, and of the priority scale where one of them needs it.
    levels: Arc<[SlaLevelName]>,
    /// It is the order of work: it has no keys.
    turns: Option<Turns>,
    digest: u64,
}

#[derive(Debug)]
struct Key {
    sort: Sort,
    of: Type,
}

/// Where a ticket stands in an order; made and compared by the [`Order`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SortKey {
    values: Vec<Part>,
    id: TicketId,
}

impl SortKey {
    /// The ticket's number, of a place in an order that is [by number](Order::by_number): what a
    /// store begins the next page after.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::matching::Order;
    ///
    /// let order = Order::check(&[], &Settings::default().lexicon()).unwrap();
    /// let record = desk.record(Key::ticket(desk.id(), id))?.unwrap();
    /// let scene = Scene::numbered(record.ticket().unwrap(), record.number.unwrap(), now);
    /// assert_eq!(order.by_number(), Some(false));
    /// assert_eq!(order.key(&scene).number(), Some(TicketNumber(1)));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn number(&self) -> Option<TicketNumber> {
        match self.values.first() {
            Some(Part::Integer(number)) => u64::try_from(*number).ok().map(TicketNumber),
            Some(Part::Text(_) | Part::Missing) | None => None,
        }
    }

    /// The ticket's deadline, of a place in an order that is [by deadline](Order::by_deadline);
    /// `None`: it has none, and stands among the last.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::matching::Order;
    /// use helpdesk::sla::{Metric, policy::Obligation};
    ///
    /// let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4));
    /// let mut draft = SettingsDraft::default();
    /// draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    /// desk.adopt(now, None, 100)?;
    ///
    /// let soonest = Sort::ascending(Fact::SlaDueAt);
    /// let order = Order::check(&[soonest], &Settings::default().lexicon()).unwrap();
    /// assert_eq!(order.by_deadline(), Some(false));
    /// let ticket = desk.ticket(id)?.unwrap();
    /// let place = order.key(&Scene::of(&ticket, now));
    /// assert_eq!(place.deadline(), Some(now + TimeDelta::hours(4)));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        match self.values.first() {
            Some(Part::Integer(micros)) => DateTime::from_timestamp_micros(*micros),
            Some(Part::Text(_) | Part::Missing) | None => None,
        }
    }

    /// The ticket's place in the order of work, of a place in [that order](Order::by_turn); `None`:
    /// it is another order, or the ticket has no turn.
    pub fn turn(&self) -> Option<TurnPlace> {
        use Part::Integer;
        match self.values[..] {
            [Integer(rank), Integer(level), Integer(at), Integer(priority), Integer(since)] => {
                Some(TurnPlace { rank, level, at, priority, since })
            }
            _ => None,
        }
    }

    /// Which ticket.
    pub fn id(&self) -> TicketId {
        self.id
    }
}

/// What is compared of one fact; missing comes last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part {
    Integer(i64),
    Text(Arc<str>),
    Missing,
}

impl Order {
    /// Looks up what is sorted by. No keys: by number.
    ///
    /// # Errors
    ///
    /// [`ConditionError`] lists lists, custom fields that there are not, facts of messages, a
    /// fact that comes twice, and more than 8 keys.
    pub fn check(sorts: &[Sort], lexicon: &Lexicon) -> Result<Self, ConditionError> {
        let mut problems = Problems::none();
        let order = Self::check_into(sorts, lexicon, "", &mut problems);
        order.ok_or_else(|| ConditionError::of(problems))
    }

    /// The same as a part of something larger, at this path in it.
    pub(crate) fn check_into(
        sorts: &[Sort],
        lexicon: &Lexicon,
        path: &str,
        problems: &mut Problems,
    ) -> Option<Self> {
        if sorts.len() > MOST_KEYS {
            let found = format!("{} sort keys", sorts.len());
            problems.at(path, Mistake::OutOfRange { found, expected: "at most 8" });
            return None;
        }
        let by_number = [Sort::ascending(Fact::Number)];
        let keys = if sorts.is_empty() { &by_number } else { sorts };
        let mut found = Vec::with_capacity(keys.len());
        for (index, sort) in keys.iter().enumerate() {
            let twice = keys.iter().take(index).any(|before| before.by == sort.by);
            match key(sort, twice, lexicon) {
                Ok(of) => found.push(Key { sort: sort.clone(), of }),
                Err(mistake) => problems.at(below(path, &format!("[{index}].by")), mistake),
            }
        }
        if found.len() < keys.len() {
            return None;
        }
        let scale = lexicon.priorities.clone();
        let ranked = keys.iter().any(|sort| sort.by == Fact::Priority);
        // A field may come to be of another type, and then sorts another way.
        let types: Vec<&str> = found.iter().map(|key| key.of.word()).collect();
        let levels = lexicon.sla_levels.clone();
        let by_level = keys.iter().any(|sort| sort.by == Fact::SlaLevel);
        let said = (keys, types, ranked.then_some(&*scale));
        let digest = match by_level {
            true => digest(&(said, &*levels)),
            false => digest(&said),
        };
        let digest = digest.unwrap_or_default();
        let turns = None;
        let inner = Inner { sorts: sorts.to_vec(), keys: found, scale, levels, turns, digest };
        Some(Self { inner: Arc::new(inner) })
    }

    /// The order of work: whose turn it is. A listing in this order shows no ticket that has no
    /// turn; [`Desk::to_solve`](crate::Desk::to_solve) is one.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::matching::Order;
    ///
    /// let turns = desk.settings()?.turns().clone();
    /// let order = Order::of_turns(turns.clone());
    /// assert_eq!(order.by_turn(), Some(&turns));
    ///
    /// let ticket = desk.ticket(id)?.unwrap();
    /// let place = order.key(&Scene::of(&ticket, now)).turn().unwrap();
    /// assert_eq!(place.at_micros(), (now + TimeDelta::hours(16)).timestamp_micros());
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn of_turns(turns: Turns) -> Self {
        let (scale, levels, digest) = ([].into(), [].into(), turns.digest());
        let (sorts, keys, turns) = (Vec::new(), Vec::new(), Some(turns));
        Self { inner: Arc::new(Inner { sorts, keys, scale, levels, turns, digest }) }
    }

    /// The order of work, if it is that ([`of_turns`](Self::of_turns)).
    ///
    /// A store that keeps what waits in queues
    /// ([`TicketColumns::queued`](crate::TicketColumns::queued)) by department, status, priority
    /// and service level, in each by `sla_due_at` and by since when it waits, walks these side by
    /// side from where the last page ended ([`SortKey::turn`]), and stops where this one does.
    pub fn by_turn(&self) -> Option<&Turns> {
        self.inner.turns.as_ref()
    }

    /// Whether a listing in this order may show it: in the order of work, what has a turn.
    pub(crate) fn shows(&self, facts: &(impl Facts + ?Sized)) -> bool {
        self.by_turn().is_none_or(|turns| turns.place_of(facts).is_some())
    }

    /// What was checked; nothing, of the [order of work](Self::of_turns).
    pub fn sorts(&self) -> &[Sort] {
        &self.inner.sorts
    }

    /// Whether it is by number, and if so, whether downwards: numbers never tie, so that no
    /// further key counts. A store that keeps tickets by number walks them from where the last
    /// page ended ([`SortKey::number`]), and stops where this one does.
    pub fn by_number(&self) -> Option<bool> {
        let first = self.inner.keys.first()?;
        (first.sort.by == Fact::Number).then_some(first.sort.descending)
    }

    /// Whether it is by [`Fact::SlaDueAt`] first, and if so, whether downwards. Deadlines may tie,
    /// and tickets may have none: those come last either way, and what ties stands in the order of
    /// the further keys, at last of the id. A store that keeps tickets by deadline walks them from
    /// where the last page ended ([`SortKey::deadline`]), and stops where this one does.
    pub fn by_deadline(&self) -> Option<bool> {
        let first = self.inner.keys.first()?;
        (first.sort.by == Fact::SlaDueAt).then_some(first.sort.descending)
    }

    /// Where this stands.
    pub fn key(&self, facts: &(impl Facts + ?Sized)) -> SortKey {
        if let Some(turns) = self.by_turn() {
            let values = turns.place_of(facts).map_or_else(Vec::new, of_turn);
            return SortKey { values, id: facts.id() };
        }
        let part = |key: &Key| self.part(key.of.only(facts.value(&key.sort.by)), key);
        SortKey { values: self.inner.keys.iter().map(part).collect(), id: facts.id() }
    }

    fn part(&self, value: Value<'_>, key: &Key) -> Part {
        match (value, &key.of) {
            (Value::Name(name), Type::Name(NameOf::Priority)) => {
                ranked(self.inner.scale.iter().position(|step| step == name))
            }
            (Value::Name(name), Type::Name(NameOf::SlaLevel)) => {
                ranked(self.inner.levels.iter().position(|step| step == name))
            }
            (Value::Integer(number), _) => Part::Integer(number),
            (Value::Boolean(boolean), _) => Part::Integer(boolean.into()),
            (Value::Instant(at), _) => Part::Integer(at.timestamp_micros()),
            (Value::Date(date), _) => {
                Part::Integer(chrono::Datelike::num_days_from_ce(&date).into())
            }
            (value, _) => value.as_text().map_or(Part::Missing, |text| Part::Text(text.into())),
        }
    }

    /// Which of two comes first.
    pub fn compare(&self, one: &SortKey, two: &SortKey) -> Ordering {
        if self.by_turn().is_some() {
            // What has no turn comes last.
            let place = |key: &SortKey| (key.values.is_empty(), key.turn(), key.id);
            return place(one).cmp(&place(two));
        }
        let parts = one.values.iter().zip(&two.values);
        for ((one, two), key) in parts.zip(&self.inner.keys) {
            let order = match (one, two) {
                (Part::Missing, _) | (_, Part::Missing) => one.cmp(two),
                _ if key.sort.descending => two.cmp(one),
                _ => one.cmp(two),
            };
            if order.is_ne() {
                return order;
            }
        }
        one.id.cmp(&two.id)
    }

    /// What a page hands out that ends here, so that the next begins strictly after it.
    pub fn cursor(&self, key: &SortKey) -> Cursor {
        Cursor { order: self.inner.digest, key: key.clone() }
    }

    /// Where a page ended: the next holds what compares greater.
    ///
    /// # Errors
    ///
    /// [`CursorMismatch`] where the cursor is of another order, or of this one before the
    /// priority scale changed: the listing begins anew.
    pub fn resume(&self, cursor: &Cursor) -> Result<SortKey, CursorMismatch> {
        let Cursor { order, key } = cursor;
        if self.by_turn().is_some() {
            let fits = *order == self.inner.digest && key.turn().is_some();
            return if fits { Ok(key.clone()) } else { Err(CursorMismatch) };
        }
        let fits = |(part, key): (&Part, &Key)| match part {
            Part::Missing => true,
            Part::Integer(_) => key.sorts_numbers(),
            Part::Text(_) => !key.sorts_numbers(),
        };
        let fits = key.values.iter().zip(&self.inner.keys).all(fits);
        if *order == self.inner.digest && key.values.len() == self.inner.keys.len() && fits {
            Ok(key.clone())
        } else {
            Err(CursorMismatch)
        }
    }
}

impl Key {
    fn sorts_numbers(&self) -> bool {
        match self.of {
            Type::Integer
            | Type::Boolean
            | Type::Instant
            | Type::Date
            | Type::Name(NameOf::Priority | NameOf::SlaLevel) => true,
            Type::Text
            | Type::Name(_)
            | Type::Status
            | Type::Choice(_)
            | Type::Owner
            | Type::Requester
            | Type::Organisation
            | Type::Ticket
            | Type::Channel
            | Type::Tags
            | Type::Followers
            | Type::About
            | Type::ExternalRefs => false,
        }
    }
}

fn key(sort: &Sort, twice: bool, lexicon: &Lexicon) -> Result<Type, Mistake> {
    let fact = sort.by.to_string();
    if twice {
        return Err(Mistake::Twice { what: "sort key", name: fact });
    }
    if sort.by.is_of_message() {
        return Err(Mistake::OnlyIn { what: fact, place: "triggers" });
    }
    match (lexicon.type_of(&sort.by), &sort.by) {
        (Some(of), _) if of.is_list() => {
            Err(Mistake::NotA { found: fact, expected: "a fact with an order: it is a list" })
        }
        (Some(of), _) => Ok(of),
        (None, Fact::Field(name)) => {
            Err(Mistake::Unknown { what: "field", name: text::shortened(name.as_str()) })
        }
        (None, _) => Err(Mistake::Unknown { what: "fact", name: fact }),
    }
}

/// Where a page of a listing ended, as plain data: what a host hands out with the page and gets
/// back for the next. It holds the values that the last row was sorted by, in plain; show it to
/// those who may see the row.
///
/// Its text form fits in a URL:
///
/// ```
/// # use helpdesk::matching::Cursor;
/// let text = "00000000000000ff.i3.-.t4869.00000000000000000000000000000001";
/// let cursor: Cursor = text.parse()?;
/// assert_eq!(cursor.to_string(), text);
/// assert!("i3".parse::<Cursor>().is_err());
/// # Ok::<(), helpdesk::matching::NotACursor>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    order: u64,
    key: SortKey,
}

/// A cursor is of another order than the one it is to resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the cursor is of another order: begin the listing anew")]
pub struct CursorMismatch;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}.", self.order)?;
        for part in &self.key.values {
            match part {
                Part::Missing => f.write_str("-")?,
                Part::Integer(number) => write!(f, "i{number}")?,
                Part::Text(text) => {
                    f.write_str("t")?;
                    text.bytes().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                }
            }
            f.write_str(".")?;
        }
        fmt::Display::fmt(&self.key.id.as_uuid().simple(), f)
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        read_cursor(text).ok_or(NotACursor)
    }
}

fn read_cursor(text: &str) -> Option<Cursor> {
    let (order, rest) = text.split_once('.')?;
    let (values, id) = rest.rsplit_once('.')?;
    let part = |part: &str| match part.split_at_checked(1)? {
        ("-", "") => Some(Part::Missing),
        ("i", number) => number.parse().ok().map(Part::Integer),
        ("t", hex) => text_of_hex(hex).map(|text| Part::Text(text.into())),
        _ => None,
    };
    // No order has more keys.
    let values: Vec<Option<Part>> = values.split('.').take(MOST_KEYS + 1).map(part).collect();
    if values.len() > MOST_KEYS || order.len() != 16 {
        return None;
    }
    let key = SortKey {
        values: values.into_iter().collect::<Option<Vec<Part>>>()?,
        id: TicketId::from_uuid(Uuid::try_parse(id).ok()?),
    };
    Some(Cursor { order: u64::from_str_radix(order, 16).ok()?, key })
}

fn text_of_hex(hex: &str) -> Option<String> {
    let (pairs, []) = hex.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> =
        pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    String::from_utf8(bytes?).ok()
}

serde_as_text!(Cursor);

/// A place in the order of work, as [`SortKey::turn`] reads it back.
fn of_turn(place: TurnPlace) -> Vec<Part> {
    let TurnPlace { rank, level, at, priority, since } = place;
    [rank, level, at, priority, since].map(Part::Integer).into()
}

fn ranked(place: Option<usize>) -> Part {
    place.map_or(Part::Missing, |rank| Part::Integer(rank as i64))
}
