//! Who gets a ticket: named cases, and laws over random rosters.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::rules::routing::{Candidate, Decision, Score, Unfit, Waiting, Why};
use helpdesk::rules::{Route, Sticky, Strategy};
use helpdesk::{AgentId, Calendar, Span};

use super::played::Lcg;

const STRATEGIES: [Strategy; 4] =
    [Strategy::RoundRobin, Strategy::LeastLoaded, Strategy::CapacityWeighted, Strategy::MostIdle];
const CHANNELS: [&str; 3] = ["email", "chat", "social:mastodon"];
const DEPARTMENTS: [&str; 3] = ["support", "billing", "second line"];
const LANGUAGES: [&str; 3] = ["de", "de-AT", "en"];

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A Monday morning, in the hours of the office.
fn monday() -> DateTime<Utc> {
    at("2026-03-02T09:30:00Z")
}

static OFFICE: LazyLock<Calendar> =
    LazyLock::new(|| "zone Etc/UTC; open mon-fri 09:00-17:00".parse().unwrap());

fn agent(id: usize) -> AgentId {
    AgentId::from_u128(id as u128)
}

fn random_candidate(lcg: &mut Lcg, id: usize) -> Candidate {
    let some = |lcg: &mut Lcg| lcg.below(3) > 0;
    let before = |lcg: &mut Lcg| monday() - TimeDelta::minutes(lcg.below(5) as i64);
    let mut it = Candidate::new(agent(id));
    it.departments = DEPARTMENTS.into_iter().filter(|_| some(lcg)).map(Into::into).collect();
    it.languages = LANGUAGES.into_iter().filter(|_| some(lcg)).map(Into::into).collect();
    for skill in ["networks", "printers"] {
        if some(lcg) {
            it.skills.insert(skill.into(), 1 + lcg.below(5) as u8);
        }
    }
    for channel in CHANNELS {
        it.open.insert(channel.into(), lcg.below(4) as u32);
        if !some(lcg) {
            it.most.insert(channel.into(), 1 + lcg.below(4) as u32);
        }
    }
    it.available = lcg.below(8) > 0;
    it.calendar = (!some(lcg)).then(|| OFFICE.clone());
    it.capacity = some(lcg).then(|| lcg.below(20) as u32);
    it.last_given_at = some(lcg).then(|| before(lcg));
    it.idle_since = some(lcg).then(|| before(lcg));
    if lcg.below(3) == 0 {
        it.open.clear();
    }
    it
}

fn random_waiting(lcg: &mut Lcg) -> Waiting {
    let some = |lcg: &mut Lcg| lcg.below(2) > 0;
    let since = monday() - TimeDelta::minutes(lcg.below(60) as i64);
    let mut waiting = Waiting::since(since, lcg.pick(&CHANNELS));
    waiting.department = some(lcg).then(|| lcg.pick(&DEPARTMENTS).into());
    waiting.language = some(lcg).then(|| lcg.pick(&LANGUAGES).into());
    waiting.last_agent = some(lcg).then(|| agent(lcg.below(12)));
    waiting.left_lying_by = (0..12).filter(|_| lcg.below(8) == 0).map(agent).collect();
    waiting.weights = [("chat".into(), 2), ("email".into(), 1)].into();
    waiting
}

fn random_route(lcg: &mut Lcg) -> Route {
    let mut route = Route::default().by(STRATEGIES[lcg.below(4)]);
    if lcg.below(2) == 0 {
        route.department = Some(lcg.pick(&DEPARTMENTS).into());
    }
    if lcg.below(3) == 0 {
        route = route.skill(lcg.pick(&["networks", "printers"]), 1 + lcg.below(4) as u8);
    }
    if lcg.below(3) == 0 {
        route = route.same_language();
    }
    if lcg.below(3) == 0 {
        route = route.overflow(Span::minutes(1 + lcg.below(60) as u32), lcg.pick(&DEPARTMENTS));
    }
    if lcg.below(2) == 0 {
        route = route.sticky(Sticky::LastAgent);
    }
    route
}

/// Somebody's work, counted again.
fn load(it: &Candidate, waiting: &Waiting) -> u32 {
    let weight = |channel: &str| waiting.weights.get(channel).copied().unwrap_or(1);
    it.open.iter().map(|(channel, tickets)| tickets * weight(channel)).sum()
}

