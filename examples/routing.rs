//! A day of a desk that routes: tickets come over several channels, agents come and go, and rules
//! say who gets what.
//!
//! `cargo run --release --example routing` prints how the work was shared
//! out, how often anybody had more than they can have (never), and one decision explained.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "an example that cannot go on has nothing to show"
)]

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Open, Resolve, Resolving, SetAvailability};
use helpdesk::rules::{Route, RoutingRule, Sticky, Strategy};
use helpdesk::store::{MemoryStore, Store, Wanted};
use helpdesk::{
    Actor, AgentId, AgentProfile, Calendar, Channel, ContactId, Counter, Department, Desk,
    DeskCalendar, DeskId, Fact, Requester, RoutingSettings, SettingsDraft, Span, TicketId,
};

const TICKETS: u128 = 2_000;

/// Chance that is the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % end
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn one_of<T: Clone, const N: usize>(&mut self, from: [T; N]) -> T {
        from[self.below(N)].clone()
    }
}

fn settings() -> SettingsDraft {
    let office: Calendar = "zone Europe/Rome; open mon-fri 08:00-18:00".parse().unwrap();
    let mut draft = SettingsDraft {
        departments: vec![Department::new("support"), Department::new("networks")],
        calendars: vec![DeskCalendar::new("office", office.draft().clone())],
        routing: RoutingSettings::default().weight("chat", 3),
        ..SettingsDraft::default()
    };
    let networks = Route::to("networks").skill("networks", 3).not_taken(Span::hours(2));
    let support = Route::to("support")
        .by(Strategy::CapacityWeighted)
        .sticky(Sticky::LastAgent)
        .overflow(Span::minutes(30), "networks");
    draft.rules.routing = vec![
        RoutingRule::new("networks", networks).when(Fact::Subject.contains("router")),
        RoutingRule::new("others", support),
    ];
    draft
}

/// Everybody who works on the desk: six in support, four who know networks.
fn agents() -> Vec<(AgentId, AgentProfile)> {
    let somebody = |n: u128| {
        let profile = AgentProfile::new(format!("Agent {n}")).calendar("office");
        let profile = match n {
            0..6 => profile.department("support").capacity(8 + 2 * n as u32),
            _ => profile.department("networks").skill("networks", n as u8 - 4).capacity(12),
        };
        (AgentId::from_u128(n + 1), profile.channel_capacity("chat", 3))
    };
    (0..10).map(somebody).collect()
}

fn open(id: TicketId, random: &mut Random) -> (Actor, Open) {
    let maria = ContactId::from_u128(random.below(300) as u128);
    let subject = random.one_of(["The router is down", "A question", "My invoice", "It burns"]);
    let mut open = Open::new(id, Requester::Contact(maria), "Please help.").subject(subject);
    open.channel = random.one_of([Channel::Email, Channel::Email, Channel::Chat]);
    open.department = Some("support".into());
    (Actor::Customer(maria), open)
}

fn main() -> Result<(), helpdesk::DeskError> {
    let mut random = Random(7);
    let mut now: DateTime<Utc> = "2026-03-02T08:00:00Z".parse().unwrap();
    let settings = settings().build().unwrap();
    let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, now)?;
    let agents = agents();
    for (id, profile) in &agents {
        desk.put_agent(Actor::Host.at(now), *id, profile.clone())?;
    }

    let mut given: BTreeMap<AgentId, usize> = BTreeMap::new();
    let (mut owned, mut too_much, mut waited) = (Vec::new(), 0, 0);
    for n in 1..=TICKETS {
        now += TimeDelta::seconds(15);
        let (actor, open) = open(TicketId::from_u128(n), &mut random);
        let opened = desk.open(actor.at(now), open)?;
        match opened.ticket().and_then(|ticket| ticket.assignee()) {
            Some(agent) => {
                *given.entry(agent).or_default() += 1;
                owned.push(TicketId::from_u128(n));
            }
            None => waited += 1,
        }
        if random.percent(3) {
            let (agent, available) = (agents[random.below(agents.len())].0, random.percent(70));
            desk.set_availability(Actor::Host.at(now), SetAvailability { agent, available })?;
        }
        if !owned.is_empty() && random.percent(85) {
            let ticket = owned.swap_remove(random.below(owned.len()));
            if !desk.ticket(ticket)?.is_some_and(|it| it.status().category.is_done()) {
                let resolution = Resolving::new("solved");
                desk.resolve(Actor::Host.at(now), Resolve { ticket, resolution })?;
            }
        }
        if n % 20 == 0 {
            desk.tick(now)?;
            for department in ["support", "networks"] {
                desk.route_waiting(now, Some(department.into()), None, 20)?;
            }
        }
        for (id, profile) in &agents {
            let load = desk.store().load(desk.id(), &Wanted::counters([Counter::Load(*id)]))?;
            too_much += usize::from(load.counters[0] > profile.capacity.unwrap_or(0).into());
        }
    }

    println!(
        "{TICKETS} tickets: {waited} had to wait for somebody, the others were given at once:"
    );
    for (id, profile) in &agents {
        let capacity = profile.capacity.unwrap_or(0);
        println!("  {:<8} {:>4}  (capacity {capacity})", profile.name, given.get(id).unwrap_or(&0));
    }
    println!("more than anybody can have: {too_much} times");

    let (actor, open) = open(TicketId::from_u128(TICKETS + 1), &mut random);
    let id = open.id;
    desk.set_availability(
        Actor::Host.at(now),
        SetAvailability { agent: agents[0].0, available: false },
    )?;
    desk.open(actor.at(now), open)?;
    let Some(explained) = desk.explain_routing(now, id)? else { return Ok(()) };
    println!("\none decision, by the rule `{}`:", explained.rule);
    if let Some(decision) = explained.decision {
        for ranked in &decision.ranked {
            println!("  {} could have it: {:?}", ranked.agent, ranked.score);
        }
        for dropped in &decision.dropped {
            println!("  {dropped}");
        }
        println!("  chosen: {:?}, by {:?}", decision.agent(), decision.why);
    }
    Ok(())
}
