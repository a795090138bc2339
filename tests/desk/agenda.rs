//! What is to be done about a ticket: to-dos, reminders, mentions, and closing that waits.

use crate::support::*;
use chrono::TimeDelta;
use helpdesk::command::{Assign, Close, MarkTodo, Merge, NewTodo, Note, Unlink};
use helpdesk::store::{CommitError, Store};
use helpdesk::{
    Actor, AgentId, AgentProfile, CloseBlocks, Command, LinkKind, Moved, NoticeKind, Party,
    Recipient, Refusal, Rule, Settings, SettingsDraft, StatusChange, TicketChange, TicketId,
    TodoId, TodoState, decide, needs,
};

const CHILD: TicketId = TicketId::from_u128(0x72);

fn todo(text: &str) -> NewTodo {
    NewTodo::new(text)
}

fn noted(todos: Vec<NewTodo>) -> Note {
    Note { todos, ..Note::new(TICKET, "a thought") }
}

fn mark(todo: TodoId, state: TodoState) -> MarkTodo {
    MarkTodo { ticket: TICKET, todo, state }
}

/// The id of the ticket's to-do in this place.
fn id(desk: &TestDesk, place: usize) -> TodoId {
    desk.ticket(TICKET).todos()[place].id()
}

/// The instants at which somebody was reminded, with who was told.
fn reminders(desk: &TestDesk) -> (Vec<At>, Vec<Recipient>) {
    let reminded = |change: &TicketChange| matches!(change, TicketChange::Reminded(_));
    let history = desk.history(TICKET);
    let events = history.iter().filter(|event| event.ticket_change().is_some_and(reminded));
    let at = events.map(|event| event.at).collect();
    let notices = desk.notices().into_iter().filter(|it| it.kind == NoticeKind::Reminder);
    (at, notices.map(|notice| notice.to).collect())
}

fn given(blocks: CloseBlocks) -> TestDesk {
    let desk = TestDesk::with(helpdesk::SettingsDraft { close_blocks: blocks, ..draft() });
    desk.given_request();
    desk
}

const CHILDREN: CloseBlocks = CloseBlocks { children: true, todos: false };
const TODOS: CloseBlocks = CloseBlocks { children: false, todos: true };

/// A desk on which closing waits for children, with one child.
fn given_child() -> TestDesk {
    let desk = given(CHILDREN);
    desk.ok(&customer(MARIA), request(CHILD));
    desk.ok(&agent(ANNA), link(TICKET, LinkKind::ParentOf, CHILD));
    desk
}

#[test]
fn a_note_adds_what_is_to_be_done() {
    let desk = given(CloseBlocks::default());
    let second = NewTodo { owner: Some(LIA), ..todo("Order toner") };
    desk.ok(&agent(ANNA), noted(vec![todo(" Call her "), second]));
    let ticket = desk.ticket(TICKET);
    let todos: Vec<_> = ticket.todos().iter().map(|it| (it.text().as_str(), it.owner())).collect();
    assert_eq!(todos, [("Call her", None), ("Order toner", Some(LIA))]);
    assert_eq!(ticket.open_todo_count(), 2);
    assert_eq!(desk.find(&agent(ANNA), "open_todos >= 2", "number"), [1]);
    // Its words are nobody else's, and can be erased.
    let added = desk.history(TICKET)[2].clone();
    assert_eq!(added.personal.unwrap().text.as_deref(), Some("Call her"));
    assert_eq!(desk.thread(&customer(MARIA), TICKET).len(), 1);
    desk.verify();
}

