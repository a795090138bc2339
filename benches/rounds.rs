//! Comparison in turns: each contender once a round, so that what slows the machine down for a
//! while slows them all, and the ratios hold on a machine that is never quiet.

use std::fmt;
use std::time::{Duration, Instant};

use crate::workload::Lcg;

/// Something that is timed: its name, and what does it once and says how long that took.
pub(crate) type Contender<'a> = (&'a str, Box<dyn FnMut() -> Duration + 'a>);

/// How long a contender took in each round, in seconds.
pub(crate) struct Times(Vec<f64>);

/// How one contender compares with another, round by round: the median, and between which values
/// half of the rounds are.
pub(crate) struct Ratio {
    pub(crate) median: f64,
    middle: (f64, f64),
}

impl Times {
    /// The median, in seconds.
    pub(crate) fn median(&self) -> f64 {
        quantile(self.0.clone(), 0.5)
    }

    /// These by those, of each round by itself.
    pub(crate) fn by(&self, those: &Self) -> Ratio {
        let ratios: Vec<f64> = self.0.iter().zip(&those.0).map(|(one, two)| one / two).collect();
        let middle = (quantile(ratios.clone(), 0.25), quantile(ratios.clone(), 0.75));
        Ratio { median: quantile(ratios, 0.5), middle }
    }

    /// These and those, one after the other.
    #[allow(dead_code, reason = "not every bench adds")]
    pub(crate) fn and(&self, those: &Self) -> Self {
        Self(self.0.iter().zip(&those.0).map(|(one, two)| one + two).collect())
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>6.2} ({:.2}–{:.2})", self.median, self.middle.0, self.middle.1)
    }
}

/// Lets each contender run once a round, after one round that does not count. The order is drawn
/// anew each time: who always came after the same other one would be measured with what that one
/// leaves behind.
pub(crate) fn in_turns(rounds: usize, contenders: &mut [Contender<'_>]) -> Vec<Times> {
    let count = contenders.len();
    let mut times: Vec<Times> = (0..count).map(|_| Times(Vec::with_capacity(rounds))).collect();
    let mut lcg = Lcg::new(9);
    let mut order: Vec<usize> = (0..count).collect();
    for round in 0..=rounds {
        for last in (1..count).rev() {
            order.swap(last, lcg.draw(last as u64 + 1) as usize);
        }
        for &at in &order {
            let elapsed = contenders[at].1();
            if round > 0 {
                times[at].0.push(elapsed.as_secs_f64());
            }
        }
    }
    times
}

/// How long it takes to do this so often.
#[allow(dead_code, reason = "some benches set up what they time")]
pub(crate) fn timed<T>(times: usize, mut once: impl FnMut() -> T) -> Duration {
    let begin = Instant::now();
    for _ in 0..times {
        std::hint::black_box(once());
    }
    begin.elapsed()
}

/// How many rounds: the first number on the command line, or so many. Odd, so that there is a
/// median.
pub(crate) fn rounds(default: usize) -> usize {
    std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(default) | 1
}

/// Whether an aim was met, in words.
#[allow(dead_code, reason = "not every bench has an aim")]
pub(crate) fn verdict(ratio: &Ratio, aim: f64) -> &'static str {
    if ratio.median <= aim { "met" } else { "missed" }
}

fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * part).round() as usize]
}
