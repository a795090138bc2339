//! One tick or a thousand: the same commands leave the same events, however often the host's
//! timer goes off in between.
//!
//! Under a fixed roster and fixed settings, with a clock that does not run backwards (a tick is
//! a command too, and what it has seen counts), without repeated command ids and stale views.
//! And clocks that are adopted late run as those that were there from the start.
use std::collections::BTreeMap;

use crate::histories::run::Run;
use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::conformance::history::{DESK, History, Step, cast};
use helpdesk::conformance::kit::Random;
use helpdesk::sla::policy::{Audience, Obligation, PausedIn, SlaAction, Whom};
use helpdesk::sla::{Clocked, Metric, SlaPolicy, Target};
use helpdesk::store::{MemoryStore, Store};
use helpdesk::{
    Calendar, Call, Command, Condition, Desk, DeskCalendar, Event, Fact, FollowUpClocks, Key,
    Revision, Settings, SettingsDraft, Span, StatusCategory, StatusDraft, TicketChange,
};

/// The calls of a history, as they came about on a desk that never ticks.
fn script(history: &History) -> Vec<Call> {
    let mut run = Run::start(history.settings(), false).unwrap();
    let mut calls = Vec::new();
    for seed in &history.steps {
        let Step::Call(mut call) = run.draw(*seed, false) else { continue };
        // A revision that somebody saw is one more or less for every tick.
        call.context.seen = None;
        // A command that changes nothing is remembered only where it found something due.
        if run.named.iter().any(|named| named.context.command_id == call.context.command_id) {
            call.context.command_id = None;
        }
        run.take(&Step::Call(call.clone())).unwrap();
        calls.push(*call);
    }
    calls
}

fn desk(settings: Settings) -> Desk<MemoryStore> {
    let desk = Desk::create(MemoryStore::new(), DESK, settings, cast::start()).unwrap();
    for call in cast::hire() {
        desk.execute(&call).unwrap();
    }
    desk
}

/// Ticks until nothing is due any more at this instant.
fn rest(desk: &Desk<MemoryStore>, now: DateTime<Utc>) {
    while desk.tick(now).unwrap().next_wake.is_some_and(|wake| wake <= now) {}
}

fn events(desk: &Desk<MemoryStore>) -> BTreeMap<Key, Vec<Event>> {
    let written = desk.store().scan(DESK, 0, usize::MAX).unwrap();
    let keys = written.into_iter().map(|entry| entry.key);
    keys.map(|key| (key, desk.history(key, Revision::ZERO, usize::MAX).unwrap())).collect()
}

/// Ticks at every wake between two instants, and at some more.
fn tick_between(
    desk: &Desk<MemoryStore>,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    random: &mut Random,
) -> u64 {
    let gap = (to - from).num_microseconds().unwrap_or(0).max(0) as usize;
    let mut instants: Vec<_> = (0..random.below(4))
        .map(|_| from + TimeDelta::microseconds(random.below(gap + 1) as i64))
        .collect();
    instants.sort();
    instants.push(to);
    let mut ticks = 0;
    for instant in instants {
        while let Some(wake) = desk.next_wake(from).unwrap().filter(|wake| *wake <= instant) {
            desk.tick(wake).unwrap();
            ticks += 1;
        }
        // Nothing is due: this one must do nothing.
        assert!(desk.tick(instant).unwrap().outcomes.is_empty());
        ticks += 1;
    }
    ticks
}

#[test]
fn one_tick_or_a_thousand_the_same_events() {
    let Seen { ticks, fired, all, .. } = compare(3_000, |settings| settings);
    println!("{all} events, {fired} of them by timers, over {ticks} ticks");
    assert!(fired > 5_000 && ticks > 100_000, "{fired} by timers, {ticks} ticks");
}