#[test]
fn a_to_do_is_done_opened_again_and_dropped() {
    let desk = given(CloseBlocks::default());
    desk.ok(&agent(ANNA), noted(vec![todo("Call her")]));
    let only = id(&desk, 0);
    desk.ok(&agent(LIA), mark(only, TodoState::Done));
    assert!(desk.ticket(TICKET).todos()[0].is_done());
    assert!(desk.ok(&agent(ANNA), mark(only, TodoState::Done)).is_no_op());
    desk.ok(&bot(), mark(only, TodoState::Open));
    assert_eq!(desk.ticket(TICKET).open_todo_count(), 1);
    desk.ok(&agent(ANNA), mark(only, TodoState::Dropped));
    assert!(desk.ticket(TICKET).todos().is_empty());
    let gone = Refusal::NoSuchTodo { todo: only };
    assert_eq!(desk.refused(&agent(ANNA), mark(only, TodoState::Open)), gone);
    let forbidden = desk.refused(&customer(MARIA), mark(only, TodoState::Open));
    assert_eq!(forbidden, Refusal::Forbidden { party: Party::Customer, deed: "mark to-dos" });
}

#[test]
fn what_cannot_be_a_to_do_is_refused_with_the_whole_note() {
    let mut draft = draft();
    draft.limits.todos = 2;
    let desk = TestDesk::with(draft);
    desk.given_request();
    let refused = |todo: NewTodo| desk.refused(&agent(ANNA), noted(vec![todo]));
    assert_eq!(refused(todo("  ")), Refusal::Empty { what: "to-do" });
    let now = desk.now();
    let late = NewTodo { remind_at: Some(now), ..todo("Call") };
    assert_eq!(refused(late), Refusal::NotLater { instant: now, now });
    let long = refused(todo(&"x".repeat(999)));
    let limit = "subject_bytes";
    assert_eq!(long, Refusal::LimitExceeded { limit, allowed: 998, found: 999 });
    for agent in [BEN, RUDI, AgentId::from_u128(0xdead)] {
        let theirs = NewTodo { owner: Some(agent), ..todo("Call") };
        assert_eq!(refused(theirs), Refusal::CannotSee { agent });
    }
    let three = noted(vec![todo("one"), todo("two"), todo("three")]);
    let many = Refusal::LimitExceeded { limit: "todos", allowed: 2, found: 3 };
    assert_eq!(desk.refused(&agent(ANNA), three), many);
}

#[test]
fn a_reminder_comes_once_at_its_instant_however_late_the_tick() {
    let noon = monday() + hours(3);
    for late in [TimeDelta::zero(), micro(), days(1), days(400)] {
        let desk = given(CloseBlocks::default());
        let remind_at = Some(noon);
        desk.ok(
            &agent(ANNA),
            noted(vec![NewTodo { owner: Some(CARL), remind_at, ..todo("Call") }]),
        );
        desk.set_now(noon - micro());
        desk.desk.tick(desk.now()).unwrap();
        assert!(reminders(&desk).0.is_empty());
        desk.set_now(noon + late);
        desk.desk.tick(desk.now()).unwrap();
        assert_eq!(reminders(&desk), (vec![noon], vec![Recipient::Agent(CARL)]));
        let by = desk.history(TICKET).into_iter().find(|event| event.at == noon).unwrap();
        assert_eq!(
            (by.cause.actor.clone(), by.cause.rule.clone()),
            (Actor::System, Some(Rule::Reminder))
        );
        desk.pass(days(400));
        desk.desk.tick(desk.now()).unwrap();
        assert_eq!(reminders(&desk), (vec![noon], vec![]));
        assert_eq!(desk.ticket(TICKET).open_todo_count(), 1, "it is still to be done");
        desk.verify();
    }
}

#[test]
fn reminders_of_one_instant_each_come() {
    let desk = given(CloseBlocks::default());
    let noon = monday() + hours(3);
    let at = |hour| Some(monday() + hours(hour));
    let todos = [at(3), at(5), at(3)].map(|remind_at| NewTodo { remind_at, ..todo("Call") });
    desk.ok(&agent(ANNA), noted(todos.into()));
    assert_eq!(desk.desk.next_wake(desk.now()).unwrap(), Some(noon));
    desk.advance_to(monday() + hours(6));
    // Nobody owns the ticket: its queue is told.
    let queue = Recipient::Department("support".into());
    assert_eq!(reminders(&desk), (vec![noon, noon, noon + hours(2)], vec![queue; 3]));
}

