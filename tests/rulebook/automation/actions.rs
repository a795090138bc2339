//! What each action does, what it does where there is nothing to do, and what becomes of it where it
//! is refused.

use helpdesk::command::{ApplyMacro, SetAvailability};
use helpdesk::rules::{Action, Assignment, FieldChange, HostAction, Macro, ToStatus};
use helpdesk::sla::policy::Whom;
use helpdesk::{
    Actor, AgentId, AgentProfile, Author, CloseBlocks, ContactProfile, Delivery, Dispatch,
    FieldValue, LinkKind, NoticeKind, Part, PriorityBy, Recipient, Relaying, Revision, Rule, Step,
    TicketChange, TicketKind,
};

use super::{by_rule, refusals, tag, tags, to, trigger, with_fields, with_triggers};
use crate::support::{
    ADMIN, ANNA, BEN, CARL, EVA, LIA, MARIA, TICKET, TestDesk, agent, customer, link, monday,
    profile, reply, request, resolve, ticket_id, transfer,
};

/// A desk on which every word of the customer sets these actions off, and what that leaves of a
/// ticket in support.
fn doing(actions: impl IntoIterator<Item = Action>) -> TestDesk {
    let mut rule = trigger("it", "message.author = customer and messages > 1");
    rule.then = actions.into_iter().collect();
    let desk = with_triggers([rule]);
    desk.given_request();
    desk
}

fn asks_again(desk: &TestDesk) -> helpdesk::Outcome {
    desk.ok(&customer(MARIA), reply(TICKET))
}

#[test]
fn each_action_does_what_it_names_and_once_is_enough() {
    type Check = fn(&TestDesk) -> bool;
    let agents = Assignment { agent: Some(BEN), ..Assignment::department("billing") };
    let plan = FieldChange::new("plan", FieldValue::Choice("pro".into()));
    let table: Vec<(Action, Check)> = vec![
        (to("in_progress"), |it| it.status(TICKET) == "in_progress"),
        (Action::SetStatus(ToStatus::new("pending").reason("information")), |it| {
            it.ticket(TICKET).reason().unwrap() == "information"
        }),
        (Action::SetStatus(ToStatus::new("resolved").resolution("solved")), |it| {
            it.ticket(TICKET).resolution().unwrap().code() == "solved"
        }),
        (Action::SetStatus(ToStatus::new("closed").resolution("invalid")), |it| {
            it.status(TICKET) == "closed"
        }),
        (Action::SetPriority("critical".into()), |it| it.ticket(TICKET).priority().rank == 3),
        (Action::SetCategory("billing".into()), |it| {
            it.ticket(TICKET).category().unwrap() == "billing"
        }),
        (tag("vip"), |it| tags(it, TICKET) == ["vip"]),
        (Action::SetField(plan), |it| it.ticket(TICKET).fields().len() == 1),
        (Action::Assign(Assignment::agent(ANNA)), |it| {
            it.ticket(TICKET).assignee() == Some(ANNA) && it.load_of(ANNA) == 1
        }),
        (Action::Assign(Assignment::department("billing")), |it| {
            it.ticket(TICKET).department().unwrap() == "billing"
        }),
        (Action::Assign(agents), |it| it.ticket(TICKET).assignee() == Some(BEN)),
        (Action::Escalate("engineering".into()), |it| it.ticket(TICKET).escalation_count() == 1),
    ];
    for (action, holds) in table {
        let desk = doing([action.clone()]);
        let first = asks_again(&desk);
        assert!(holds(&desk), "{action:?}: {:?}", first.trace);
        assert_eq!(refusals(&desk, TICKET), [], "{action:?}");
        let done = by_rule(&desk, TICKET, "it").len();
        assert!(done > 0, "{action:?}");
        if desk.ticket(TICKET).status().category.is_done() {
            continue;
        }
        // What the customer's own words moved aside, what is so already is not done again.
        let status = desk.status(TICKET);
        asks_again(&desk);
        let moves = usize::from(desk.status(TICKET) != "open" && status != "new" && done == 1);
        let again = by_rule(&desk, TICKET, "it").len() - done;
        let set_status = matches!(action, Action::SetStatus(_));
        assert!(if set_status { again <= moves + 1 } else { again == 0 }, "{action:?}");
        desk.verify();
    }
}

#[test]
fn an_action_takes_away_what_was_there() {
    let desk = doing([Action::RemoveTag("vip".into()), Action::ClearField("plan".into())]);
    let mut edit = helpdesk::command::Edit::new(TICKET);
    edit.add_tags.insert("vip".into());
    edit.fields.insert("plan".into(), Some(FieldValue::Choice("pro".into())));
    desk.ok(&agent(ANNA), edit);
    asks_again(&desk);
    let ticket = desk.ticket(TICKET);
    assert!(ticket.tags().is_empty() && ticket.fields().is_empty());
    let before = desk.history(TICKET).len();
    asks_again(&desk);
    assert_eq!(desk.history(TICKET).len(), before + 1, "what is so already is not done again");
}

