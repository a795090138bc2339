//! Law 10: no routing lifts a load above capacity, under any interleaving, and no ticket is given
//! twice.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;

use helpdesk::conformance::kit::Random;
use helpdesk::rules::Strategy;
use helpdesk::store::MemoryStore;
use helpdesk::{Desk, DeskError, DeskId, RoutingSettings};

use super::*;

const THREADS: u64 = 8;
const EACH: u64 = 2_000;
const AGENTS: u128 = 12;

fn somebody(n: u128) -> AgentId {
    AgentId::from_u128(0x100 + n)
}

/// Tries until somebody else was not faster.
fn insist<T>(mut attempt: impl FnMut() -> Result<T, DeskError>) -> T {
    loop {
        match attempt() {
            Ok(done) => return done,
            Err(DeskError::Contended { .. }) => thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

fn channel(random: &mut Random) -> Channel {
    if random.percent(30) { Channel::Chat } else { Channel::Email }
}

/// What one of many processes does: opens, and says now and then that somebody is away, back, or
/// can have more or less, and that work is done.
fn work(desk: &Desk<MemoryStore>, thread: u64) {
    let mut random = Random::new(0x10_000 + thread);
    let mut owned: Vec<TicketId> = Vec::new();
    for n in 0..EACH {
        let now = monday() + chrono::TimeDelta::milliseconds((n * 10) as i64);
        let own = |n: u64| ticket_id(u128::from(thread * EACH + n + 1));
        let mut open = request(own(n));
        open.channel = channel(&mut random);
        let opened = insist(|| desk.open(customer(MARIA).at(now), open.clone()));
        owned.extend(opened.ticket().filter(|it| it.assignee().is_some()).map(|it| it.id()));
        if random.percent(2) {
            let agent = somebody(random.below(AGENTS as usize) as u128);
            let set = SetAvailability { agent, available: random.percent(70) };
            insist(|| desk.set_availability(Actor::Host.at(now), set));
        }
        if random.percent(2) {
            let agent = random.below(AGENTS as usize) as u128;
            let profile = profile_of(agent, random.below(2) as u32);
            insist(|| desk.put_agent(Actor::Host.at(now), somebody(agent), profile.clone()));
        }
        // What is owned is done soon, and what waits is routed again.
        if !owned.is_empty() && random.percent(70) {
            let done = owned.swap_remove(random.below(owned.len()));
            insist(|| desk.resolve(Actor::Host.at(now), resolve(done)));
        }
        let other = own(random.below(n as usize + 1) as u64);
        if desk.ticket(other).unwrap().unwrap().is_queued() {
            let routed = insist(|| desk.route(Actor::System.at(now), other));
            owned.extend(routed.ticket().filter(|it| it.assignee().is_some()).map(|it| it.id()));
            owned.dedup();
        }
    }
}

/// Somebody with some room, or more.
fn profile_of(n: u128, more: u32) -> helpdesk::AgentProfile {
    in_support("A").capacity(4 + n as u32 + more).channel_capacity("chat", 2)
}

#[test]
fn no_load_is_above_capacity_and_no_ticket_is_given_twice_whoever_is_fast() {
    let routing = RoutingSettings::default().weight("chat", 3);
    let draft = SettingsDraft { routing, ..all(Route::to("support").by(Strategy::LeastLoaded)) };
    let store = MemoryStore::new();
    let id = DeskId::from_u128(1);
    let desk = Desk::create(store.clone(), id, draft.build().unwrap(), monday()).unwrap();
    for n in 0..AGENTS {
        desk.put_agent(Actor::Host.at(monday()), somebody(n), profile_of(n, 0)).unwrap();
    }
    let together = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (desk, together) = (desk.clone(), &together);
            scope.spawn(move || {
                together.wait();
                work(&desk, thread);
            });
        }
    });

    // Every load there ever was, commit by commit, by a plain count over the events.
    let mut loads: BTreeMap<AgentId, i64> = BTreeMap::new();
    let mut chats: BTreeMap<AgentId, i64> = BTreeMap::new();
    // What each may have, as their record says at that place among the commits.
    let mut room: BTreeMap<AgentId, i64> = BTreeMap::new();
    let mut owners: BTreeMap<TicketId, (AgentId, i64, bool)> = BTreeMap::new();
    let (mut given, mut after, mut most) = (0, 0, 0);
    loop {
        let entries = store.scan(id, after, 1000).unwrap();
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for entry in &entries {
            if let (Some(agent), Some(event)) = (entry.key.as_agent(), entry.events.last())
                && let helpdesk::Change::Agent(change) = &event.change
            {
                room.insert(agent, change.capacity.unwrap().into());
            }
            let Some(ticket) = entry.key.as_ticket() else { continue };
            for event in entry.events.iter() {
                match event.ticket_change() {
                    Some(TicketChange::Assigned { to, from, over_capacity, burden, .. }) => {
                        assert!(!over_capacity);
                        assert_eq!(*from, None, "it had an owner");
                        let chat = burden.channel.as_deref() == Some("chat");
                        assert_eq!(burden.weight, if chat { 3 } else { 1 });
                        let twice = owners.insert(ticket, (*to, burden.weight.into(), chat));
                        assert_eq!(twice, None, "{ticket} was given twice");
                        let load = loads.entry(*to).or_default();
                        *load += i64::from(burden.weight);
                        assert!(*load <= room[to], "{to} has {load} of {}", room[to]);
                        most = most.max(*load);
                        let chats = chats.entry(*to).or_default();
                        *chats += i64::from(chat);
                        assert!(*chats <= 2, "{to} has {chats} chats");
                        given += 1;
                    }
                    Some(TicketChange::StatusChanged(change)) if change.to.category.is_done() => {
                        if let Some((owner, weight, chat)) = owners.remove(&ticket) {
                            *loads.entry(owner).or_default() -= weight;
                            *chats.entry(owner).or_default() -= i64::from(chat);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(given > 1_000, "{given} were given");
    assert!(most > 10, "nobody ever had much to do: {most}");
    for n in 0..AGENTS {
        let counters = [Counter::Load(somebody(n)), Counter::Open(somebody(n), "chat".into())];
        let found = store.load(id, &Wanted::counters(counters)).unwrap().counters;
        let plain = [&loads, &chats].map(|it| it.get(&somebody(n)).copied().unwrap_or(0));
        assert_eq!(found, plain, "of agent {n}");
    }
}