#[test]
fn the_ticket_s_owner_is_reminded_where_the_to_do_has_none_or_one_who_may_not_see_it_any_more() {
    let desk = given(CloseBlocks::default());
    let remind_at = Some(monday() + hours(3));
    let carl = NewTodo { owner: Some(CARL), remind_at, ..todo("Call") };
    desk.ok(&agent(ANNA), noted(vec![carl, NewTodo { remind_at, ..todo("Call") }]));
    desk.ok(&agent(EVA_S_BOSS), transfer(TICKET, "engineering"));
    desk.ok(&Actor::Host, Assign::new(TICKET, EVA));
    desk.advance_to(monday() + hours(4));
    assert_eq!(reminders(&desk).1, [Recipient::Agent(EVA), Recipient::Agent(EVA)]);
}

const EVA_S_BOSS: AgentId = ADMIN;

#[test]
fn a_reminder_goes_to_somebody_who_may_know_of_it_wherever_the_work_went() {
    let support = [Recipient::Department("support".into())];
    let given = |merged: bool, survivors: Option<(&str, AgentId)>, left: bool| {
        let desk = given(CloseBlocks::default());
        let remind_at = Some(monday() + hours(3));
        desk.ok(&Actor::Host, Assign::new(TICKET, ANNA));
        desk.ok(&agent(ANNA), noted(vec![NewTodo { remind_at, ..todo("Call") }]));
        desk.ok(&customer(MARIA), request(CHILD));
        if let Some((department, owner)) = survivors {
            desk.ok(&Actor::Host, transfer(CHILD, department));
            desk.ok(&Actor::Host, Assign::new(CHILD, owner));
        }
        if merged {
            desk.ok(&Actor::Host, Merge::new(TICKET, CHILD));
        }
        if left {
            desk.put_agent(ANNA, AgentProfile { deactivated: true, ..profile(ANNA) });
        }
        desk.advance_to(monday() + hours(4));
        reminders(&desk).1
    };
    let anna = [Recipient::Agent(ANNA)];
    assert_eq!(given(false, None, false), anna);
    assert_eq!(given(false, None, true), support, "she has left");
    assert_eq!(given(true, None, false), anna, "nobody owns the one that goes on");
    assert_eq!(given(true, None, true), support);
    // Whose work it is now, if they may know of it.
    assert_eq!(given(true, Some(("support", CARL)), false), [Recipient::Agent(CARL)]);
    assert_eq!(given(true, Some(("engineering", EVA)), false), anna);
    assert_eq!(given(true, Some(("engineering", EVA)), true), support);
}

#[test]
fn a_reminder_comes_on_closed_tickets_and_not_of_what_is_done_or_dropped() {
    let desk = given(CloseBlocks::default());
    let remind_at = Some(monday() + hours(3));
    let todos = ["kept", "done", "dropped"].map(|text| NewTodo { remind_at, ..todo(text) });
    desk.ok(&agent(ANNA), noted(todos.into()));
    let (done, dropped) = (id(&desk, 1), id(&desk, 2));
    desk.ok(&agent(ANNA), mark(done, TodoState::Done));
    desk.ok(&agent(ANNA), mark(dropped, TodoState::Dropped));
    desk.ok(&agent(ANNA), close(TICKET));
    desk.advance_to(monday() + days(1));
    assert_eq!(reminders(&desk).0, [monday() + hours(3)]);
    assert_eq!(desk.status(TICKET), "closed");
    // What passed while it was done does not come later.
    desk.ok(&agent(ANNA), mark(done, TodoState::Open));
    desk.advance_to(monday() + days(300));
    assert_eq!(reminders(&desk).0.len(), 1);
}

