//! Bugs that were found by reading, or in other products, each as the sentence that it broke.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod rules;

use chrono::TimeDelta;
use helpdesk::command::{
    Close, Edit, Link, LogConversation, Merge, Note, Open, Reopen, Reply, Resolve, Resolving,
    SaidBy, Take, UndoMerge,
};
use helpdesk::store::{CommitError, Store};
use helpdesk::{
    Actor, AgentId, AgentProfile, Channel, CloseBlocks, Command, ContactId, Department, Desk,
    DeskId, FieldDef, FieldFact, FieldKind, FieldValue, LinkKind, Mistake, Needs, Reference,
    Refusal, Requester, Revision, Settings, SettingsDraft, StatusCategory, TicketChange, TicketId,
    decide, needs, store::MemoryStore,
};

const MARIA: ContactId = ContactId::from_u128(7);
const ANNA: AgentId = AgentId::from_u128(8);
const ID: TicketId = TicketId::from_u128(1);

fn start() -> chrono::DateTime<chrono::Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn day(days: i64) -> chrono::DateTime<chrono::Utc> {
    start() + TimeDelta::days(days)
}

fn desk_with(draft: SettingsDraft) -> Desk<MemoryStore> {
    let settings = draft.build().unwrap();
    let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, start()).unwrap();
    desk.put_agent(Actor::Host.at(start()), ANNA, AgentProfile::new("Anna")).unwrap();
    let open = Open::new(ID, Requester::Contact(MARIA), "It burns");
    desk.open(Actor::Customer(MARIA).at(start()), open).unwrap();
    desk
}

fn desk() -> Desk<MemoryStore> {
    desk_with(SettingsDraft::default())
}

fn code(error: helpdesk::DeskError) -> &'static str {
    error.refusal().unwrap_or_else(|| panic!("{error}")).code()
}

#[test]
fn settings_published_from_an_old_draft_are_refused() {
    let desk = desk();
    let mut draft = SettingsDraft::default();
    draft.departments.push(Department::new("billing"));
    let host = Actor::Host.at(start());
    desk.publish(host.clone().having_seen(Revision(1)), draft.build().unwrap()).unwrap();
    let old = SettingsDraft { reference_prefix: "SD".into(), ..SettingsDraft::default() };
    let stale = host.clone().having_seen(Revision(1));
    assert_eq!(code(desk.publish(stale, old.build().unwrap()).unwrap_err()), "stale_view");
    let agent = AgentProfile::new("Anna").capacity(3);
    desk.put_agent(host.clone().having_seen(Revision(1)), ANNA, agent).unwrap();
    let stale = host.having_seen(Revision(1));
    assert_eq!(
        code(desk.put_agent(stale, ANNA, AgentProfile::new("Ann")).unwrap_err()),
        "stale_view"
    );
}

#[test]
fn what_a_ticket_does_by_itself_makes_no_view_stale() {
    let desk = desk();
    desk.tick(day(3)).unwrap();
    assert_eq!(desk.ticket(ID).unwrap().unwrap().revision(), Revision(2), "it was warned about");
    let seen = Actor::Agent(ANNA).at(day(3)).having_seen(Revision(1));
    desk.reply(seen, Reply::new(ID, "Sorry for the wait")).unwrap();
}

#[test]
fn a_customer_does_not_learn_of_notes_by_a_stale_view() {
    let desk = desk();
    desk.note(Actor::Agent(ANNA).at(start()), Note::new(ID, "an odd one")).unwrap();
    let seen = Actor::Customer(MARIA).at(start()).having_seen(Revision(1));
    desk.reply(seen, Reply::new(ID, "Hello?")).unwrap();
    let seen = Actor::Agent(ANNA).at(start()).having_seen(Revision(2));
    assert_eq!(code(desk.reply(seen, Reply::new(ID, "Yes?")).unwrap_err()), "stale_view");
}

#[test]
fn a_follow_up_that_reopens_meanwhile_makes_the_opening_of_another_stale() {
    let desk = desk();
    let anna = Actor::Agent(ANNA);
    let close = |ticket, on| {
        let resolution = Some(helpdesk::command::Resolving::new("solved"));
        desk.close(anna.at(day(on)), Close { ticket, resolution }).unwrap();
    };
    close(ID, 0);
    let maria = Actor::Customer(MARIA);
    let opened = desk.reply(maria.at(day(31)), Reply::new(ID, "Again")).unwrap();
    let follow_up = opened.opened().next().unwrap().id();
    close(follow_up, 31);
    let late = maria.at(day(90)).call(Command::Reply(Reply::new(ID, "And again")));
    let commit = desk.prepare(&late).unwrap().commit.unwrap();
    let reopen = Reopen { ticket: follow_up, reason: "not done".into() };
    desk.reopen(anna.at(day(90)), reopen).unwrap();
    assert!(matches!(desk.store().commit(commit), Err(CommitError::Stale { .. })));
    assert_eq!(desk.execute(&late).unwrap().opened().count(), 0, "it joins the one that reopened");
}

