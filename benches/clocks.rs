//! What a clock costs: all eight metrics of a ticket under a calendar, each with a target, two
//! warnings and two levels of escalation.
//!
//! A ticket that has waited for its customer three times, and one that has a hundred times: the
//! pauses are kept, and each question walks over them. The limit: of the first kind none but other
//! terms takes 2 µs, and those 8 µs; of the second ten to thirty times as much.
//!
//! Measured on a 2-core x86-64 server shared with other jobs (load 3), Rust 1.95, 2026-11-26, one
//! run, with 3 pauses and with 100: status of one metric 0.17 µs : 3.0 µs, of all eight 1.2 µs :
//! 16 µs, next wake 0.9 µs : 11 µs, a reply 1.2 µs : 22 µs, a pause 1.1 µs : 23 µs, other terms
//! 4.4 µs : 75 µs, a tick with nothing due 0.9 µs : 22 µs. Opening 0.5 µs; the ledger of a month
//! 10 µs.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "criterion defines public items; a bench that cannot go on has nothing to report"
)]

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use helpdesk::sla::{Clocks, Happened, Metric, OpenedBy, Standing, Term, Terms, Warning};
use helpdesk::{Calendar, Span, StatusCategory};

fn calendar() -> Calendar {
    "zone America/New_York
    open mon-fri 09:00-12:00, 13:00-17:30
    holiday 12-25
    holiday 1st mon of sep
    holiday 4th thu of nov"
        .parse()
        .unwrap()
}

fn terms(calendar: &Calendar, hours: u32) -> Terms {
    Metric::ALL.into_iter().fold(Terms::none(), |terms, metric| {
        let term = Term::within(Span::hours(hours))
            .in_hours(calendar)
            .paused_in("pending")
            .warned(Warning::Percent(50))
            .warned(Warning::Left(Span::hours(1)))
            .escalated(Span::hours(1))
            .escalated(Span::hours(8));
        terms.with(metric, term)
    })
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn moved(status: &str, category: StatusCategory) -> Happened {
    Happened::Moved(Standing::new(status, category))
}

/// A ticket that has been answered, and has waited for its customer so many times.
fn ticket(terms: &Terms, pauses: i64) -> (Clocks, DateTime<Utc>) {
    let opened = at("2026-03-02T14:00:00Z");
    let new = Standing::new("new", StatusCategory::New);
    let (mut clocks, _) = Clocks::opened(terms, opened, OpenedBy::Customer, new);
    clocks.happened(terms, opened + TimeDelta::minutes(1), Happened::AgentReplied);
    let mut now = opened + TimeDelta::minutes(2);
    for _ in 0..pauses {
        clocks.happened(terms, now, moved("pending", StatusCategory::Waiting));
        now += TimeDelta::hours(1);
        clocks.happened(terms, now, moved("open", StatusCategory::Open));
        now += TimeDelta::seconds(1);
    }
    clocks.happened(terms, now, Happened::CustomerWrote);
    (clocks, now + TimeDelta::minutes(1))
}

fn one_ticket(c: &mut Criterion) {
    let calendar = calendar();
    let (terms, other) = (terms(&calendar, 40), terms(&calendar, 30));
    for pauses in [3, 100] {
        let (clocks, now) = ticket(&terms, pauses);
        let mut group = c.benchmark_group(format!("clocks_{pauses}_pauses"));
        group.bench_function("status", |b| {
            b.iter(|| clocks.status(black_box(&terms), Metric::TotalResolution, black_box(now)));
        });
        group.bench_function("status_of_all", |b| {
            b.iter(|| {
                for metric in Metric::ALL {
                    black_box(clocks.status(&terms, metric, black_box(now)));
                }
            });
        });
        group.bench_function("next_wake", |b| b.iter(|| black_box(&clocks).next_wake()));
        let changed = |what: &dyn Fn(&mut Clocks) -> usize| {
            let mut clocks = clocks.clone();
            assert!(what(&mut clocks) > 0, "something became of the clocks");
        };
        let reply =
            |clocks: &mut Clocks| clocks.happened(&terms, now, Happened::AgentReplied).len();
        let pause = |clocks: &mut Clocks| {
            clocks.happened(&terms, now, moved("pending", StatusCategory::Waiting)).len()
        };
        let retarget = |clocks: &mut Clocks| clocks.retarget(&terms, &other, now).len();
        for (name, what) in [
            ("reply", &reply as &dyn Fn(&mut Clocks) -> usize),
            ("pause", &pause),
            ("retarget", &retarget),
        ] {
            changed(what);
            group.bench_function(name, |b| {
                let fresh = || clocks.clone();
                b.iter_batched_ref(fresh, |clocks| what(clocks), BatchSize::SmallInput);
            });
        }
        // Nothing is due: what every command pays that finds its clocks as they are.
        group.bench_function("tick", |b| {
            let fresh = || clocks.clone();
            b.iter_batched_ref(
                fresh,
                |clocks| clocks.tick(&terms, now).len(),
                BatchSize::SmallInput,
            );
        });
        group.finish();
    }
    c.bench_function("clocks_opened", |b| {
        let new = Standing::new("new", StatusCategory::New);
        let opened = at("2026-03-02T14:00:00Z");
        b.iter(|| Clocks::opened(&terms, black_box(opened), OpenedBy::Customer, new.clone()));
    });
    c.bench_function("clocks_ledger_of_a_month", |b| {
        let (clocks, now) = ticket(&terms, 3);
        let until = now + TimeDelta::days(30);
        b.iter(|| clocks.ledger(&terms, Metric::TotalResolution, black_box(until)));
    });
}

criterion_group!(benches, one_ticket);
criterion_main!(benches);