#[test]
fn a_to_do_that_is_opened_again_in_time_is_reminded_of() {
    let desk = given(CloseBlocks::default());
    let remind_at = Some(monday() + hours(3));
    desk.ok(&agent(ANNA), noted(vec![NewTodo { remind_at, ..todo("Call") }]));
    let only = id(&desk, 0);
    desk.ok(&agent(ANNA), mark(only, TodoState::Done));
    assert_eq!(desk.ticket(TICKET).timers().reminder, None);
    desk.ok(&agent(ANNA), mark(only, TodoState::Open));
    assert_eq!(desk.ticket(TICKET).timers().reminder, remind_at);
    desk.advance_to(monday() + days(1));
    assert_eq!(reminders(&desk).0, [monday() + hours(3)]);
}

#[test]
fn who_is_mentioned_is_told_and_the_note_says_who() {
    let desk = given(CloseBlocks::default());
    drop(desk.notices());
    let note =
        Note { mentions: [CARL, LIA, ANNA].into(), ..Note::new(TICKET, "See for yourselves") };
    desk.ok(&agent(ANNA), note);
    let told: Vec<_> = desk.notices().into_iter().map(|notice| (notice.kind, notice.to)).collect();
    let carl_and_lia = [CARL, LIA].map(|id| (NoticeKind::Mentioned, Recipient::Agent(id)));
    assert_eq!(told, carl_and_lia, "nobody is told of what they wrote themselves");
    let changes = desk.changes(TICKET);
    assert_eq!(changes[1].message().unwrap().mentions, [ANNA, CARL, LIA]);
}

#[test]
fn a_note_reaches_nobody_who_may_not_read_it() {
    let desk = given(CloseBlocks::default());
    desk.put_agent(EVA, AgentProfile { deactivated: true, ..profile(EVA) });
    for id in [BEN, RHEA, EVA, AgentId::from_u128(0xdead)] {
        let note = Note { mentions: [CARL, id].into(), ..Note::new(TICKET, "psst") };
        assert_eq!(desk.refused(&agent(ANNA), note), Refusal::CannotSee { agent: id });
    }
    // That Carl may rests on his record.
    let note = Note { mentions: [CARL].into(), ..Note::new(TICKET, "psst") };
    let call = desk.context(&agent(ANNA)).call(Command::Note(note));
    let prepared = desk.desk.prepare(&call).unwrap().commit.unwrap();
    desk.put_agent(CARL, profile(BEN));
    assert!(matches!(desk.store.commit(prepared), Err(CommitError::Stale { .. })));
}

#[test]
fn by_default_neither_children_nor_to_dos_keep_a_ticket_open() {
    let desk = given(CloseBlocks::default());
    desk.ok(&customer(MARIA), request(CHILD));
    desk.ok(&agent(ANNA), link(TICKET, LinkKind::ParentOf, CHILD));
    desk.ok(&agent(ANNA), noted(vec![todo("Call")]));
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.ok(&agent(ANNA), Close { ticket: TICKET, resolution: None });
}

#[test]
fn open_to_dos_keep_a_ticket_from_being_finished_by_hand() {
    let desk = given(TODOS);
    desk.ok(&agent(ANNA), noted(vec![todo("Call"), todo("Order")]));
    for actor in [agent(ANNA), agent(OWNER), Actor::Host] {
        assert_eq!(desk.refused(&actor, resolve(TICKET)), Refusal::OpenTodos { count: 2 });
        assert_eq!(desk.refused(&actor, close(TICKET)), Refusal::OpenTodos { count: 2 });
    }
    desk.ok(&agent(ANNA), mark(id(&desk, 0), TodoState::Done));
    desk.ok(&agent(ANNA), mark(id(&desk, 1), TodoState::Dropped));
    desk.ok(&agent(ANNA), resolve(TICKET));
}