#[test]
fn nothing_that_a_commit_writes_is_guarded_too() {
    let desk = desk();
    let anna = Actor::Agent(ANNA);
    let resolution = helpdesk::command::Resolving::new("solved");
    let close = Close { ticket: ID, resolution: Some(resolution.clone()) };
    desk.close(anna.at(day(0)), close).unwrap();
    let id = TicketId::from_u128(2);
    let text = "More".into();
    let follow_up = helpdesk::command::FollowUp { ticket: ID, id, channel: Channel::Email, text };
    desk.follow_up(anna.at(day(0)), follow_up).unwrap();
    desk.reopen(anna.at(day(0)), Reopen { ticket: ID, reason: "after all".into() }).unwrap();
    let resolve = helpdesk::command::Resolve { ticket: ID, resolution };
    desk.resolve(anna.at(day(0)), resolve).unwrap();
    let late = Actor::Customer(MARIA).at(day(90)).call(Command::Reply(Reply::new(ID, "Hm")));
    let commit = desk.prepare(&late).unwrap().commit.unwrap();
    let parts = commit.parts();
    let written: Vec<_> = parts.writes.iter().map(|write| write.key).collect();
    assert_eq!(written.len(), 2, "the old one closes by itself, the other has the message");
    assert!(parts.guards.iter().all(|guard| !written.contains(&guard.key)));
}

#[test]
fn nobody_takes_the_id_of_a_follow_up_before_it_is_opened() {
    let desk = desk();
    let squatted = uuid::Uuid::new_v5(ID.as_uuid(), b"3/0");
    let open = Open::new(TicketId::from_uuid(squatted), Requester::Contact(MARIA), "Mine");
    let refused = desk.open(Actor::Customer(MARIA).at(start()), open).unwrap_err();
    assert_eq!(code(refused), "reserved_id");
}

#[test]
fn a_status_keeps_its_category_while_it_has_its_name() {
    let desk = desk();
    let mut draft = SettingsDraft::default();
    let pending = draft.workflow.statuses.iter_mut().find(|it| it.name == "pending").unwrap();
    pending.category = StatusCategory::OnHold;
    let refused = desk.publish(Actor::Host.at(start()), draft.build().unwrap()).unwrap_err();
    assert_eq!(code(refused), "status_redefined");
}

#[test]
fn only_postponing_leads_to_where_postponed_tickets_are() {
    let mut draft = SettingsDraft::default();
    for status in &mut draft.workflow.statuses {
        if status.name == "postponed" {
            status.reason_required = false;
        }
        if status.name == "open" {
            status.on_agent_reply = Some("postponed".into());
        }
    }
    let error = draft.build().unwrap_err();
    let never = Mistake::NeverReturns { status: "postponed".into() };
    assert_eq!(error.problems()[0].mistake(), &never);
    assert_eq!(error.problems()[0].path(), "workflow.statuses[1].on_agent_reply");
}

#[test]
fn words_from_before_the_request_are_no_first_answer() {
    let desk = desk();
    let log = LogConversation {
        ticket: ID,
        said_by: SaidBy::Agent(ANNA),
        channel: Channel::Phone,
        occurred_at: day(-400),
        text: "About something else".into(),
    };
    desk.log_conversation(Actor::Agent(ANNA).at(day(1)), log).unwrap();
    let ticket = desk.ticket(ID).unwrap().unwrap();
    assert_eq!((ticket.first_answered_at(), ticket.waiting_since()), (None, Some(start())));
}

#[test]
fn how_a_closed_ticket_ended_is_not_rewritten_and_not_dropped_silently() {
    let desk = desk();
    let close = |code: &str| {
        let resolution = Some(helpdesk::command::Resolving::new(code));
        desk.close(Actor::Agent(ANNA).at(day(1)), Close { ticket: ID, resolution })
    };
    close("solved").unwrap();
    assert!(close("solved").unwrap().is_no_op());
    assert_eq!(code(close("duplicate").unwrap_err()), "closed");
    assert_eq!(code(close("no such code").unwrap_err()), "unknown_name");
}