#[test]
fn and_the_same_of_clocks_whatever_is_promised() {
    let Seen { ticks, told, verdicts, all, .. } = compare(1_500, promising);
    println!("{all} events, {told} told by clocks, {verdicts} verdicts, over {ticks} ticks");
    assert!(told > 20_000 && verdicts > 5_000, "{told} told, {verdicts} verdicts");
}

/// The same settings with two policies: in all time, and in the hours of an office.
fn promising(settings: Settings) -> Settings {
    let mut draft = settings.draft().clone();
    let office: Calendar =
        "zone Europe/Berlin; open mon-fri 09:00-12:30, 13:15-17:00".parse().unwrap();
    draft.calendars = vec![DeskCalendar::new("office", office.draft().clone())];
    // What later settings promise is something else.
    let more = draft.departments.len() as u32;
    let waits = draft.workflow.statuses.iter().find(|it| it.category == StatusCategory::Waiting);
    let waits = waits.map(|status| status.name.clone());
    let all = |office: bool| {
        Metric::ALL
            .into_iter()
            .enumerate()
            .flat_map(move |(place, metric)| {
                [Audience::Customer, Audience::Internal]
                    .map(|audience| (place as u32, metric, audience))
            })
            .filter(move |(place, _, audience)| *audience == Audience::Customer || place % 3 == 0)
            .map(move |(place, metric, audience)| {
                let mut it = Obligation::new(metric)
                    .within(Span::hours(1 + place * 3 + more))
                    .warn_at_percent(50)
                    .warn_with_left(Span::minutes(7))
                    .escalate_after(Span::ZERO, [SlaAction::Notify(Whom::Desk)])
                    .escalate_after(Span::minutes(100), []);
                it.audience = audience;
                if office {
                    it = it.in_calendar("office");
                    if place == 4 {
                        it = it.within(Target::BusinessDays(2));
                    }
                }
                it
            })
    };
    let pausing = |mut it: Obligation| {
        if it.metric >= Metric::FirstResolution {
            it.pauses =
                waits.iter().map(|it| PausedIn { status: it.clone(), reason: None }).collect();
        }
        it
    };
    let urgent = SlaPolicy { obligations: all(false).collect(), ..SlaPolicy::new("urgent") };
    let usual =
        SlaPolicy { obligations: all(true).map(pausing).collect(), ..SlaPolicy::new("usual") };
    // What looks at the status changes with what a ticket does by itself.
    let done = |it: &StatusDraft| matches!(it.category, StatusCategory::Resolved);
    let aside = |it: &&StatusDraft| it.category == StatusCategory::OnHold || done(it);
    let aside = draft.workflow.statuses.iter().filter(aside);
    let aside = Condition::any(aside.map(|it| Fact::Status.equals(it.name.as_str())));
    let slow = all(false).map(|it| Obligation { within: it.within.map(thrice), ..it });
    let slow = SlaPolicy { obligations: slow.collect(), ..SlaPolicy::new("set aside") };
    draft.sla_policies =
        vec![urgent.when("priority >= high".parse().unwrap()), slow.when(aside), usual];
    let known = draft.priorities.iter().any(|priority| priority == "high");
    if !known {
        draft.sla_policies.remove(0);
    }
    draft.build().unwrap()
}

fn thrice(target: Target) -> Target {
    match target {
        Target::Within(span) => {
            let hours = span.as_micros() / 3_600_000_000;
            Target::Within(Span::hours(3 * u32::try_from(hours).unwrap()))
        }
        other => other,
    }
}

/// The same settings without service levels.
fn promising_nothing(settings: &Settings) -> Settings {
    SettingsDraft { sla_policies: Vec::new(), ..settings.draft().clone() }.build().unwrap()
}

