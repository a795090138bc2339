//! Time rules: once for each instant from which their time runs, dated by it, whoever ticks.

use helpdesk::command::{Edit, LogConversation, SaidBy};
use helpdesk::rules::{Action, Anchor, TimeRule, ToStatus};
use helpdesk::{Actor, Channel, Rule, Span, Step, TicketChange, TimerKind};

use super::{by_rule, matched, tag, tags, trigger, with_fields, with_time_rules};
use crate::support::{
    ANNA, MARIA, TICKET, TestDesk, agent, customer, days, hours, monday, reopen, reply, request,
    resolve, ticket_id,
};

/// Three days after an agent answered.
fn remind() -> TimeRule {
    TimeRule::new("remind", Anchor::LastAnsweredAt, Span::days(3))
        .when("status = answered".parse().unwrap())
        .then(Action::Reply("Is {reference} still a problem?".into()))
}

fn looks(desk: &TestDesk) -> Vec<Vec<String>> {
    let looked = |change: TicketChange| match change {
        TicketChange::TimeRulesLookedAt(looked) => {
            Some(looked.rules.iter().map(|it| it.rule.to_string()).collect())
        }
        _ => None,
    };
    desk.changes(TICKET).into_iter().filter_map(looked).collect()
}

#[test]
fn a_time_rule_acts_once_for_each_instant_from_which_its_time_runs() {
    let desk = with_time_rules([remind()]);
    desk.given_request();
    assert_eq!(desk.ticket(TICKET).timers().rules, None, "nobody has answered");
    desk.ok(&agent(ANNA), reply(TICKET));
    let due = monday() + days(3);
    assert_eq!(desk.ticket(TICKET).timers().rules, Some(due));
    desk.advance_to(due + days(1));
    let done = by_rule(&desk, TICKET, "remind");
    assert!(done.iter().all(|event| event.at == due && event.cause.actor == Actor::System));
    assert_eq!(desk.ticket(TICKET).message_count(), 3);
    desk.advance_to(due + days(30));
    assert_eq!(desk.ticket(TICKET).message_count(), 3, "the anchor has not moved");

    // An answer moves it.
    desk.ok(&agent(ANNA), reply(TICKET));
    let again = desk.now() + days(3);
    assert_eq!(desk.ticket(TICKET).timers().rules, Some(again));
    desk.advance_to(again);
    assert_eq!(desk.ticket(TICKET).message_count(), 5);
    desk.verify();
}

#[test]
fn the_time_of_a_rule_starts_anew_when_its_instant_moves_before_it_came() {
    let desk = with_time_rules([remind()]);
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.pass(days(2));
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.advance_to(monday() + days(4));
    assert!(by_rule(&desk, TICKET, "remind").is_empty());
    desk.advance_to(monday() + days(5));
    assert!(!by_rule(&desk, TICKET, "remind").is_empty());
}

#[test]
fn a_rule_that_does_not_match_when_its_time_comes_is_looked_at_all_the_same() {
    let desk = with_time_rules([remind()]);
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.ok(&agent(ANNA), crate::support::set_status(TICKET, "in_progress"));
    desk.advance_to(monday() + days(3));
    assert_eq!(looks(&desk), [["remind"]]);
    assert_eq!(desk.ticket(TICKET).message_count(), 2);
    assert_eq!(desk.ticket(TICKET).timers().rules, None);
    // That the condition comes to hold later is no second time.
    desk.ok(&agent(ANNA), crate::support::set_status(TICKET, "answered"));
    desk.advance_to(monday() + days(30));
    assert_eq!(looks(&desk).len(), 1);
}