#[test]
fn the_time_of_agents_and_settings_never_runs_backwards() {
    let desk = desk();
    let earlier = Actor::Host.at(day(-1));
    let outcome = desk.put_agent(earlier.clone(), ANNA, AgentProfile::new("Ann")).unwrap();
    let (_, event) = outcome.all_events().next().unwrap();
    assert_eq!((event.at, event.cause.claimed_at), (start(), Some(day(-1))));
    let draft = SettingsDraft { auto_close: None, ..SettingsDraft::default() };
    let outcome = desk.publish(earlier, draft.build().unwrap()).unwrap();
    let (_, event) = outcome.all_events().next().unwrap();
    assert_eq!((event.at, event.cause.claimed_at), (start(), Some(day(-1))));
}

#[test]
fn references_with_a_former_prefix_still_lead_to_their_tickets() {
    let desk = desk();
    let reference: Reference = "HD-1".parse().unwrap();
    let draft = SettingsDraft {
        reference_prefix: "SD".into(),
        former_prefixes: vec!["HD".into()],
        ..SettingsDraft::default()
    };
    desk.publish(Actor::Host.at(start()), draft.build().unwrap()).unwrap();
    let find = |text: &Reference| desk.by_reference(&Actor::Host, start(), text).unwrap();
    assert_eq!(find(&reference), Some(ID));
    assert_eq!(find(&"sd-1".parse().unwrap()), Some(ID));
    assert_eq!(find(&"XX-1".parse().unwrap()), None);
}

#[test]
fn a_field_about_a_person_is_no_fact() {
    let draft = SettingsDraft {
        fields: vec![
            FieldDef::new("born", FieldKind::Date).personal(),
            FieldDef::new("seats", FieldKind::Integer { min: 1, max: 9 }),
        ],
        ..SettingsDraft::default()
    };
    let desk = desk_with(draft);
    let mut edit = helpdesk::command::Edit::new(ID);
    let born = FieldValue::Date("1980-01-01".parse().unwrap());
    edit.fields.insert("born".into(), Some(born));
    edit.fields.insert("seats".into(), Some(FieldValue::Integer(3)));
    let outcome = desk.edit(Actor::Agent(ANNA).at(start()), edit).unwrap();
    let facts: Vec<_> = outcome
        .all_events()
        .filter_map(|(_, event)| match event.ticket_change() {
            Some(TicketChange::FieldChanged { to, .. }) => to.clone(),
            _ => None,
        })
        .collect();
    assert_eq!(facts, [FieldFact::Personal, FieldFact::Value(FieldValue::Integer(3))]);
}

#[test]
fn the_core_decides_on_nothing_that_was_not_loaded() {
    let call = Actor::Agent(ANNA).at(start()).call(Command::Take(Take { ticket: ID }));
    let nothing = helpdesk::Loaded::default();
    let desk = DeskId::from_u128(1);
    assert_ne!(needs(desk, &call, &nothing), Needs::default());
    assert_eq!(decide(desk, &call, &nothing).unwrap_err().code(), "not_loaded");
}

#[test]
fn bots_read_no_notes() {
    let desk = desk();
    desk.note(Actor::Agent(ANNA).at(start()), Note::new(ID, "an odd one")).unwrap();
    let bot = Actor::Bot("sorter".into());
    assert_eq!(desk.thread(&bot, start(), ID, None, 10).unwrap().posts.len(), 1);
    assert_eq!(desk.thread(&Actor::Agent(ANNA), start(), ID, None, 10).unwrap().posts.len(), 2);
}

#[test]
fn mistakes_in_a_workflow_and_beside_it_are_reported_together() {
    let mut draft = SettingsDraft { reference_prefix: "HELP DESK".into(), ..Default::default() };
    let lost = helpdesk::StatusDraft::new("lost", StatusCategory::Open);
    draft.workflow.statuses.push(lost);
    let error = draft.build().unwrap_err();
    let paths: Vec<&str> = error.problems().iter().map(|problem| problem.path()).collect();
    assert!(paths.contains(&"reference_prefix") && paths.contains(&"workflow.statuses[9]"));
    assert_eq!(Settings::default().reference_prefix().as_ref(), "HD");
}

