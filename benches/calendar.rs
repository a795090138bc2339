//! Business hours on the workloads that every figure of others was measured on, beside the floor:
//! a table of open stretches with prefix sums and a binary search, in bare seconds.
//!
//! The results of each workload are summed up and compared with what all others came to, before
//! anything is measured.
//!
//! Measured on a 2-core x86-64 server busy with other jobs, Rust 1.95, 2026-11-26, one run, through
//! the public call and against the floor beside it: add 8 h 37 ns : 38, between 21 ns : 30, add
//! 2,000 h 40 ns : 38. A thousand working years 106 ns; 8 h around the year 2500 68 ns, and over all
//! years there are at random 173 ns; the first question about five years 0.2 ms. With Easter in it,
//! a year that is not kept takes 30 µs.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "criterion defines public items; a bench that cannot go on has nothing to report"
)]

use std::hint::black_box;

use chrono::{DateTime, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use helpdesk::sla::calendar::{CalendarDraft, Window};
use helpdesk::{Calendar, Span};

#[path = "hours.rs"]
mod hours;

use hours::{
    ADD_8, ADD_2000, BETWEEN, EIGHT_HOURS, Generator, START, TWO_THOUSAND_HOURS, checksum, pairs,
    starts,
};

fn draft() -> CalendarDraft {
    hours::text().parse().unwrap()
}

fn utc(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// The floor: everything known beforehand, nothing but the search.
struct Floor {
    from: Vec<i64>,
    to: Vec<i64>,
    before: Vec<i64>,
}

impl Floor {
    fn of(calendar: &Calendar) -> Self {
        let mut floor = Self { from: Vec::new(), to: Vec::new(), before: Vec::new() };
        let mut sum = 0;
        for window in calendar.windows(utc(START - 86_400 * 30), utc(START + 86_400 * 1830)) {
            let (from, to) = (window.from.timestamp(), window.to.timestamp());
            floor.from.push(from);
            floor.to.push(to);
            floor.before.push(sum);
            sum += to - from;
        }
        floor
    }

    fn worked(&self, at: i64) -> i64 {
        let next = self.from.partition_point(|from| *from <= at);
        if next == 0 {
            return 0;
        }
        let last = next - 1;
        self.before[last] + at.min(self.to[last]) - self.from[last]
    }

    fn between(&self, from: i64, to: i64) -> i64 {
        self.worked(to) - self.worked(from)
    }

    fn add(&self, from: i64, amount: i64) -> i64 {
        let target = self.worked(from) + amount;
        let last = self.before.partition_point(|before| *before < target) - 1;
        self.from[last] + target - self.before[last]
    }
}

fn workloads(c: &mut Criterion) {
    let calendar = draft().build().unwrap();
    let floor = Floor::of(&calendar);
    let starts: Vec<i64> = starts();
    let pairs = pairs();
    let instants: Vec<DateTime<Utc>> = starts.iter().map(|at| utc(*at)).collect();
    let ranges: Vec<_> = pairs.iter().map(|(from, to)| (utc(*from), utc(*to))).collect();
    let add = |from: &DateTime<Utc>, amount: i64| {
        calendar.add(*from, Span::seconds(amount as u32)).unwrap()
    };

    for (amount, expected) in [(EIGHT_HOURS, ADD_8), (TWO_THOUSAND_HOURS, ADD_2000)] {
        let ours = checksum(instants.iter().map(|from| add(from, amount).timestamp()));
        assert_eq!(ours, expected, "add {amount}");
        assert_eq!(checksum(starts.iter().map(|from| floor.add(*from, amount))), expected);
    }
    let ours = ranges.iter().map(|(from, to)| calendar.between(*from, *to).num_seconds());
    assert_eq!(checksum(ours), BETWEEN, "between");
    let bare = pairs.iter().map(|(from, to)| floor.between(*from, *to));
    assert_eq!(checksum(bare), BETWEEN);

    let mut group = c.benchmark_group("calendar");
    group.throughput(Throughput::Elements(100_000)).sample_size(20);
    for (name, amount) in [("add8", EIGHT_HOURS), ("add2000", TWO_THOUSAND_HOURS)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                for from in &instants {
                    black_box(add(black_box(from), amount));
                }
            });
        });
        group.bench_function(format!("{name}/floor"), |b| {
            b.iter(|| {
                for from in &starts {
                    black_box(floor.add(black_box(*from), amount));
                }
            });
        });
    }
    group.bench_function("between", |b| {
        b.iter(|| {
            for (from, to) in &ranges {
                black_box(calendar.between(black_box(*from), black_box(*to)));
            }
        });
    });
    group.bench_function("between/floor", |b| {
        b.iter(|| {
            for (from, to) in &pairs {
                black_box(floor.between(black_box(*from), black_box(*to)));
            }
        });
    });
    group.finish();
}

