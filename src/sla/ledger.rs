//! Why a clock shows what it shows: what of the time counted, what did not, and why.

use std::fmt;
use std::sync::Arc;

use super::calendar::{OffsetChange, SegmentState};
use super::{Clock, Clocks, Metric, Pace, Term, Terms};
use crate::time::{self, Instant, Span};

/// A stretch of time on a clock, half-open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its first instant.
    pub from: Instant,
    /// The instant at which the next one begins.
    pub to: Instant,
    /// Whether it counted, or why not.
    pub state: EntryState,
}

impl Entry {
    /// How long it is.
    pub fn length(&self) -> Span {
        Span::since(self.from, self.to)
    }
}

/// Whether a stretch of time counts on a clock, or why it does not.
///
/// Time that is not open does not count, whether the clock stands still or not: what is told of a
/// pause is the time that it took out, and by which it moved the deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryState {
    /// It counted.
    Ran,
    /// The clock stood still while time ran: by the status, or since the work was done.
    Paused,
    /// The calendar has no window here.
    Closed,
    /// A holiday of the calendar has taken out what would have been open.
    Holiday {
        /// The holiday's name, if it has one.
        name: Option<Arc<str>>,
    },
    /// A break of the calendar has.
    Break,
}

impl fmt::Display for EntryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ran => f.write_str("ran"),
            Self::Paused => f.write_str("paused"),
            Self::Closed => f.write_str("closed"),
            Self::Holiday { name: Some(name) } => write!(f, "holiday ({name})"),
            Self::Holiday { name: None } => f.write_str("holiday"),
            Self::Break => f.write_str("break"),
        }
    }
}

/// What a clock's time consists of, from its beginning until an instant, without gaps.
///
/// ```
/// use helpdesk::sla::{Clocks, EntryState, Happened, Metric, OpenedBy, Standing, Term, Terms};
/// use helpdesk::{Calendar, Span, StatusCategory};
///
/// let office: Calendar = "zone Etc/UTC
///     open mon-fri 09:00-17:00
///     holiday 2026-03-06 \"Founders' day\"".parse()?;
/// let term = Term::within(Span::hours(4)).in_hours(&office).paused_in("pending");
/// let terms = Terms::none().with(Metric::TotalResolution, term);
/// let new = Standing::new("new", StatusCategory::New);
/// let thursday = "2026-03-05T14:00:00Z".parse()?;
/// let (mut clocks, _) = Clocks::opened(&terms, thursday, OpenedBy::Customer, new);
/// let pending = Standing::new("pending", StatusCategory::Waiting);
/// clocks.happened(&terms, "2026-03-05T15:00:00Z".parse()?, Happened::Moved(pending));
/// let open = Standing::new("open", StatusCategory::Open);
/// clocks.happened(&terms, "2026-03-05T16:30:00Z".parse()?, Happened::Moved(open));
///
/// let due = clocks.of(Metric::TotalResolution).and_then(|clock| clock.due()).unwrap();
/// let ledger = clocks.ledger(&terms, Metric::TotalResolution, due).unwrap();
/// assert_eq!(ledger.ran(), Span::hours(4), "it sums to the target, exactly");
/// assert_eq!(ledger.paused(), Span::minutes(90));
/// assert_eq!(ledger.to_string(), "\
/// total resolution
/// 2026-03-05T14:00:00Z  2026-03-05T15:00:00Z  PT1H    PT1H     ran
/// 2026-03-05T15:00:00Z  2026-03-05T16:30:00Z  PT1H30M PT1H     paused
/// 2026-03-05T16:30:00Z  2026-03-05T17:00:00Z  PT30M   PT1H30M  ran
/// 2026-03-05T17:00:00Z  2026-03-06T09:00:00Z  PT16H   PT1H30M  closed
/// 2026-03-06T09:00:00Z  2026-03-06T17:00:00Z  PT8H    PT1H30M  holiday (Founders' day)
/// 2026-03-06T17:00:00Z  2026-03-09T09:00:00Z  PT64H   PT1H30M  closed
/// 2026-03-09T09:00:00Z  2026-03-09T11:30:00Z  PT2H30M PT4H     ran
/// ran PT4H, paused PT1H30M, did not count PT88H
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    metric: Metric,
    entries: Vec<Entry>,
    offset_changes: Vec<OffsetChange>,
}

impl Ledger {
    /// What is measured.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// The stretches of time in their order: each begins where the one before it ends, and is in
    /// another state.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The changes of the clocks in the calendar's zones meanwhile, each of which makes a day
    /// longer or shorter; none where all time counts.
    pub fn offset_changes(&self) -> &[OffsetChange] {
        &self.offset_changes
    }