#[test]
fn a_notice_names_the_event_that_has_the_words() {
    let departments = vec![Department::new("specialists").tier(1)];
    let desk = desk_with(SettingsDraft { departments, ..SettingsDraft::default() });
    desk.take(Actor::Agent(ANNA).at(start()), Take { ticket: ID }).unwrap();
    desk.reply(Actor::Agent(ANNA).at(start()), Reply::new(ID, "Unplug it")).unwrap();
    // This moves the ticket, after the words.
    desk.reply(Actor::Customer(MARIA).at(start()), Reply::new(ID, "Still burning")).unwrap();
    // And this drops the owner, after the reason.
    let escalate = helpdesk::command::Escalate::new(ID, "specialists", "beyond us");
    desk.escalate(Actor::Host.at(start()), escalate).unwrap();
    let mut told = Vec::new();
    let lease = helpdesk::store::Lease { until: day(1), limit: 10 };
    loop {
        let claimed =
            desk.store().claim(helpdesk::store::Scope::One(desk.id()), start(), lease).unwrap();
        let Some(claimed) = claimed.into_iter().next() else { break };
        let helpdesk::NoticeId { ticket, revision, .. } = claimed.notice.id;
        let key = helpdesk::Key::ticket(desk.id(), ticket);
        let event = desk.history(key, Revision(revision.0 - 1), 1).unwrap().remove(0);
        let text = event.personal.and_then(|personal| personal.text);
        told.push((claimed.notice.kind, text.as_deref().map(str::to_owned)));
        let delivered = helpdesk::store::Settlement::Delivered;
        assert!(desk.store().settle(claimed.token, delivered).unwrap());
    }
    use helpdesk::NoticeKind::{CustomerWrote, Queued, ReplyToCustomer, TicketOpened};
    let told: Vec<_> = told.iter().map(|(kind, text)| (*kind, text.as_deref())).collect();
    let expected = [
        (TicketOpened, Some("It burns")),
        (ReplyToCustomer, Some("Unplug it")),
        (CustomerWrote, Some("Still burning")),
        (Queued, Some("beyond us")),
    ];
    assert_eq!(told, expected);
}

/// A second ticket of Maria's.
fn second(desk: &Desk<MemoryStore>) -> TicketId {
    let id = TicketId::from_u128(2);
    let open = Open::new(id, Requester::Contact(MARIA), "It burns here, too");
    desk.open(Actor::Customer(MARIA).at(start()), open).unwrap();
    id
}

#[test]
fn a_reply_to_a_merged_ticket_is_not_lost() {
    let desk = desk();
    let id = second(&desk);
    desk.merge(Actor::Agent(ANNA).at(start()), Merge::new(id, ID)).unwrap();
    desk.reply(Actor::Customer(MARIA).at(start()), Reply::new(id, "Hello?")).unwrap();
    let posts = desk.thread(&Actor::Customer(MARIA), start(), ID, None, 10).unwrap().posts;
    assert!(posts.iter().any(|post| post.text.as_str() == "Hello?"));
    assert_eq!(desk.ticket(ID).unwrap().unwrap().waiting_since(), Some(start()));
}

#[test]
fn a_merge_that_leads_back_is_refused_also_where_two_race() {
    let desk = desk();
    let id = second(&desk);
    let anna = Actor::Agent(ANNA);
    // Both decided on what they saw, neither having seen the other.
    let one = desk.prepare(&anna.at(start()).call(Command::Merge(Merge::new(id, ID)))).unwrap();
    let other = desk.prepare(&anna.at(start()).call(Command::Merge(Merge::new(ID, id)))).unwrap();
    desk.store().commit(one.commit.unwrap()).unwrap();
    let stale = desk.store().commit(other.commit.unwrap()).unwrap_err();
    assert!(stale.is_conflict(), "{stale}");
    // Decided anew, it is seen to lead back.
    let refused = desk.merge(anna.at(start()), Merge::new(ID, id)).unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "merge_cycle");
}

#[test]
fn undoing_a_merge_leaves_what_was_said_since_with_the_survivor() {
    let desk = desk();
    let id = second(&desk);
    let anna = Actor::Agent(ANNA);
    desk.merge(anna.at(start()), Merge::new(id, ID)).unwrap();
    for ticket in [ID, id] {
        desk.reply(Actor::Customer(MARIA).at(day(1)), Reply::new(ticket, "Since")).unwrap();
    }
    desk.undo_merge(anna.at(day(2)), UndoMerge { ticket: id }).unwrap();
    let count = |ticket| desk.ticket(ticket).unwrap().unwrap().message_count();
    assert_eq!((count(ID), count(id)), (3, 1));
    assert_eq!(desk.ticket(id).unwrap().unwrap().status().name, "new");
    assert_eq!(desk.thread(&Actor::Host, start(), id, None, 10).unwrap().posts.len(), 1);
}

