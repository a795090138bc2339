//! Whether all that tells of clocks tells the same: events, heads, the desk's answers, ledgers, and
//! the slices of owners.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, Write};

use chrono::{DateTime, Utc};
use helpdesk::sla::policy::Audience;
use helpdesk::sla::{Clock, ClockState, ClockStatus, Metric};
use helpdesk::store::MemoryStore;
use helpdesk::{Actor, Desk, OwnerSlice, Record, Reference, ServiceClock, Settings, TicketId};

use super::runs::{Course, Fate, Runs};

/// What became of the promises of one metric to one audience.
type Standing = (Audience, Metric, Fate);

/// How many differences are written out.
const SHOWN: usize = 20;

/// What was compared, and what was not the same.
#[derive(Debug, Default)]
pub(super) struct Agreement {
    /// Clocks on heads.
    clocks: u64,
    /// Of these, those of which something is promised: each with its ledger and its owners.
    ledgers: u64,
    slices: u64,
    /// In words.
    pub(super) mismatched: Vec<String>,
    /// The clock that was missed by most of its own time, and by how much; none that waits for
    /// something that never comes here.
    pub(super) worst: Option<(i64, Whose)>,
}

/// Which clock.
#[derive(Clone, Debug)]
pub(super) struct Whose {
    pub(super) ticket: TicketId,
    pub(super) reference: String,
    pub(super) audience: Audience,
    pub(super) metric: Metric,
}

impl Agreement {
    /// Compares every clock on every head.
    pub(super) fn of(
        desk: &Desk<MemoryStore>,
        settings: &Settings,
        tickets: &[Record],
        runs: &Runs,
        end: DateTime<Utc>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut agreement = Self::default();
        let mut shown = BTreeMap::new();
        for record in tickets {
            let (Some(ticket), Some(number)) = (record.ticket(), record.number) else { continue };
            let prefix = settings.reference_prefix().clone();
            let reference = Reference::new(prefix, number).to_string();
            let Some(course) = runs.courses.get(&ticket.id()) else {
                if ticket.promised().is_none() {
                    continue;
                }
                agreement.mismatched.push(format!("{reference}: no event tells of its clocks"));
                continue;
            };
            if ticket.promised() != course.promised.as_ref() {
                agreement.mismatched.push(format!("{reference}: promised another thing"));
            }
            for audience in Audience::ALL {
                let head = ticket.clocks(audience);
                let head: Vec<&Clock> = head.iter().flat_map(|clocks| clocks.iter()).collect();
                agreement.heads(&reference, course, audience, &head);
            }
            for clock in desk.service(&Actor::Host, end, ticket.id())?.clocks {
                let ServiceClock { audience, status, .. } = &clock;
                if status.target.is_none() {
                    continue;
                }
                let fate = match status.state {
                    ClockState::Met => Fate::Met,
                    ClockState::Missed => Fate::Missed,
                    ClockState::Void => Fate::Void,
                    ClockState::Running | ClockState::Paused | ClockState::Ended => Fate::Open,
                };
                *shown.entry((*audience, status.metric, fate)).or_default() += 1;
                let (ticket, audience, metric) = (ticket.id(), *audience, status.metric);
                let whose = Whose { ticket, reference: reference.clone(), audience, metric };
                let slices = desk.owners(&Actor::Host, end, ticket, audience, metric)?;
                agreement.clock(&whose, &clock, &slices, runs.comes(audience, metric));
            }
        }
        agreement.outcomes(runs, &shown);
        Ok(agreement)
    }

    /// The clocks that the events give are those of the head, down to every pause, and as many of
    /// each metric began as the head counts.
    fn heads(&mut self, reference: &str, course: &Course, audience: Audience, head: &[&Clock]) {
        if !head.iter().copied().eq(course.clocks(audience).iter()) {
            self.mismatched.push(format!("{reference}: the head has other {audience:?} clocks"));
        }
        for clock in head {
            self.clocks += 1;
            let (metric, number) = (clock.metric(), clock.number());
            let began = course.began(audience, metric);
            if began != number {
                let what = format!("{reference}: the {metric} is run {number}, {began} began");
                self.mismatched.push(what);
            }
        }
    }

