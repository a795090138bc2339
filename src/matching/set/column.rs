//! What a ticket has one of: for each value, the conditions that it lets through.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bits::{self, Lookup};
use crate::condition::Fact;
use crate::matching::lexicon::Type;
use crate::matching::matcher::{Ask, Node, Probe, Typed};
use crate::matching::{Facts, Value};

/// The columns of a set of conditions: a ticket's value in each leaves some of them.
pub(super) struct Columns(Vec<Column>);

struct Column {
    fact: Fact,
    of: Type,
    /// The values that conditions name, and the conditions that each lets through.
    rows: Vec<(Typed, Vec<u64>)>,
    /// Where a name's row is.
    named: Lookup<Arc<str>, usize>,
    missing: Vec<u64>,
    /// What any other value lets through.
    other: Vec<u64>,
}

/// What conditions say of one fact, each by its place.
type Parts<'n> = Vec<(usize, &'n Node)>;

/// A value in a column, as far as conditions tell it from others.
#[derive(Clone, Copy)]
enum Had<'v> {
    Missing,
    This(&'v Typed),
    Other,
}

/// Whether a condition is about one fact alone that a ticket has one of a few values of, and can
/// so be answered beforehand for each.
pub(super) fn is_one(node: &Node) -> bool {
    let Some(first) = any_probe(node) else { return false };
    let few = match &first.of {
        Type::Name(_) | Type::Status | Type::Choice(_) | Type::Boolean | Type::Channel => true,
        Type::Text
        | Type::Integer
        | Type::Instant
        | Type::Date
        | Type::Owner
        | Type::Requester
        | Type::Organisation
        | Type::Ticket
        | Type::Tags
        | Type::Followers
        | Type::About
        | Type::ExternalRefs => false,
    };
    few && each_probe(node, &mut |probe| {
        probe.fact == first.fact
            && probe.of.word() == first.of.word()
            && match &probe.ask {
                Ask::Missing | Ask::Present | Ask::OneOf(_) | Ask::NoneOf(_) => true,
                Ask::Order(..)
                | Ask::Contains(_)
                | Ask::Matches(_)
                | Ask::Older(_)
                | Ask::Younger(_)
                | Ask::Changed
                | Ask::ChangedFrom(_)
                | Ask::ChangedTo(_) => false,
            }
    })
}

/// Any one of its tests.
fn any_probe(node: &Node) -> Option<&Probe> {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().find_map(any_probe),
        Node::Not(node) => any_probe(node),
        Node::Probe(probe) => Some(probe),
        Node::Made(program) => any_probe(&program.node),
    }
}

/// Whether this is true of each of its tests.
fn each_probe(node: &Node, holds: &mut impl FnMut(&Probe) -> bool) -> bool {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().all(|node| each_probe(node, holds)),
        Node::Not(node) => each_probe(node, holds),
        Node::Probe(probe) => holds(probe),
        Node::Made(program) => each_probe(&program.node, holds),
    }
}

/// Whether a condition about one fact lets a value through.
fn lets_through(node: &Node, had: Had<'_>) -> bool {
    match node {
        Node::All(nodes) => nodes.iter().all(|node| lets_through(node, had)),
        Node::Any(nodes) => nodes.iter().any(|node| lets_through(node, had)),
        Node::Not(node) => !lets_through(node, had),
        Node::Made(program) => lets_through(&program.node, had),
        Node::Probe(probe) => {
            let among =
                |values: &[Typed]| matches!(had, Had::This(value) if values.contains(value));
            match &probe.ask {
                Ask::Missing => matches!(had, Had::Missing),
                Ask::OneOf(values) => among(values),
                Ask::NoneOf(values) => !among(values),
                // `is_one` lets no other test in.
                _ => !matches!(had, Had::Missing),
            }
        }
    }
}