#[test]
fn a_rules_words_are_the_desks_own_and_answer_nothing() {
    let desk = doing([
        Action::Reply("We look into {reference}, \"{subject}\".".into()),
        Action::Note("{message.text} by {requester.name}".into()),
    ]);
    let maria = ContactProfile::new("Maria");
    desk.desk.put_contact(desk.context(&Actor::Host), MARIA, maria).unwrap();
    desk.notices();
    let waiting = desk.ticket(TICKET).waiting_since();
    asks_again(&desk);
    assert_eq!(
        desk.thread(&agent(ANNA), TICKET),
        ["It burns", "words", "We look into HD-1, \"Printer\".", "words by Maria"]
    );
    let ticket = desk.ticket(TICKET);
    assert_eq!((ticket.first_answered_at(), ticket.waiting_since()), (None, waiting));
    let said = desk.changes(TICKET).into_iter().filter_map(|it| it.message().cloned());
    let said: Vec<_> = said.skip(2).map(|message| (message.author, message.part)).collect();
    assert_eq!(said, [(Author::Host, Part::Neither), (Author::Host, Part::Neither)]);
    let told = desk.notices();
    let reply = told.iter().filter(|notice| notice.kind == NoticeKind::ReplyToCustomer);
    assert_eq!(reply.map(|it| it.to.clone()).collect::<Vec<_>>(), [Recipient::Contact(MARIA)]);
}

#[test]
fn a_slot_that_has_nothing_refuses_its_action_and_writes_no_blank() {
    for text in ["Dear {requester.name}", "{assignee.name}", "{category}", "{field.order}"] {
        let desk = doing([Action::Reply(text.into()), tag("after")]);
        asks_again(&desk);
        assert_eq!(refusals(&desk, TICKET), [(0, "nothing_known".into())], "{text}");
        assert_eq!(tags(&desk, TICKET), ["after"], "the other actions go on");
        assert_eq!(desk.thread(&agent(ANNA), TICKET).len(), 2);
    }
}

#[test]
fn an_acknowledgement_names_the_reference_that_the_ticket_gets_in_the_same_commit() {
    let ack = trigger("ack", "opened_at is present and messages = 1")
        .then(Action::Reply("We have {reference}: {subject}.".into()))
        .then(Action::Note("See {reference}.".into()));
    let desk = with_triggers([ack]);
    desk.given_request();
    assert_eq!(refusals(&desk, TICKET), []);
    let subject = desk.ticket(TICKET).subject().as_str().to_owned();
    let said = format!("We have HD-1: {subject}.");
    assert_eq!(desk.thread(&customer(MARIA), TICKET)[1], said);
    assert_eq!(desk.thread(&agent(ANNA), TICKET)[2], "See HD-1.");
    // The customer is told so, too, and reads it in what happened and over all tickets.
    let mut sent = Vec::new();
    let mut deliver = |dispatch: Dispatch| {
        let to_her = dispatch.notice.to == Recipient::Contact(MARIA);
        sent.extend(dispatch.text().filter(|_| to_her).map(|text| text.as_str().to_owned()));
        Delivery::Delivered
    };
    while !desk.desk.relay(desk.now(), &Relaying::default(), &mut deliver).unwrap().is_empty() {}
    assert_eq!((sent.len(), &sent[0]), (1, &said));
    let seen = desk.desk.activity(&customer(MARIA), desk.now(), TICKET, Revision::ZERO, 10);
    assert!(format!("{:?}", seen.unwrap()).contains(&said));
    let told = desk.desk.timeline(&customer(MARIA), desk.now(), MARIA, None, 10).unwrap();
    assert!(format!("{told:?}").contains(&said));
    desk.verify();
}