/// Spans that grow, and starts far from the years that are usual.
fn far(c: &mut Criterion) {
    let calendar = draft().build().unwrap();
    let from = utc(START);
    let mut group = c.benchmark_group("calendar_far");
    for years in [1_u32, 10, 100, 1_000] {
        let amount = Span::hours(1_930 * years);
        group.bench_function(format!("add_{years}_years_of_hours"), |b| {
            b.iter(|| calendar.add(black_box(from), black_box(amount)));
        });
    }
    // A hundred years around 2500, and all the years there are, which repeat but with Easter.
    let easter = format!("{}; holiday easter +1", hours::text());
    for (name, text, first, years) in [
        ("around_2500", hours::text(), 2450, 100),
        ("anywhere", hours::text(), 1, 9990),
        ("anywhere_with_easter", easter, 1, 9990),
    ] {
        let calendar: Calendar = text.parse().unwrap();
        let begin = chrono::NaiveDate::from_ymd_opt(first, 1, 1).unwrap();
        let begin = begin.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
        let mut generator = Generator(3);
        let instants: Vec<_> = (0..10_000)
            .map(|_| {
                let day = generator.draw(years * 365);
                utc(begin + day * 86_400 + generator.draw(86_400))
            })
            .collect();
        let mut turn = instants.iter().cycle();
        group.bench_function(format!("add8/{name}"), |b| {
            b.iter(|| calendar.add(*turn.next().unwrap(), Span::hours(8)));
        });
    }
    group.finish();
}

/// The first question about five years, and what it takes to check a calendar.
fn compiling(c: &mut Criterion) {
    let mut group = c.benchmark_group("calendar_compiling");
    let draft = draft();
    group.bench_function("build", |b| b.iter(|| draft.clone().build().unwrap()));
    let days = [Window::ALL_DAY];
    let mut many = draft.clone();
    many.schedules[0].breaks = helpdesk::sla::calendar::Week::weekdays(
        ["10:00-10:15", "15:00-15:15"].map(|text| text.parse().unwrap()),
    );
    let mut sun = CalendarDraft::default();
    for zone in ["Europe/Berlin", "America/Vancouver", "Australia/Sydney"] {
        let mut schedule = draft.schedules[0].clone();
        schedule.zone = zone.to_owned();
        sun.schedules.push(schedule);
    }
    let always = CalendarDraft::weekly("Etc/UTC", helpdesk::sla::calendar::Week::daily(days));
    for (name, draft) in
        [("workload", draft), ("with_breaks", many), ("three_zones", sun), ("always", always)]
    {
        group.bench_function(format!("five_years/{name}"), |b| {
            b.iter_batched(
                || draft.clone().build().unwrap(),
                |calendar| {
                    for year in 0..5 {
                        black_box(calendar.is_open(utc(START + year * 31_556_952)));
                    }
                    black_box(calendar.is_open(utc(START + 5 * 31_556_952 - 1)));
                    calendar
                },
                criterion::BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, workloads, far, compiling);
criterion_main!(benches);