    /// A clock's ledger sums to what it shows, its deadline's to the target, and its owners have it
    /// without gaps from its beginning on, with all of its time.
    fn clock(&mut self, whose: &Whose, clock: &ServiceClock, slices: &[OwnerSlice], comes: bool) {
        let ClockStatus { metric, target, elapsed, started_at, .. } = clock.status;
        let mut wrong = Vec::new();
        let ledger = clock.ledger();
        match &ledger {
            None => wrong.push("no ledger".to_owned()),
            Some(ledger) if ledger.ran() != elapsed => {
                wrong.push(format!("shows {elapsed}, its ledger sums to {}", ledger.ran()));
            }
            Some(_) => {}
        }
        // What ended before its deadline is explained until its end.
        let expected = target.map(|target| match clock.status.state {
            ClockState::Met | ClockState::Void | ClockState::Ended => target.min(elapsed),
            ClockState::Missed | ClockState::Running | ClockState::Paused => target,
        });
        let explained = clock.explained().map(|ledger| ledger.ran());
        if let Some(ran) = explained.filter(|_| explained != expected) {
            wrong.push(format!("to its deadline the ledger sums to {ran}, not to {expected:?}"));
        }
        let ran: i64 = slices.iter().map(|slice| slice.ran.as_micros()).sum();
        if ran != elapsed.as_micros() {
            wrong.push(format!("shows {elapsed}, its owners had {}", super::span(ran)));
        }
        let entries = ledger.as_ref().map_or(&[][..], |ledger| ledger.entries());
        let ends = |from, to| (from, to);
        let whole = entries.first().zip(entries.last()).map(|(one, last)| ends(one.from, last.to));
        let had = slices.first().zip(slices.last()).map(|(one, last)| ends(one.from, last.to));
        let gap = slices.windows(2).any(|pair| matches!(pair, [one, next] if one.to != next.from));
        if whole != had || gap {
            wrong.push(format!("from {started_at}, its owners do not have all of it"));
        }
        self.ledgers += 1;
        self.slices += slices.len() as u64;
        let Whose { reference, audience, .. } = whose;
        let told = wrong.into_iter().map(|it| format!("{reference}: {metric}, {audience:?}: {it}"));
        self.mismatched.extend(told);
        let over = target.map_or(0, |target| elapsed.as_micros() - target.as_micros());
        let missed = clock.status.state == ClockState::Missed;
        if missed && comes && self.worst.as_ref().is_none_or(|(most, _)| over > *most) {
            self.worst = Some((over, whose.clone()));
        }
    }

    /// By the events, as many of the runs that are on heads stand so as the desk says.
    fn outcomes(&mut self, runs: &Runs, shown: &BTreeMap<Standing, u64>) {
        let mut counted: BTreeMap<Standing, u64> = BTreeMap::new();
        for run in runs.all.iter().filter(|run| run.is_last) {
            *counted.entry((run.audience, run.metric, run.fate)).or_default() += 1;
        }
        let standings: BTreeSet<_> = counted.keys().chain(shown.keys()).collect();
        for standing in standings {
            let count = |by: &BTreeMap<Standing, u64>| by.get(standing).copied().unwrap_or(0);
            if count(&counted) != count(shown) {
                self.mismatched.push(format!(
                    "{standing:?}: {} by the events, {} on heads",
                    count(&counted),
                    count(shown)
                ));
            }
        }
    }