#[test]
fn an_auto_reply_does_not_drop_the_owner() {
    let desk = desk();
    let (anna, machine) = (Actor::Agent(ANNA), Actor::AutoResponder(MARIA));
    let resolution = Resolving::new("solved");
    desk.take(anna.at(start()), Take { ticket: ID }).unwrap();
    desk.resolve(anna.at(start()), Resolve { ticket: ID, resolution }).unwrap();
    let stands = || {
        let ticket = desk.ticket(ID).unwrap().unwrap();
        (ticket.status().name.clone(), ticket.assignee(), ticket.reopen_count())
    };
    // Resolved, then closed, then closed for longer than it may reopen.
    for on in [0, 5, 50] {
        desk.tick(day(on)).unwrap();
        let before = stands();
        desk.reply(machine.at(day(on)), Reply::new(ID, "I am away")).unwrap();
        assert_eq!(stands(), before);
        assert_eq!(before.1, Some(ANNA));
    }
    assert!(desk.ticket(ID).unwrap().unwrap().followed_up_by().is_empty());
}

#[test]
fn a_required_field_does_not_make_closing_impossible() {
    let mut draft = SettingsDraft::default();
    draft.fields.push(FieldDef::new("part", FieldKind::Text { max_bytes: 20 }));
    for status in &mut draft.workflow.statuses {
        if status.category == StatusCategory::Closed {
            status.required_fields.push("part".into());
        }
    }
    let desk = desk_with(draft.clone());
    let anna = Actor::Agent(ANNA);
    let close = || Close { ticket: ID, resolution: Some(Resolving::new("solved")) };
    let refused = desk.close(anna.at(start()), close()).unwrap_err();
    let expected = Refusal::FieldRequired { field: "part".into(), status: "closed".into() };
    assert_eq!(refused.refusal(), Some(&expected));

    // Filled in, it closes; and it goes on doing so where the field is dropped later.
    let mut edit = Edit::new(ID);
    edit.fields.insert("part".into(), Some(FieldValue::Text("pump".into())));
    desk.edit(anna.at(start()), edit).unwrap();
    desk.close(anna.at(start()), close()).unwrap();

    // What was resolved closes by itself, whatever is missing; and on a desk that has dropped the
    // field, nobody is asked for it.
    let id = second(&desk);
    let resolve = Resolve { ticket: id, resolution: Resolving::new("solved") };
    desk.resolve(anna.at(start()), resolve).unwrap();
    desk.tick(day(4)).unwrap();
    assert_eq!(desk.ticket(id).unwrap().unwrap().status().category, StatusCategory::Closed);
    desk.reopen(anna.at(day(4)), Reopen { ticket: id, reason: "after all".into() }).unwrap();
    desk.publish(Actor::Host.at(day(4)), Settings::default()).unwrap();
    desk.close(anna.at(day(4)), Close { ticket: id, ..close() }).unwrap();
}

#[test]
fn a_child_does_not_reopen_unseen_while_its_parent_closes() {
    let close_blocks = CloseBlocks { children: true, todos: false };
    let desk = desk_with(SettingsDraft { close_blocks, ..SettingsDraft::default() });
    let anna = Actor::Agent(ANNA);
    let child = second(&desk);
    desk.link(anna.at(start()), Link { ticket: ID, kind: LinkKind::ParentOf, other: child })
        .unwrap();
    let close = |ticket| Close { ticket, resolution: Some(Resolving::new("solved")) };
    desk.close(anna.at(start()), close(child)).unwrap();
    // The parent may close; then, before that is written, the child reopens.
    let closing = anna.at(day(1)).call(Command::Close(close(ID)));
    let commit = desk.prepare(&closing).unwrap().commit.unwrap();
    desk.reply(Actor::Customer(MARIA).at(day(1)), Reply::new(child, "Again")).unwrap();
    assert!(matches!(desk.store().commit(commit), Err(CommitError::Stale { .. })));
    let refused = desk.execute(&closing).unwrap_err();
    assert_eq!(refused.refusal(), Some(&Refusal::OpenChildren { count: 1, first: Some(child) }));
}
