//! Facts in disorder, at random: what is told late is as if it had been told in time.

use helpdesk::StatusCategory;
use helpdesk::sla::{Metric, OpenedBy};

use crate::model::{Fact, Ground, Model, Status, UNIT};
use crate::random::{Case, Dice, Played};
use crate::{ground, instant, scaled};

/// Where the work is not done: what is asked before it was done is another story.
const STATUSES: [Status; 4] = [
    ("open", None, StatusCategory::Open),
    ("answered", None, StatusCategory::Waiting),
    ("pending", None, StatusCategory::Waiting),
    ("suspended", Some("vendor"), StatusCategory::OnHold),
];

/// What of a case in disorder is not as it would be in order.
fn difference(ground: &Ground, dice: &mut Dice) -> Option<String> {
    let case = Case { facts: Vec::new(), ..Case::draw(ground, dice) };
    let case = Case { opened_by: OpenedBy::Customer, status: STATUSES[0], ..case };
    let moves = dice.one_in(2);
    let mut played = Played::new(ground, &case);
    // What waits for an answer, and what was answered, as a desk knows it.
    let (mut questions, mut answers): (Vec<i64>, Vec<i64>) = (Vec::new(), Vec::new());
    let mut facts: Vec<(i64, Fact)> = Vec::new();
    let (mut begun_late, mut updated_late) = (false, false);
    let mut now = case.opened_at;
    for _ in 0..dice.draw(14) {
        now += dice.draw(400) as i64;
        let before = if dice.one_in(3) { 0 } else { dice.draw(1_200) as i64 };
        let said = (now - before).max(case.opened_at);
        match dice.draw(if moves { 3 } else { 2 }) {
            // What was answered before it was told waits for nothing.
            0 if answers.iter().all(|answer| *answer <= said) => {
                begun_late |= said < now;
                played.happens(said, &Fact::Customer);
                questions.push(said);
                facts.push((said, Fact::Customer));
            }
            0 => {}
            1 => {
                updated_late |= answers.is_empty() && said < now;
                played.happens(said, &Fact::Agent);
                answers.push(said);
                facts.push((said, Fact::Agent));
                questions.retain(|asked| *asked > said);
                questions.sort_unstable();
                for asked in &questions {
                    begun_late = true;
                    played.happens(*asked, &Fact::Customer);
                }
            }
            _ => {
                let status = STATUSES[dice.draw(4) as usize];
                played.happens(now, &Fact::Moved(status));
                facts.push((now, Fact::Moved(status)));
            }
        }
    }
    // Of words at one instant, those told later were said later.
    facts.sort_by_key(|(at, _)| *at);
    let first = (case.status, case.terms.clone());
    let mut model = Model::opened(ground, None, case.opened_at, case.opened_by, first);
    facts.iter().for_each(|(at, fact)| model.happens(*at, fact.clone()));
    for metric in [Metric::FirstResponse, Metric::NextResponse, Metric::PeriodicUpdate] {
        // What begins late stands as all stands now: of older statuses its clock knows nothing.
        let late = match metric {
            Metric::NextResponse => begun_late,
            Metric::PeriodicUpdate => updated_late,
            _ => false,
        };
        if moves && late {
            continue;
        }
        let clock = played.clocks.of(metric);
        let last = clock.map(|clock| clock.started_at().timestamp_micros() - ground.start);
        let is_open = clock.is_some_and(|clock| clock.ended().is_none());
        let look = (now + 1) * UNIT;
        let expected = model.view(metric, look);
        let found = played.clocks.status(&played.terms, metric, instant(ground, look));
        let found = found.map(|it| {
            let micros = |at: chrono::DateTime<chrono::Utc>| at.timestamp_micros() - ground.start;
            (it.state, micros(it.started_at), it.due.map(micros), it.elapsed.as_micros())
        });
        let expected = expected.map(|it| (it.state, it.started_at, it.due, it.elapsed));
        // Of runs that ended, clocks keep the last that they knew of; it may not be the last.
        let same_run = expected.as_ref().map(|it| it.1) == last;
        if found != expected && (is_open || model.is_open(metric) || same_run) {
            return Some(format!(
                "{metric}: {found:?}, in order {expected:?}\n{facts:?}\n{case:?}"
            ));
        }
    }
    None
}

#[test]
fn what_is_told_late_is_as_if_it_had_been_told_in_time() {
    let ground = ground();
    for seed in 0..scaled(20_000) as u64 {
        if let Some(difference) = difference(&ground, &mut Dice::new(seed)) {
            panic!("seed {seed}: {difference}");
        }
    }
}
