//! Mistakes that others have made with rules, each as the sentence that it broke.

use helpdesk::command::Note;
use helpdesk::rules::{Action, Assignment, HostAction, Trigger};
use helpdesk::sla::Metric;
use helpdesk::sla::policy::Whom;
use helpdesk::sla::policy::{Obligation, SlaPolicy};
use helpdesk::{
    Activity, Actor, AgentProfile, Author, Outcome, Refusal, Revision, Rule, Span, Step,
    TicketChange, Visibility,
};

use super::{by_rule, matched, refusals, tag, tags, trigger, with_fields, with_triggers};
use crate::support::{
    ANNA, CARL, MARIA, TICKET, TestDesk, agent, auto_responder, customer, days, hours, monday,
    profile, reply, request, resolve, ticket_id,
};

#[test]
fn a_rule_does_not_fire_twice_for_one_change() {
    let desk = with_triggers([
        trigger("note", "status changed to open").then(Action::Note("it is open".into()))
    ]);
    desk.given_request();
    desk.ok(&Actor::Host, crate::support::set_status(TICKET, "open"));
    assert_eq!(desk.ticket(TICKET).note_count(), 1);
    // Nor for other changes while it is.
    desk.ok(&agent(ANNA), helpdesk::command::Note::new(TICKET, "mine"));
    desk.pass(days(4));
    desk.desk.tick(desk.now()).unwrap();
    assert_eq!(desk.ticket(TICKET).note_count(), 2);
    // Nor where the same command comes twice.
    let once = helpdesk::CommandId::from_u128(7);
    for _ in 0..2 {
        let context = agent(ANNA).at(desk.now()).once(once);
        let moved = crate::support::set_status(TICKET, "in_progress");
        desk.desk.set_status(context, moved).unwrap();
    }
    desk.ok(&Actor::Host, crate::support::set_status(TICKET, "open"));
    assert_eq!(desk.ticket(TICKET).note_count(), 3);
}

#[test]
fn a_trigger_without_a_condition_is_no_trigger() {
    let written =
        r#"{ "rules": { "triggers": [{ "name": "oops", "then": [{ "add_tag": "x" }] }] } }"#;
    let error = serde_json::from_str::<helpdesk::Settings>(written).unwrap_err();
    assert!(error.to_string().contains("missing field `when`"), "{error}");
}

#[test]
fn sla_recalculation_sets_no_trigger_off() {
    let mut draft = with_fields();
    draft.rules.triggers = vec![Trigger::new("any", "all()".parse().unwrap()).then(tag("any"))];
    let desk = TestDesk::with(with_fields());
    desk.given_request();
    let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4)).warn_at_percent(50);
    draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    desk.publish(draft);
    // Every ticket is promised something anew, and a warning and a miss come of it.
    desk.desk.adopt(desk.now(), None, 100).unwrap();
    desk.advance_to(monday() + hours(5));
    assert!(desk.ticket(TICKET).has_missed());
    assert!(tags(&desk, TICKET).is_empty());
    // A change of the ticket does.
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(tags(&desk, TICKET), ["any"]);
}

#[test]
fn chained_rules_that_assign_count_for_the_last_one_only() {
    let give = |name: &str, when: &str, to| {
        trigger(name, when).then(Action::Assign(Assignment::agent(to)))
    };
    let desk = with_triggers([
        give("first", "message.author = customer", ANNA),
        give("second", "assignee changed", CARL),
    ]);
    for id in [ANNA, CARL] {
        desk.put_agent(id, AgentProfile { capacity: Some(1), ..profile(id) });
    }
    desk.given_request();
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(desk.ticket(TICKET).assignee(), Some(CARL));
    assert_eq!((desk.load_of(ANNA), desk.load_of(CARL)), (0, 1));
    assert_eq!(refusals(&desk, TICKET), [], "who had it has room for it");
    // Who has no room is given no other.
    let other = ticket_id(0x97);
    desk.ok(&customer(MARIA), request(other));
    desk.ok(&customer(MARIA), reply(other));
    assert_eq!(desk.ticket(other).assignee(), Some(ANNA));
    assert_eq!((desk.load_of(ANNA), desk.load_of(CARL)), (1, 1));
    desk.verify();
}