/// Whether somebody can have it, by the requirements and not by the code.
fn eligible(route: &Route, waiting: &Waiting, it: &Candidate, now: DateTime<Utc>) -> bool {
    let home = route.department.as_ref().or(waiting.department.as_ref());
    let mut departments: Vec<_> = home.into_iter().collect();
    if let Some(overflow) = &route.overflow {
        let waited =
            Span::micros(0).as_micros() + (now - waiting.since).num_microseconds().unwrap();
        if home.is_some() && waited >= overflow.after.as_micros() {
            departments.push(&overflow.to);
        }
    }
    let speaks = |language: &str| {
        let language = language.get(..2).unwrap();
        it.languages.iter().any(|spoken| spoken.as_str().starts_with(language))
    };
    let weight = waiting.weights.get(&waiting.channel).copied().unwrap_or(1);
    let open = it.open.get(&waiting.channel).copied().unwrap_or(0);
    (home.is_none() || departments.iter().any(|one| it.departments.contains(one)))
        && it.available
        && it.calendar.as_ref().is_none_or(|calendar| calendar.is_open(now))
        && route.skills.iter().all(|needed| it.skills.get(&needed.skill) >= Some(&needed.level))
        && (!route.same_language || waiting.language.as_ref().is_none_or(|it| speaks(it.as_str())))
        && !waiting.left_lying_by.contains(&it.agent)
        && it.capacity.is_none_or(|capacity| load(it, waiting) + weight <= capacity)
        && it.most.get(&waiting.channel).is_none_or(|most| open < *most)
}

#[test]
fn whoever_is_chosen_can_have_it_and_whoever_can_is_ranked() {
    let mut lcg = Lcg(21);
    let (mut chosen, mut favoured, mut nobody) = (0, 0, 0);
    for round in 0..20_000 {
        let route = random_route(&mut lcg);
        let waiting = random_waiting(&mut lcg);
        let count = lcg.below(13);
        let roster: Vec<Candidate> = (0..count).map(|id| random_candidate(&mut lcg, id)).collect();
        // In and out of working hours.
        let now = if round % 3 == 0 { at("2026-03-02T08:30:00Z") } else { monday() };
        let now = now.max(waiting.since);
        let decision = route.decide(&waiting, &roster, now);
        let of = |agent: AgentId| roster.iter().find(|it| it.agent == agent).unwrap();
        for ranked in &decision.ranked {
            assert!(eligible(&route, &waiting, of(ranked.agent), now), "{decision:?}");
        }
        for dropped in &decision.dropped {
            assert!(!eligible(&route, &waiting, of(dropped.agent), now), "{dropped}");
        }
        assert_eq!(decision.ranked.len() + decision.dropped.len(), roster.len());
        assert_eq!(decision.why.is_none(), decision.agent().is_none());
        match (decision.agent(), decision.why) {
            (Some(agent), Some(Why::Sticky(sticky))) => {
                favoured += 1;
                assert_eq!((sticky, Some(agent)), (Sticky::LastAgent, waiting.last_agent));
            }
            (Some(agent), _) => {
                chosen += 1;
                // Nobody comes before all others of those who can have it.
                if route.sticky == [Sticky::LastAgent] {
                    assert!(!decision.ranked.iter().any(|it| Some(it.agent) == waiting.last_agent));
                }
                let busy = load(of(agent), &waiting);
                for other in &decision.ranked {
                    let it = of(other.agent);
                    match route.by {
                        Strategy::LeastLoaded => assert!(busy <= load(it, &waiting)),
                        Strategy::RoundRobin => {
                            assert!(of(agent).last_given_at <= it.last_given_at);
                        }
                        _ => {}
                    }
                }
            }
            (None, _) => nobody += 1,
        }
    }
    assert!(chosen > 4000 && favoured > 500 && nobody > 1000, "{chosen}, {favoured}, {nobody}");
}

#[test]
fn the_same_input_gives_the_same_decision_in_whatever_order_and_after_being_kept() {
    let mut lcg = Lcg(22);
    for _ in 0..2000 {
        let (route, waiting) = (random_route(&mut lcg), random_waiting(&mut lcg));
        let mut roster: Vec<Candidate> = (0..8).map(|id| random_candidate(&mut lcg, id)).collect();
        let decision = route.decide(&waiting, &roster, monday());
        let kept = serde_json::to_string(&(&route, &waiting, &roster, &decision)).unwrap();
        let (route, waiting, read, before): (Route, Waiting, Vec<Candidate>, Decision) =
            serde_json::from_str(&kept).unwrap();
        assert_eq!(before, decision);
        assert_eq!(route.decide(&waiting, &read, before.at), decision);
        roster.rotate_left(3);
        roster.swap(0, 5);
        assert_eq!(route.decide(&waiting, &roster, monday()), decision);
    }
}

#[test]
fn round_robin_gives_nobody_two_more_than_another() {
    let mut roster: Vec<Candidate> = (1..=7).map(|id| Candidate::new(agent(id))).collect();
    // One was given something before all this, the others never.
    roster[2].last_given_at = Some(monday());
    let mut given: BTreeMap<AgentId, u32> = BTreeMap::new();
    for minute in 1..=500 {
        let now = monday() + TimeDelta::minutes(minute);
        let decision = Route::default().decide(&Waiting::since(now, "email"), &roster, now);
        let chosen = decision.agent().unwrap();
        let it = roster.iter_mut().find(|it| it.agent == chosen).unwrap();
        it.last_given_at = Some(now);
        *it.open.entry("email".into()).or_default() += 1;
        *given.entry(chosen).or_default() += 1;
        let most = given.values().max().unwrap();
        let least = roster.iter().map(|it| given.get(&it.agent).copied().unwrap_or(0)).min();
        assert!(most - least.unwrap() <= 1, "{given:?}");
    }
}

