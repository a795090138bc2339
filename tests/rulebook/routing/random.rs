//! Whatever the roster and the rules: who is given a ticket may have it, by a predicate of its own.

use std::collections::BTreeMap;

use helpdesk::conformance::kit::Random;
use helpdesk::rules::{Sticky, Strategy};
use helpdesk::{Agent, AgentProfile, RoutingSettings, Span};

use super::*;

const DEPARTMENTS: [&str; 3] = ["support", "billing", "engineering"];
const SKILLS: [&str; 2] = ["networks", "toasters"];

fn one<T: Copy>(random: &mut Random, of: &[T]) -> T {
    of[random.below(of.len())]
}

fn profile_of(random: &mut Random, n: usize) -> AgentProfile {
    let mut profile = AgentProfile::new(format!("A{n}"));
    for department in DEPARTMENTS {
        if random.percent(50) {
            profile = profile.department(department);
        }
    }
    for skill in SKILLS {
        if random.percent(60) {
            profile = profile.skill(skill, 1 + random.below(10) as u8);
        }
    }
    if random.percent(70) {
        profile = profile.language(one(random, &["it", "de-CH", "en"]));
    }
    if random.percent(70) {
        profile = profile.capacity(random.below(6) as u32);
    }
    if random.percent(40) {
        profile = profile.channel_capacity("chat", random.below(3) as u32);
    }
    if random.percent(10) {
        profile = profile.role(helpdesk::Role::Light);
    }
    profile.deactivated = random.percent(10);
    profile
}

fn route(random: &mut Random) -> Route {
    let strategies = [
        Strategy::RoundRobin,
        Strategy::LeastLoaded,
        Strategy::CapacityWeighted,
        Strategy::MostIdle,
    ];
    let mut route = Route::default().by(one(random, &strategies));
    if random.percent(60) {
        route.department = Some(one(random, &DEPARTMENTS).into());
    }
    if random.percent(40) {
        route = route.skill(one(random, &SKILLS), 1 + random.below(5) as u8);
    }
    if random.percent(30) {
        route = route.same_language();
    }
    if random.percent(50) {
        route = route.sticky(Sticky::LastAgent);
    }
    let over = one(random, &DEPARTMENTS);
    if random.percent(40) && route.department.as_ref().is_none_or(|it| it.as_str() != over) {
        route = route.overflow(Span::minutes(20), over);
    }
    if random.percent(50) {
        route = route.not_taken(Span::minutes(10));
    }
    route
}

/// What was said of somebody when they were given a ticket, held against what was asked.
fn may_have(route: &Route, agent: &Agent, ticket: &helpdesk::Ticket, overflows: bool) {
    assert!(agent.is_active() && agent.is_available());
    assert_ne!(agent.role(), helpdesk::Role::Light);
    let works_in = |name: &str| agent.departments().iter().any(|it| it.as_str() == name);
    if let Some(department) = ticket.department() {
        assert!(works_in(department.as_str()), "{department:?} is not theirs");
    }
    if let Some(home) = &route.department {
        let over = route.overflow.as_ref().filter(|_| overflows);
        let over = over.is_some_and(|it| works_in(it.to.as_str()));
        assert!(works_in(home.as_str()) || over);
    }
    for needed in &route.skills {
        assert!(agent.skills().get(&needed.skill).copied().unwrap_or(0) >= needed.level);
    }
    if route.same_language {
        assert!(agent.languages().iter().any(|it| it.as_str().starts_with("it")));
    }
    assert!(!ticket.routing().left_lying_by().contains(&agent.id()));
}

