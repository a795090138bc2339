//! What a change of a clock states, copied: nothing is decided here.

use super::change::{ClockChange, Clocked};
use super::clock::{Clock, Ended, Pause, bit};
use super::condensed::Condensed;
use super::metric::WhenDone;
use crate::time::Instant;

/// Copies what a change states. A change of a clock that there is not is left alone.
pub(crate) fn copy(clocks: &mut Vec<Clock>, change: ClockChange) {
    let ClockChange { metric, at, what, wake, target: _ } = change;
    if let Clocked::Started { due, paused } = what {
        let before = clocks.iter().find(|clock| clock.metric == metric);
        let number = before.map_or(1, |before| before.number.saturating_add(1));
        let mut clock = Clock::begun(metric, number, at);
        clock.due = due;
        clock.paused_since = paused.then_some(at);
        clock.wake = wake;
        clocks.retain(|clock| clock.metric != metric);
        let place = clocks.partition_point(|clock| clock.metric < metric);
        clocks.insert(place, clock);
        return;
    }
    let Some(clock) = clocks.iter_mut().find(|clock| clock.metric == metric) else {
        return;
    };
    clock.wake = wake;
    clock.mention(&change);
    match what {
        Clocked::Started { .. } => {}
        Clocked::Paused => {
            clock.paused_since = Some(at);
            clock.due = clock.due.filter(|due| *due <= at);
        }
        Clocked::Resumed { due } => {
            clock.resume(at);
            clock.due = due;
        }
        Clocked::Retargeted { due, told } => {
            clock.due = due;
            if told.ever_missed && !clock.told.ever_missed {
                clock.note_missed();
            }
            clock.told = told;
        }
        Clocked::Rebegun { since, due } => {
            // What it waited for before is elsewhere now, with what is owed for it.
            if since > clock.started_at {
                clock.told.ever_missed = clock.missed_since.contains(&since);
            }
            clock.begin(since);
            clock.due = due;
        }
        Clocked::Ended { due, verdict, by, target, ran } => {
            clock.end(at);
            clock.due = due;
            clock.ended = Some(Ended { at, by, verdict, target, ran });
            // What has ended for good tells nothing again.
            if metric.when_done() != WhenDone::Interrupted {
                (clock.mentions, clock.missed_since) = (Vec::new(), Vec::new());
            }
        }
        Clocked::Reopened { due, paused } => {
            clock.reopen(at);
            clock.paused_since = paused.then_some(at);
            clock.due = due;
        }
        Clocked::Warned { warning } => clock.told.warnings |= bit(warning),
        Clocked::Missed => {
            clock.note_missed();
            (clock.told.missed, clock.told.ever_missed) = (true, true);
        }
        Clocked::Escalated { level } => clock.told.levels |= bit(level),
        Clocked::Condensed { until, ran, target, due } => {
            clock.condense(Condensed { until, ran, target, due });
        }
    }
}

impl Clock {
    /// Closes the pause that lasts, if one does.
    pub(super) fn resume(&mut self, at: Instant) {
        let since = self.paused_since.take();
        self.pauses.extend(since.filter(|from| *from < at).map(|from| Pause { from, until: at }));
    }

    /// Stands still from then on; what it did later is cut off.
    pub(super) fn end(&mut self, at: Instant) {
        self.resume(at);
        self.ended = None;
        self.pauses.retain_mut(|pause| {
            pause.until = pause.until.min(at);
            pause.from < pause.until
        });
    }

    /// Takes its end back: what was between is a pause.
    pub(super) fn reopen(&mut self, at: Instant) {
        let ended = self.ended.take().map(|ended| ended.at);
        self.pauses.extend(ended.filter(|from| *from < at).map(|from| Pause { from, until: at }));
    }

    /// Runs since then, and not since it began; what it did before is cut off.
    pub(super) fn begin(&mut self, since: Instant) {
        self.started_at = since;
        self.paused_since = self.paused_since.map(|from| from.max(since));
        self.condensed = self.condensed.filter(|it| it.until > since);
        self.keep_pauses_since(since);
    }

    /// Keeps no pauses before these, but what is known of that time.
    pub(super) fn condense(&mut self, condensed: Condensed) {
        self.keep_pauses_since(condensed.until);
        self.condensed = Some(condensed);
    }

    fn keep_pauses_since(&mut self, since: Instant) {
        self.pauses.retain_mut(|pause| {
            pause.from = pause.from.max(since);
            pause.from < pause.until
        });
    }
}
