//! The laws of service levels, read off the events.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use helpdesk::conformance::model::ModelTicket;
use helpdesk::sla::policy::Audience;
use helpdesk::sla::{ClockChange, ClockState, Clocked, Metric};
use helpdesk::store::Store;
use helpdesk::{
    Actor, Desk, Event, Key, Notice, NoticeKind, Outcome, Rule, TicketChange, TicketId,
};

use super::run::{Broken, law, said};

/// What a clock has told of one run.
type Told = BTreeSet<(&'static str, u8)>;

/// Law 6: whether clocks only tell what its time has come for, or are measured by what is promised
/// now: nothing has begun, been answered or been done.
pub(crate) fn only_told(event: &Event) -> bool {
    let Some(TicketChange::ClocksChanged(changed)) = event.ticket_change() else { return false };
    let anew = changed.promised.is_some();
    let told = |change: &ClockChange| match change.what {
        Clocked::Warned { .. } | Clocked::Missed | Clocked::Escalated { .. } => true,
        Clocked::Paused | Clocked::Resumed { .. } | Clocked::Retargeted { .. } => anew,
        // What it has done before is only written down otherwise.
        Clocked::Condensed { .. } => true,
        Clocked::Started { .. }
        | Clocked::Rebegun { .. }
        | Clocked::Ended { .. }
        | Clocked::Reopened { .. } => false,
    };
    matches!(event.cause.rule, Some(Rule::Sla | Rule::Adoption))
        && changed.customer.iter().chain(&changed.internal).all(told)
}

/// Law 7: each warning, miss and level of a run is told once, none before its time; a miss is told
/// after the deadline that it is dated by, and before any level.
pub(crate) fn told_once(history: &[Event], key: Key) -> Result<(), Broken> {
    let mut told: BTreeMap<(Audience, Metric), Told> = BTreeMap::new();
    for event in history {
        let Some(TicketChange::ClocksChanged(changed)) = event.ticket_change() else { continue };
        for audience in Audience::ALL {
            for change in changed.of(audience) {
                let told = told.entry((audience, change.metric)).or_default();
                let what = match change.what {
                    Clocked::Started { .. } => {
                        told.clear();
                        continue;
                    }
                    Clocked::Retargeted { told: kept, .. } => {
                        // Places are those of the new terms.
                        let warnings = (0..32).filter(|it| kept.warned(*it));
                        let levels = (0..32).filter(|it| kept.escalated(*it));
                        *told = warnings.map(|it| ("warning", it)).collect();
                        told.extend(levels.map(|it| ("level", it)));
                        told.extend(kept.missed().then_some(("miss", 0)));
                        continue;
                    }
                    Clocked::Warned { warning } => ("warning", warning),
                    Clocked::Escalated { level } => ("level", level),
                    Clocked::Missed => ("miss", 0),
                    _ => continue,
                };
                let metric = change.metric;
                law!(told.insert(what), "law 7: {key} told the {what:?} of {metric} twice");
                law!(change.at <= event.at, "law 7: {key} told the {what:?} of {metric} early");
                let missed = told.contains(&("miss", 0));
                law!(what.0 != "level" || missed, "law 7: {key} has a level of {metric} unmissed");
                let early = what.0 == "miss" && change.at >= event.at;
                law!(!early, "S11: {key} missed {metric} at its deadline");
            }
        }
    }
    Ok(())
}

/// S3: what is owed for misses is what was promised when they were missed, for each run once.
pub(crate) fn remedies(
    history: &[Event],
    ticket: TicketId,
    model: &ModelTicket,
) -> Result<(), Broken> {
    let mut told: BTreeMap<(bool, Audience, Metric), usize> = BTreeMap::new();
    for event in history {
        let Some(TicketChange::ClocksChanged(changed)) = event.ticket_change() else { continue };
        for remedy in &changed.remedies {
            *told.entry((false, remedy.audience, remedy.metric)).or_default() += 1;
        }
        for remedy in &changed.withdrawn {
            *told.entry((true, remedy.audience, remedy.metric)).or_default() += 1;
        }
    }
    let mut expected = BTreeMap::new();
    if let Some(pledge) = &model.pledge {
        for (withdrawn, all) in [(false, &pledge.remedies), (true, &pledge.withdrawn)] {
            for (audience, metrics) in all {
                let of =
                    |(metric, times): (&Metric, &usize)| ((withdrawn, *audience, *metric), *times);
                expected.extend(metrics.iter().map(of));
            }
        }
    }
    law!(told == expected, "S3: {ticket} owes {told:?}, not {expected:?}");
    Ok(())
}

/// What became of clocks, by name.
pub(crate) fn kinds(event: &Event) -> Vec<String> {
    let Some(TicketChange::ClocksChanged(changed)) = event.ticket_change() else {
        return Vec::new();
    };
    let name = |change: &ClockChange| match change.what {
        Clocked::Started { paused, .. } => format!("clock: Started, still {paused}"),
        Clocked::Paused => "clock: Paused".to_owned(),
        Clocked::Resumed { .. } => "clock: Resumed".to_owned(),
        Clocked::Retargeted { .. } => "clock: Retargeted".to_owned(),
        Clocked::Rebegun { .. } => format!("clock: Rebegun, {}", change.metric),
        Clocked::Ended { verdict: Some(verdict), .. } => format!("clock: {verdict}"),
        Clocked::Ended { verdict: None, .. } => "clock: Ended".to_owned(),
        Clocked::Reopened { .. } => "clock: Reopened".to_owned(),
        Clocked::Warned { .. } => "clock: Warned".to_owned(),
        Clocked::Missed => "clock: Missed".to_owned(),
        Clocked::Escalated { .. } => "clock: Escalated".to_owned(),
        Clocked::Condensed { due, .. } => format!("clock: Condensed, missed {}", due.is_some()),
    };
    let mut kinds: Vec<String> =
        changed.customer.iter().chain(&changed.internal).map(name).collect();
    // Where nothing is promised for the first time, it begins by its rule only.
    let total = |change: &ClockChange| {
        change.metric == Metric::TotalResolution && matches!(change.what, Clocked::Started { .. })
    };
    let anew = changed.promised.is_none() && changed.customer.iter().any(total);
    let flags = [
        (anew, "clock: total resolution anew"),
        (changed.promised.is_some(), "clock: promised anew"),
        (!changed.remedies.is_empty(), "clock: a remedy is due"),
        (!changed.withdrawn.is_empty(), "clock: a remedy is not due"),
        (!changed.internal.is_empty(), "clock: internal"),
    ];
    kinds.extend(flags.iter().filter(|(is, _)| *is).map(|(_, name)| (*name).to_owned()));
    kinds
}

/// What clocks tell in a commit is told to somebody, under the name of the event that states it; and
/// nothing else is, of clocks.
pub(crate) fn notices(outcome: &Outcome, notices: &[Notice]) -> Result<(), Broken> {
    let of_clocks = [
        NoticeKind::SlaWarning,
        NoticeKind::SlaMissed,
        NoticeKind::SlaEscalated,
        NoticeKind::RemedyDue,
        NoticeKind::RemedyWithdrawn,
    ];
    let told = notices.iter().filter(|notice| of_clocks.contains(&notice.kind));
    let told: BTreeSet<_> =
        told.map(|notice| (notice.id.ticket, notice.id.revision, notice.kind)).collect();
    let mut stated = BTreeSet::new();
    for (key, event) in outcome.all_events() {
        let Some(TicketChange::ClocksChanged(changed)) = event.ticket_change() else { continue };
        let Some(ticket) = key.as_ticket() else { continue };
        let changes = changed.customer.iter().chain(&changed.internal);
        let kinds = changes.filter_map(|change| match change.what {
            Clocked::Warned { .. } => Some(NoticeKind::SlaWarning),
            Clocked::Missed => Some(NoticeKind::SlaMissed),
            Clocked::Escalated { .. } => Some(NoticeKind::SlaEscalated),
            _ => None,
        });
        let owed = (!changed.remedies.is_empty()).then_some(NoticeKind::RemedyDue);
        let withdrawn = !changed.withdrawn.is_empty();
        let withdrawn = withdrawn.then_some(NoticeKind::RemedyWithdrawn);
        stated
            .extend(kinds.chain(owed).chain(withdrawn).map(|kind| (ticket, event.revision, kind)));
    }
    law!(told == stated, "C3: clocks tell {stated:?}, and people are told {told:?}");
    Ok(())
}

/// S8: the ledger of every clock sums to what the clock shows, that of a deadline to the target,
/// and whoever had the ticket had all of that time, without gaps.
pub(crate) fn ledgers_sum<S: Store>(
    desk: &Desk<S>,
    now: DateTime<Utc>,
    ticket: TicketId,
) -> Result<(), Broken> {
    for clock in desk.service(&Actor::Host, now, ticket).map_err(said)?.clocks {
        let (audience, status) = (clock.audience, clock.status);
        let of = format!("S8: {ticket}, {audience:?}, {}", status.metric);
        let Some(ledger) = clock.ledger() else { return Err(format!("{of} has no ledger")) };
        let (ran, elapsed) = (ledger.ran(), status.elapsed);
        law!(ran == elapsed, "{of} shows {elapsed}, its ledger sums to {ran}");
        if let (Some(due), Some(target)) = (clock.explained(), status.target) {
            let over = matches!(status.state, ClockState::Met | ClockState::Void);
            let (ran, expected) = (due.ran(), if over { target.min(elapsed) } else { target });
            law!(ran == expected, "{of}: {expected} until its deadline, its ledger sums to {ran}");
        }
        let metric = status.metric;
        let slices = desk.owners(&Actor::Host, now, ticket, audience, metric).map_err(said)?;
        let had: i64 = slices.iter().map(|slice| slice.ran.as_micros()).sum();
        law!(
            had == elapsed.as_micros(),
            "{of} shows {elapsed}, its owners had {had} µs: {slices:?}"
        );
        let gaps = slices.windows(2).any(|pair| pair[0].to != pair[1].from);
        law!(!gaps, "{of}: nobody had it for a while: {slices:?}");
    }
    Ok(())
}
