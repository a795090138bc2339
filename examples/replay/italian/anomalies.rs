//! Everything that is documented of this log's counts and oddities, beside what was found.

use std::collections::{BTreeMap, BTreeSet};

use super::super::figures::Figures;
use super::row::{Activity, Case, Column, Log, Row};

/// Counts the whole log.
pub(super) fn count(log: &Log) -> Figures {
    let mut figures = Figures::default();
    sizes(log, &mut figures);
    values(log, &mut figures);
    activities(log, &mut figures);
    ties(log, &mut figures);
    after_resolve(log, &mut figures);
    after_close(log, &mut figures);
    changes(log, &mut figures);
    figures
}

fn sizes(log: &Log, figures: &mut Figures) {
    let lengths = || log.cases.iter().map(|case| case.rows.len());
    let days = |tenths: i64| format!("{}.{}", tenths / 10, tenths % 10);
    let spans: Vec<i64> = log.cases.iter().map(tenths_of_days).collect();
    let instants = || rows(log).map(|row| row.get(Column::Time));
    figures.add("rows", 21_348, log.rows);
    figures.add("cases", 4_580, log.cases.len());
    figures.add("fewest events of a case", 2, lengths().min().unwrap_or(0));
    figures.add("most events of a case", 15, lengths().max().unwrap_or(0));
    figures.add(
        "days of the shortest case",
        "30.6",
        days(spans.iter().copied().min().unwrap_or(0)),
    );
    figures.add("days of the longest case", "60.0", days(spans.iter().copied().max().unwrap_or(0)));
    figures.add("first day", "2010/01/13", day(instants().min()));
    figures.add("last day", "2014/01/03", day(instants().max()));
}

fn day(time: Option<&str>) -> &str {
    time.and_then(|time| time.get(..10)).unwrap_or("none")
}

/// How long a case lasted, in tenths of a day, to the nearest.
fn tenths_of_days(case: &Case) -> i64 {
    let ends = case.rows.first().zip(case.rows.last());
    ends.map_or(0, |(first, last)| ((last.at - first.at).num_seconds() + 4_320) / 8_640)
}

fn values(log: &Log, figures: &mut Figures) {
    for (column, what, documented) in [
        (Column::Resource, "resources", 22),
        (Column::Customer, "customers", 397),
        (Column::Product, "products", 21),
        (Column::Workgroup, "workgroups", 4),
        (Column::Seriousness2, "values of seriousness_2", 4),
        (Column::ServiceLevel, "values of service_level", 4),
        (Column::Seriousness, "values of seriousness", 1),
    ] {
        let values: BTreeSet<&str> = rows(log).map(|row| row.get(column)).collect();
        figures.add(what, documented, values.len());
    }
}

fn activities(log: &Log, figures: &mut Figures) {
    let documented = [5_060, 4_983, 4_938, 4_574, 1_463, 119, 118, 67, 13, 5, 3, 2, 2, 1];
    for (activity, documented) in Activity::ALL.iter().zip(documented) {
        let found = rows(log).filter(|row| row.activity == *activity).count();
        figures.add(format!("rows: {}", activity.name()), documented, found);
    }
    let firsts = |activity| log.cases.iter().filter(|case| first(case) == Some(activity)).count();
    for (activity, documented) in [
        (Activity::AssignSeriousness, 4_384),
        (Activity::InsertTicket, 118),
        (Activity::TakeInCharge, 74),
        (Activity::ResolveTicket, 2),
        (Activity::CreateSwAnomaly, 1),
        (Activity::Wait, 1),
    ] {
        figures.add(
            format!("cases that start with {}", activity.name()),
            documented,
            firsts(activity),
        );
    }
    let triaged = firsts(Activity::AssignSeriousness) + firsts(Activity::InsertTicket);
    figures.add("cases that start without create or triage", 78, log.cases.len() - triaged);
    let late = pairs(log).filter(|(_, now)| now.activity == Activity::InsertTicket).count();
    figures.add("rows Insert ticket that are not the first of their case", 0, late);
    let without = |activity| log.cases.iter().filter(|case| !has(case, activity)).count();
    figures.add("cases without Take in charge ticket", 295, without(Activity::TakeInCharge));
    figures.add("cases that are never Closed", 21, without(Activity::Closed));
    let again = || {
        pairs(log).filter(|(before, now)| {
            before.activity == Activity::TakeInCharge && now.activity == Activity::TakeInCharge
        })
    };
    figures.add("Take in charge ticket, again in the next row", 99, again().count());
    let other = again().filter(|(before, now)| before.resource() != now.resource()).count();
    figures.add("  by another person", 42, other);
    for (resource, documented) in [("Value 5", 3_719), ("Value 3", 838)] {
        let closed =
            rows(log).filter(|row| row.activity == Activity::Closed && row.resource() == resource);
        figures.add(format!("rows Closed by {resource}, automatic"), documented, closed.count());
    }
}

