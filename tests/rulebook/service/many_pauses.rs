//! A ticket on which much happens keeps few pauses of its clocks; what that is, nobody notices.

use chrono::TimeDelta;
use helpdesk::command::{
    Edit, LogConversation, MarkSpam, Merge, Note, Reply, SaidBy, UndoMerge, UnmarkSpam,
};
use helpdesk::sla::policy::{Audience, Obligation};
use helpdesk::sla::{Clocked, EntryState, Ledger, Metric, SlaPolicy};
use helpdesk::store::{Store, Wanted};
use helpdesk::{
    Actor, Calendar, Call, Channel, Command, DeskCalendar, Key, Loaded, Passage, Refusal,
    SettingsDraft, Span, Tag, TicketChange, decide, needs,
};

use crate::service::draft_with;
use crate::support::*;

/// All time to the end but for pending, less of it where it is critical; among ourselves, hours of
/// work in which we are there.
fn promises(hours: u32) -> SlaPolicy {
    let end = Obligation::new(Metric::TotalResolution).within(Span::hours(hours));
    let mut work = Obligation::new(Metric::AgentWork).within(Span::hours(40));
    work.audience = Audience::Internal;
    SlaPolicy::new("standard")
        .obligation(end.for_priority("critical", Span::hours(20)).paused_in("pending"))
        .obligation(Obligation::new(Metric::RequesterWait).within(Span::hours(30)))
        .obligation(Obligation::new(Metric::PeriodicUpdate).within(Span::hours(3)))
        .obligation(work.in_calendar("office").warn_at_percent(90))
}

/// A ticket keeps so many pauses of each clock.
fn keeping(most: u32, policy: SlaPolicy) -> SettingsDraft {
    let mut draft = draft_with([policy]);
    draft.limits.clock_pauses = most;
    draft
}

fn desk(most: u32) -> TestDesk {
    let desk = TestDesk::with(keeping(most, promises(400)));
    desk.given_request();
    desk
}

/// The desk asks, and Maria answers, so often.
fn back_and_forth(desk: &TestDesk, times: usize) {
    for time in 0..times {
        desk.advance_to(desk.now() + hours(2));
        desk.ok(&agent(ANNA), Reply::new(TICKET, "Have you tried this?"));
        if time % 3 == 0 {
            desk.advance_to(desk.now() + hours(1));
            desk.ok(&agent(ANNA), set_with_reason(TICKET, "pending", "information"));
        }
        desk.advance_to(desk.now() + hours(5));
        desk.ok(&customer(MARIA), reply(TICKET));
    }
}

/// Each clock as it stands, what its time consists of, and why its deadline is what it is.
fn stands(desk: &TestDesk) -> Vec<(Audience, String, Option<Ledger>, Option<Ledger>)> {
    let service = desk.desk.service(&agent(ADMIN), desk.now(), TICKET).unwrap();
    let clocks = service.clocks.iter();
    let stands: Vec<_> = clocks
        .map(|clock| {
            let ledger = clock.ledger();
            let sum = ledger.as_ref().map(Ledger::ran);
            assert_eq!(sum, Some(clock.status.elapsed), "{}", clock.status.metric);
            (clock.audience, format!("{:?}", clock.status), ledger, clock.explained())
        })
        .collect();
    assert!(stands.len() >= 10, "of both audiences");
    stands
}

/// The most pauses that the ticket keeps of a clock.
fn most_kept(desk: &TestDesk) -> usize {
    let ticket = desk.ticket(TICKET);
    let clocks = Audience::ALL.into_iter().filter_map(|audience| ticket.clocks(audience));
    let kept = clocks.map(|clocks| clocks.iter().map(|clock| clock.pauses().len()).max());
    kept.flatten().max().unwrap()
}

/// What clocks told, and how they ended: all that events say of them that is no pause.
fn told(desk: &TestDesk) -> Vec<String> {
    let changes = desk.changes(TICKET).into_iter().filter_map(|change| match change {
        TicketChange::ClocksChanged(changed) => Some(*changed),
        _ => None,
    });
    let all = changes.flat_map(|it| it.customer.into_iter().chain(it.internal));
    let said = all.filter(|change| !matches!(change.what, Clocked::Condensed { .. }));
    said.map(|change| format!("{change:?}")).collect()
}

