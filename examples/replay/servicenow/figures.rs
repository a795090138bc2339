//! Everything that is documented of this log's counts and oddities, beside what was found.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Utc};

use super::super::figures::Figures;
use super::mapping::opened;
use super::row::{Case, Contact, Log, Name, Row, Standing, State};
use super::row::{IMPACTS, PRIORITIES, URGENCIES};

/// Who closes incidents by itself.
const CLOSER: &str = "Updated by 908";

/// Counts the whole log.
pub(super) fn count(log: &Log) -> Figures {
    let mut figures = Figures::default();
    sizes(log, &mut figures);
    missing(log, &mut figures);
    states(log, &mut figures);
    changes(log, &mut figures);
    reopenings(log, &mut figures);
    contacts(log, &mut figures);
    order(log, &mut figures);
    endings(log, &mut figures);
    figures
}

/// What of a row is the same as in the row above, for a row that is a touch.
pub(super) fn is_touch(before: &Standing, now: &Standing) -> bool {
    before == now
}

fn sizes(log: &Log, figures: &mut Figures) {
    let lengths = || log.cases.iter().map(|case| case.rows.len());
    let mean = log.rows.read as f64 / log.cases.len().max(1) as f64;
    let instants = || rows(log).map(|row| row.at);
    let minute = |at: Option<DateTime<Utc>>| {
        at.map_or_else(|| "none".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string())
    };
    let spring = instants().filter(|at| at.year() == 2016 && (3..=5).contains(&at.month())).count();
    figures.add("rows", 141_712, log.rows.read);
    figures.add("incidents", 24_918, log.cases.len());
    figures.add("fewest rows of an incident", 2, lengths().min().unwrap_or(0));
    figures.add("most rows of an incident", 58, lengths().max().unwrap_or(0));
    figures.add("rows of an incident, on average", "5.69", format!("{mean:.2}"));
    figures.add("first update", "2016-02-29 01:23", minute(instants().min()));
    figures.add("last update", "2017-02-18 15:00", minute(instants().max()));
    let percent = 100.0 * spring as f64 / log.rows.read.max(1) as f64;
    figures.add("rows in March to May 2016, in a hundred", 94, format!("{percent:.0}"));
}

fn missing(log: &Log, figures: &mut Figures) {
    let without = |of: &dyn Fn(&Row) -> bool| rows(log).filter(|row| of(row)).count();
    figures.add("rows without sys_created_at", 53_076, without(&|row| row.missing[0]));
    figures.add(
        "rows without assigned_to",
        27_496,
        without(&|row| row.now.person == Name::MISSING),
    );
    figures.add(
        "rows without assignment_group",
        14_213,
        without(&|row| row.now.group == Name::MISSING),
    );
    figures.add("rows without resolved_at", 3_141, without(&|row| row.missing[2]));
    figures.add("rows without opened_by", 4_835, without(&|row| row.missing[1]));
}

fn states(log: &Log, figures: &mut Figures) {
    let documented = [36_407, 38_716, 14_642, 707, 461, 38, 25_751, 24_985, 5];
    for (state, documented) in State::ALL.iter().zip(documented) {
        let found = rows(log).filter(|row| row.now.state == *state).count();
        figures.add(format!("rows: {}", state.name()), documented, found);
    }
    let strange: Vec<&str> = log
        .cases
        .iter()
        .filter(|case| case.rows.iter().any(|row| row.now.state == State::Invalid))
        .map(|case| &*case.number)
        .collect();
    let strange = strange.join(" ").replace("INC00", "");
    figures.add("incidents with -100, the last digits", "28089 30413", strange);
    let closed = rows(log)
        .filter(|row| row.now.state == State::Closed && log.names.text(row.updated_by) == CLOSER);
    figures.add(format!("rows Closed by {CLOSER}, automatic"), 24_667, closed.count());
    let firsts = |state| {
        let first = |case: &&Case| case.rows.first().is_some_and(|row| row.now.state == state);
        log.cases.iter().filter(first).count()
    };
    for (state, documented) in [
        (State::New, 16_397),
        (State::Active, 6_503),
        (State::Resolved, 1_819),
        (State::AwaitingUserInfo, 193),
        (State::AwaitingProblem, 6),
    ] {
        figures.add(format!("first seen as {}", state.name()), documented, firsts(state));
    }
    let late = 100 * (log.cases.len() - firsts(State::New)) / log.cases.len().max(1);
    figures.add("incidents first seen past New, in a hundred", 34, late);
}