#[test]
fn what_others_are_to_do_is_one_event_of_each_rule() {
    let refund =
        HostAction::new("refund").with("order", "{field.order}").with("who", "{reference}");
    let desk = doing([
        Action::Notify(Whom::Department),
        Action::Host(refund),
        tag("refund"),
        Action::Notify(Whom::Agent(ADMIN)),
        Action::Host(HostAction::new("ping")),
    ]);
    let mut edit = helpdesk::command::Edit::new(TICKET);
    edit.fields.insert("order".into(), Some(FieldValue::Text("A-17".into())));
    desk.ok(&agent(ANNA), edit);
    desk.notices();
    asks_again(&desk);
    let events = by_rule(&desk, TICKET, "it");
    let asked: Vec<_> = events
        .iter()
        .filter_map(|event| match event.ticket_change() {
            Some(TicketChange::RuleAsked(asked)) => Some((asked, event.personal.as_deref())),
            _ => None,
        })
        .collect();
    let [(asked, personal)] = asked[..] else { panic!("{events:?}") };
    assert_eq!(asked.notify, [Whom::Department, Whom::Agent(ADMIN)]);
    let names: Vec<&str> = asked.host.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["refund", "ping"]);
    assert_eq!(asked.host[0].values(personal), Some(vec![("order", "A-17"), ("who", "HD-1")]));
    assert_eq!(asked.host[1].values(personal), Some(vec![]));
    let told = desk.notices();
    let hosts = told.iter().filter(|it| it.kind == NoticeKind::HostAction);
    assert_eq!(hosts.count(), 1, "so that its relay does it");
    let told = told.iter().filter(|it| it.kind == NoticeKind::RuleNotice).map(|it| it.to.clone());
    let wanted = [Recipient::Department("support".into()), Recipient::Agent(ADMIN)];
    assert_eq!(told.collect::<Vec<_>>(), wanted);

    // What it is to be done with is personal, and goes with the rest.
    let erase = helpdesk::command::EraseTicket { ticket: TICKET, reason: "asked to".into() };
    desk.ok(&Actor::Host, erase);
    let values = desk.history(TICKET).into_iter().filter_map(|it| it.personal);
    assert!(values.flat_map(|it| it.values).next().is_none());
}

#[test]
fn the_agent_who_acts_is_told_what_a_rule_gives_them() {
    let rule = trigger("yours", "tags changed").then(Action::Assign(Assignment::agent(ANNA)));
    let desk = with_triggers([rule.then(Action::Notify(Whom::Assignee))]);
    desk.given_request();
    desk.notices();
    let mut edit = helpdesk::command::Edit::new(TICKET);
    edit.add_tags.insert("vip".into());
    desk.ok(&agent(ANNA), edit);
    let told: Vec<_> = desk.notices().into_iter().map(|it| (it.kind, it.to)).collect();
    let anna = Recipient::Agent(ANNA);
    assert_eq!(told, [(NoticeKind::Assigned, anna.clone()), (NoticeKind::RuleNotice, anna)]);
}

#[test]
fn a_refused_action_leaves_nothing_half_done_and_is_recorded() {
    let gone = AgentId::from_u128(404);
    let seats = FieldChange::new("seats", FieldValue::Integer(3));
    let to_eva = Assignment { agent: Some(EVA), ..Assignment::department("billing") };
    let table: Vec<(Action, &str)> = vec![
        (Action::Reply("{field.order}".into()), "nothing_known"),
        (Action::Assign(Assignment::agent(gone)), "cannot_own"),
        (Action::Assign(Assignment::agent(LIA)), "cannot_own"),
        (Action::Assign(Assignment::agent(BEN)), "not_in_department"),
        (Action::Assign(to_eva), "not_in_department"),
        (Action::Assign(Assignment::agent(CARL)), "over_capacity"),
        (Action::Escalate("billing".into()), "not_higher_tier"),
        (Action::Note("{category}".into()), "nothing_known"),
        (tag("one too many"), "limit_exceeded"),
    ];
    for (action, code) in table {
        let mut rule = trigger("it", "messages changed");
        rule.then = vec![action.clone(), Action::SetField(seats.clone())];
        let mut draft = with_fields();
        draft.rules.triggers = vec![rule];
        draft.limits.tags = 1;
        let desk = TestDesk::with(draft);
        desk.put_agent(CARL, AgentProfile { capacity: Some(0), ..profile(CARL) });
        let mut open = request(TICKET);
        open.tags.insert("one".into());
        desk.ok(&customer(MARIA), open);
        desk.ok(&Actor::Host, crate::support::set_status(TICKET, "open"));
        desk.notices();
        let before = desk.ticket(TICKET);
        let outcome = asks_again(&desk);
        let after = desk.ticket(TICKET);
        assert_eq!(refusals(&desk, TICKET), [(0, code.to_owned())], "{action:?}");
        assert!(!after.fields().is_empty(), "{action:?}: the other actions go on");
        assert_eq!(before.status(), after.status());
        assert_eq!(before.department(), after.department());
        assert_eq!((before.assignee(), before.tags()), (after.assignee(), after.tags()));
        assert_eq!(before.reason(), after.reason());
        let refused = |step: &&Step| matches!(step, Step::ActionRefused { action: 0, .. });
        assert_eq!(outcome.trace.iter().filter(refused).count(), 1, "{:?}", outcome.trace);
        let told = desk.notices();
        let told: Vec<_> = told.iter().filter(|it| it.kind == NoticeKind::ActionRefused).collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].to, Recipient::Desk);
        let event = &by_rule(&desk, TICKET, "it")[0];
        assert!(matches!(event.ticket_change(), Some(TicketChange::ActionRefused { .. })));
        desk.verify();
    }
}