    /// Writes what was compared, and the line that other programs read.
    pub(super) fn write(&self, out: &mut dyn Write, runs: &Runs) -> io::Result<()> {
        let Self { clocks, ledgers, slices, mismatched, worst: _ } = self;
        writeln!(
            out,
            "  compared: {clocks} clocks on heads with those of the events; {ledgers} ledgers with \
             what the clocks\n    show, and as many of deadlines; {slices} slices of owners"
        )?;
        for what in mismatched.iter().take(SHOWN) {
            writeln!(out, "  MISMATCHED {what}")?;
        }
        let (met, missed) = (runs.count(Fate::Met), runs.count(Fate::Missed));
        let (void, open) = (runs.count(Fate::Void), runs.count(Fate::Open));
        writeln!(
            out,
            "levels: runs={} met={met} missed={missed} void={void} open={open} mismatched={}\n",
            runs.all.len(),
            mismatched.len(),
        )
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use helpdesk::command::Open;
    use helpdesk::sla::policy::{Obligation, SlaPolicy};
    use helpdesk::{ContactId, DeskId, Requester, SettingsDraft, Span};

    use super::super::audit;
    use super::*;

    const TICKET: TicketId = TicketId::from_u128(1);

    /// A desk on which somebody has waited for two hours, of one.
    fn desk() -> (Desk<MemoryStore>, DateTime<Utc>) {
        let (now, maria) = (DateTime::UNIX_EPOCH, ContactId::from_u128(7));
        let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(1));
        let settings = SettingsDraft {
            sla_policies: vec![SlaPolicy::new("standard").obligation(answer)],
            ..SettingsDraft::default()
        };
        let settings = settings.build().unwrap();
        let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, now).unwrap();
        let open = Open::new(TICKET, Requester::Contact(maria), "It burns");
        desk.open(Actor::Customer(maria).at(now), open).unwrap();
        (desk, now + TimeDelta::hours(2))
    }

    fn compared(desk: &Desk<MemoryStore>, end: DateTime<Utc>, runs: &Runs) -> Agreement {
        let (settings, tickets) = (desk.settings().unwrap(), audit::tickets(desk).unwrap());
        Agreement::of(desk, &settings, &tickets, runs, end).unwrap()
    }

    #[test]
    fn a_run_that_no_event_tells_of_is_a_mismatch() {
        let (desk, end) = desk();
        let runs = || Runs::of(&desk, &desk.settings().unwrap(), end).unwrap();
        let agreement = compared(&desk, end, &runs());
        assert_eq!(agreement.mismatched, Vec::<String>::new());
        assert_eq!((runs().count(Fate::Missed), agreement.ledgers), (1, 1));

        let mut lost = runs();
        lost.all.clear();
        assert_eq!(compared(&desk, end, &lost).mismatched.len(), 1);
        lost.courses.clear();
        let told = compared(&desk, end, &lost).mismatched.join("\n");
        assert!(told.contains("HD-1: no event tells of its clocks"), "{told}");
    }

    #[test]
    fn a_head_that_stands_otherwise_than_its_events_say_is_a_mismatch() {
        let (desk, end) = desk();
        let before = Runs::of(&desk, &desk.settings().unwrap(), end).unwrap();
        desk.tick(end).unwrap();
        let told = compared(&desk, end, &before).mismatched.join("\n");
        assert!(told.contains("HD-1: the head has other Customer clocks"), "{told}");
    }

    #[test]
    fn time_that_no_owner_had_is_a_mismatch() {
        let (desk, end) = desk();
        let service = desk.service(&Actor::Host, end, TICKET).unwrap();
        let (audience, metric) = (Audience::Customer, Metric::FirstResponse);
        let clock = service.of(audience, metric).unwrap();
        let slices = desk.owners(&Actor::Host, end, TICKET, audience, metric).unwrap();
        let whose = Whose { ticket: TICKET, reference: "HD-1".to_owned(), audience, metric };
        let mut agreement = Agreement::default();
        agreement.clock(&whose, clock, &slices, false);
        assert!(agreement.mismatched.is_empty() && agreement.worst.is_none(), "none ever comes");
        agreement.clock(&whose, clock, &slices, true);
        assert_eq!(agreement.worst.as_ref().map(|(over, _)| *over), Some(3_600_000_000));
        agreement.clock(&whose, clock, &[], true);
        assert_eq!(agreement.mismatched.len(), 2, "{:?}", agreement.mismatched);
    }
}