fn changes(log: &Log, figures: &mut Figures) {
    let changed = |of: &dyn Fn(&Standing) -> Name| {
        pairs(log).filter(|(_, before, now)| of(&before.now) != of(&now.now)).count()
    };
    figures.add("changes of assignment_group", 23_321, changed(&|row| row.group));
    figures.add("changes of assigned_to", 14_006, changed(&|row| row.person));
    figures.add("changes of priority", 436, changed(&|row| row.priority));
    let incidents: BTreeSet<&str> = pairs(log)
        .filter(|(_, before, now)| before.now.priority != now.now.priority)
        .map(|(case, _, _)| &*case.number)
        .collect();
    figures.add("  incidents in which it changes", 383, incidents.len());
    figures.add("changes of impact", 354, changed(&|row| row.impact));
    figures.add("changes of urgency", 325, changed(&|row| row.urgency));
    figures.add("changes of category", 1_314, changed(&|row| row.category));
    let touches = pairs(log).filter(|(_, before, now)| is_touch(&before.now, &now.now)).count();
    figures.add("rows that change nothing: touches", 29_020, touches);
    let mut odd = 0;
    for row in rows(log) {
        let text = |name| log.names.text(name);
        let place = |scale: &[&str], name| scale.iter().position(|known| *known == text(name));
        let (impact, urgency) =
            (place(&IMPACTS, row.now.impact), place(&URGENCIES, row.now.urgency));
        let documented = match (impact, urgency) {
            (Some(0), Some(0)) => Some(3),
            (Some(0), Some(1)) | (Some(1), Some(0)) => Some(2),
            (Some(1), Some(1)) | (Some(2), Some(0)) => Some(1),
            (Some(1 | 2), Some(2)) | (Some(2), Some(1)) => Some(0),
            _ => None,
        };
        odd +=
            u64::from(documented.is_none() || place(&PRIORITIES, row.now.priority) != documented);
    }
    figures.add("rows whose priority is not impact and urgency's", 0, odd);
}

fn reopenings(log: &Log, figures: &mut Figures) {
    let more = || pairs(log).filter(|(_, b, now)| now.now.reopen_count == b.now.reopen_count + 1);
    figures.add("reopen_count goes up by one", 331, more().count());
    let incidents: BTreeSet<&str> = more().map(|(case, _, _)| &*case.number).collect();
    figures.add("  incidents in which it does", 275, incidents.len());
    for (from, to, documented) in [
        (State::Resolved, State::Active, 317),
        (State::Closed, State::Active, 12),
        (State::Resolved, State::AwaitingUserInfo, 2),
    ] {
        let found = more().filter(|(_, b, now)| b.now.state == from && now.now.state == to).count();
        figures.add(format!("  from {} to {}", from.name(), to.name()), documented, found);
    }
}

fn contacts(log: &Log, figures: &mut Figures) {
    let documented = [140_462, 995, 220, 18, 17];
    for (contact, documented) in Contact::ALL.iter().zip(documented) {
        let found = rows(log).filter(|row| row.contact == *contact).count();
        figures.add(format!("rows by {}", contact.name()), documented, found);
    }
    let changing: BTreeSet<&str> = pairs(log)
        .filter(|(_, before, now)| before.contact != now.contact)
        .map(|(case, _, _)| &*case.number)
        .collect();
    figures.add("incidents in which contact_type changes", 5, changing.len());
}