#[test]
fn whatever_happens_a_ticket_that_keeps_few_pauses_stands_as_one_that_keeps_all() {
    let (few, all) = (desk(2), desk(10_000));
    let both = |what: &dyn Fn(&TestDesk)| {
        for desk in [&few, &all] {
            what(desk);
        }
        assert_eq!(stands(&few), stands(&all));
        assert_eq!(told(&few), told(&all));
        assert_eq!(few.ticket(TICKET).next_wake(), all.ticket(TICKET).next_wake());
        assert!(most_kept(&few) <= 2);
        few.verify();
    };
    both(&|desk| back_and_forth(desk, 12));
    assert!(most_kept(&all) > 10);
    // Under another target, that was reached among the pauses; and the first one again.
    let priority = |priority: &str| Edit { priority: Some(priority.into()), ..Edit::new(TICKET) };
    both(&|desk| drop(desk.ok(&agent(ANNA), priority("critical"))));
    both(&|desk| back_and_forth(desk, 3));
    both(&|desk| drop(desk.ok(&agent(ANNA), priority("low"))));
    // In other hours.
    let adopt = |desk: &TestDesk, hours: u32| {
        let most = if most_kept(desk) > 2 { 10_000 } else { 2 };
        let mornings: Calendar = "zone Etc/UTC; open mon-fri 08:00-12:00".parse().unwrap();
        let calendars = vec![DeskCalendar::new("office", mornings.draft().clone())];
        desk.publish(SettingsDraft { calendars, ..keeping(most, promises(hours)) });
        let adopted = desk.desk.adopt(desk.now(), None, 10).unwrap();
        assert!(adopted.failed.is_empty(), "{:?}", adopted.failed);
    };
    both(&|desk| adopt(desk, 100));
    both(&|desk| back_and_forth(desk, 5));
    // Somebody writes down what they said days ago.
    both(&|desk| {
        let days_ago = desk.now() - days(2);
        let said = SaidBy::Agent(ANNA);
        desk.pass(hours(1));
        let log = LogConversation::new(TICKET, said, Channel::Phone, days_ago, "They spoke.");
        desk.ok(&agent(ANNA), log);
    });
    // The terms change while it is done, and it is taken up again.
    both(&|desk| drop(desk.ok(&agent(ANNA), resolve(TICKET))));
    both(&|desk| adopt(desk, 30));
    both(&|desk| {
        desk.pass(hours(1));
        desk.ok(&customer(MARIA), reply(TICKET));
    });
    both(&|desk| back_and_forth(desk, 4));

    let slices = |desk: &TestDesk| {
        let (audience, metric) = (Audience::Customer, Metric::TotalResolution);
        desk.desk.owners(&agent(ADMIN), desk.now(), TICKET, audience, metric).unwrap()
    };
    assert_eq!(slices(&few), slices(&all));
}

#[test]
fn a_ledger_names_every_pause_of_a_ticket_that_keeps_few() {
    let desk = desk(2);
    back_and_forth(&desk, 20);
    let service = desk.desk.service(&agent(ADMIN), desk.now(), TICKET).unwrap();
    let wait = service.of(Audience::Customer, Metric::RequesterWait).unwrap();
    let ledger = wait.ledger().unwrap();
    let paused = ledger.entries().iter().filter(|entry| entry.state == EntryState::Paused);
    assert_eq!(paused.count(), 20);
    assert_eq!((ledger.ran(), wait.status.elapsed), (Span::hours(40), Span::hours(40)));
    assert_eq!(wait.explained().unwrap().ran(), Span::hours(30), "it sums to the target");
    // The record alone has no more than the sum.
    let clocks = desk.ticket(TICKET).clocks(Audience::Customer).unwrap();
    let clock = clocks.of(Metric::RequesterWait).unwrap();
    assert!(clock.pauses().len() <= 2 && clock.condensed().is_some());
}

/// What a call needs of histories, and all that it needs.
fn passages(desk: &TestDesk, call: &Call) -> (Vec<Passage>, Loaded) {
    let id = desk.desk.id();
    let (mut loaded, mut passages) = (Loaded::default(), Vec::new());
    for _ in 0..6 {
        let needs = needs(id, call, &loaded);
        for key in needs.records {
            let found = desk.store.load(id, &Wanted::records([key])).unwrap();
            loaded.add_record(key, found.records.into_iter().next().flatten());
        }
        for counter in needs.counters {
            let found = desk.store.load(id, &Wanted::counters([counter.clone()])).unwrap();
            loaded.add_counter(counter, found.counters[0]);
        }
        assert!(needs.keys.is_empty());
        for passage in needs.passages {
            let short = decide(id, call, &loaded).unwrap_err();
            assert!(matches!(short, Refusal::NotLoaded));
            let Passage { key, after, to } = passage;
            let events = desk.store.history(key, after, (to.0 - after.0) as usize).unwrap();
            loaded.add_passage(passage, events);
            passages.push(passage);
        }
    }
    assert!(needs(id, call, &loaded).is_empty(), "in no more than six rounds");
    (passages, loaded)
}

