//! Law 8 over random desks: who was refused sight of something never receives its content, nor
//! learns that it exists, by any road. Every text carries a mark, and a small oracle, written from
//! the requirements, says whose it is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]
#![allow(unreachable_pub, reason = "modules of a test")]

#[path = "../support/mod.rs"]
mod support;

mod beside;
mod edges;
mod known;
mod oracle;
mod roads;
mod told;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use helpdesk::{Actor, Key, Revision, TicketChange, TicketKind};
use oracle::{Oracle, marks};
use roads::Haul;
use support::*;
use world::{CONTACTS, World};

/// How many random desks there are, each read by everybody on every road: for ten histories that
/// the environment asks for, one; 10 at least.
fn desks() -> u64 {
    let asked =
        std::env::var("HELPDESK_HISTORIES").ok().and_then(|asked| asked.parse::<u64>().ok());
    (asked.unwrap_or(0) / 10).max(10)
}

/// Of all that an actor obtained: what is not theirs.
fn leaks(oracle: &Oracle<'_>, haul: &Haul) -> BTreeSet<String> {
    let mut leaks = BTreeSet::new();
    let hidden = oracle.hidden_tickets();
    for piece in &haul.pieces {
        for mark in marks(&piece.text) {
            if !oracle.may_read(mark) {
                let what = &oracle.world.marks[&mark];
                leaks.insert(format!("{}: {what:?}\n    in {}", piece.road, piece.text));
            }
        }
        for id in hidden.iter().filter(|id| !piece.named.contains(id)) {
            let spelt = [id.to_string(), id.as_uuid().simple().to_string()];
            if spelt.iter().any(|id| piece.text.contains(id)) {
                leaks.insert(format!("{}: the ticket {id}\n    in {}", piece.road, piece.text));
            }
        }
    }
    leaks
}

#[test]
fn nobody_obtains_a_byte_that_is_not_theirs_and_everybody_what_is() {
    let (mut hidden, mut obtained) = (0, 0);
    for seed in 0..desks() {
        let world = World::played(seed, &BTreeSet::new());
        for actor in world.actors() {
            let oracle = Oracle::of(&world, &actor);
            let haul = Haul::of(&world, &actor);
            let leaks: Vec<String> = leaks(&oracle, &haul).into_iter().collect();
            let (count, first) = (leaks.len(), leaks.iter().take(3).collect::<Vec<_>>());
            assert!(count == 0, "seed {seed}, {actor}: {count} leaks, {first:#?}");

            let found: BTreeSet<u32> =
                haul.pieces.iter().flat_map(|piece| marks(&piece.text)).collect();
            let timelines = haul.pieces.iter().filter(|piece| piece.road.starts_with("timeline"));
            let lined: BTreeSet<u32> = timelines.flat_map(|piece| marks(&piece.text)).collect();
            for mark in oracle.must_read() {
                let what = &world.marks[&mark];
                let in_line = oracle.in_timelines(mark);
                assert!(!in_line || lined.contains(&mark), "seed {seed}, {actor}: no {what:?}");
                assert!(found.contains(&mark), "seed {seed}, {actor}: does not get {what:?}");
            }
            hidden += world.marks.keys().filter(|mark| !oracle.may_read(**mark)).count();
            obtained += found.len();
        }
    }
    assert!(hidden > 10_000, "{hidden} texts were there to be leaked");
    assert!(obtained > 5_000, "{obtained} texts were theirs");
}

#[test]
fn what_somebody_obtains_does_not_depend_on_what_is_not_theirs() {
    let mut differed = 0;
    for seed in 1_000_000..1_000_000 + desks() / 2 {
        let world = World::played(seed, &BTreeSet::new());
        for actor in world.actors() {
            let oracle = Oracle::of(&world, &actor);
            let hidden: BTreeSet<u32> =
                world.marks.keys().copied().filter(|mark| !oracle.may_read(*mark)).collect();
            let other = World::played(seed, &hidden);
            assert_eq!(world.marks.len(), other.marks.len(), "the same desk but for some words");
            differed += hidden.len();
            let (here, there) = (Haul::of(&world, &actor), Haul::of(&other, &actor));
            assert_eq!(here.pieces.len(), there.pieces.len());
            for (here, there) in here.pieces.iter().zip(&there.pieces) {
                assert_eq!(here, there, "seed {seed}, {actor}");
            }
        }
    }
    assert!(differed > 5_000, "{differed} hidden texts differed");
}

