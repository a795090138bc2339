//! Routing on a desk: who is given what, how much anybody can have, what happens where nobody can,
//! and what is recorded of it.

mod backlog;
mod beside;
mod choosing;
mod law;
mod pure;
mod random;
mod room;
mod time;

use crate::support::*;
use helpdesk::command::SetAvailability;
use helpdesk::rules::{Route, RoutingRule};
use helpdesk::store::{Store, Wanted};
use helpdesk::{
    Actor, AgentId, Channel, ContactProfile, Counter, Event, Rule, SettingsDraft, TicketChange,
    TicketId,
};

/// Anna, Carl and Dora work in support; Ben in billing.
const DORA: AgentId = AgentId::from_u128(0xAA);

/// Settings with one rule, for all tickets.
fn all(to: Route) -> SettingsDraft {
    let mut draft = draft();
    draft.rules.routing = vec![RoutingRule::new("all", to)];
    draft
}

/// A desk with one rule for all tickets, and these agents with what is said of them.
fn desk(to: Route, agents: &[(AgentId, helpdesk::AgentProfile)]) -> TestDesk {
    with(all(to), agents)
}

fn with(draft: SettingsDraft, agents: &[(AgentId, helpdesk::AgentProfile)]) -> TestDesk {
    let desk = TestDesk::without_people(draft);
    for (id, profile) in agents {
        desk.put_agent(*id, profile.clone());
    }
    desk
}

/// Somebody in support.
fn in_support(name: &str) -> helpdesk::AgentProfile {
    helpdesk::AgentProfile::new(name).department("support")
}

/// Anna and Carl, in support.
fn two() -> Vec<(AgentId, helpdesk::AgentProfile)> {
    vec![(ANNA, in_support("Anna")), (CARL, in_support("Carl"))]
}

/// Maria asks, over this channel; who has it now.
fn asked(desk: &TestDesk, n: u128, channel: Channel) -> Option<AgentId> {
    let mut open = request(ticket_id(n));
    open.channel = channel;
    desk.ok(&customer(MARIA), open);
    owner(desk, n)
}

fn owner(desk: &TestDesk, n: u128) -> Option<AgentId> {
    desk.ticket(ticket_id(n)).assignee()
}

fn away(desk: &TestDesk, agent: AgentId, is_away: bool) -> helpdesk::Outcome {
    desk.ok(&Actor::Host, SetAvailability { agent, available: !is_away })
}

fn counter(desk: &TestDesk, counter: Counter) -> i64 {
    desk.store.load(desk.desk.id(), &Wanted::counters([counter])).unwrap().counters[0]
}

/// The last time that an owner was looked for.
fn last_routed(desk: &TestDesk, ticket: TicketId) -> helpdesk::Routed {
    let changes = desk.changes(ticket).into_iter().rev();
    let mut routed = changes.filter_map(|change| match change {
        TicketChange::Routed(routed) => Some(*routed),
        _ => None,
    });
    routed.next().expect("an owner was looked for")
}

fn by_rule(event: &Event, name: &str) -> bool {
    event.cause.rule == Some(Rule::Routing(name.into()))
}

/// Maria speaks this language.
fn speaks(desk: &TestDesk, language: &str) {
    let profile =
        ContactProfile { language: Some(language.into()), ..ContactProfile::new("Maria") };
    desk.ok(&Actor::Host, helpdesk::Command::PutContact { id: MARIA, profile });
}