fn ties(log: &Log, figures: &mut Figures) {
    let backwards = pairs(log).filter(|(before, now)| before.at > now.at).count();
    figures.add("rows out of order in their case", 0, backwards);
    let ties = || pairs(log).filter(|(before, now)| before.at == now.at);
    figures.add("ties in adjacent rows", 130, ties().count());
    let copies = || ties().filter(|(before, now)| now.repeats(before));
    figures.add("  exact duplicates", 127, copies().count());
    let cases: BTreeSet<&str> = copies().map(|(_, now)| now.get(Column::CaseId)).collect();
    figures.add("  cases with exact duplicates", 126, cases.len());
    let mut by_activity: BTreeMap<Activity, u64> = BTreeMap::new();
    for (_, now) in copies() {
        *by_activity.entry(now.activity).or_default() += 1;
    }
    for (activity, documented) in [
        (Activity::ResolveTicket, 88),
        (Activity::Wait, 13),
        (Activity::Closed, 13),
        (Activity::AssignSeriousness, 9),
        (Activity::TakeInCharge, 2),
        (Activity::CreateSwAnomaly, 1),
        (Activity::RequireUpgrade, 1),
    ] {
        let found = by_activity.get(&activity).copied().unwrap_or(0);
        figures.add(format!("  exact duplicates: {}", activity.name()), documented, found);
    }
    let differ = || ties().filter(|(before, now)| before.activity != now.activity);
    figures.add("  pairs of different states in the same second", 3, differ().count());
    for (id, documented) in [
        ("Case 732", "VERIFIED/DUPLICATE"),
        ("Case 1345", "RESOLVED/INVALID"),
        ("Case 3897", "RESOLVED/INVALID"),
    ] {
        let found: Vec<String> = differ()
            .filter(|(_, now)| now.get(Column::CaseId) == id)
            .map(|(before, now)| format!("{}/{}", before.activity.name(), now.activity.name()))
            .collect();
        figures.add(format!("  {id}"), documented, found.join(" "));
    }
}

fn after_resolve(log: &Log, figures: &mut Figures) {
    let after = |case: &Case, wanted: &dyn Fn(Activity) -> bool| {
        let rows = case.rows.iter().zip(case.rows.iter().skip(1));
        rows.filter(|(before, now)| {
            before.activity == Activity::ResolveTicket && wanted(now.activity)
        })
        .count()
    };
    let open = |activity| activity != Activity::Closed;
    let cases = log.cases.iter().filter(|case| after(case, &open) > 0).count();
    figures.add("cases with a non-close event right after Resolve ticket", 387, cases);
    for (activity, documented, what) in [
        (Activity::ResolveTicket, 254, "right after Resolve ticket: another"),
        (Activity::TakeInCharge, 154, "reopen implied: then Take in charge ticket"),
        (Activity::Wait, 3, "reopen implied: then Wait"),
        (Activity::AssignSeriousness, 1, "reopen implied: then Assign seriousness"),
        (Activity::RequireUpgrade, 1, "reopen implied: then Require upgrade"),
    ] {
        let found: usize = log.cases.iter().map(|case| after(case, &|now| now == activity)).sum();
        figures.add(what, documented, found);
    }
    let fortnights = pairs(log).filter(|(before, now)| {
        before.activity == Activity::ResolveTicket
            && now.activity == Activity::Closed
            && ((now.at - before.at).num_seconds() + 43_200) / 86_400 == 15
    });
    figures.add("gaps of 15 days from Resolve ticket to Closed", 1_424, fortnights.count());
}

fn after_close(log: &Log, figures: &mut Figures) {
    let (mut rows, mut cases, mut again, mut unresolved) = (0, 0, 0, 0);
    let mut worked = Vec::new();
    for case in &log.cases {
        let mut activities = case.rows.iter().map(|row| row.activity);
        let Some(closed) = activities.clone().position(|now| now == Activity::Closed) else {
            continue;
        };
        let resolved = activities.clone().take(closed).any(|now| now == Activity::ResolveTicket);
        unresolved += u64::from(!resolved);
        let rest: Vec<Activity> = activities.by_ref().skip(closed + 1).collect();
        rows += rest.len();
        cases += usize::from(!rest.is_empty());
        again += rest.iter().filter(|now| **now == Activity::Closed).count();
        if rest.iter().any(|now| *now != Activity::Closed) {
            worked.push(case.id.strip_prefix("Case ").unwrap_or(&case.id).to_owned());
        }
    }
    figures.add("events after the first Closed", 19, rows);
    figures.add("  cases that have them", 17, cases);
    figures.add("  a second Closed", 15, again);
    figures.add("  cases with real work after close", "192 1345 2436", worked.join(" "));
    figures.add("closed without resolve", 0, unresolved);
}

fn changes(log: &Log, figures: &mut Figures) {
    for (column, what, cases, times) in [
        (Column::Seriousness2, "seriousness_2", 77, 84),
        (Column::ServiceLevel, "service_level", 43, 49),
        (Column::Workgroup, "workgroup", 5, 11),
        (Column::Customer, "customer", 7, 14),
        (Column::Product, "product", 2, 4),
    ] {
        let changed = || pairs(log).filter(|(before, now)| before.get(column) != now.get(column));
        let found: BTreeSet<&str> = changed().map(|(_, now)| now.get(Column::CaseId)).collect();
        figures.add(format!("cases in which {what} changes"), cases, found.len());
        figures.add("  times", times, changed().count());
    }
}

fn rows(log: &Log) -> impl Iterator<Item = &Row> {
    log.cases.iter().flat_map(|case| &case.rows)
}

/// Each row with the one above it in its case.
fn pairs(log: &Log) -> impl Iterator<Item = (&Row, &Row)> {
    log.cases.iter().flat_map(|case| case.rows.iter().zip(case.rows.iter().skip(1)))
}

fn first(case: &Case) -> Option<Activity> {
    case.rows.first().map(|row| row.activity)
}

fn has(case: &Case, activity: Activity) -> bool {
    case.rows.iter().any(|row| row.activity == activity)
}