#[test]
fn rules_of_one_instant_act_in_order_and_one_may_stop_the_others() {
    let rule = |name: &str, when: &str| {
        TimeRule::new(name, Anchor::OpenedAt, Span::hours(1)).when(when.parse().unwrap())
    };
    let desk = with_time_rules([
        rule("first", "status = new").then(tag("first")),
        rule("second", "tags contains first").then(tag("second")).stop(),
        rule("third", "tags contains first").then(tag("third")),
    ]);
    desk.given_request();
    desk.pass(hours(2));
    let ticked = desk.desk.tick(desk.now()).unwrap();
    assert_eq!(tags(&desk, TICKET), ["first", "second"]);
    assert_eq!(looks(&desk), [["first", "second", "third"]], "the last one is not due for ever");
    let trace = &ticked.outcomes[0].trace;
    assert_eq!(matched(trace), ["first", "second"]);
    assert!(trace.contains(&Step::RulesStopped { by: Rule::TimeRule("second".into()) }));
    assert_eq!(desk.desk.next_wake(desk.now()).unwrap(), Some(monday() + days(3)));
}

#[test]
fn triggers_see_what_a_time_rule_did() {
    let mut draft = with_fields();
    draft.rules.time_rules =
        vec![TimeRule::new("old", Anchor::OpenedAt, Span::hours(4)).then(tag("old"))];
    draft.rules.triggers =
        vec![trigger("raise", "tags changed").then(Action::SetPriority("high".into()))];
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.pass(days(1));
    desk.ok(&customer(MARIA), reply(TICKET));
    let raised = &by_rule(&desk, TICKET, "raise")[0];
    assert_eq!(raised.at, monday() + hours(4), "not when it was noticed");
    assert_eq!((raised.cause.depth, raised.cause.actor.clone()), (1, Actor::System));
}

#[test]
fn a_rule_published_later_is_for_old_tickets_from_their_next_command_or_adoption() {
    for adopts in [true, false] {
        let desk = TestDesk::with(with_fields());
        desk.given_request();
        desk.pass(days(1));
        let mut draft = with_fields();
        let old = TimeRule::new("old", Anchor::OpenedAt, Span::hours(4)).then(tag("old"));
        draft.rules.time_rules = vec![old];
        desk.publish(draft);
        desk.pass(hours(1));
        desk.advance_to(desk.now());
        assert!(tags(&desk, TICKET).is_empty());
        if adopts {
            desk.desk.adopt(desk.now(), None, 100).unwrap();
        } else {
            desk.ok(&customer(MARIA), reply(TICKET));
        }
        let then = desk.now();
        desk.pass(hours(5));
        desk.desk.tick(desk.now()).unwrap();
        assert_eq!(tags(&desk, TICKET), ["old"]);
        assert_eq!(by_rule(&desk, TICKET, "old")[0].at, then, "dated by when the ticket knew");
        desk.advance_to(desk.now() + days(1));
        assert_eq!(looks(&desk).len(), 1);
    }
}

#[test]
fn what_was_dropped_from_the_settings_is_due_no_more() {
    let desk = with_time_rules([remind()]);
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.publish(with_fields());
    desk.advance_to(monday() + days(3));
    assert_eq!(looks(&desk), [Vec::<String>::new()]);
    assert_eq!(desk.ticket(TICKET).timers().rules, None);
    assert_eq!(desk.ticket(TICKET).message_count(), 2);
}

#[test]
fn a_ticket_keeps_which_rules_were_looked_at_only_while_that_matters() {
    let desk = with_time_rules([
        remind(),
        TimeRule::new("daily", Anchor::LastAskedAt, Span::hours(1)).then(tag("asked")),
    ]);
    desk.given_request();
    for _ in 0..5 {
        desk.ok(&agent(ANNA), reply(TICKET));
        desk.pass(hours(1));
        desk.ok(&customer(MARIA), reply(TICKET));
        desk.advance_to(desk.now() + days(4));
    }
    let forgotten = desk.changes(TICKET).into_iter().filter_map(|change| match change {
        TicketChange::TimeRulesLookedAt(looked) => Some(looked.forgotten.len()),
        _ => None,
    });
    assert!(forgotten.sum::<usize>() > 0);
    let head = serde_json::to_value(&*desk.ticket(TICKET)).unwrap();
    let looked = head["details"]["extras"]["looked"].as_array().unwrap();
    assert!(looked.len() <= 2, "one of each rule at most: {looked:?}");
    desk.verify();
}

