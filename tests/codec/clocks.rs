//! Samples of service levels: settings that promise everything, and clocks to which everything
//! happens.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::sla::policy::{Audience, Obligation, SlaAction, Whom};
use helpdesk::sla::{ClockChange, Clocked, Ending, Metric, SlaPolicy, Target, Told, Verdict};
use helpdesk::{
    Actor, Calendar, Change, ClocksChanged, DeskCalendar, Event, Head, Intent, Key, Promised,
    Remedy, Revision, Rule, SettingsDraft, SlaLevel, Span, TicketChange, fold,
};

use crate::samples::{BEN, DESK, TICKET, bare_opening, event, monday, plain};

pub(crate) const VERDICTS: [Verdict; 3] = [Verdict::Met, Verdict::Missed, Verdict::Void];

pub(crate) const ENDINGS: [Ending; 3] = [Ending::Fulfilled, Ending::Done, Ending::Moved];

pub(crate) fn whom() -> [Whom; 4] {
    [Whom::Assignee, Whom::Department, Whom::Desk, Whom::Agent(BEN)]
}

pub(crate) fn actions() -> Vec<SlaAction> {
    let notify = whom().into_iter().map(SlaAction::Notify);
    let others = [
        SlaAction::RaisePriority("high".into()),
        SlaAction::AddTag("late".into()),
        SlaAction::Escalate("support".into()),
    ];
    notify.chain(others).collect()
}

fn after(minutes: i64) -> DateTime<Utc> {
    monday() + TimeDelta::minutes(minutes)
}

/// Everything that can become of a clock.
pub(crate) fn changes() -> Vec<Clocked> {
    let due = Some(after(240));
    let mut all = vec![
        Clocked::Started { due, paused: false },
        Clocked::Paused,
        Clocked::Resumed { due },
        Clocked::Retargeted { due, told: Told::default() },
        Clocked::Rebegun { since: after(-30), due },
    ];
    all.extend(VERDICTS.into_iter().zip(ENDINGS).map(|(verdict, by)| Clocked::Ended {
        due,
        by,
        verdict: Some(verdict),
        target: Some(Span::hours(4)),
        ran: Span::minutes(30),
    }));
    all.extend([
        Clocked::Reopened { due: None, paused: true },
        Clocked::Warned { warning: 1 },
        Clocked::Missed,
        Clocked::Escalated { level: 15 },
    ]);
    all
}

/// What is owed for a miss, as it was told at first.
fn bare(metric: Metric) -> Remedy {
    Remedy { metric, audience: Audience::Customer, words: None }
}

fn intents(metric: Option<Metric>) -> Vec<Intent> {
    let intent = |action| Intent { metric, audience: Audience::Customer, action };
    actions().into_iter().map(intent).collect()
}

/// A ticket that is promised something, to whose clocks everything happens; and nothing any more.
pub(crate) fn history() -> Vec<Event> {
    let promised = Promised {
        policy: Some("premium".into()),
        level: Some(SlaLevel { name: "gold".into(), rank: 1 }),
        priority: 2,
        settings: Revision(7),
        group: None,
        contract: None,
    };
    let started = |metric| {
        let what = Clocked::Started { due: Some(after(240)), paused: false };
        ClockChange { metric, at: monday(), what, wake: Some(after(120)), target: None }
    };
    let begun = ClocksChanged {
        promised: Some(promised.clone()),
        customer: Metric::ALL.map(started).to_vec(),
        internal: vec![started(Metric::TimeToAssign)],
        wake: Some(after(120)),
        ..ClocksChanged::default()
    };
    let mut all = vec![begun];
    for (place, what) in changes().into_iter().enumerate() {
        let change = ClockChange {
            metric: Metric::TotalResolution,
            at: after(place as i64),
            what,
            wake: None,
            target: None,
        };
        let missed = what == Clocked::Missed;
        all.push(ClocksChanged {
            customer: vec![change],
            remedies: if missed { vec![bare(Metric::TotalResolution)] } else { Vec::new() },
            intents: if missed { intents(None) } else { Vec::new() },
            ..ClocksChanged::default()
        });
    }
    let nothing = Promised { policy: None, level: None, ..promised };
    all.push(ClocksChanged { promised: Some(nothing), ..ClocksChanged::default() });
    let mut history = vec![bare_opening()];
    for (changed, revision) in all.into_iter().zip(2..) {
        let cause = helpdesk::Cause { rule: Some(Rule::Sla), ..plain(Actor::System) };
        let change = TicketChange::ClocksChanged(Box::new(changed));
        history.push(event(revision, cause, Change::Ticket(change), None));
    }
    history
}