#[test]
fn what_rules_did_is_nobodys_view_gone_stale() {
    let desk =
        with_triggers([trigger("ack", "messages changed").then(Action::Note("seen".into()))]);
    desk.given_request();
    let outcome = desk.ok(&customer(MARIA), reply(TICKET));
    let seen = outcome.ticket().unwrap().revision();
    let context = customer(MARIA).at(desk.now()).having_seen(seen);
    desk.desk.reply(context, reply(TICKET)).unwrap();
}

#[test]
fn what_is_said_on_spam_and_on_what_was_merged_sets_nothing_off() {
    let rule = trigger("answer", "message.author = customer").then(Action::Reply("Hello".into()));
    let desk = with_triggers([rule, trigger("bad", "spam changed to true").then(tag("spam"))]);
    desk.given_request();
    desk.ok(&agent(ANNA), helpdesk::command::MarkSpam { ticket: TICKET });
    assert_eq!(tags(&desk, TICKET), ["spam"], "that it was marked does");
    let before = desk.history(TICKET).len();
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(desk.history(TICKET).len(), before + 1);

    let (other, into) = (ticket_id(0x95), ticket_id(0x96));
    desk.ok(&customer(MARIA), request(other));
    desk.ok(&customer(MARIA), request(into));
    desk.ok(&agent(ANNA), helpdesk::command::Merge::new(other, into));
    let words = |id| desk.ticket(id).message_count();
    let (there, here) = (words(other), words(into));
    desk.ok(&customer(MARIA), reply(other));
    assert_eq!(
        (words(other), words(into)),
        (there, here + 2),
        "said, and answered, where it goes on"
    );
    assert!(by_rule(&desk, other, "answer").iter().all(|event| event.revision.0 <= 2));
}

#[test]
fn erasing_and_holding_for_the_law_are_apart() {
    let mut draft = with_fields();
    draft.rules.triggers = vec![trigger("any", "all()").then(Action::Note("any".into()))];
    draft.limits.cascade_depth = 1;
    let desk = TestDesk::with(with_fields());
    desk.given_request();
    desk.publish(draft);
    desk.ok(&Actor::Host, helpdesk::command::EraseTicket::new(TICKET, "asked to"));
    assert_eq!(desk.ticket(TICKET).note_count(), 0, "what is erased sets nothing off");
    desk.ok(&Actor::Host, helpdesk::command::Hold::new(TICKET, true, "a lawsuit"));
    assert_eq!(desk.ticket(TICKET).note_count(), 1);
    let stopped = desk
        .changes(TICKET)
        .into_iter()
        .filter(|change| matches!(change, TicketChange::CascadeStopped { .. }));
    assert_eq!(stopped.count(), 1, "a trigger of everything sets itself off");
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.verify();
}

