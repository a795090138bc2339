//! A generated day: two thousand requests over mail and chat, six agents in support, four who know
//! networks.

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::rules::{Route, RoutingRule, Sticky, Strategy};
use helpdesk::{AgentProfile, Channel, Fact, RulebookDraft, Span};

use super::feed::{Arrival, Feed, Random, names};

const TICKETS: i32 = 2_000;

pub(crate) fn feed() -> Feed {
    let mut random = Random(7);
    let morning: DateTime<Utc> = "2026-03-02T08:00:00Z".parse().unwrap();
    let arrivals =
        (1..=TICKETS).map(|n| arrival(morning + TimeDelta::seconds(15) * n, &mut random));
    Feed {
        name: "a generated day",
        departments: names(["support", "networks"]),
        categories: Vec::new(),
        priorities: names(["low", "medium", "high"]),
        rules: rules(),
        agents: (0..10).map(agent).collect(),
        arrivals: arrivals.collect(),
    }
}

fn arrival(at: DateTime<Utc>, random: &mut Random) -> Arrival {
    let subject = random.one_of(["The router is down", "A question", "My invoice", "It burns"]);
    Arrival {
        at,
        contact: random.below(300) as u128,
        language: None,
        channel: random.one_of([Channel::Email, Channel::Email, Channel::Chat]),
        subject: Some(subject.into()),
        text: "Please help.".into(),
        department: "support".into(),
        category: None,
        priority: None,
        done_at: at + TimeDelta::seconds(60 + random.below(700) as i64),
    }
}

fn rules() -> RulebookDraft {
    let networks = Route::to("networks").skill("networks", 3).not_taken(Span::hours(2));
    let support = Route::to("support")
        .by(Strategy::CapacityWeighted)
        .sticky(Sticky::LastAgent)
        .overflow(Span::minutes(30), "networks");
    let routing = vec![
        RoutingRule::new("networks", networks).when(Fact::Subject.contains("router")),
        RoutingRule::new("others", support),
    ];
    RulebookDraft { routing, ..RulebookDraft::default() }
}

fn agent(n: u32) -> AgentProfile {
    let profile = AgentProfile::new(format!("Agent {n}"));
    let profile = match n {
        0..6 => profile.department("support").capacity(8 + 2 * n),
        _ => profile.department("networks").skill("networks", n as u8 - 4).capacity(12),
    };
    profile.channel_capacity("chat", 3)
}