#[test]
fn who_does_not_see_what_is_to_be_done_learns_only_that_the_ticket_is_worked_on() {
    let mut theirs = draft();
    for status in &mut theirs.workflow.statuses {
        for transition in status.transitions.iter_mut().filter(|it| it.to == "closed") {
            transition.by.extend([Party::Customer, Party::Bot]);
        }
    }
    for close_blocks in [TODOS, CHILDREN] {
        let desk = TestDesk::with(SettingsDraft { close_blocks, ..theirs.clone() });
        desk.given_request();
        desk.ok(&customer(MARIA), request(CHILD));
        desk.ok(&agent(ANNA), link(TICKET, LinkKind::ParentOf, CHILD));
        desk.ok(&agent(ANNA), noted(vec![todo("Call")]));
        for actor in [customer(MARIA), bot()] {
            let refused = desk.refused(&actor, close(TICKET));
            assert_eq!(refused, Refusal::StillWorkedOn, "{actor}");
            assert_eq!(refused.to_string(), "the ticket is still being worked on");
        }
        let told = desk.refused(&agent(ANNA), close(TICKET)).code();
        assert_eq!(told, if close_blocks == TODOS { "open_todos" } else { "open_children" });
        desk.ok(&agent(ANNA), mark(id(&desk, 0), TodoState::Done));
        desk.ok(&customer(MARIA), close(CHILD));
        desk.ok(&customer(MARIA), close(TICKET));
    }
}

#[test]
fn unfinished_children_keep_a_ticket_from_being_finished_by_hand() {
    let desk = given_child();
    let open = Refusal::OpenChildren { count: 1, first: Some(CHILD) };
    assert_eq!(desk.refused(&agent(ANNA), resolve(TICKET)), open);
    assert!(open.to_string().ends_with(&format!("unfinished, `{CHILD}` among them")));
    // Rhea sees her own alone, and learns of which child it is once that is hers, too.
    desk.ok(&agent(ANNA), Assign { ticket: TICKET, agent: RHEA, over_capacity: false });
    let unnamed = Refusal::OpenChildren { count: 1, first: None };
    assert_eq!(desk.refused(&agent(RHEA), resolve(TICKET)), unnamed);
    desk.ok(&agent(ANNA), Assign { ticket: CHILD, agent: RHEA, over_capacity: false });
    assert_eq!(desk.refused(&agent(RHEA), resolve(TICKET)), open);
    assert_eq!(desk.refused(&agent(ANNA), close(TICKET)), open);
    desk.ok(&agent(ANNA), resolve(CHILD));
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.ok(&agent(ANNA), reopen(CHILD));
    assert_eq!(desk.refused(&agent(ANNA), Close { ticket: TICKET, resolution: None }), open);
    desk.ok(&agent(ANNA), Unlink { ticket: TICKET, kind: LinkKind::ParentOf, other: CHILD });
    desk.ok(&agent(ANNA), Close { ticket: TICKET, resolution: None });
}

#[test]
fn a_child_that_reopens_while_its_parent_closes_is_not_overlooked() {
    let desk = given_child();
    desk.ok(&agent(ANNA), resolve(CHILD));
    let call = desk.context(&agent(ANNA)).call(Command::Resolve(resolve(TICKET)));
    let prepared = desk.desk.prepare(&call).unwrap().commit.unwrap();
    // Meanwhile, in another process.
    desk.ok(&customer(MARIA), reply(CHILD));
    assert!(matches!(desk.store.commit(prepared), Err(CommitError::Stale { .. })));
    let refused = desk.desk.execute(&call).unwrap_err();
    assert_eq!(refused.refusal(), Some(&Refusal::OpenChildren { count: 1, first: Some(CHILD) }));
}

#[test]
fn what_closing_rests_on_must_be_loaded() {
    let desk = given_child();
    let call = desk.context(&agent(ANNA)).call(Command::Resolve(resolve(TICKET)));
    let mut loaded = helpdesk::Loaded::default();
    let mut all = Vec::new();
    loop {
        let missing = needs(desk.desk.id(), &call, &loaded);
        if missing.is_empty() {
            break;
        }
        assert!(decide(desk.desk.id(), &call, &loaded).is_err());
        for key in missing.records {
            loaded.add_record(key, desk.desk.record(key).unwrap());
            all.push(key);
        }
    }
    assert!(all.contains(&desk.key(CHILD)));
}