#[test]
fn whoever_is_given_a_ticket_may_have_it() {
    let mut given = 0;
    for seed in 0..150 {
        let mut random = Random::new(0xCAFE + seed);
        let to = route(&mut random);
        let routing = RoutingSettings::default().weight("chat", 1 + random.below(3) as u32);
        let draft = SettingsDraft { routing, ..all(to.clone()) };
        let desk = TestDesk::without_people(draft);
        speaks(&desk, "it");
        let agents = 1 + random.below(8);
        for n in 0..agents {
            let profile = profile_of(&mut random, n);
            desk.put_agent(AgentId::from_u128(0x200 + n as u128), profile);
        }
        for n in 1..=12_u128 {
            desk.pass(chrono::TimeDelta::minutes(random.below(9) as i64));
            match random.below(6) {
                0 => {
                    let agent = AgentId::from_u128(0x200 + random.below(agents) as u128);
                    away(&desk, agent, random.percent(50));
                }
                1 if n > 1 => {
                    let done = ticket_id(1 + random.below(n as usize - 1) as u128);
                    if !desk.ticket(done).status().category.is_done() {
                        desk.ok(&Actor::Host, resolve(done));
                    }
                }
                2 if n > 1 => {
                    let again = ticket_id(1 + random.below(n as usize - 1) as u128);
                    desk.ok(&customer(MARIA), helpdesk::command::Reply::new(again, "Again"));
                }
                3 => {
                    let id = AgentId::from_u128(0x200 + random.below(agents) as u128);
                    let profile = profile_of(&mut random, n as usize);
                    desk.put_agent(id, profile);
                }
                _ => {
                    desk.desk.tick(desk.now()).unwrap();
                }
            }
            let channel = if random.percent(30) { Channel::Chat } else { Channel::Email };
            let mut open = request(ticket_id(n));
            open.channel = channel;
            if random.percent(30) {
                open.department = None;
            }
            desk.ok(&customer(MARIA), open);
        }
        given += check(&desk, &to);
        desk.verify();
    }
    assert!(given > 500, "{given} were given");
}

/// Replays all that happened on the desk, and holds each gift against who there was; how many.
fn check(desk: &TestDesk, to: &Route) -> usize {
    let mut given = 0;
    let mut agents: BTreeMap<AgentId, std::sync::Arc<Agent>> = BTreeMap::new();
    let mut histories: BTreeMap<helpdesk::Key, Vec<Event>> = BTreeMap::new();
    let mut loads: BTreeMap<AgentId, i64> = BTreeMap::new();
    for entry in desk.store.scan(desk.desk.id(), 0, usize::MAX).unwrap() {
        let history = histories.entry(entry.key).or_default();
        let before = history.clone();
        history.extend(entry.events.iter().cloned());
        let head = helpdesk::fold(entry.key, &*history).unwrap();
        match head {
            helpdesk::Head::Agent(agent) => {
                agents.insert(agent.id(), agent);
            }
            helpdesk::Head::Ticket(ticket) => {
                let earlier = (!before.is_empty()).then(|| helpdesk::fold(entry.key, &before));
                if let Some(Ok(helpdesk::Head::Ticket(earlier))) = earlier
                    && let Some(owner) = earlier.burdens()
                {
                    *loads.entry(owner).or_default() -= i64::from(earlier.burden().weight);
                }
                let Some(owner) = ticket.burdens() else { continue };
                let load = loads.entry(owner).or_default();
                *load += i64::from(ticket.burden().weight);
                let last =
                    entry.events.iter().rev().find_map(|event| match event.ticket_change() {
                        Some(TicketChange::Assigned { to, .. }) => Some((*to, event)),
                        _ => None,
                    });
                let Some((id, event)) = last else { continue };
                assert!(by_rule(event, "all"));
                let routed = entry.events.iter().find_map(|event| match event.ticket_change() {
                    Some(TicketChange::Routed(routed)) => routed.decision.clone(),
                    _ => None,
                });
                let agent = &agents[&id];
                may_have(to, agent, &ticket, routed.unwrap().overflowed);
                if let Some(capacity) = agent.capacity() {
                    assert!(*load <= i64::from(capacity), "{load} of {capacity}");
                }
                given += 1;
            }
            _ => {}
        }
    }
    for (agent, load) in loads {
        assert_eq!(desk.load_of(agent), load);
    }
    given
}
