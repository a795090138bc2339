//! Macros: as the agent who applies them would do it by hand, all of it or nothing.

use helpdesk::command::ApplyMacro;
use helpdesk::rules::{Action, Assignment, HostAction, Macro, ToStatus};
use helpdesk::{
    Actor, AgentId, Author, ContactProfile, MacroStopped, Part, PriorityBy, Refusal, RefusalKind,
    Rule, Step, TicketChange,
};

use super::{by_rule, tag, tags, trigger, with_fields};
use crate::support::{
    ANNA, BEN, LIA, MARIA, RHEA, TICKET, TestDesk, agent, bot, customer, monday, ticket_id,
};

fn with_macros(macros: impl IntoIterator<Item = Macro>) -> TestDesk {
    let mut draft = with_fields();
    draft.rules.macros = macros.into_iter().collect();
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk
}

fn ask() -> Macro {
    Macro::new("ask")
        .then(Action::Reply("Which order is {reference} about?".into()))
        .then(Action::SetStatus(ToStatus::new("pending").reason("information")))
        .then(Action::SetPriority("high".into()))
        .then(tag("orders"))
        .then(Action::Host(HostAction::new("survey")))
}

#[test]
fn a_macro_is_what_the_agent_would_do_by_hand() {
    let desk = with_macros([ask()]);
    desk.notices();
    let applied = desk.ok(&agent(ANNA), ApplyMacro::new(TICKET, "ask"));
    let ticket = desk.ticket(TICKET);
    assert_eq!(ticket.status().name, "pending");
    assert_eq!(ticket.first_answered_at(), Some(monday()));
    assert_eq!(ticket.waiting_since(), None);
    let events = by_rule(&desk, TICKET, "ask");
    let message = events[0].ticket_change().unwrap().message().unwrap();
    assert_eq!((&message.author, message.part), (&Author::Agent(ANNA), Part::Answers));
    for event in &events {
        assert_eq!(event.cause.rule, Some(Rule::Macro("ask".into())));
        assert_eq!(event.cause.actor, agent(ANNA));
        assert_eq!((event.cause.parent, event.cause.depth), (None, 0));
    }
    let by_hand = |event: &helpdesk::Event| {
        matches!(
            event.ticket_change(),
            Some(TicketChange::PriorityChanged { by: PriorityBy::Hand, .. })
        )
    };
    assert_eq!(events.iter().filter(|event| by_hand(event)).count(), 1);
    let asked =
        |event: &helpdesk::Event| matches!(event.ticket_change(), Some(TicketChange::RuleAsked(_)));
    assert_eq!(events.iter().filter(|event| asked(event)).count(), 1);
    let first = applied.trace.first().unwrap();
    assert_eq!(*first, Step::RuleMatched { rule: Rule::Macro("ask".into()) });

    // Twice is as often as it is applied; what is so is not done again.
    let before = desk.history(TICKET).len();
    let again = desk.ok(&agent(ANNA), ApplyMacro::new(TICKET, "ask"));
    assert!(!again.is_no_op(), "it says the words again");
    assert!(desk.history(TICKET).len() > before);
    desk.verify();
}

#[test]
fn a_macro_does_all_or_nothing_and_says_what_stopped_it() {
    let gone = AgentId::from_u128(404);
    let table: Vec<(Action, &str, RefusalKind)> = vec![
        (Action::Assign(Assignment::agent(gone)), "cannot_own", RefusalKind::Conflict),
        (Action::Assign(Assignment::agent(BEN)), "not_in_department", RefusalKind::Conflict),
        (Action::Escalate("billing".into()), "not_higher_tier", RefusalKind::Conflict),
        (Action::Reply("Dear {requester.name}".into()), "nothing_known", RefusalKind::Conflict),
        (Action::ClearField("plan".into()), "", RefusalKind::Conflict),
    ];
    for (action, code, kind) in table {
        let both = Macro::new("both").then(tag("begun")).then(action.clone());
        let desk = with_macros([both.then(Action::Host(HostAction::new("survey")))]);
        if code.is_empty() {
            desk.ok(&agent(ANNA), ApplyMacro::new(TICKET, "both"));
            assert_eq!(tags(&desk, TICKET), ["begun"]);
            continue;
        }
        let refusal = desk.refused(&agent(ANNA), ApplyMacro::new(TICKET, "both"));
        assert_eq!((refusal.code(), refusal.kind()), ("macro_stopped", kind), "{action:?}");
        let Refusal::MacroStopped(stopped) = refusal else { panic!("{refusal:?}") };
        let MacroStopped { name, action: place, because } = &*stopped;
        assert_eq!((name.as_str(), *place, because.code()), ("both", 1, code));
    }
}

