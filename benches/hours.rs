//! The calendar, and the workloads on it, that every figure of others was measured on: for the bench
//! of calendars, and for that of the peers.

/// Mon–Fri 09:00–12:00 and 13:00–17:30 in New York.
pub(crate) const ZONE: &str = "America/New_York";
pub(crate) const WINDOWS: [&str; 2] = ["09:00-12:00", "13:00-17:30"];

/// 20 holidays in three years.
pub(crate) const HOLIDAYS: [&str; 20] = [
    "2024-01-01",
    "2024-01-15",
    "2024-05-27",
    "2024-07-04",
    "2024-09-02",
    "2024-11-28",
    "2024-12-25",
    "2025-01-01",
    "2025-01-20",
    "2025-05-26",
    "2025-07-04",
    "2025-09-01",
    "2025-11-27",
    "2025-12-25",
    "2026-01-01",
    "2026-01-19",
    "2026-05-25",
    "2026-09-07",
    "2026-11-26",
    "2026-12-25",
];

/// The calendar in this crate's text form.
pub(crate) fn text() -> String {
    let mut text = format!("zone {ZONE}; open mon-fri {}", WINDOWS.join(", "));
    for holiday in HOLIDAYS {
        text.push_str("; holiday ");
        text.push_str(holiday);
    }
    text
}

/// The first second of 2024.
pub(crate) const START: i64 = 1_704_067_200;
pub(crate) const EIGHT_HOURS: i64 = 28_800;
pub(crate) const TWO_THOUSAND_HOURS: i64 = 7_200_000;

/// What the results of each workload come to.
pub(crate) const ADD_8: u64 = 1_357_253_424_366_038_355;
pub(crate) const BETWEEN: u64 = 1_299_215_405_936_004_934;
pub(crate) const ADD_2000: u64 = 1_408_273_626_129_812_042;

pub(crate) struct Generator(pub(crate) u64);

impl Generator {
    pub(crate) fn draw(&mut self, below: u64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % below) as i64
    }
}

pub(crate) fn starts() -> Vec<i64> {
    let mut generator = Generator(1);
    (0..100_000).map(|_| START + generator.draw(730 * 86_400)).collect()
}

pub(crate) fn pairs() -> Vec<(i64, i64)> {
    let mut generator = Generator(2);
    let mut pair = || {
        let from = START + generator.draw(730 * 86_400);
        (from, from + generator.draw(30 * 86_400))
    };
    (0..100_000).map(|_| pair()).collect()
}

pub(crate) fn checksum(values: impl IntoIterator<Item = i64>) -> u64 {
    let step =
        |sum: u64, value: i64| ((u128::from(sum) * 31 + value as u128) % ((1 << 61) - 1)) as u64;
    values.into_iter().fold(0, step)
}