#[test]
fn to_who_may_not_know_of_a_ticket_every_command_says_what_it_says_where_there_is_none() {
    let mut compared = 0;
    for seed in 2_000_000..2_000_000 + desks() {
        let world = World::played(seed, &BTreeSet::new());
        for actor in world.actors() {
            let oracle = Oracle::of(&world, &actor);
            for hidden in oracle.hidden_tickets() {
                let missing = roads::refusals(&world, &actor, roads::missing());
                let there = roads::refusals(&world, &actor, hidden);
                let third_party = world.is_third_party(&actor, hidden);
                for ((name, there), (_, missing)) in there.iter().zip(&missing) {
                    // To them, that is there: what is said beside the ticket.
                    if third_party && *name == "reply_side" {
                        continue;
                    }
                    let missing =
                        missing.replace(&roads::missing().to_string(), &hidden.to_string());
                    assert_eq!(*there, missing, "seed {seed}, {actor}: {name}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 10_000, "{compared} refusals were compared");
}

#[test]
fn to_contacts_every_ticket_says_of_who_is_no_colleague_what_it_says_of_nobody() {
    let (mut compared, mut given) = (0, 0);
    for seed in 3_000_000..3_000_000 + desks() {
        let world = World::played(seed, &BTreeSet::new());
        for (actor, ticket) in CONTACTS
            .iter()
            .flat_map(|contact| world.tickets().into_iter().map(|ticket| (*contact, ticket)))
        {
            let said = |who| roads::copying(&world, &Actor::Customer(actor), ticket, who);
            for other in CONTACTS {
                let theirs = world.belongs_to(actor);
                let colleagues = theirs.is_some() && world.belongs_to(other) == theirs;
                let told = said(other);
                if colleagues {
                    given += usize::from(told == "carried out");
                } else {
                    assert_eq!(told, said(roads::NOBODY), "seed {seed}: {actor} of {other}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 1_000 && given > 20, "{compared} compared, {given} copies given");
}

fn is_undelivered(change: &TicketChange) -> bool {
    matches!(change, TicketChange::NotDelivered(_))
}

#[test]
fn the_random_desks_have_what_the_law_is_about() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..desks() {
        let world = World::played(seed, &BTreeSet::new());
        for id in world.tickets() {
            let ticket = world.desk.ticket(id);
            let internal = ticket.kind() == TicketKind::Internal;
            let facts = [
                ("internal", internal),
                ("merged", ticket.merged_into().is_some()),
                ("merged internal", internal && ticket.merged_into().is_some()),
                ("split", ticket.split_from().is_some()),
                ("following up", ticket.follows().is_some()),
                ("copied", !ticket.followers().is_empty()),
                ("with guests", !ticket.grants().is_empty()),
                ("linked", !ticket.links().is_empty()),
                ("with to-dos", !ticket.todos().is_empty()),
                ("spam", ticket.is_spam()),
                ("with side conversations", !ticket.sides().is_empty()),
                ("on hold", ticket.is_held()),
                ("proposed", ticket.proposal().is_some()),
                ("resolved", ticket.resolution().is_some()),
                ("named elsewhere", !ticket.external_refs().is_empty()),
                ("owned", ticket.assignee().is_some()),
                ("undelivered", world.desk.changes(id).iter().any(is_undelivered)),
            ];
            for (fact, holds) in facts {
                *seen.entry(fact).or_default() += usize::from(holds);
            }
        }
        let heads = world.marks.values();
        let about = heads.filter(|whose| **whose == oracle::Whose::AboutContact).count();
        *seen.entry("notes about contacts").or_default() += about;
        for actor in CONTACTS.map(Actor::Customer) {
            let hidden = Oracle::of(&world, &actor).hidden_tickets().into_iter();
            let theirs = hidden.filter(|id| world.is_third_party(&actor, *id)).count();
            *seen.entry("third parties who see nothing else").or_default() += theirs;
        }
    }
    assert!(seen.values().all(|count| *count > 2), "{seen:?}");
}

#[test]
fn the_search_finds_what_the_hosts_own_roads_tell() {
    let world = World::played(1, &BTreeSet::new());
    for actor in [customer(OTTO), Actor::AutoResponder(MARIA), agent(RUDI), bot()] {
        let oracle = Oracle::of(&world, &actor);
        let mut haul = Haul::default();
        for id in world.tickets() {
            let key = Key::ticket(world.desk.desk.id(), id);
            let history = world.desk.desk.history(key, Revision::ZERO, usize::MAX).unwrap();
            haul.push(format!("history of {id}"), &[], format!("{history:?}"));
        }
        let found = leaks(&oracle, &haul).len();
        assert!(found > 20, "{actor}: {found} leaks of a road that hides nothing");
    }
    let outsider = Actor::Customer(helpdesk::ContactId::from_u128(0xBAD));
    assert_eq!(Oracle::of(&world, &outsider).must_read().count(), 0);
}