#[test]
fn what_is_no_macro_or_not_for_the_ticket_is_refused() {
    let vip = Macro::new("vip").when("tags contains vip".parse().unwrap()).then(tag("seen"));
    let desk = with_macros([vip]);
    let refused = desk.refused(&agent(ANNA), ApplyMacro::new(TICKET, "vap"));
    assert_eq!(refused.to_string(), "the settings know no macro `vap`");
    let refused = desk.refused(&agent(ANNA), ApplyMacro::new(TICKET, "vip"));
    assert_eq!(refused, Refusal::MacroNotForThis { name: "vip".into() });
    let refused = desk.refused(&agent(ANNA), ApplyMacro::new(ticket_id(0x404), "vip"));
    assert_eq!(refused.code(), "not_found");
    let mut edit = helpdesk::command::Edit::new(TICKET);
    edit.add_tags.insert("vip".into());
    desk.ok(&agent(ANNA), edit);
    desk.ok(&agent(ANNA), ApplyMacro::new(TICKET, "vip"));
    assert_eq!(tags(&desk, TICKET), ["seen", "vip"]);
}

#[test]
fn agents_and_the_host_apply_macros_and_nobody_else() {
    let desk = with_macros([Macro::new("mark").then(tag("marked"))]);
    for actor in [customer(MARIA), bot(), agent(LIA)] {
        let refused = desk.refused(&actor, ApplyMacro::new(TICKET, "mark"));
        assert_eq!(refused.code(), "forbidden", "{actor}");
    }
    let refused = desk.refused(&agent(RHEA), ApplyMacro::new(TICKET, "mark"));
    assert_eq!(refused.code(), "not_found", "it is not hers");
    assert_eq!(desk.refused(&agent(BEN), ApplyMacro::new(TICKET, "mark")).code(), "not_found");
    desk.ok(&Actor::Host, ApplyMacro::new(TICKET, "mark"));
    assert_eq!(tags(&desk, TICKET), ["marked"]);
}

#[test]
fn names_are_read_where_a_macro_asks_for_them() {
    let dear = "Dear {requester.name}, {assignee.name} looks into it.";
    let desk = with_macros([Macro::new("dear")
        .then(Action::Assign(Assignment::agent(ANNA)))
        .then(Action::Reply(dear.into()))]);
    let maria = ContactProfile::new("Maria");
    desk.desk.put_contact(desk.context(&Actor::Host), MARIA, maria).unwrap();
    desk.ok(&agent(ANNA), ApplyMacro::new(TICKET, "dear"));
    let thread = desk.thread(&agent(ANNA), TICKET);
    assert_eq!(thread[1], "Dear Maria, Anna looks into it.");
}

#[test]
fn triggers_see_a_macro_as_one_change_with_the_agents_words() {
    let mut draft = with_fields();
    draft.rules.macros = vec![ask()];
    draft.rules.triggers = vec![
        trigger("all of it", "message.text contains order and status changed to pending")
            .then(tag("seen")),
    ];
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.ok(&agent(ANNA), ApplyMacro::new(TICKET, "ask"));
    assert_eq!(tags(&desk, TICKET), ["orders", "seen"]);
    assert_eq!(by_rule(&desk, TICKET, "all of it").len(), 1);
}