    /// How much time counted: the sum of the entries that did, and to the microsecond what the
    /// clock shows.
    pub fn ran(&self) -> Span {
        self.sum(|state| *state == EntryState::Ran)
    }

    /// How much time pauses took out: by so much they moved the deadline.
    pub fn paused(&self) -> Span {
        self.sum(|state| *state == EntryState::Paused)
    }

    /// How much time would not have counted anyway.
    pub fn closed(&self) -> Span {
        self.sum(|state| !matches!(state, EntryState::Ran | EntryState::Paused))
    }

    fn sum(&self, counts: impl Fn(&EntryState) -> bool) -> Span {
        let entries = self.entries.iter().filter(|entry| counts(&entry.state));
        entries.map(Entry::length).fold(Span::ZERO, Span::and)
    }

    fn push(&mut self, from: Instant, to: Instant, state: EntryState) {
        match self.entries.last_mut() {
            _ if from >= to => {}
            Some(last) if last.state == state && last.to == from => last.to = to,
            Some(_) | None => self.entries.push(Entry { from, to, state }),
        }
    }

    /// Adds what lies between, in which the clock stood still or did not.
    fn add(&mut self, pace: &Pace, from: Instant, to: Instant, paused: bool) {
        let open = if paused { EntryState::Paused } else { EntryState::Ran };
        let Pace::Open(calendar) = pace else { return self.push(from, to, open) };
        for segment in calendar.segments(from, to) {
            let state = match segment.state {
                SegmentState::Open => open.clone(),
                SegmentState::Closed => EntryState::Closed,
                SegmentState::Holiday { name } => EntryState::Holiday { name },
                SegmentState::Break => EntryState::Break,
            };
            self.push(segment.from, segment.to, state);
        }
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.metric)?;
        let mut ran = Span::ZERO;
        let rows = self.entries.iter().map(|entry| {
            if entry.state == EntryState::Ran {
                ran = ran.and(entry.length());
            }
            (entry, entry.length().to_string(), ran.to_string())
        });
        let rows: Vec<(&Entry, String, String)> = rows.collect();
        // The columns stand one below the other, also in a ledger of a year.
        let wide = rows.iter().map(|(_, length, _)| length.len()).fold(7, usize::max);
        let wider = rows.iter().map(|(_, _, ran)| ran.len()).fold(8, usize::max);
        let mut changes = self.offset_changes.iter().peekable();
        let instant = |at: Instant| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        for (Entry { from, to, state }, length, ran) in &rows {
            let (from, until) = (instant(*from), instant(*to));
            writeln!(f, "{from}  {until}  {length:<wide$} {ran:<wider$} {state}")?;
            while let Some(change) = changes.next_if(|change| change.at < *to) {
                let by = change.after - change.before;
                let (way, minutes) = if by < 0 { ("back", -by / 60) } else { ("ahead", by / 60) };
                writeln!(f, "{}  clocks {way} by {minutes} minutes", instant(change.at))?;
            }
        }
        let (ran, paused, closed) = (self.ran(), self.paused(), self.closed());
        writeln!(f, "ran {ran}, paused {paused}, did not count {closed}")
    }
}

impl Clock {
    fn ledger(&self, pace: &Pace, until: Instant) -> Ledger {
        let until = self.ended().map_or(until, |ended| ended.at.min(until));
        let mut ledger =
            Ledger { metric: self.metric(), entries: Vec::new(), offset_changes: Vec::new() };
        if let Pace::Open(calendar) = pace {
            ledger.offset_changes = calendar.offset_changes(self.started_at(), until);
        }
        let mut at = self.started_at();
        let lasting = self.paused_since().map(|from| (from, until));
        let pauses = self.pauses().iter().map(|pause| (pause.from, pause.until)).chain(lasting);
        for (from, to) in pauses {
            let (from, to) = (from.min(until), to.min(until));
            ledger.add(pace, at, from, false);
            ledger.add(pace, from, to, true);
            at = at.max(to);
        }
        ledger.add(pace, at, until, false);
        ledger
    }
}

impl Clocks {
    /// What the time of this metric's last run consists of until an instant, under the terms by
    /// which it is measured: until now what it shows, until its deadline why that is the deadline,
    /// also where it lies ahead. After its end nothing is told. `None`: none ever began, or it does
    /// not keep all of its pauses, as one that is [condensed](Clock::condensed) does not.
    ///
    /// For explanations, not for command paths: it takes some microseconds a week.
    pub fn ledger(&self, terms: &Terms, metric: Metric, until: Instant) -> Option<Ledger> {
        let nothing = Term::default();
        let pace = &terms.of(metric).unwrap_or(&nothing).pace;
        let clock = self.of(metric).filter(|clock| clock.condensed().is_none());
        Some(clock?.ledger(pace, time::whole_micros(until)))
    }
}