#[test]
fn settings_refuse_what_every_ticket_would() {
    use helpdesk::FieldValue;
    use helpdesk::rules::{FieldChange, Macro, ToStatus};
    let to = |status: &str| Action::SetStatus(ToStatus::new(status));
    let field = |name: &str, value| Action::SetField(FieldChange::new(name, value));
    let table: Vec<(Action, &str)> = vec![
        (to("new"), "set_status.status: no transition leads to this status"),
        (
            to("postponed"),
            "set_status.status: only postponing leads to `postponed`: it says until when",
        ),
        (to("resolved"), "set_status.resolution: work does not end without a resolution"),
        (to("closed"), "set_status.resolution: work does not end without a resolution"),
        (to("pending"), "set_status.reason: the status requires a reason"),
        (
            Action::SetStatus(ToStatus::new("open").reason("vendor")),
            "set_status.reason: the status does not take this reason",
        ),
        (
            Action::SetStatus(ToStatus::new("resolved").resolution("nonsense")),
            "set_status.resolution: there is no resolution code `nonsense`",
        ),
        (
            field("seats", FieldValue::Integer(10)),
            "set_field.value: the number is out of the field's range",
        ),
        (
            field("order", FieldValue::Text("x".repeat(21).into())),
            "set_field.value: the text is longer than the field takes",
        ),
        (
            Action::Note("x".repeat(101).into()),
            "note: the limit `text_bytes` is 100, and this would be 101",
        ),
        (
            Action::Reply("x".repeat(101).into()),
            "reply: the limit `text_bytes` is 100, and this would be 101",
        ),
    ];
    for (action, mistake) in table {
        let mut draft = with_fields();
        draft.limits.text_bytes = 100;
        draft.rules.macros = vec![Macro::new("it").then(tag("x")).then(action.clone())];
        let error = draft.build().unwrap_err().to_string();
        assert_eq!(error, format!("invalid settings: rules.macros[0].then[1].{mistake}"));
    }
    // What is resolved has a resolution, and of that a rule may close it without saying another.
    for when in [
        "status = resolved",
        "status_category = resolved and tags contains old",
        "status changed to resolved",
        "status in (resolved)",
        "(status = resolved and tags contains a) or status_category = resolved",
    ] {
        let mut draft = with_fields();
        draft.rules.triggers = vec![trigger("end", when).then(to("closed"))];
        assert!(draft.build().is_ok(), "{when}");
    }
    for when in ["status = open", "status != resolved", "status = resolved or tags contains a"] {
        let mut draft = with_fields();
        draft.rules.triggers = vec![trigger("end", when).then(to("closed"))];
        assert!(draft.build().unwrap_err().to_string().contains("without a resolution"), "{when}");
    }
    let mut draft = with_fields();
    draft.limits.cascade_depth = 101;
    assert!(draft.build().unwrap_err().to_string().contains("limits.cascade_depth"));
}

#[test]
fn two_tickets_of_one_command_do_not_both_take_the_last_room() {
    use helpdesk::command::Split;
    use helpdesk::{MessageRef, Revision};
    let rule = trigger("give", "assignee is missing").then(Action::Assign(Assignment::agent(ANNA)));
    let mut draft = with_fields();
    let desk = TestDesk::with(draft.clone());
    desk.put_agent(ANNA, AgentProfile { capacity: Some(1), ..profile(ANNA) });
    desk.given_request();
    desk.ok(&customer(MARIA), reply(TICKET));
    draft.rules.triggers = vec![rule];
    desk.publish(draft);
    let new = ticket_id(0x94);
    let message = MessageRef { ticket: TICKET, revision: Revision(2) };
    desk.ok(&agent(CARL), Split::new(TICKET, message, new));
    let owners = [TICKET, new].map(|id| desk.ticket(id).assignee());
    assert!(owners == [Some(ANNA), None] || owners == [None, Some(ANNA)], "{owners:?}");
    let refused = [refusals(&desk, TICKET), refusals(&desk, new)].concat();
    assert_eq!(refused, [(0, "over_capacity".to_owned())]);
    assert_eq!(desk.load_of(ANNA), 1);
    desk.verify();
}

/// How often the desk wrote by itself.
fn written(desk: &TestDesk) -> usize {
    let said = desk.changes(TICKET).into_iter().filter_map(|it| it.message().cloned());
    let public = said.filter(|message| message.visibility == Visibility::Public);
    public.filter(|message| message.author == Author::Host).count()
}

fn not_written(outcome: &Outcome) -> Vec<(&str, u16)> {
    let not = |step| match step {
        &Step::ReplyLeftOut { rule: Rule::Trigger(ref name), action } => {
            Some((name.as_str(), action))
        }
        _ => None,
    };
    outcome.trace.iter().filter_map(not).collect()
}