/// Parent and child, both resolved; the parent is to close four days later.
fn given_resolved() -> (TestDesk, At) {
    let desk = given_child();
    desk.ok(&agent(ANNA), resolve(CHILD));
    desk.ok(&agent(ANNA), resolve(TICKET));
    drop(desk.notices());
    let due = desk.now() + days(4);
    (desk, due)
}

fn held(desk: &TestDesk) -> Vec<At> {
    let history = desk.history(TICKET);
    let events = history.iter().filter(|event| {
        matches!(event.ticket_change(), Some(TicketChange::ClosingHeld { children: 1, todos: 0 }))
    });
    events.map(|event| event.at).collect()
}

#[test]
fn a_parent_whose_child_reopened_does_not_close_by_itself_and_somebody_is_told_once() {
    let (desk, due) = given_resolved();
    desk.pass(days(1));
    desk.ok(&customer(MARIA), reply(CHILD));
    drop(desk.notices());
    desk.advance_to(due + days(30));
    assert_eq!(desk.status(TICKET), "resolved");
    assert_eq!(held(&desk), [due]);
    let told: Vec<_> =
        desk.notices().into_iter().filter(|notice| notice.id.ticket == TICKET).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, NoticeKind::ClosingHeld);
    assert_eq!(told[0].to, Recipient::Department("support".into()));
    // Resolved anew, it closes four days later.
    desk.ok(&agent(ANNA), close(CHILD));
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.advance_to(desk.now() + days(4));
    assert_eq!(desk.status(TICKET), "closed");
    desk.verify();
}

#[test]
fn whether_it_closes_by_itself_does_not_depend_on_when_somebody_ticks() {
    // What becomes of the child, hour by hour around the parent's closing at hour 96.
    for (reopened, resolved, closes) in
        [(95, 97, false), (95, 95, true), (96, 99, true), (97, 99, true), (24, 200, false)]
    {
        let (punctual, _) = given_resolved();
        let (late, due) = given_resolved();
        for desk in [&punctual, &late] {
            let then = |hour| due - days(4) + hours(hour);
            for (hour, back) in [(reopened, true), (resolved, false), (210, true)] {
                if std::ptr::eq(desk, &punctual) {
                    desk.advance_to(then(hour));
                }
                desk.set_now(then(hour));
                if back {
                    desk.ok(&agent(ANNA), reopen(CHILD));
                } else {
                    desk.ok(&agent(ANNA), resolve(CHILD));
                }
            }
            desk.desk.tick(desk.now()).unwrap();
        }
        let statuses = (punctual.status(TICKET), late.status(TICKET));
        let expected = if closes { "closed" } else { "resolved" };
        assert_eq!(statuses, (expected.into(), expected.into()), "{reopened} {resolved}");
        let moved = |change: &TicketChange| {
            let because = Moved::AutoClosed;
            matches!(change, TicketChange::StatusChanged(StatusChange { because: it, .. }) if *it == because)
        };
        assert_eq!(punctual.changes(TICKET).iter().any(moved), closes);
        assert_eq!(punctual.history(TICKET), late.history(TICKET));
    }
}

#[test]
fn a_to_do_that_came_after_the_resolution_holds_its_closing() {
    let desk = given(TODOS);
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.ok(&agent(ANNA), noted(vec![todo("Call")]));
    desk.advance_to(monday() + days(10));
    assert_eq!(desk.status(TICKET), "resolved");
    let changes = desk.changes(TICKET);
    assert!(changes.contains(&TicketChange::ClosingHeld { children: 0, todos: 1 }));
    assert_eq!(desk.ticket(TICKET).next_wake(), None);
}

#[test]
fn settings_that_never_named_what_closing_waits_for_keep_their_form() {
    let draft = serde_json::to_string(&Settings::default()).unwrap();
    assert!(!draft.contains("close_blocks") && !draft.contains("todos"));
    let blocked = helpdesk::SettingsDraft { close_blocks: TODOS, ..crate::support::draft() };
    let built = blocked.build().unwrap();
    let read: Settings = serde_json::from_str(&serde_json::to_string(&built).unwrap()).unwrap();
    assert_eq!(read.close_blocks(), TODOS);
}