#[test]
fn the_least_loaded_is_by_the_weight_of_what_they_have() {
    let mut waiting = Waiting::since(monday(), "email");
    waiting.weights = [("phone".into(), 5)].into();
    let roster =
        [Candidate::new(agent(1)).open("phone", 1), Candidate::new(agent(2)).open("email", 4)];
    let route = Route::default().by(Strategy::LeastLoaded);
    let decision = route.decide(&waiting, &roster, monday());
    assert_eq!(decision.agent(), Some(agent(2)));
    assert_eq!(decision.ranked[1].score, Score::Load(5));
    assert_eq!(decision.why, Some(Why::Score));
}

#[test]
fn capacity_is_weighed_and_who_has_none_comes_last() {
    let roster = [
        Candidate::new(agent(1)),
        Candidate::new(agent(2)).open("email", 2).capacity(4),
        Candidate::new(agent(3)).open("email", 4).capacity(10),
    ];
    let route = Route::default().by(Strategy::CapacityWeighted);
    let decision = route.decide(&Waiting::since(monday(), "email"), &roster, monday());
    let order: Vec<AgentId> = decision.ranked.iter().map(|it| it.agent).collect();
    assert_eq!(order, [agent(3), agent(2), agent(1)], "4 of 10 is less than 2 of 4");
}

#[test]
fn the_most_idle_is_who_has_been_without_work_for_longest() {
    let idle = |id, minutes| Candidate {
        idle_since: Some(monday() - TimeDelta::minutes(minutes)),
        ..Candidate::new(agent(id))
    };
    let roster = [
        idle(1, 5),
        idle(2, 50),
        idle(3, 500).open("chat", 1),
        Candidate::new(agent(4)).open("chat", 2),
    ];
    let route = Route::default().by(Strategy::MostIdle);
    let decision = route.decide(&Waiting::since(monday(), "email"), &roster, monday());
    let order: Vec<AgentId> = decision.ranked.iter().map(|it| it.agent).collect();
    assert_eq!(order, [agent(2), agent(1), agent(3), agent(4)]);
}

#[test]
fn who_is_full_off_or_away_is_not_chosen_though_they_had_it_last() {
    let last = |change: fn(&mut Candidate)| {
        let mut it = Candidate::new(agent(1));
        change(&mut it);
        let mut waiting = Waiting::since(monday(), "email");
        waiting.last_agent = Some(agent(1));
        let roster = [it, Candidate::new(agent(2)).open("email", 100)];
        Route::default().sticky(Sticky::LastAgent).decide(&waiting, &roster, monday())
    };
    assert_eq!(last(|_| {}).why, Some(Why::Sticky(Sticky::LastAgent)));
    let cases: [fn(&mut Candidate); 4] = [
        |it| it.available = false,
        |it| it.capacity = Some(0),
        |it| it.most = [("email".into(), 0)].into(),
        |it| it.calendar = Some("zone Asia/Tokyo; open mon-fri 09:00-17:00".parse().unwrap()),
    ];
    for change in cases {
        let decision = last(change);
        assert_eq!((decision.agent(), decision.why), (Some(agent(2)), Some(Why::Only)));
    }
}

#[test]
fn nobody_at_work_is_looked_for_again_when_the_first_begins() {
    let saturday = at("2026-03-07T12:00:00Z");
    let roster = [Candidate { calendar: Some(OFFICE.clone()), ..Candidate::new(agent(1)) }];
    let route = Route::default();
    let waiting = Waiting::since(saturday, "email");
    let decision = route.decide(&waiting, &roster, saturday);
    let opens_at = at("2026-03-09T09:00:00Z");
    assert_eq!(decision.dropped[0].because, Unfit::OffHours { opens_at: Some(opens_at) });
    assert_eq!(decision.again_at, Some(opens_at));
    let decision = route.decide(&waiting, &roster, opens_at);
    assert_eq!((decision.agent(), decision.again_at), (Some(agent(1)), None));
    // Where only a change helps, no instant is named.
    let away = [Candidate { available: false, ..Candidate::new(agent(1)) }];
    assert_eq!(route.decide(&waiting, &away, saturday).again_at, None);
}

#[test]
fn who_left_it_lying_is_not_given_it_again() {
    let mut waiting = Waiting::since(monday(), "email");
    waiting.left_lying_by = [agent(1)].into();
    let roster = [Candidate::new(agent(1)), Candidate::new(agent(2)).open("email", 9)];
    let decision = Route::default().decide(&waiting, &roster, monday());
    assert_eq!(decision.agent(), Some(agent(2)));
    assert_eq!(decision.dropped[0].because, Unfit::LeftLying);
}

#[test]
fn of_those_alike_the_lowest_id_is_chosen() {
    let roster = [Candidate::new(agent(3)), Candidate::new(agent(2)), Candidate::new(agent(3))];
    let decision = Route::default().decide(&Waiting::since(monday(), "email"), &roster, monday());
    assert_eq!((decision.agent(), decision.why), (Some(agent(2)), Some(Why::LowestId)));
    assert_eq!(decision.ranked.len(), 2, "each counts once");
}