/// The same settings with a policy that is every ticket's and never changes.
fn promising_all(settings: &Settings) -> Settings {
    let mut draft = settings.draft().clone();
    let office: Calendar = "zone Europe/Berlin; open mon-fri 09:00-17:00".parse().unwrap();
    draft.calendars = vec![DeskCalendar::new("office", office.draft().clone())];
    let all = Metric::ALL.into_iter().zip(1..).map(|(metric, place)| {
        let it = Obligation::new(metric).within(Span::hours(3 * place)).warn_at_percent(50);
        if place % 2 == 0 { it.in_calendar("office") } else { it }
    });
    draft.sla_policies =
        vec![SlaPolicy { obligations: all.collect(), ..SlaPolicy::new("everybody's") }];
    // All pauses are compared.
    draft.limits.clock_pauses = 10_000;
    // What followed up a ticket that was promised nothing has nothing to go on from.
    draft.clock_rules.follow_up = FollowUpClocks::Anew;
    draft.build().unwrap()
}

/// A desk that promises from the start, and one that adopts the same promise at the end: what runs
/// then is measured alike, and what has ended ended alike; only that nothing was promised of it.
#[test]
fn a_promise_that_is_adopted_late_measures_what_runs_as_if_it_had_held_from_the_start() {
    let (mut compared, mut running, mut paused, mut ended, mut again) = (0, 0, 0, 0, 0);
    'histories: for seed in 0..2_000 {
        let history = History::drawn(seed, 60);
        let mut calls = script(&history);
        calls.retain(|call| !names_a_revision(&call.command));
        let Some(last) = calls.last().map(|call| call.context.now) else { continue };
        let plain = promising_nothing(&history.settings());
        let (early, late) = (desk(promising_all(&plain)), desk(plain.clone()));
        let mut in_force = plain;
        for call in &calls {
            let mut promising = call.clone();
            if let Command::PublishSettings(published) = &mut promising.command {
                *published = promising_all(published).into();
            }
            let mut call = call.clone();
            if let Command::PublishSettings(published) = &mut call.command {
                *published = promising_nothing(published).into();
            }
            let (one, other) = (early.execute(&promising), late.execute(&call));
            if one.is_ok() != other.is_ok() {
                continue 'histories;
            }
            if let (Ok(_), Command::PublishSettings(published)) = (&one, &call.command) {
                in_force = (**published).clone();
            }
        }
        compared += 1;
        for desk in [&early, &late] {
            rest(desk, last);
        }
        let host = helpdesk::Actor::Host.at(last);
        late.publish(host, promising_all(&in_force)).unwrap();
        for desk in [&early, &late] {
            let adopted = desk.adopt(last, None, usize::MAX).unwrap();
            assert!(adopted.failed.is_empty() && adopted.next.is_none());
            rest(desk, last);
        }
        for entry in late.store().scan(DESK, 0, usize::MAX).unwrap() {
            late.verify(entry.key).unwrap();
            let Some(id) = entry.key.as_ticket() else { continue };
            let [Some(early), Some(late)] = [&early, &late].map(|desk| desk.ticket(id).unwrap())
            else {
                // What continues a closed ticket is named after its last event.
                continue;
            };
            let Some(clocks) = late.clocks(Audience::Customer) else {
                let rests = late.is_spam() || late.merged_into().is_some();
                assert!(rests || late.status().category.is_done(), "history {seed}, {id}");
                continue;
            };
            let before = early.clocks(Audience::Customer).unwrap();
            for (early, late) in before.iter().zip(clocks.iter()) {
                let at = format!("history {seed}, {id}, {}", early.metric());
                assert_eq!(early.metric(), late.metric(), "{at}");
                assert_eq!(early.number(), late.number(), "{at}");
                assert_eq!(early.started_at(), late.started_at(), "{at}");
                assert_eq!(early.pauses(), late.pauses(), "{at}");
                match (early.ended(), late.ended()) {
                    (None, None) => {
                        assert_eq!(early.due(), late.due(), "{at}");
                        running += 1;
                        paused += usize::from(!early.pauses().is_empty());
                        again += usize::from(early.number() > 1);
                    }
                    (Some(early), Some(late)) => {
                        assert_eq!((early.at, early.by), (late.at, late.by), "{at}");
                        ended += 1;
                    }
                    (early, late) => panic!("{at}: {early:?} but {late:?}"),
                }
            }
            assert_eq!(before.iter().count(), clocks.iter().count(), "history {seed}, {id}");
            assert_eq!(early.sla_due_at(), late.sla_due_at(), "history {seed}, {id}");
        }
    }
    println!(
        "{compared} compared: {running} running ({paused} that stood still, {again} not the first), {ended} ended"
    );
    assert!(compared > 1_000 && running > 5_000 && paused > 1_000 && again > 100 && ended > 2_000);
}

