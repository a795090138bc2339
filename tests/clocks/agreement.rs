//! The crate and the model agree, on everything; and a model with a fault does not.

use helpdesk::sla::{Clocked, Metric};

use crate::model::{Fault, Ground, Model, Tell, View};
use crate::random::{Case, Dice, Played};
use crate::{ground, instant, scaled};

/// What differs between the crate and a model, if anything does.
fn difference(ground: &Ground, case: &Case, fault: Option<Fault>, seed: u64) -> Option<String> {
    let mut dice = Dice::new(seed);
    let first = (case.status, case.terms.clone());
    let mut model = Model::opened(ground, fault, case.opened_at, case.opened_by, first);
    let mut played = Played::new(ground, case);
    let unit = crate::model::UNIT;
    for place in 0..=case.facts.len() {
        let now = place.checked_sub(1).map_or(case.opened_at, |last| case.facts[last].0) * unit;
        let until = case.facts.get(place).map_or(now + 4 * 1440 * unit, |(at, _)| at * unit);
        // At once, and some time before anything else happens: at a deadline, or at random.
        let dues = played.clocks.iter().filter_map(|clock| clock.due());
        let mut looks: Vec<i64> = dues.map(|due| due.timestamp_micros() - ground.start).collect();
        looks.extend(looks.clone().iter().map(|due| due + 1));
        looks.push(now + dice.draw((until - now + 1) as u64) as i64);
        looks.retain(|look| (now..=until).contains(look));
        for look in [now].into_iter().chain(looks) {
            for metric in Metric::ALL {
                let found = view(ground, &played, metric, look);
                let expected = model.view(metric, look);
                if found != expected {
                    let after = format!("after {place} facts, {metric} at {look}");
                    return Some(format!("{after}: {found:#?}, and modelled {expected:#?}"));
                }
            }
        }
        let wake = played.clocks.next_wake();
        let wake = wake.map(|wake| wake.timestamp_micros() - ground.start);
        let expected = model.next_wake();
        if wake != expected {
            return Some(format!("after {place} facts, wakes {wake:?}, and modelled {expected:?}"));
        }
        match case.facts.get(place) {
            Some((at, fact)) => {
                model.happens(*at, fact.clone());
                played.happens(*at, fact);
            }
            None => {
                model.tell_until(until);
                played.ticks(until);
            }
        }
    }
    let told = played.told();
    let expected: Vec<_> = model.tellings.iter().map(|it| (it.0, it.1, clocked(it.2))).collect();
    (told != expected).then(|| format!("told {told:#?}, and modelled {expected:#?}"))
}

fn clocked(tell: Tell) -> Clocked {
    match tell {
        Tell::Warning(place) => Clocked::Warned { warning: place as u8 },
        Tell::Missed => Clocked::Missed,
        Tell::Level(place) => Clocked::Escalated { level: place as u8 },
    }
}

fn view(ground: &Ground, played: &Played<'_>, metric: Metric, now: i64) -> Option<View> {
    let status = played.clocks.status(&played.terms, metric, instant(ground, now))?;
    let micros = |at: chrono::DateTime<chrono::Utc>| at.timestamp_micros() - ground.start;
    Some(View {
        state: status.state,
        started_at: micros(status.started_at),
        due: status.due.map(micros),
        elapsed: status.elapsed.as_micros(),
        remaining: status.remaining.map(|left| left.as_micros()),
        used: status.used,
        resumes_at: status.resumes_at.map(micros),
    })
}

#[test]
fn clocks_stand_as_the_model_counts_minute_after_minute() {
    let ground = ground();
    for seed in 0..scaled(20_000) as u64 {
        let case = Case::draw(&ground, &mut Dice::new(seed));
        if let Some(difference) = difference(&ground, &case, None, seed) {
            panic!("seed {seed}: {difference}\n{case:#?}");
        }
    }
}

#[test]
fn a_model_with_a_fault_is_found_out() {
    let ground = ground();
    let missed: Vec<Fault> = Fault::ALL
        .into_iter()
        .filter(|fault| {
            let differs = |seed| {
                let case = Case::draw(&ground, &mut Dice::new(seed));
                difference(&ground, &case, Some(*fault), seed).is_some()
            };
            !(0..1_500).any(differs)
        })
        .collect();
    assert!(missed.is_empty(), "nothing tells these faults: {missed:?}");
}