#[test]
fn what_is_merged_or_spam_waits_for_no_rule() {
    let old = || TimeRule::new("old", Anchor::OpenedAt, Span::hours(4)).then(tag("old"));
    let desk = with_time_rules([old()]);
    desk.given_request();
    let other = ticket_id(0x90);
    desk.ok(&customer(MARIA), request(other));
    desk.ok(&agent(ANNA), helpdesk::command::Merge::new(other, TICKET));
    let spam = ticket_id(0x91);
    desk.ok(&customer(MARIA), request(spam));
    desk.ok(&agent(ANNA), helpdesk::command::MarkSpam { ticket: spam });
    desk.advance_to(monday() + days(1));
    assert_eq!(tags(&desk, TICKET), ["old"]);
    assert!(tags(&desk, other).is_empty() && tags(&desk, spam).is_empty());
    // Once it stands by itself again, it does.
    desk.ok(&agent(ANNA), helpdesk::command::UndoMerge { ticket: other });
    desk.advance_to(desk.now() + hours(1));
    assert_eq!(tags(&desk, other), ["old"]);
}

#[test]
fn a_ticket_closed_by_a_time_rule_swallows_no_reply() {
    let close = || {
        TimeRule::new("close", Anchor::LastAnsweredAt, Span::days(7))
            .when("status_category = waiting".parse().unwrap())
            .then(Action::SetStatus(ToStatus::new("closed").resolution("not_solved")))
    };
    for late in [hours(0), hours(1), days(20)] {
        let desk = with_time_rules([close()]);
        desk.given_request();
        desk.ok(&agent(ANNA), reply(TICKET));
        desk.pass(days(7) + late);
        // Nobody has ticked.
        desk.ok(&customer(MARIA), reply(TICKET));
        let closed = &by_rule(&desk, TICKET, "close");
        assert!(closed.iter().all(|event| event.at == monday() + days(7)), "{closed:?}");
        let ticket = desk.ticket(TICKET);
        assert_eq!(ticket.status().name, "open", "it reopens");
        assert_eq!((ticket.message_count(), ticket.reopen_count()), (3, 1));
        assert_eq!(ticket.waiting_since(), Some(desk.now()));
    }
    // A reply just before it keeps it open.
    let desk = with_time_rules([close()]);
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.pass(days(7) - crate::support::micro());
    desk.ok(&customer(MARIA), reply(TICKET));
    desk.advance_to(monday() + days(8));
    assert_eq!(desk.ticket(TICKET).reopen_count(), 0);
}

#[test]
fn an_answer_that_is_logged_late_is_an_instant_like_others() {
    let desk = with_time_rules([remind()]);
    desk.given_request();
    desk.pass(days(5));
    let answered = monday() + hours(2);
    let log = LogConversation {
        ticket: TICKET,
        said_by: SaidBy::Agent(ANNA),
        channel: Channel::Phone,
        occurred_at: answered,
        text: "Unplug it.".into(),
    };
    desk.ok(&agent(ANNA), log);
    // Its time has come; it is dated by when that was known.
    assert_eq!(desk.ticket(TICKET).timers().rules, Some(answered + days(3)));
    let now = desk.now();
    desk.desk.tick(now + hours(3)).unwrap();
    assert!(by_rule(&desk, TICKET, "remind").iter().all(|event| event.at == now));
}

#[test]
fn a_finished_ticket_has_no_age_and_one_that_reopens_begins_anew() {
    let desk = with_time_rules([
        TimeRule::new("age", Anchor::UnresolvedSince, Span::days(1)).then(tag("aged"))
    ]);
    desk.given_request();
    desk.ok(&agent(ANNA), resolve(TICKET));
    assert_eq!(desk.ticket(TICKET).timers().rules, None);
    desk.pass(hours(30));
    desk.ok(&agent(ANNA), reopen(TICKET));
    let timers = desk.ticket(TICKET).timers();
    assert_eq!(timers.rules, Some(desk.now() + days(1)));
    assert_eq!(timers.next().unwrap().0, TimerKind::TimeRule);
    let mut edit = Edit::new(TICKET);
    edit.add_tags.insert("other".into());
    desk.ok(&agent(ANNA), edit);
    assert_eq!(desk.ticket(TICKET).timers(), timers, "what moves no anchor moves no timer");
}