/// Whether it means another event where there are clocks, whose changes have revisions, too.
fn names_a_revision(command: &Command) -> bool {
    matches!(
        command,
        Command::Split(_)
            | Command::Redact(_)
            | Command::MarkTodo(_)
            | Command::ReplySide(_)
            | Command::CloseSide(_)
            | Command::ReportUndelivered(_)
    )
}

/// How much happened.
#[derive(Default)]
struct Seen {
    ticks: u64,
    fired: usize,
    told: usize,
    verdicts: usize,
    all: usize,
}

/// The same calls on a desk that never ticks and on one that often does.
fn compare(histories: u64, settings: impl Fn(Settings) -> Settings) -> Seen {
    let Seen { mut ticks, mut fired, mut told, mut verdicts, mut all } = Seen::default();
    for seed in 0..histories {
        let history = History::drawn(seed, 60);
        let mut calls = script(&history);
        let Some(last) = calls.last().map(|call| call.context.now) else { continue };
        let end = last + TimeDelta::days(100);
        for call in &mut calls {
            if let Command::PublishSettings(published) = &mut call.command {
                *published = settings((**published).clone()).into();
            }
        }

        let desk = || desk(settings(history.settings()));
        let (quiet, busy) = (desk(), desk());
        let mut random = Random::new(seed ^ 0x71c5);
        let mut clock = cast::start();
        for call in &calls {
            let now = call.context.now;
            ticks += tick_between(&busy, (clock, now), &mut random);
            clock = now;
            let verdict = |desk: &Desk<MemoryStore>| {
                let result = desk.execute(call);
                result.map(|_| ()).map_err(|error| error.refusal().map(helpdesk::Refusal::code))
            };
            assert_eq!(verdict(&quiet), verdict(&busy), "history {seed}: {call:#?}");
        }
        ticks += tick_between(&busy, (clock, end), &mut random);
        rest(&quiet, end);
        rest(&busy, end);

        let quiet_desk = quiet;
        let (quiet, busy) = (events(&quiet_desk), events(&busy));
        assert_eq!(quiet.keys().collect::<Vec<_>>(), busy.keys().collect::<Vec<_>>());
        for (key, history) in &quiet {
            let pairs = history.iter().zip(&busy[key]);
            for (quiet, busy) in pairs {
                assert_eq!(quiet, busy, "history {seed}, {key}");
            }
            assert_eq!(history.len(), busy[key].len(), "history {seed}, {key}");
            let by_timer = |event: &&Event| event.cause.actor == helpdesk::Actor::System;
            fired += history.iter().filter(by_timer).count();
            all += history.len();
            for event in history {
                let Some(TicketChange::ClocksChanged(changed)) = event.ticket_change() else {
                    continue;
                };
                for change in changed.customer.iter().chain(&changed.internal) {
                    match change.what {
                        Clocked::Warned { .. } | Clocked::Missed | Clocked::Escalated { .. } => {
                            told += 1;
                        }
                        Clocked::Ended { verdict: Some(_), .. } => verdicts += 1,
                        _ => {}
                    }
                }
            }
        }
        for key in quiet_desk.store().scan(DESK, 0, usize::MAX).unwrap() {
            quiet_desk.verify(key.key).unwrap();
        }
    }
    Seen { ticks, fired, told, verdicts, all }
}
