//! The laws of clocks, over random timelines.

use std::collections::BTreeSet;

use helpdesk::sla::{Clocks, Metric};

use crate::model::UNIT;
use crate::random::{Case, Dice, Played, Recorded, standing};
use crate::{ground, instant, scaled};

#[test]
fn one_tick_or_a_thousand_the_clocks_are_the_same() {
    let ground = ground();
    for seed in 0..scaled(10_000) as u64 {
        let mut dice = Dice::new(seed);
        let case = Case::draw(&ground, &mut dice);
        let (mut never, mut often) = (Played::new(&ground, &case), Played::new(&ground, &case));
        let mut now = case.opened_at * UNIT;
        for (at, fact) in &case.facts {
            for _ in 0..dice.draw(6) {
                let tick = now + dice.draw((at * UNIT - now + 1) as u64) as i64;
                often.ticks(tick);
            }
            // Whoever sets a timer by what it says is woken until there is nothing left.
            while let Some(wake) = often.clocks.next_wake()
                && wake <= instant(&ground, at * UNIT)
            {
                let before = often.changes.len();
                often.ticks(wake.timestamp_micros() - ground.start);
                assert!(often.changes.len() > before, "seed {seed}: woken for nothing");
                let next = often.clocks.next_wake();
                assert!(next.is_none_or(|next| next > wake), "seed {seed}: woken twice");
            }
            never.happens(*at, fact);
            often.happens(*at, fact);
            now = at * UNIT;
        }
        assert_eq!(never.clocks, often.clocks, "seed {seed}");
        assert_eq!(never.changes.len(), often.changes.len(), "seed {seed}");
        assert_eq!(never.told(), often.told(), "seed {seed}");
    }
}

#[test]
fn the_fold_of_the_changes_is_the_state_also_from_data() {
    let ground = ground();
    for seed in 0..scaled(5_000) as u64 {
        let case = Case::draw(&ground, &mut Dice::new(seed));
        let mut played = Played::new(&ground, &case);
        case.facts.iter().for_each(|(at, fact)| drop(played.happens(*at, fact)));
        let opened_at = instant(&ground, case.opened_at * UNIT);
        let mut again = Clocks::unopened(opened_at, case.opened_by, standing(case.status));
        for recorded in &played.changes {
            match recorded {
                Recorded::Moved(standing) => again.stands(standing.clone()),
                Recorded::Change(change) => {
                    let stored = serde_json::to_string(change).unwrap();
                    again.apply(serde_json::from_str(&stored).unwrap());
                }
            }
        }
        assert_eq!(again, played.clocks, "seed {seed}");
        let stored = serde_json::to_string(&again).unwrap();
        assert_eq!(serde_json::from_str::<Clocks>(&stored).unwrap(), again, "seed {seed}");
    }
}

#[test]
fn elapsed_time_grows_while_a_clock_runs_and_rests_while_it_stands_still() {
    let ground = ground();
    let (mut grew, mut rested) = (0, 0);
    for seed in 0..scaled(5_000) as u64 {
        let mut dice = Dice::new(seed);
        let case = Case::draw(&ground, &mut dice);
        let mut played = Played::new(&ground, &case);
        case.facts.iter().for_each(|(at, fact)| drop(played.happens(*at, fact)));
        let last = case.facts.last().map_or(case.opened_at, |(at, _)| *at) * UNIT;
        let mut looks: Vec<i64> =
            (0..8).map(|_| last + dice.draw(4 * 1440 * UNIT as u64) as i64).collect();
        looks.sort_unstable();
        for metric in Metric::ALL {
            let status =
                |look: &i64| played.clocks.status(&played.terms, metric, instant(&ground, *look));
            let Some(clock) = played.clocks.of(metric) else { continue };
            let moves = clock.ended().is_none() && clock.paused_since().is_none();
            let elapsed: Vec<_> = looks.iter().filter_map(status).map(|it| it.elapsed).collect();
            for pair in elapsed.windows(2) {
                assert!(pair[0] <= pair[1], "seed {seed}, {metric}");
                assert!(moves || pair[0] == pair[1], "seed {seed}, {metric}");
                grew += usize::from(pair[0] < pair[1]);
                rested += usize::from(!moves);
            }
        }
    }
    assert!(grew > 1000 && rested > 1000, "{grew} grew, {rested} rested");
}

#[test]
fn each_thing_is_told_once_of_a_run_whose_terms_stay() {
    let ground = ground();
    for seed in 0..scaled(5_000) as u64 {
        let mut case = Case::draw(&ground, &mut Dice::new(seed));
        case.facts.retain(|(_, fact)| !matches!(fact, crate::model::Fact::Terms(_)));
        let mut played = Played::new(&ground, &case);
        let mut told = BTreeSet::new();
        for step in 0..=case.facts.len() {
            let before = played.told().len();
            let runs = played.clocks.clone();
            let run = |metric| runs.of(metric).map(|clock| clock.number());
            match case.facts.get(step) {
                Some((at, fact)) => drop(played.happens(*at, fact)),
                None => played.ticks(60 * 1440 * UNIT),
            }
            for (at, metric, what) in played.told().into_iter().skip(before) {
                let once = told.insert((metric, run(metric), format!("{what:?}")));
                assert!(once, "seed {seed}: {metric} {what:?} at {at} again");
            }
        }
        assert_eq!(played.clocks.next_wake(), None, "seed {seed}");
    }
}

#[test]
fn the_ledger_sums_to_what_the_clock_shows_and_until_the_deadline_to_the_target() {
    let ground = ground();
    let (mut shown, mut due_sums) = (0, 0);
    for seed in 0..scaled(5_000) as u64 {
        let mut dice = Dice::new(seed);
        let case = Case::draw(&ground, &mut dice);
        let mut played = Played::new(&ground, &case);
        case.facts.iter().for_each(|(at, fact)| drop(played.happens(*at, fact)));
        let last = case.facts.last().map_or(case.opened_at, |(at, _)| *at) * UNIT;
        let now = instant(&ground, last + dice.draw(4 * 1440 * UNIT as u64) as i64);
        for metric in Metric::ALL {
            let Some(clock) = played.clocks.of(metric).filter(|it| it.ended().is_none()) else {
                continue;
            };
            let status = played.clocks.status(&played.terms, metric, now).unwrap();
            let ledger = played.clocks.ledger(&played.terms, metric, now).unwrap();
            assert_eq!(ledger.ran(), status.elapsed, "seed {seed}, {metric}\n{ledger}");
            let whole = [ledger.ran(), ledger.paused(), ledger.closed()];
            let whole: i64 = whole.iter().map(|span| span.as_micros()).sum();
            assert_eq!(whole, (now - clock.started_at()).num_microseconds().unwrap());
            let entries = ledger.entries();
            assert!(entries.iter().all(|entry| entry.from < entry.to), "seed {seed}\n{ledger}");
            for pair in entries.windows(2) {
                assert_eq!(pair[0].to, pair[1].from, "seed {seed}\n{ledger}");
                assert_ne!(pair[0].state, pair[1].state, "seed {seed}\n{ledger}");
            }
            shown += 1;
            let (Some(due), Some(left)) = (clock.due(), status.remaining) else { continue };
            let ledger = played.clocks.ledger(&played.terms, metric, due).unwrap();
            if left > helpdesk::Span::ZERO {
                let given = ledger.ran().as_micros() - status.elapsed.as_micros();
                assert_eq!(given, left.as_micros(), "seed {seed}, {metric}\n{ledger}");
                due_sums += 1;
            }
        }
    }
    assert!(shown > 1000 && due_sums > 300, "{shown} shown, {due_sums} until deadlines");
}