/// What follows on that: a clock whose pauses are many, which knows how long it ran before.
pub(crate) fn condensed() -> Vec<Event> {
    let so_long = |ran, target, due| Clocked::Condensed { until: after(60), ran, target, due };
    let all = [
        so_long(Span::minutes(30), None, None),
        so_long(Span::hours(5), Some(Span::hours(4)), Some(after(45))),
    ];
    let before = history().len() as u64;
    let events = all.into_iter().zip(before + 1..).map(|(what, revision)| {
        let change = ClockChange {
            metric: Metric::TotalResolution,
            at: after(60),
            what,
            wake: None,
            target: None,
        };
        let changed = ClocksChanged { customer: vec![change], ..ClocksChanged::default() };
        let cause = helpdesk::Cause { rule: Some(Rule::Sla), ..plain(Actor::System) };
        let change = TicketChange::ClocksChanged(Box::new(changed));
        event(revision, cause, Change::Ticket(change), None)
    });
    events.collect()
}

/// And what is owed, and wanted, by which clock; and that it is not owed after all.
pub(crate) fn owed() -> Vec<Event> {
    let before = (history().len() + condensed().len()) as u64;
    let owed = Remedy {
        metric: Metric::TotalResolution,
        audience: Audience::Customer,
        words: Some("10 % of the month's fee".into()),
    };
    let internal = Remedy { audience: Audience::Internal, ..owed.clone() };
    let promised = Promised {
        policy: Some("premium".into()),
        level: None,
        priority: 2,
        settings: Revision(8),
        group: Some("vip".into()),
        contract: Some("premium-2026".into()),
    };
    let change = ClockChange {
        metric: Metric::TotalResolution,
        at: after(70),
        what: Clocked::Missed,
        wake: None,
        target: Some(Span::hours(4)),
    };
    let all = [
        ClocksChanged {
            promised: Some(promised),
            customer: vec![change],
            remedies: vec![owed.clone(), internal],
            intents: intents(Some(Metric::TotalResolution)),
            ..ClocksChanged::default()
        },
        ClocksChanged { withdrawn: vec![owed], ..ClocksChanged::default() },
    ];
    let events = all.into_iter().zip(before + 1..).map(|(changed, revision)| {
        let cause = helpdesk::Cause { rule: Some(Rule::Sla), ..plain(Actor::System) };
        let change = TicketChange::ClocksChanged(Box::new(changed));
        event(revision, cause, Change::Ticket(change), None)
    });
    events.collect()
}

/// Settings that promise something of every metric, in every way there is.
pub(crate) fn settings() -> Event {
    let office: Calendar =
        "zone Europe/Berlin; open mon-fri 09:00-17:00; holiday 12-25".parse().unwrap();
    let mut policy = SlaPolicy::new("premium")
        .level("gold")
        .when("priority >= high".parse().unwrap())
        .group("vip")
        .contract("premium-2026");
    for (place, metric) in Metric::ALL.into_iter().enumerate() {
        let mut it = Obligation::new(metric)
            .within(Span::hours(4))
            .for_priority("critical", Target::BusinessDays(2))
            .in_calendar("office")
            .paused_in("pending")
            .paused_for("suspended", "vendor")
            .warn_at_percent(50)
            .warn_with_left(Span::minutes(30))
            .escalate_after(Span::ZERO, actions());
        if place % 2 == 0 {
            it.audience = Audience::Internal;
        } else {
            it.remedy = Some("a cake".into());
        }
        policy.obligations.push(it);
    }
    let draft = SettingsDraft {
        departments: vec![helpdesk::Department::new("support")],
        customer_groups: vec!["vip".into()],
        calendars: vec![DeskCalendar::new("office", office.draft().clone())],
        sla_levels: vec!["basic".into(), "gold".into()],
        sla_policies: vec![policy],
        ..SettingsDraft::default()
    };
    event(1, plain(Actor::Host), Change::Settings(Arc::new(draft.build().unwrap())), None)
}

/// Heads with clocks that have just begun, in the middle, and at the end; and the settings.
pub(crate) fn heads() -> Vec<(Key, Head)> {
    let ticket = Key::ticket(DESK, TICKET);
    let history = history();
    let lengths = [2, 4, 6, 9, 12, history.len()];
    let mut heads: Vec<(Key, Head)> =
        lengths.map(|length| (ticket, fold(ticket, &history[..length]).unwrap())).to_vec();
    let key = Key::settings(DESK);
    heads.push((key, fold(key, [&settings()]).unwrap()));
    let condensed: Vec<Event> = history.into_iter().chain(condensed()).collect();
    for gone in [1, 0] {
        let condensed = &condensed[..condensed.len() - gone];
        heads.push((ticket, fold(ticket, condensed).unwrap()));
    }
    heads
}
