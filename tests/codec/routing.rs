//! Samples of what routing records.

use std::sync::Arc;

use chrono::TimeDelta;
use helpdesk::rules::routing::{Decision, Dropped, Ranked, Score, Unfit, Why};
use helpdesk::rules::{Sticky, Strategy};
use helpdesk::{
    Actor, AgentChange, AgentId, Burden, Cause, Change, Event, Head, Key, Personal, Routed,
    RoutingSettings, Rule, SettingsDraft, TicketChange, Unassigning, fold,
};

use crate::samples::{ANNA, BEN, DESK, TICKET, bare_opening, event, monday, plain, plain_agent};

pub(crate) const WHYS: [Why; 5] =
    [Why::Sticky(Sticky::LastAgent), Why::Only, Why::Score, Why::LeastLately, Why::LowestId];

pub(crate) const SCORES: [Score; 4] = [
    Score::Turn,
    Score::Load(3),
    Score::Share { load: 1, of: Some(10) },
    Score::Idle { since: chrono::DateTime::UNIX_EPOCH },
];

pub(crate) const STRATEGIES: [Strategy; 4] =
    [Strategy::RoundRobin, Strategy::LeastLoaded, Strategy::CapacityWeighted, Strategy::MostIdle];

/// The rules of a rulebook, and what follows from them.
pub(crate) fn rules() -> [Rule; 5] {
    let [trigger, time_rule, by_hand, all] = ["hot", "remind", "spam", "all"];
    [
        Rule::Trigger(trigger.into()),
        Rule::TimeRule(time_rule.into()),
        Rule::Macro(by_hand.into()),
        Rule::Routing(all.into()),
        Rule::NotTaken,
    ]
}

fn decision(why: Option<Why>, scores: &[Score], unfit: Vec<Unfit>) -> Decision {
    let ranked = scores.iter().enumerate().map(|(place, score)| Ranked {
        agent: AgentId::from_u128(0xA1 + place as u128),
        score: *score,
        last_given_at: (place == 1).then(monday),
    });
    let dropped = unfit.into_iter().enumerate().map(|(place, because)| Dropped {
        agent: AgentId::from_u128(0xB1 + place as u128),
        because,
    });
    Decision {
        at: monday(),
        by: if why.is_none() { Strategy::RoundRobin } else { Strategy::CapacityWeighted },
        overflowed: why.is_none(),
        why,
        ranked: ranked.collect(),
        more_ranked: u32::from(why.is_some()),
        dropped: dropped.collect(),
        more_dropped: if why.is_none() { 980 } else { 0 },
        again_at: why.is_none().then(|| monday() + TimeDelta::hours(1)),
    }
}

pub(crate) fn unfit() -> Vec<Unfit> {
    vec![
        Unfit::OtherDepartment,
        Unfit::Unavailable,
        Unfit::OffHours { opens_at: None },
        Unfit::OffHours { opens_at: Some(monday()) },
        Unfit::Skill { skill: "networks".into(), level: 2, asked: 3 },
        Unfit::Language { language: "pt-BR".into() },
        Unfit::LeftLying,
        Unfit::Full { load: 9, weight: 3, capacity: 10 },
        Unfit::FullOnChannel { channel: "chat".into(), open: 2, most: 2 },
    ]
}

/// A ticket that is routed in every way, in no order of reason.
pub(crate) fn history() -> Vec<Event> {
    let hour = |hours| monday() + TimeDelta::hours(hours);
    let routed = |again_at, decision| {
        TicketChange::Routed(Box::new(Routed { waits_since: monday(), again_at, decision }))
    };
    let burden = Burden { weight: 3, channel: Some("social:mastodon".into()) };
    let given = |to, take_by| TicketChange::Assigned {
        to,
        from: None,
        over_capacity: false,
        burden: burden.clone(),
        take_by,
    };
    let lost = |from, because, hours| TicketChange::Unassigned {
        from,
        because,
        waits_since: Some(hour(hours)),
    };
    let mut changes = vec![
        routed(None, None),
        routed(Some(hour(1)), Some(decision(None, &[], unfit()))),
        given(ANNA, Some(hour(2))),
        lost(ANNA, Unassigning::NotTaken, 2),
        given(BEN, Some(hour(3))),
        TicketChange::TakenUp,
        lost(BEN, Unassigning::ByHand, 4),
    ];
    for (place, why) in WHYS.into_iter().enumerate() {
        let by = STRATEGIES[place % STRATEGIES.len()];
        let decision = Decision { by, ..decision(Some(why), &SCORES, Vec::new()) };
        changes.push(routed(None, Some(decision)));
    }
    let mut history = vec![bare_opening()];
    for (place, change) in changes.into_iter().enumerate() {
        let rule = match &change {
            TicketChange::Routed(_) | TicketChange::Assigned { .. } => {
                Some(Rule::Routing("all".into()))
            }
            TicketChange::Unassigned { because: Unassigning::NotTaken, .. } => Some(Rule::NotTaken),
            _ => None,
        };
        let cause = Cause { rule, ..plain(Actor::Agent(BEN)) };
        history.push(event(place as u64 + 2, cause, Change::Ticket(change), None));
    }
    for rule in rules() {
        let revision = history.len() as u64 + 1;
        let cause = Cause { rule: Some(rule), ..plain(Actor::Agent(BEN)) };
        history.push(event(revision, cause, Change::Ticket(TicketChange::TakenUp), None));
    }
    history
}

/// An agent of whom everything is said that routing asks, and settings that weigh.
pub(crate) fn beside() -> [Event; 2] {
    let change = AgentChange {
        skills: [("networks".into(), 10), ("toasters".into(), 1)].into(),
        languages: vec!["it".into(), "pt-BR".into()],
        calendar: Some("shop".into()),
        channel_capacity: [("chat".into(), 2), ("social:mastodon".into(), 0)].into(),
        unavailable: true,
        ..plain_agent()
    };
    let personal = Personal { name: Some("Anna".into()), ..Personal::default() };
    let routing = RoutingSettings::default().weight("chat", 3).weight("social:mastodon", 1000);
    let draft = SettingsDraft { routing, ..SettingsDraft::default() };
    let settings = Change::Settings(Arc::new(draft.build().unwrap()));
    [
        event(1, plain(Actor::Host), Change::Agent(change), Some(personal)),
        event(1, plain(Actor::Host), settings, None),
    ]
}

/// Heads of a ticket that waits for somebody, of one that is to be begun, of one that was given
/// back, and of that agent.
pub(crate) fn heads() -> Vec<(Key, Head)> {
    let ticket = Key::ticket(DESK, TICKET);
    let mut heads: Vec<(Key, Head)> =
        [3, 4, 8].map(|length| (ticket, fold(ticket, &history()[..length]).unwrap())).to_vec();
    let agent = Key::agent(DESK, ANNA);
    heads.push((agent, fold(agent, [&beside()[0]]).unwrap()));
    heads
}
