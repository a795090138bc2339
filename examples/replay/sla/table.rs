//! What came of the promises, in figures: attainment by metric and priority, and how long it took.

use std::collections::BTreeMap;
use std::io::{self, Write};

use helpdesk::Settings;
use helpdesk::sla::Metric;

use super::runs::{Fate, Run, Runs};
use super::{AUDIENCES, span};

/// How many of each fate.
#[derive(Clone, Copy, Debug, Default)]
struct Fates {
    met: u64,
    missed: u64,
    void: u64,
    open: u64,
}

impl Fates {
    fn add(&mut self, fate: Fate) {
        *match fate {
            Fate::Met => &mut self.met,
            Fate::Missed => &mut self.missed,
            Fate::Void => &mut self.void,
            Fate::Open => &mut self.open,
        } += 1;
    }

    /// Met, of all that were met or missed; tenths of a percent, rounded down: 100.0 is all.
    fn attained(self) -> String {
        let judged = self.met + self.missed;
        match (self.met * 1000).checked_div(judged) {
            Some(tenths) => format!("{}.{} %", tenths / 10, tenths % 10),
            None => "-".to_owned(),
        }
    }

    fn write(self, out: &mut dyn Write, metric: &str, priority: &str) -> io::Result<()> {
        let Self { met, missed, void, open } = self;
        let attained = self.attained();
        writeln!(
            out,
            "    {metric:<20} {priority:<16} {met:>7} {missed:>7} {void:>7} {open:>7} {attained:>9}"
        )
    }
}

pub(super) fn write(out: &mut dyn Write, settings: &Settings, runs: &Runs) -> io::Result<()> {
    let policies = runs.policies.iter().map(|(policy, count)| {
        let policy = policy.as_ref().map_or("none", |policy| policy.as_str());
        format!("{policy} {count}")
    });
    writeln!(out, "  tickets by policy: {}", policies.collect::<Vec<_>>().join(" · "))?;
    let told = &runs.told;
    writeln!(
        out,
        "  told: {} warnings, {} misses, {} levels of escalation; recorded: {} remedies that are \
         owed, {} intents",
        told.warnings, told.misses, told.levels, told.remedies, told.intents
    )?;
    attainment(out, settings, runs)?;
    lengths(out, runs)
}

/// The runs of a metric to an audience, by the audience's and the metric's order.
fn each_metric(runs: &Runs) -> impl Iterator<Item = (&'static str, Metric, Vec<&Run>)> {
    AUDIENCES.into_iter().flat_map(move |(audience, name)| {
        Metric::ALL.into_iter().filter_map(move |metric| {
            let of = |run: &&Run| run.audience == audience && run.metric == metric;
            let runs: Vec<&Run> = runs.all.iter().filter(of).collect();
            (!runs.is_empty()).then_some((name, metric, runs))
        })
    })
}

fn attainment(out: &mut dyn Write, settings: &Settings, runs: &Runs) -> io::Result<()> {
    writeln!(
        out,
        "  attained: met, of all that were met or missed; past its deadline a clock is missed, \
         ended or not"
    )?;
    let mut before = "";
    for (audience, metric, runs) in each_metric(runs) {
        if before != audience {
            before = audience;
            writeln!(
                out,
                "  {audience:<22} {:<16} {:>7} {:>7} {:>7} {:>7} {:>9}",
                "priority", "met", "missed", "void", "open", "attained"
            )?;
        }
        let mut by_priority: BTreeMap<u8, Fates> = BTreeMap::new();
        let mut all = Fates::default();
        for run in runs {
            by_priority.entry(run.priority).or_default().add(run.fate);
            all.add(run.fate);
        }
        let mut metric = metric.to_string();
        for (rank, fates) in by_priority.iter().rev() {
            let priority = settings.draft().priorities.get(usize::from(*rank));
            fates.write(out, &metric, priority.map_or("?", |name| name.as_str()))?;
            metric.clear();
        }
        all.write(out, &metric, "all")?;
    }
    Ok(())
}

fn lengths(out: &mut dyn Write, runs: &Runs) -> io::Result<()> {
    writeln!(
        out,
        "  how long it took, where what was waited for came: on its clock, and on the wall; of n \
         sorted\n  lengths, p50 is the one at n / 2, rounded up"
    )?;
    let mut before = "";
    for (audience, metric, runs) in each_metric(runs) {
        if before != audience {
            before = audience;
            let [p50, p90, p99] = ["p50", "p90", "p99"];
            writeln!(out, "  {audience:<27} {:>6} {p50:>16} {p90:>16} {p99:>16}", "came")?;
        }
        let took = || runs.iter().filter_map(|run| run.took);
        let metric = metric.to_string();
        if took().next().is_none() {
            writeln!(out, "    {metric:<20} what it waits for never comes here")?;
            continue;
        }
        percentiles(out, &metric, "clock", took().map(|(clock, _)| clock).collect())?;
        percentiles(out, "", "wall", took().map(|(_, wall)| wall).collect())?;
    }
    Ok(())
}

fn percentiles(
    out: &mut dyn Write,
    metric: &str,
    time: &str,
    mut lengths: Vec<i64>,
) -> io::Result<()> {
    lengths.sort_unstable();
    let nearest = |percent| span(nearest(&lengths, percent)).to_string();
    let [p50, p90, p99] = [50, 90, 99].map(nearest);
    writeln!(out, "    {metric:<20} {time:<5} {:>6} {p50:>16} {p90:>16} {p99:>16}", lengths.len())
}

/// The least of these, which are sorted, that so many percent of them do not exceed.
fn nearest(sorted: &[i64], percent: usize) -> i64 {
    let place = (sorted.len() * percent).div_ceil(100);
    sorted.get(place.saturating_sub(1)).copied().unwrap_or_default()
}