#[test]
fn two_robots_do_not_write_to_each_other() {
    let desk = with_triggers([
        trigger("seen", "message.visibility = public")
            .then(tag("seen"))
            .then(Action::Reply("We look into it.".into()))
            .then(Action::Note("noted".into())),
        trigger("second level", "tags changed").then(Action::Reply("It is tagged.".into())),
    ]);
    desk.given_request();
    let mut edit = helpdesk::command::Edit::new(TICKET);
    edit.remove_tags.insert("seen".into());
    desk.ok(&Actor::Host, edit);
    let (before, notes) = (written(&desk), desk.ticket(TICKET).note_count());
    let away = desk.ok(&auto_responder(), reply(TICKET));
    assert_eq!(written(&desk), before, "an answer would set off the next one");
    // The second sees what the first did, and then what both did.
    assert_eq!(not_written(&away), [("seen", 1), ("second level", 0), ("second level", 0)]);
    assert!(matched(&away.trace).contains(&"seen".to_string()));
    // All else is done.
    assert_eq!(tags(&desk, TICKET), ["seen"]);
    assert!(desk.ticket(TICKET).note_count() > notes);
    assert_eq!(refusals(&desk, TICKET), []);

    // To people it is written.
    let people = desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(written(&desk), before + 1);
    assert_eq!(not_written(&people), []);
    desk.verify();
}

#[test]
fn what_time_brings_is_written_also_where_a_robot_brings_it_to_light() {
    let mut draft = with_fields();
    draft.rules.time_rules = vec![
        helpdesk::rules::TimeRule::new("old", helpdesk::rules::Anchor::OpenedAt, Span::hours(1))
            .then(Action::Reply("It takes a while.".into())),
    ];
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.pass(hours(2));
    desk.ok(&auto_responder(), reply(TICKET));
    assert_eq!(written(&desk), 1);
}

/// What the host is asked to do, with what, as these events have it.
fn asked_of_the_host(events: &[Activity]) -> Vec<(String, String)> {
    let mut asked = Vec::new();
    for event in events {
        let Activity::Full(event) = event else { panic!("she is an agent") };
        if let Some(TicketChange::RuleAsked(facts)) = event.ticket_change() {
            for host in &facts.host {
                let values = host.values(event.personal.as_deref()).unwrap();
                asked.extend(values.iter().map(|(name, it)| (name.to_string(), it.to_string())));
            }
        }
    }
    asked
}

#[test]
fn a_rule_knows_the_reference_at_the_opening_whatever_it_does_with_it() {
    let host =
        HostAction::new("page").with("text", "{reference}: {subject}").with("plain", "{subject}");
    let desk = with_triggers([trigger("opened", "messages = 1")
        .then(Action::Host(host))
        .then(Action::Reply("This is {reference}.".into()))
        .then(Action::Note("{reference} came in".into()))]);
    desk.ok(&customer(MARIA), {
        let mut open = request(TICKET);
        open.subject = Some("The {reference} slot".into());
        open
    });
    assert_eq!(refusals(&desk, TICKET), []);
    let anna = agent(ANNA);
    let all = desk.desk.activity(&anna, desk.now(), TICKET, Revision::ZERO, 99).unwrap();
    let pair = |name: &str, value: &str| (name.to_string(), value.to_string());
    // What a customer calls so themselves stays as they wrote it, where nothing is put in.
    assert_eq!(asked_of_the_host(&all)[0], pair("plain", "The {reference} slot"));
    assert!(asked_of_the_host(&all)[1].1.starts_with("HD-1: "));
    let said = |events: &[Activity]| -> Vec<String> {
        let text = |it: &Activity| match it {
            Activity::Full(event) => event.personal.as_deref()?.text.as_deref().map(str::to_owned),
            Activity::Public(_) => None,
        };
        events.iter().filter_map(text).collect()
    };
    assert_eq!(said(&all)[1..], ["This is HD-1.", "HD-1 came in"]);

    let seen = Revision(1);
    let stale = desk.context(&anna).having_seen(seen);
    desk.ok(&customer(MARIA), reply(TICKET));
    let refused = desk.desk.note(stale, Note::new(TICKET, "mine")).unwrap_err();
    let refusal: &Refusal = refused.refusal().unwrap();
    let since = desk.desk.since_seen(&anna, desk.now(), refusal, 99).unwrap();
    assert_eq!(said(&since)[..2], ["This is HD-1.", "HD-1 came in"]);
    assert_eq!(asked_of_the_host(&since), asked_of_the_host(&all));

    // Whoever carries it out is given it, too.
    let mut asked = Vec::new();
    let relaying = helpdesk::Relaying::default();
    let mut deliver = |dispatch: helpdesk::Dispatch| {
        if dispatch.notice.kind == helpdesk::NoticeKind::HostAction {
            let event = dispatch.event.unwrap();
            asked.extend(asked_of_the_host(&[Activity::Full(Box::new(event))]));
        }
        helpdesk::Delivery::Delivered
    };
    while !desk.desk.relay(desk.now(), &relaying, &mut deliver).unwrap().is_empty() {}
    assert_eq!(asked, asked_of_the_host(&all));
    desk.verify();
}

