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

fn unfit() -> Vec<Unfit> {
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
    let scores = [
        Score::Share { load: 1, of: Some(10) },
        Score::Share { load: 1, of: None },
        Score::Idle { since: monday() },
        Score::Load(3),
        Score::Turn,
    ];
    let sticky = Some(Why::Sticky(Sticky::LastAgent));
    let changes = [
        routed(None, None),
        routed(Some(hour(1)), Some(decision(None, &[], unfit()))),
        routed(None, Some(decision(sticky, &scores, Vec::new()))),
        given(ANNA, Some(hour(2))),
        lost(ANNA, Unassigning::NotTaken, 2),
        given(BEN, Some(hour(3))),
        TicketChange::TakenUp,
        lost(BEN, Unassigning::ByHand, 4),
    ];
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
        [3, 5, 9].map(|length| (ticket, fold(ticket, &history()[..length]).unwrap())).to_vec();
    let agent = Key::agent(DESK, ANNA);
    heads.push((agent, fold(agent, [&beside()[0]]).unwrap()));
    heads
}