#[test]
fn no_rule_gives_work_to_who_takes_none_and_a_hand_may() {
    let to_ben =
        Action::Assign(Assignment { agent: Some(BEN), ..Assignment::department("billing") });
    let mut draft = with_fields();
    let mut rule = trigger("it", "message.author = customer and messages > 1");
    rule.then = vec![to_ben.clone()];
    draft.rules.triggers = vec![rule];
    draft.rules.macros = vec![Macro::new("to Ben").then(to_ben)];
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.ok(&agent(BEN), SetAvailability { agent: BEN, available: false });
    asks_again(&desk);
    assert_eq!(refusals(&desk, TICKET), [(0, "away".to_owned())]);
    let ticket = desk.ticket(TICKET);
    assert_eq!((ticket.assignee(), ticket.department().unwrap().as_str()), (None, "support"));
    desk.ok(&agent(ANNA), ApplyMacro::new(TICKET, "to Ben"));
    assert_eq!(desk.ticket(TICKET).assignee(), Some(BEN));
    // What is his already is not given again.
    asks_again(&desk);
    assert_eq!(refusals(&desk, TICKET).len(), 1);
    desk.verify();
}

#[test]
fn a_rule_finishes_nothing_that_the_settings_keep_open() {
    let solved = Action::SetStatus(ToStatus::new("resolved").resolution("solved"));
    let mut draft = with_fields();
    draft.close_blocks = CloseBlocks { children: true, todos: false };
    draft.rules.triggers = vec![trigger("end", "tags contains done").then(solved)];
    let desk = TestDesk::with(draft);
    desk.given_request();
    let child = ticket_id(0x99);
    desk.ok(&customer(MARIA), request(child));
    desk.ok(&agent(ANNA), link(TICKET, LinkKind::ParentOf, child));
    let mut edit = helpdesk::command::Edit::new(TICKET);
    edit.add_tags.insert("done".into());
    desk.ok(&agent(ANNA), edit);
    assert_eq!(desk.status(TICKET), "new");
    assert_eq!(refusals(&desk, TICKET), [(0, "open_children".to_owned())]);

    desk.ok(&Actor::Host, resolve(child));
    let mut edit = helpdesk::command::Edit::new(TICKET);
    edit.add_tags.insert("really".into());
    desk.ok(&agent(ANNA), edit);
    assert_eq!(desk.status(TICKET), "resolved");
}

#[test]
fn every_event_of_a_rule_names_its_cause() {
    let desk = with_triggers([
        trigger("first", "message.author = customer").then(tag("a")),
        trigger("second", "tags changed").then(Action::SetPriority("high".into())),
    ]);
    let opened = desk.ok(&customer(MARIA), request(TICKET));
    let history = desk.history(TICKET);
    let [_, tagged, raised] = &history[..] else { panic!("{history:?}") };
    for (event, name, parent, depth) in [(tagged, "first", 1, 1), (raised, "second", 2, 2)] {
        assert_eq!(event.cause.rule, Some(Rule::Trigger(name.into())));
        assert_eq!(event.cause.parent.unwrap().revision.0, parent);
        assert_eq!(event.cause.depth, depth);
        assert_eq!(event.cause.actor, customer(MARIA), "who gave the command");
        assert_eq!(event.cause.settings, history[0].cause.settings);
        assert_eq!(event.at, monday());
    }
    let Some(TicketChange::PriorityChanged { by, .. }) = raised.ticket_change() else {
        panic!("{raised:?}")
    };
    assert_eq!(*by, PriorityBy::Rule);
    assert_eq!(opened.ticket().unwrap().kind(), TicketKind::Customer);
}

#[test]
fn rules_act_on_every_ticket_that_a_command_changes() {
    let desk = with_triggers([
        trigger("moved", "department changed").then(tag("moved")),
        trigger("followed", "follows is present").then(tag("follow-up")),
    ]);
    desk.given_status("closed");
    let next = ticket_id(0x98);
    desk.ok(&customer(MARIA), crate::support::follow_up(TICKET, next));
    assert_eq!(tags(&desk, next), ["follow-up"]);
    desk.ok(&agent(ANNA), transfer(next, "billing"));
    assert_eq!(tags(&desk, next), ["follow-up", "moved"]);
}