/// Of which records the history is read for this.
fn read(desk: &TestDesk, actor: &Actor, command: Command) -> Vec<Key> {
    let call = desk.context(actor).call(command);
    let (passages, loaded) = passages(desk, &call);
    decide(desk.desk.id(), &call, &loaded).unwrap();
    passages.into_iter().map(|passage| passage.key).collect()
}

#[test]
fn what_was_promised_nothing_is_read_only_where_it_is_work_again() {
    let desk = TestDesk::with(SettingsDraft { open_age: None, ..draft() });
    desk.given_request();
    let (spam, merged) = (ticket_id(0x81), ticket_id(0x82));
    for id in [spam, merged, ticket_id(0x83)] {
        desk.ok(&customer(MARIA), request(id));
    }
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.ok(&agent(ANNA), MarkSpam { ticket: spam });
    desk.ok(&agent(ANNA), Merge::new(merged, ticket_id(0x83)));
    desk.publish(keeping(2, promises(10)));
    let anna = agent(ANNA);
    for id in [TICKET, spam] {
        let edit = Edit { add_tags: [Tag::from("old")].into(), ..Edit::new(id) };
        assert_eq!(read(&desk, &anna, Command::Edit(edit)), [], "{id}");
    }
    for id in [TICKET, spam, merged] {
        let note = Command::Note(Note::new(id, "Nothing to be done"));
        assert_eq!(read(&desk, &anna, note), [], "{id}");
    }
    assert_eq!(read(&desk, &customer(MARIA), Command::Reply(reply(merged))), []);
    let again = Command::Reply(reply(TICKET));
    assert_eq!(read(&desk, &customer(MARIA), again), [desk.key(TICKET)]);
    let unmark = Command::UnmarkSpam(UnmarkSpam { ticket: spam });
    assert_eq!(read(&desk, &anna, unmark), [desk.key(spam)]);
    let undo = Command::UndoMerge(UndoMerge { ticket: merged });
    assert_eq!(read(&desk, &anna, undo), [desk.key(merged)]);
}

#[test]
fn only_a_command_that_needs_the_single_pauses_reads_the_history() {
    let desk = desk(2);
    back_and_forth(&desk, 20);
    desk.pass(hours(1));
    let key = desk.key(TICKET);
    let reads = |actor: &Actor, command: Command| read(&desk, actor, command);
    let anna = agent(ANNA);
    assert_eq!(reads(&customer(MARIA), Command::Reply(reply(TICKET))), []);
    assert_eq!(reads(&anna, Command::Reply(reply(TICKET))), []);
    assert_eq!(reads(&anna, Command::Resolve(resolve(TICKET))), []);
    assert_eq!(
        reads(&anna, Command::SetStatus(set_with_reason(TICKET, "pending", "information"))),
        []
    );
    let priority = |priority: &str| {
        Command::Edit(Edit { priority: Some(priority.into()), ..Edit::new(TICKET) })
    };
    assert_eq!(reads(&anna, priority("high")), [], "the same is promised");
    assert_eq!(reads(&anna, priority("critical")), [key], "that has long been missed: when?");
    let log = |before: TimeDelta| {
        let said_at = desk.now() - before;
        Command::LogConversation(LogConversation::new(
            TICKET,
            SaidBy::Agent(ANNA),
            Channel::Phone,
            said_at,
            "They spoke.",
        ))
    };
    assert_eq!(reads(&anna, log(hours(3))), []);

    // A target that lies ahead is found from the sum.
    desk.publish(keeping(2, promises(500)));
    assert_eq!(
        reads(&Actor::System, Command::Adopt(TICKET)),
        [Key::settings(desk.desk.id())],
        "of the settings, what was published before"
    );
    desk.publish(keeping(2, promises(10)));
    assert!(reads(&Actor::System, Command::Adopt(TICKET)).contains(&key));
}
