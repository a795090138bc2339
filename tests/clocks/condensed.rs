//! Clocks that keep few of their pauses stand as those that keep all.

use chrono::TimeDelta;
use helpdesk::sla::{
    ClockChange, Clocks, Happened, Metric, OpenedBy, Standing, Term, Terms, Warning,
};
use helpdesk::{Span, StatusCategory};

use crate::model::{Fact, UNIT};
use crate::random::{Case, Dice, Played};
use crate::timeline::{monday, office};
use crate::{ground, instant, scaled};

/// How often they fell short of what they were told, and how often they sufficed for other terms
/// and for what was told late.
#[derive(Default)]
struct Seen {
    condensed: usize,
    short: usize,
    other_terms: usize,
    late: usize,
}

/// In what clocks that keep so few pauses differ from those that keep all.
fn difference(most: usize, seed: u64, seen: &mut Seen) -> Option<String> {
    let ground = ground();
    let mut dice = Dice::new(seed);
    let case = Case::of_facts(&ground, &mut dice, 50);
    let (mut whole, mut kept) = (Played::new(&ground, &case), Played::new(&ground, &case));
    let (mut now, mut knows_all) = (case.opened_at, true);
    for (place, (at, fact)) in case.facts.iter().enumerate() {
        now = now.max(*at);
        let said = matches!(fact, Fact::Agent | Fact::Customer) && dice.one_in(4);
        let late = if said { dice.draw(2_000) as i64 } else { 0 };
        let at = (now - late).max(case.opened_at);
        let told: Vec<ClockChange> = whole.happens(at, fact);
        let kept_told = kept.happens(at, fact);
        let short = kept.clocks.fell_short();
        let condensed = kept.clocks.iter().any(|clock| clock.condensed().is_some());
        if whole.clocks.fell_short() || (short && !condensed) {
            return Some(format!("{fact:?}, {place}: what is whole fell short"));
        }
        if short {
            kept.clocks = whole.clocks.clone();
            seen.short += 1;
        } else if kept_told != told {
            return Some(format!("{fact:?}, {place}: told {kept_told:#?}, and not {told:#?}"));
        } else if condensed {
            seen.other_terms += usize::from(matches!(fact, Fact::Terms(_)));
            seen.late += usize::from(at < now);
        }
        // As a desk does, before it stores them.
        for played in [&mut whole, &mut kept] {
            played.ticks(now * UNIT);
        }
        kept.clocks.condense(&kept.terms.clone(), most);
        if kept.clocks.fell_short() {
            return Some(format!("{fact:?}, {place}: fell short of nothing"));
        }
        knows_all &= kept.clocks == whole.clocks;
        let next = case.facts.get(place + 1).map_or(now + 2_000, |(at, _)| *at);
        for look in [now, now + dice.draw((next - now).max(0) as u64 + 1) as i64] {
            for metric in Metric::ALL {
                let of = |played: &Played<'_>| {
                    played.clocks.status(&played.terms, metric, instant(&ground, look * UNIT))
                };
                if of(&kept) != of(&whole) {
                    let (kept, whole) = (of(&kept), of(&whole));
                    return Some(format!("{fact:?}, {place}: {kept:#?}, and not {whole:#?}"));
                }
            }
        }
        let wakes = |played: &Played<'_>| played.clocks.next_wake();
        if wakes(&kept) != wakes(&whole) {
            return Some(format!("{fact:?}, {place}: wakes {:?}", wakes(&kept)));
        }
        let too_many = kept.clocks.iter().find(|clock| clock.pauses().len() > most);
        if let Some(clock) = too_many.filter(|clock| clock.condensed().is_some()) {
            return Some(format!("{} keeps {} pauses", clock.metric(), clock.pauses().len()));
        }
    }
    seen.condensed += usize::from(!knows_all);
    None
}

