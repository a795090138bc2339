//! What a ticket has many of, or what has many values: the conditions that each leads to.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Datelike as _;
use uuid::Uuid;

use super::bits::{self, Lookup, Places};
use super::plan::{Entry, Key, Sought};
use super::words::Words;
use crate::condition::Fact;
use crate::ids::Tag;
use crate::matching::lexicon::Type;
use crate::matching::matcher::Typed;
use crate::matching::{Facts, Value};
use crate::people::{Follower, Requester};

/// The conditions of a set by what they are looked up by.
pub(super) struct Entries {
    /// Those that are not.
    always: Vec<u64>,
    facts: Vec<OfFact>,
}

/// The conditions that are looked up by one fact.
struct OfFact {
    fact: Fact,
    of: Type,
    missing: Option<Places>,
    names: Lookup<Arc<str>, Places>,
    others: Lookup<Plain, Places>,
    words: Option<Words>,
}

/// What is neither name nor text: its kind, and what tells it from others of that kind.
type Plain = (u8, u128);

/// The same while it is collected.
#[derive(Default)]
struct Collected {
    missing: Vec<u32>,
    names: BTreeMap<Arc<str>, Vec<u32>>,
    others: BTreeMap<Plain, Vec<u32>>,
    pieces: BTreeMap<String, Vec<u32>>,
}

impl Entries {
    pub(super) fn new(entries: Vec<Option<Entry>>) -> Self {
        let count = entries.len();
        let mut always = vec![0; bits::words(count)];
        let mut facts: BTreeMap<(Fact, &str), (Type, Collected)> = BTreeMap::new();
        for (place, entry) in (0..).zip(entries) {
            let Some(entry) = entry else {
                bits::set(&mut always, place as usize);
                continue;
            };
            for Key { fact, of, value } in entry.keys {
                let collected = facts.entry((fact, of.word()));
                let (_, collected) = collected.or_insert_with(|| (of, Collected::default()));
                collected.add(value, place);
            }
        }
        let facts = facts.into_iter().map(|((fact, _), (of, it))| it.into_fact(fact, of, count));
        Self { always, facts: facts.collect() }
    }

    /// Marks every condition that this may match, in cleared space.
    pub(super) fn mark(&self, facts: &(impl Facts + ?Sized), bits: &mut [u64]) {
        bits::or(bits, &self.always);
        for entries in &self.facts {
            entries.mark(entries.of.only(facts.value(&entries.fact)), bits);
        }
    }
}

impl Collected {
    fn add(&mut self, value: Sought, place: u32) {
        let places = match value {
            Sought::Missing => &mut self.missing,
            Sought::Piece(piece) => self.pieces.entry(piece).or_default(),
            Sought::Item(Typed::Name(name) | Typed::Channel(name, _)) => {
                self.names.entry(name).or_default()
            }
            Sought::Item(Typed::Status(status)) => {
                self.names.entry(status.name.as_str().into()).or_default()
            }
            Sought::Item(other) => match plain(&other) {
                Some(plain) => self.others.entry(plain).or_default(),
                None => return,
            },
        };
        if places.last() != Some(&place) {
            places.push(place);
        }
    }

    fn into_fact(self, fact: Fact, of: Type, count: usize) -> OfFact {
        let places = |places: Vec<u32>| Places::new(places, count);
        let pieces: Vec<_> = self.pieces.into_iter().map(|(it, of)| (it, places(of))).collect();
        OfFact {
            fact,
            of,
            missing: (!self.missing.is_empty()).then(|| places(self.missing)),
            names: self.names.into_iter().map(|(it, of)| (it, places(of))).collect(),
            others: self.others.into_iter().map(|(it, of)| (it, places(of))).collect(),
            words: (!pieces.is_empty()).then(|| Words::new(pieces)),
        }
    }
}

impl OfFact {
    fn mark(&self, value: Value<'_>, bits: &mut [u64]) {
        let mark = |places: Option<&Places>, bits: &mut [u64]| {
            places.into_iter().for_each(|places| places.mark(bits));
        };
        match value {
            Value::Missing => mark(self.missing.as_ref(), bits),
            Value::Text(text) => self.words.iter().for_each(|words| words.mark(text, bits)),
            Value::Name(name) | Value::Channel(name, _) => mark(self.names.get(name), bits),
            Value::Status(status) => mark(self.names.get(status.name.as_str()), bits),
            Value::Tags(tags) => {
                tags.iter().for_each(|tag: &Tag| mark(self.names.get(tag.as_str()), bits));
            }
            Value::Followers(followers) => {
                let plain = |follower: &Follower| match follower {
                    Follower::Agent(id) => of_id(AGENT, id.as_uuid()),
                    Follower::Contact(id) => of_id(CONTACT, id.as_uuid()),
                };
                followers.iter().for_each(|it| mark(self.others.get(&plain(it)), bits));
            }
            Value::Integer(number) => mark(self.others.get(&of_number(INTEGER, number)), bits),
            Value::Boolean(boolean) => {
                mark(self.others.get(&of_number(BOOLEAN, boolean.into())), bits);
            }
            Value::Instant(at) => {
                mark(self.others.get(&of_number(INSTANT, at.timestamp_micros())), bits);
            }
            Value::Date(date) => {
                mark(self.others.get(&of_number(DATE, date.num_days_from_ce().into())), bits);
            }
            Value::Person(person) => mark(self.others.get(&of_person(person)), bits),
            Value::Organisation(id) => {
                mark(self.others.get(&of_id(ORGANISATION, id.as_uuid())), bits);
            }
            Value::Ticket(id) => mark(self.others.get(&of_id(TICKET, id.as_uuid())), bits),
            // No condition is looked up by these.
            Value::About(_) | Value::ExternalRefs(_) => {}
        }
    }
}

const INTEGER: u8 = 0;
const BOOLEAN: u8 = 1;
const INSTANT: u8 = 2;
const DATE: u8 = 3;
const AGENT: u8 = 4;
const CONTACT: u8 = 5;
const ORGANISATION: u8 = 6;
const TICKET: u8 = 7;

fn of_number(kind: u8, number: i64) -> Plain {
    (kind, u128::from(number.cast_unsigned()))
}

fn of_id(kind: u8, id: &Uuid) -> Plain {
    (kind, id.as_u128())
}

fn of_person(person: Requester) -> Plain {
    match person {
        Requester::Agent(id) => of_id(AGENT, id.as_uuid()),
        Requester::Contact(id) => of_id(CONTACT, id.as_uuid()),
    }
}

/// What a value is looked up by that is neither name nor text.
fn plain(value: &Typed) -> Option<Plain> {
    Some(match value {
        Typed::Integer(number) => of_number(INTEGER, *number),
        Typed::Boolean(boolean) => of_number(BOOLEAN, (*boolean).into()),
        Typed::Instant(at) => of_number(INSTANT, at.timestamp_micros()),
        Typed::Date(date) => of_number(DATE, date.num_days_from_ce().into()),
        Typed::Person(person) => of_person(*person),
        Typed::Organisation(id) => of_id(ORGANISATION, id.as_uuid()),
        Typed::Ticket(id) => of_id(TICKET, id.as_uuid()),
        Typed::Text(_)
        | Typed::Name(_)
        | Typed::Status(_)
        | Typed::Me
        | Typed::Channel(..)
        | Typed::Subject(_)
        | Typed::Reference(_) => return None,
    })
}