/// A desk with a ticket that two rules move there and back, each minute.
fn there_and_back() -> TestDesk {
    let flip = |name: &str, from: &str, to: &str| {
        TimeRule::new(name, Anchor::StatusSince, Span::minutes(1))
            .when(format!("status = {from}").parse().unwrap())
            .then(super::to(to))
    };
    let desk =
        with_time_rules([flip("on", "open", "in_progress"), flip("off", "in_progress", "open")]);
    desk.given_request();
    desk.ok(&agent(ANNA), crate::support::set_status(TICKET, "open"));
    desk
}

#[test]
fn rules_that_set_each_others_time_are_carried_out_some_at_a_tick() {
    let desk = there_and_back();
    desk.set_now(monday() + hours(5));
    let mut ticks = 0;
    loop {
        let ticked = desk.desk.tick(desk.now()).unwrap();
        assert!(ticked.failed.is_empty());
        ticks += 1;
        if ticked.next_wake.is_none_or(|wake| wake > desk.now()) {
            break;
        }
    }
    assert!(ticks > 2, "{ticks}");
    let moves = desk
        .history(TICKET)
        .into_iter()
        .filter(|event| matches!(event.ticket_change(), Some(TicketChange::StatusChanged(_))));
    // Both are due at one instant, and the second sees what the first did.
    assert_eq!(moves.count(), 601, "each minute once, there and back");
}

#[test]
fn a_command_that_comes_late_looks_at_time_rules_so_often_and_leaves_the_rest_to_ticks() {
    let desk = there_and_back();
    desk.set_now(monday() + days(30));
    let noted = desk.ok(&agent(ANNA), helpdesk::command::Note::new(TICKET, "words"));
    let looked = noted
        .trace
        .iter()
        .filter(|step| matches!(step, Step::Settled { timer: TimerKind::TimeRule, .. }));
    assert_eq!(looked.count(), 102, "a hundred beyond once for each of the two");
    assert_eq!(desk.ticket(TICKET).note_count(), 1);
    // The rest is due, and is not forgotten.
    let wake = desk.desk.next_wake(desk.now()).unwrap().unwrap();
    assert!(wake <= desk.now(), "{wake}");
    let before = desk.history(TICKET).len();
    desk.desk.tick(desk.now()).unwrap();
    assert!(desk.history(TICKET).len() > before);
    desk.verify();
}

#[test]
fn a_rule_does_not_act_when_only_the_time_of_another_has_come() {
    let rule = |name: &str, after| {
        TimeRule::new(name, Anchor::OpenedAt, Span::hours(after)).then(tag(name))
    };
    let desk = with_time_rules([rule("first", 1), rule("second", 2)]);
    desk.given_request();
    desk.advance_to(monday() + hours(1));
    assert_eq!(tags(&desk, TICKET), ["first"]);
    desk.advance_to(monday() + hours(2));
    assert_eq!(tags(&desk, TICKET), ["first", "second"]);
    assert_eq!(looks(&desk), [["first"], ["second"]]);
}

#[test]
fn who_says_nothing_for_a_week_is_told_and_the_ticket_is_closed() {
    // The rule that the front page shows.
    let rule: TimeRule = serde_json::from_str(
        r#"{
            "name": "seven days of silence",
            "anchor": "status_since", "after": "PT168H",
            "when": { "fact": "status_category", "equal": "waiting" },
            "then": [
                { "reply": "We close {reference}: we have not heard from you." },
                { "set_status": { "status": "closed", "resolution": "withdrawn" } }
            ]
        }"#,
    )
    .unwrap();
    let desk = with_time_rules([rule]);
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    assert_eq!(desk.status(TICKET), "answered");
    desk.advance_to(monday() + days(7));
    assert_eq!(desk.status(TICKET), "closed");
    assert_eq!(super::refusals(&desk, TICKET), []);
    assert_eq!(desk.ticket(TICKET).message_count(), 3);
    desk.verify();
}
