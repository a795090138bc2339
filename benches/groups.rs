//! A group of measurements of desks: each a fixed number of commands, reported as the time of one.

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput};

/// A group whose measurements are of so many commands each.
pub(crate) fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    commands: usize,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    // A sample is one measurement; reported is the time a command.
    group.throughput(Throughput::Elements(commands as u64));
    group.sampling_mode(SamplingMode::Flat);
    group.sample_size(20);
    group.warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_secs(1));
    group
}