fn order(log: &Log, figures: &mut Figures) {
    let copies = pairs(log).filter(|(_, before, now)| before.digest == now.digest).count();
    figures.add("duplicate rows", 0, copies);
    let ends = |cases: BTreeSet<&str>| {
        let ends = cases.into_iter().map(|number| number.strip_prefix("INC0000").unwrap_or(number));
        ends.collect::<Vec<&str>>().join(" ")
    };
    let backwards = || pairs(log).filter(|(_, before, now)| before.at > now.at);
    figures.add("rows before the one above them", 1, backwards().count());
    let number = ends(backwards().map(|(case, _, _)| &*case.number).collect());
    figures.add("  the last digits of the incident", 137, number);
    let falls = || pairs(log).filter(|(_, before, now)| before.mod_count > now.mod_count);
    let repeats = || pairs(log).filter(|(_, before, now)| before.mod_count == now.mod_count);
    figures.add("sys_mod_count falls", 4, falls().count());
    figures.add("sys_mod_count repeats", 1, repeats().count());
    let odd = falls().chain(repeats()).map(|(case, _, _)| &*case.number).collect();
    figures.add("  the last digits of the incidents", "130 134 135 137 164", ends(odd));
    let skips = pairs(log).filter(|(_, before, now)| now.mod_count > before.mod_count + 1);
    figures.add("sys_mod_count skips: rows are missing", 14_892, skips.count());
    let ties = pairs(log).filter(|(_, before, now)| before.at == now.at);
    figures.add("ties in the same minute", 14_118, ties.count());
    let early = || {
        let rows = log.cases.iter().flat_map(|case| case.rows.iter().map(move |row| (case, row)));
        rows.filter(|(case, row)| row.at < case.opened_at)
    };
    figures.add("rows updated before opened_at", 5, early().count());
    let numbers = ends(early().map(|(case, _)| &*case.number).collect());
    figures.add("  the last digits of the incidents", "130 131 134 135 164", numbers);
}

fn endings(log: &Log, figures: &mut Figures) {
    let (mut after, mut incidents, mut again, mut reopened, mut unresolved) = (0, 0, 0, 0, 0);
    for case in &log.cases {
        let states = || case.rows.iter().map(|row| row.now.state);
        let Some(closed) = states().position(|state| state == State::Closed) else { continue };
        let rest = case.rows.len() - closed - 1;
        after += rest;
        incidents += usize::from(rest > 0);
        for (before, now) in states().zip(states().skip(1)) {
            again += u64::from(before == State::Closed && now == State::Closed);
            reopened += u64::from(before == State::Closed && !now.is_done());
        }
        unresolved += u64::from(states().all(|state| state != State::Resolved));
    }
    figures.add("rows after the first Closed", 183, after);
    figures.add("  incidents that have them", 57, incidents);
    figures.add("  Closed to Closed", 55, again);
    figures.add("  true reopenings", 12, reopened);
    figures.add("incidents that close without Resolved", 13, unresolved);
    let idle = rows(log).filter(|row| row.now.state == State::Resolved && !row.active).count();
    figures.add("rows Resolved that are not active", 1, idle);
}

fn rows(log: &Log) -> impl Iterator<Item = &Row> {
    log.cases.iter().flat_map(|case| &case.rows)
}

/// Each row with its incident and the one above it there.
fn pairs(log: &Log) -> impl Iterator<Item = (&Case, &Row, &Row)> {
    log.cases.iter().flat_map(|case| {
        let rows = case.rows.iter().zip(case.rows.iter().skip(1));
        rows.map(move |(before, now)| (case, before, now))
    })
}

/// How often the desk has to raise the time that a row claims, by the rows alone.
pub(super) fn raised(log: &Log) -> BTreeMap<&str, u64> {
    let mut raised: BTreeMap<&str, u64> = BTreeMap::new();
    for case in &log.cases {
        let mut clock = super::row::opening(case);
        let mut before = case.rows.first().map(opened);
        for row in &case.rows {
            let now = carried(before.as_ref(), row);
            let changes = before != Some(now);
            if changes && row.at < clock {
                *raised.entry(&case.number).or_default() += 1;
            }
            if changes {
                clock = clock.max(row.at);
            }
            before = Some(now);
        }
    }
    raised
}

/// What a row makes of an incident: the state -100 is no state, and the one before it goes on.
pub(super) fn carried(before: Option<&Standing>, row: &Row) -> Standing {
    let state = match (row.now.state, before) {
        (State::Invalid, Some(before)) => before.state,
        (State::Invalid, None) => State::New,
        (state, _) => state,
    };
    Standing { state, ..row.now }
}