#[test]
fn clocks_that_keep_few_pauses_stand_and_tell_as_those_that_keep_all() {
    let mut seen = Seen::default();
    for seed in 0..scaled(4_000) as u64 {
        for most in [1, 2, 5] {
            if let Some(difference) = difference(most, seed, &mut seen) {
                panic!("seed {seed}, {most} pauses: {difference}");
            }
        }
    }
    let Seen { condensed, short, other_terms, late } = seen;
    let enough = condensed > 200 && short > 100 && other_terms > 30 && late > 30;
    assert!(enough, "{condensed} condensed, {short} short, {other_terms} terms, {late} late");
}

/// The work of a hundred days, two hours of every three: of total resolution, with this term.
fn long(term: Term) -> (Clocks, Terms) {
    let terms = Terms::none().with(Metric::TotalResolution, term.paused_in("pending"));
    let open = Standing::new("open", StatusCategory::Open);
    let pending = Standing::new("pending", StatusCategory::Waiting);
    let mut now = monday("00:00:00");
    let (mut clocks, _) = Clocks::opened(&terms, now, OpenedBy::Agent, open.clone());
    for _ in 0..800 {
        for (standing, hours) in [(&pending, 2), (&open, 1)] {
            now += TimeDelta::hours(hours);
            clocks.happened(&terms, now, Happened::Moved(standing.clone()));
        }
    }
    (clocks, terms)
}

#[test]
fn a_hundred_days_of_pauses_are_a_few_and_a_sum() {
    let (whole, terms) = long(Term::within(Span::hours(2_000)));
    let mut kept = whole.clone();
    kept.condense(&terms, 4);
    let (all, few) = (whole.of(Metric::TotalResolution), kept.of(Metric::TotalResolution));
    assert_eq!((all.unwrap().pauses().len(), few.unwrap().pauses().len()), (800, 2));
    let condensed = few.unwrap().condensed().unwrap();
    assert_eq!((condensed.ran, condensed.due), (Span::hours(798 * 2), None));
    let now = monday("00:00:00") + TimeDelta::days(101);
    let status = |clocks: &Clocks| clocks.status(&terms, Metric::TotalResolution, now).unwrap();
    assert_eq!(status(&kept), status(&whole));
    // Why it shows that, it does not know.
    assert!(whole.ledger(&terms, Metric::TotalResolution, now).is_some());
    assert_eq!(kept.ledger(&terms, Metric::TotalResolution, now), None);
    // Nor is anything gone that would be few enough.
    let mut again = kept.clone();
    again.condense(&terms, 4);
    assert_eq!(again, kept);

    let text = serde_json::to_string(&kept).unwrap();
    assert!(text.len() < 4_000, "{} bytes", text.len());
    assert_eq!(serde_json::from_str::<Clocks>(&text).unwrap(), kept);
}

#[test]
fn only_what_lies_among_the_pauses_that_are_gone_is_asked_of_the_whole() {
    let (whole, before) = long(Term::within(Span::hours(2_000)));
    let mut kept = whole.clone();
    kept.condense(&before, 4);
    let now = monday("00:00:00") + TimeDelta::days(100);
    let short = |term: Term| {
        let terms = Terms::none().with(Metric::TotalResolution, term);
        let (mut kept, mut whole) = (kept.clone(), whole.clone());
        let changes = kept.retarget(&before, &terms, now);
        let as_told = whole.retarget(&before, &terms, now);
        assert!(!whole.fell_short());
        assert!(kept.fell_short() || changes == as_told);
        kept.fell_short()
    };
    let hours = |hours| Term::within(Span::hours(hours));
    assert!(!short(hours(2_000)), "it stands still in pending no longer");
    assert!(
        !short(hours(3_000)) && !short(hours(1_597)),
        "that lies ahead, or among what it keeps"
    );
    assert!(short(hours(1_596)) && short(hours(1_000)), "that was reached then");
    assert!(short(hours(2_000).in_hours(&office())), "it counts other time");
    assert!(!short(hours(2_000).warned(Warning::Left(Span::hours(300)))));
    assert!(short(hours(2_000).warned(Warning::Percent(50))), "that is to be told, and of when");
    assert!(short(hours(1_000).escalated(Span::hours(10))));
    assert!(!short(hours(2_000).escalated(Span::ZERO)));
}