#[test]
fn what_goes_wrong_reaches_the_desk_whatever_department_the_ticket_is_in() {
    let mut draft = with_fields();
    draft.agent_sight = helpdesk::AgentSight::OwnDepartments;
    draft.rules.triggers = vec![
        trigger("tell", "message.author = customer").then(Action::Notify(Whom::Desk)),
        trigger("fails", "message.author = customer").then(Action::Reply("{category}".into())),
        trigger("ping", "message.author = customer or tags changed")
            .then(Action::AddTag("ping".into()))
            .then(Action::Note("ping".into())),
        trigger("pong", "tags contains ping and tags changed")
            .then(Action::RemoveTag("ping".into())),
    ];
    let desk = TestDesk::with(draft);
    desk.given_request();
    assert_eq!(desk.ticket(TICKET).department().unwrap().as_str(), "support");
    let mut told = std::collections::BTreeSet::new();
    let relaying = helpdesk::Relaying::default();
    let mut deliver = |dispatch: helpdesk::Dispatch| {
        if dispatch.notice.to == helpdesk::Recipient::Desk {
            told.insert(format!("{:?}", dispatch.notice.kind));
        }
        helpdesk::Delivery::Delivered
    };
    while !desk.desk.relay(desk.now(), &relaying, &mut deliver).unwrap().is_empty() {}
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    assert_eq!(told, ["ActionRefused", "CascadeStopped", "RuleNotice"]);
}

#[test]
fn what_is_planned_is_rehearsed_on_the_records_as_they_are() {
    let desk = with_triggers([]);
    desk.given_request();
    let mut draft = with_fields();
    draft.rules.triggers = vec![
        trigger("loud", "message.author = agent").then(Action::AddTag("answered".into())),
        trigger("next", "tags changed").then(Action::SetPriority("high".into())),
    ];
    draft.limits.text_bytes = 5;
    let planned = draft.build().unwrap();
    let before = desk.history(TICKET).len();
    let call = |text: &str| {
        let reply = helpdesk::command::Reply::new(TICKET, text);
        agent(ANNA).at(desk.now()).call(helpdesk::Command::Reply(reply))
    };

    let told = desk.desk.rehearse(&planned, &call("Yes")).unwrap();
    assert_eq!(matched(&told.trace), ["loud", "next", "next"]);
    assert_eq!(told.ticket().unwrap().priority().name, "high");
    let refused = desk.desk.rehearse(&planned, &call("Too long")).unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "limit_exceeded");

    // Nothing of it happened; once they are published, it does.
    assert_eq!(desk.history(TICKET).len(), before);
    desk.desk.publish(Actor::Host.at(desk.now()), planned).unwrap();
    let done = desk.desk.execute(&call("Yes")).unwrap();
    let changes = |outcome: &helpdesk::Outcome| -> Vec<_> {
        outcome.all_events().map(|(_, event)| event.change.clone()).collect()
    };
    assert_eq!(changes(&done), changes(&told));
    desk.verify();
}