impl Columns {
    /// The columns of so many conditions: what each says of one fact alone.
    pub(super) fn new(parts: &[Vec<Node>], count: usize) -> Self {
        let mut facts: BTreeMap<(&Fact, &str), (&Type, Parts<'_>)> = BTreeMap::new();
        for (place, nodes) in parts.iter().enumerate() {
            for node in nodes {
                if let Some(Probe { fact, of, .. }) = any_probe(node) {
                    let column = facts.entry((fact, of.word())).or_insert((of, Vec::new()));
                    column.1.push((place, node));
                }
            }
        }
        let columns = facts.into_iter();
        Self(columns.map(|((fact, _), (of, parts))| Column::new(fact, of, &parts, count)).collect())
    }

    /// Leaves those conditions that let through what this has.
    pub(super) fn keep(&self, facts: &(impl Facts + ?Sized), left: &mut [u64]) {
        for column in &self.0 {
            bits::and(left, column.row(column.of.only(facts.value(&column.fact))));
        }
    }
}

impl Column {
    fn new(fact: &Fact, of: &Type, parts: &[(usize, &Node)], count: usize) -> Self {
        let mut values: Vec<Typed> = Vec::new();
        for (_, node) in parts {
            each_probe(node, &mut |probe| {
                if let Ask::OneOf(named) | Ask::NoneOf(named) = &probe.ask {
                    for value in named {
                        if !values.contains(value) {
                            values.push(value.clone());
                        }
                    }
                }
                true
            });
        }
        let mut named = Lookup::default();
        for (at, value) in values.iter().enumerate() {
            if let Some(name) = name(value) {
                named.entry(name.into()).or_insert(at);
            }
        }
        // What says nothing of the fact is let through by every value.
        let mut all = vec![u64::MAX; bits::words(count)];
        for (place, _) in parts {
            if let Some(word) = all.get_mut(place / 64) {
                *word &= !(1 << (place % 64));
            }
        }
        let row = |had: Had<'_>| {
            let mut row = all.clone();
            // A condition may have several parts about the fact: all of them must let it through.
            for same in parts.chunk_by(|one, two| one.0 == two.0) {
                if let Some((place, _)) = same.first()
                    && same.iter().all(|(_, node)| lets_through(node, had))
                {
                    bits::set(&mut row, *place);
                }
            }
            row
        };
        let (missing, other) = (row(Had::Missing), row(Had::Other));
        let with_row = |value: Typed| {
            let row = row(Had::This(&value));
            (value, row)
        };
        let rows = values.into_iter().map(with_row).collect();
        Self { fact: fact.clone(), of: of.clone(), rows, named, missing, other }
    }

    /// The conditions that this value lets through.
    fn row(&self, value: Value<'_>) -> &[u64] {
        let is = |row: &&(Typed, Vec<u64>)| row.0.is(value, None);
        let name = match value {
            Value::Missing => return &self.missing,
            Value::Name(name) => Some(name),
            Value::Status(status) => Some(status.name.as_str()),
            _ => None,
        };
        let found = match name {
            Some(name) => {
                let named = self.named.get(name).and_then(|at| self.rows.get(*at));
                // A status's name may come with several meanings.
                named.and_then(|row| Some(row).filter(is).or_else(|| self.rows.iter().find(is)))
            }
            None => self.rows.iter().find(is),
        };
        found.map_or(&self.other, |(_, row)| row)
    }
}

/// What a value is found by, where it is by a name.
fn name(value: &Typed) -> Option<&str> {
    match value {
        Typed::Name(name) => Some(name),
        Typed::Status(status) => Some(status.name.as_str()),
        Typed::Text(_)
        | Typed::Integer(_)
        | Typed::Boolean(_)
        | Typed::Instant(_)
        | Typed::Date(_)
        | Typed::Person(_)
        | Typed::Me
        | Typed::Organisation(_)
        | Typed::Ticket(_)
        | Typed::Channel(..)
        | Typed::Subject(_)
        | Typed::Reference(_) => None,
    }
}
