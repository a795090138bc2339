//! What of a condition can be looked up, and what is left to be asked.

use super::column;
use crate::condition::Fact;
use crate::matching::lexicon::Type;
use crate::matching::matcher::{Ask, Node, Probe, Program, Typed};

/// A condition that must hold whole: in each of these columns, by one of these keys, and all the
/// rest.
pub(super) struct Plan {
    pub(super) columns: Vec<Node>,
    pub(super) entry: Option<Entry>,
    pub(super) rest: Vec<Node>,
}

/// Keys of which a ticket has at least one where a condition holds.
pub(super) struct Entry {
    pub(super) keys: Vec<Key>,
    /// Whether it holds wherever there is one.
    exact: bool,
    /// Roughly how many tickets of a thousand have one.
    weight: u32,
}

/// Something that a ticket has, by which conditions are looked up.
pub(super) struct Key {
    pub(super) fact: Fact,
    pub(super) of: Type,
    pub(super) value: Sought,
}

pub(super) enum Sought {
    /// It has no value.
    Missing,
    /// The text has this folded piece.
    Piece(String),
    /// The value is this, or the list has it.
    Item(Typed),
}

/// What most tickets have is not worth looking up by.
const TOO_MANY: u32 = 700;

pub(super) fn of(program: &Program) -> Plan {
    let mut parts = Vec::new();
    flatten(&program.node, true, &mut parts);
    let (mut columns, mut others) = (Vec::new(), Vec::new());
    for (node, truth) in parts {
        let into = if column::is_one(node) { &mut columns } else { &mut others };
        into.push((node, truth));
    }
    let entries = others.iter().map(|(node, truth)| entry(node, *truth));
    let best = entries
        .enumerate()
        .filter_map(|(at, entry)| Some((at, entry?)))
        .filter(|(_, entry)| entry.weight < TOO_MANY)
        .min_by_key(|(_, entry)| entry.weight);
    if let Some((at, _)) = best.as_ref().filter(|(_, entry)| entry.exact) {
        others.remove(*at);
    }
    let owned = |parts: Vec<(&Node, bool)>| {
        let owned = |(node, truth): (&Node, bool)| match truth {
            true => node.clone(),
            false => Node::Not(Box::new(node.clone())),
        };
        parts.into_iter().map(owned).collect()
    };
    let entry = best.map(|(_, entry)| entry);
    Plan { columns: owned(columns), entry, rest: owned(others) }
}

/// The parts that must all be true, or false, for this to be so.
fn flatten<'n>(node: &'n Node, truth: bool, parts: &mut Vec<(&'n Node, bool)>) {
    match (node, truth) {
        (Node::All(nodes), true) | (Node::Any(nodes), false) => {
            nodes.iter().for_each(|node| flatten(node, truth, parts));
        }
        (Node::Not(node), truth) => flatten(node, !truth, parts),
        (Node::Made(program), truth) => flatten(&program.node, truth, parts),
        (Node::All(_) | Node::Any(_) | Node::Probe(_), _) => parts.push((node, truth)),
    }
}

/// What a ticket has one of where this is true, or false; `None`: nothing that can be looked up.
fn entry(node: &Node, truth: bool) -> Option<Entry> {
    match (node, truth) {
        (Node::All(nodes), true) | (Node::Any(nodes), false) => {
            let entries = nodes.iter().filter_map(|node| entry(node, truth));
            let best = entries.min_by_key(|entry| entry.weight)?;
            Some(Entry { exact: best.exact && nodes.len() == 1, ..best })
        }
        (Node::Any(nodes), true) | (Node::All(nodes), false) => {
            let none = Entry { keys: Vec::new(), exact: true, weight: 0 };
            nodes.iter().map(|node| entry(node, truth)).try_fold(none, |one, two| {
                let (mut one, two) = (one, two?);
                one.keys.extend(two.keys);
                one.exact &= two.exact;
                one.weight = one.weight.saturating_add(two.weight);
                Some(one)
            })
        }
        (Node::Not(node), truth) => entry(node, !truth),
        (Node::Made(program), truth) => entry(&program.node, truth),
        (Node::Probe(probe), truth) => of_probe(probe, truth),
    }
}

fn of_probe(probe: &Probe, truth: bool) -> Option<Entry> {
    let key = |value| Key { fact: probe.fact.clone(), of: probe.of.clone(), value };
    let items = |values: &[Typed], exact: bool| {
        let mut entry = Entry { keys: Vec::new(), exact, weight: 0 };
        for value in values {
            let (sought, exact) = sought(value)?;
            entry.exact &= exact;
            entry.weight = entry.weight.saturating_add(weight(probe, &sought));
            entry.keys.push(key(sought));
        }
        Some(entry)
    };
    match (&probe.ask, truth) {
        (Ask::Missing, true) | (Ask::Present, false) => {
            let weight = weight(probe, &Sought::Missing);
            Some(Entry { keys: vec![key(Sought::Missing)], exact: true, weight })
        }
        (Ask::OneOf(values), true) | (Ask::NoneOf(values), false) => items(values, true),
        (Ask::Contains(value), true) => {
            let mut entry = items(std::slice::from_ref(value), true)?;
            // A text that is looked for inside another is found by that alone.
            entry.exact |= matches!(value, Typed::Text(_));
            Some(entry)
        }
        (Ask::ChangedTo(value), true) => items(std::slice::from_ref(value), false),
        (
            Ask::Missing
            | Ask::Present
            | Ask::OneOf(_)
            | Ask::NoneOf(_)
            | Ask::Contains(_)
            | Ask::ChangedTo(_)
            | Ask::Order(..)
            | Ask::Matches(_)
            | Ask::Older(_)
            | Ask::Younger(_)
            | Ask::Changed
            | Ask::ChangedFrom(_),
            _,
        ) => None,
    }
}

/// What a value is looked up by, and whether that alone says that it is this value.
fn sought(value: &Typed) -> Option<(Sought, bool)> {
    match value {
        // A text that is this one has it inside.
        Typed::Text(text) => (!text.is_empty()).then(|| (Sought::Piece(text.clone()), false)),
        // By their first part alone, or cut to what instants are cut to.
        Typed::Status(_) | Typed::Channel(..) | Typed::Instant(_) => {
            Some((Sought::Item(value.clone()), false))
        }
        Typed::Name(_)
        | Typed::Integer(_)
        | Typed::Boolean(_)
        | Typed::Date(_)
        | Typed::Person(_)
        | Typed::Organisation(_)
        | Typed::Ticket(_) => Some((Sought::Item(value.clone()), true)),
        // Who that is, is not known yet; and any of a kind stands under no one value.
        Typed::Me | Typed::Subject(_) | Typed::Reference(_) => None,
    }
}

/// Roughly how many tickets of a thousand have this.
fn weight(probe: &Probe, sought: &Sought) -> u32 {
    match (&probe.of, sought) {
        (_, Sought::Missing) => 500,
        (_, Sought::Piece(piece)) if piece.len() < 3 => 200,
        (_, Sought::Piece(piece)) if piece.len() < 5 => 50,
        (_, Sought::Piece(_)) => 20,
        (Type::Requester | Type::Organisation | Type::Ticket | Type::Followers, _) => 1,
        (Type::Owner | Type::Instant | Type::Date, _) => 10,
        (Type::Tags, _) => 30,
        (Type::Boolean, _) => 500,
        (Type::Integer, _) => 100,
        (Type::Name(_) | Type::Status | Type::Choice(_) | Type::Channel, _) => 250,
        (Type::Text | Type::About | Type::ExternalRefs, _) => 20,
    }
}
