//! Triggers in their order, each seeing what those before it changed, and how far they set each
//! other off.

use helpdesk::rules::{Action, Trigger};
use helpdesk::{NoticeKind, Recipient, Rule, SettingsDraft, Step, TicketChange};

use super::{by_rule, matched, tag, tags, to, trigger, with_fields, with_triggers};
use crate::support::{ANNA, MARIA, TICKET, TestDesk, agent, customer, reply, request};

fn prioritise(priority: &str) -> Action {
    Action::SetPriority(priority.into())
}

#[test]
fn triggers_act_in_their_order() {
    for (first, second) in [("high", "low"), ("low", "high")] {
        let desk = with_triggers([
            trigger("first", "messages changed").then(prioritise(first)),
            trigger("second", "messages changed").then(prioritise(second)),
        ]);
        desk.given_request();
        desk.ok(&customer(MARIA), reply(TICKET));
        assert_eq!(desk.ticket(TICKET).priority().name, second, "the last one says it");
    }
}

#[test]
fn later_triggers_see_what_earlier_ones_changed() {
    let rules = || {
        [
            trigger("mark", "message.author = customer").then(tag("marked")),
            trigger("raise", "tags contains marked").then(prioritise("high")),
        ]
    };
    let desk = with_triggers(rules());
    let opened = desk.ok(&customer(MARIA), request(TICKET));
    assert_eq!(matched(&opened.trace)[..2], ["mark", "raise"]);
    assert_eq!(by_rule(&desk, TICKET, "raise")[0].cause.depth, 1, "in the same pass");

    // The other way round it takes another level.
    let [mark, raise] = rules();
    let desk = with_triggers([raise, mark]);
    desk.given_request();
    assert_eq!(by_rule(&desk, TICKET, "raise")[0].cause.depth, 2);
}

#[test]
fn each_trigger_acts_once_at_most_in_a_pass() {
    // It matches again what it has just done, and what the one after it has.
    let desk = with_triggers([
        trigger("note", "messages changed and notes < 5").then(Action::Note("noted".into())),
        trigger("tag", "notes changed").then(tag("noted")),
    ]);
    desk.given_request();
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(desk.ticket(TICKET).note_count(), 1);
}

#[test]
fn a_trigger_that_stops_is_the_last_of_its_pass() {
    let desk = with_triggers([
        trigger("first", "message.author = customer").then(tag("first")).stop(),
        trigger("second", "message.author = customer").then(tag("second")),
        trigger("third", "tags changed").then(tag("third")),
    ]);
    let opened = desk.ok(&customer(MARIA), request(TICKET));
    assert_eq!(tags(&desk, TICKET), ["first", "third"], "the next pass begins anew");
    let stops = |step: &&Step| matches!(step, Step::RulesStopped { by: Rule::Trigger(_) });
    assert_eq!(opened.trace.iter().filter(stops).count(), 1);
    assert_eq!(by_rule(&desk, TICKET, "third")[0].cause.depth, 2);
}

#[test]
fn a_stop_without_actions_only_stops() {
    let desk = with_triggers([
        trigger("enough", "messages > 1").stop(),
        trigger("tag", "messages changed").then(tag("seen")),
    ]);
    desk.given_request();
    desk.ok(&customer(MARIA), reply(TICKET));
    assert!(tags(&desk, TICKET).is_empty());
}

#[test]
fn rules_never_answer_each_others_words() {
    let desk = with_triggers([
        trigger("ack", "message.visibility = public").then(Action::Reply("We are on it".into())),
        trigger("echo", "message.author = host").then(tag("echo")),
    ]);
    desk.given_request();
    assert_eq!(desk.ticket(TICKET).message_count(), 2);
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(desk.ticket(TICKET).message_count(), 4, "one answer to each");
    assert!(tags(&desk, TICKET).is_empty());
    // What the host itself says is a message.
    desk.ok(&helpdesk::Actor::Host, reply(TICKET));
    assert_eq!(tags(&desk, TICKET), ["echo"]);
}

fn ping_pong() -> [Trigger; 2] {
    [
        trigger("ping", "status changed to open").then(to("in_progress")),
        trigger("pong", "status changed to in_progress").then(to("open")),
    ]
}

/// The triggers that went round, and how often.
fn stopped(desk: &TestDesk) -> Vec<(Vec<String>, u8)> {
    let stop = |change: TicketChange| match change {
        TicketChange::CascadeStopped { rules, depth } => {
            Some((rules.iter().map(ToString::to_string).collect(), depth))
        }
        _ => None,
    };
    desk.changes(TICKET).into_iter().filter_map(stop).collect()
}

#[test]
fn two_triggers_that_set_each_other_off_are_broken_off_and_it_is_told() {
    for (depth, wanted) in [(10, 10), (3, 3), (1, 1)] {
        let mut draft = with_fields();
        draft.limits.cascade_depth = depth;
        // In this order each pass has one: what the other did before it is no change any more.
        draft.rules.triggers = ping_pong().into();
        let desk = TestDesk::with(draft);
        desk.given_request();
        desk.notices();
        let set = crate::support::set_status(TICKET, "in_progress");
        let outcome = desk.ok(&agent(ANNA), set);
        let rules = stopped(&desk);
        assert_eq!(rules.len(), 1, "{:?}", outcome.trace);
        assert_eq!(rules[0].1, wanted);
        let round: &[&str] = match depth {
            1 => &["pong"],
            3 => &["ping", "pong"],
            _ => &["pong", "ping"],
        };
        assert_eq!(rules[0].0, round);
        let told = desk.notices();
        let told: Vec<_> = told.iter().filter(|it| it.kind == NoticeKind::CascadeStopped).collect();
        assert_eq!((told.len(), &told[0].to), (1, &Recipient::Desk));
        let steps = |step: &&Step| matches!(step, Step::CascadeStopped { .. });
        assert_eq!(outcome.trace.iter().filter(steps).count(), 1);
        // The next command begins anew.
        desk.ok(&customer(MARIA), reply(TICKET));
        desk.verify();
    }
}

#[test]
fn a_chain_that_comes_to_its_end_in_time_is_not_broken_off() {
    let mut draft = with_fields();
    draft.limits.cascade_depth = 3;
    let chain = |draft: &mut SettingsDraft, long: usize| {
        // In reverse, so that each sees what the one after it changed a pass later.
        let links = (0..long).rev().map(|n| {
            let when = if n == 0 {
                "messages changed".to_owned()
            } else {
                format!("tags contains t{}", n - 1)
            };
            trigger(&format!("r{n}"), &when).then(tag(&format!("t{n}")))
        });
        draft.rules.triggers = links.collect();
    };
    chain(&mut draft, 3);
    let desk = TestDesk::with(draft.clone());
    desk.given_request();
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(tags(&desk, TICKET), ["t0", "t1", "t2"]);
    // They match what is there, and change nothing any more.
    assert_eq!(stopped(&desk).iter().filter(|it| it.1 != 3).count(), 0);
    chain(&mut draft, 5);
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(tags(&desk, TICKET), ["t0", "t1", "t2"]);
    assert_eq!(stopped(&desk).len(), 1);
}

#[test]
fn time_sets_triggers_off_as_people_do() {
    let mut draft = with_fields();
    draft.rules.triggers = vec![
        trigger("closed", "status changed to closed").then(Action::Note("closed".into())),
        trigger("old", "open_age_warned changed to true").then(prioritise("high")),
    ];
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.pass(crate::support::days(3));
    desk.desk.tick(desk.now()).unwrap();
    assert_eq!(desk.ticket(TICKET).priority().name, "high");
    let raised = &by_rule(&desk, TICKET, "old")[0];
    assert_eq!(raised.cause.actor, helpdesk::Actor::System);
    assert_eq!(raised.at, crate::support::monday() + crate::support::days(3));

    desk.ok(&agent(ANNA), crate::support::resolve(TICKET));
    let resolved = desk.now();
    desk.pass(crate::support::days(9));
    // Noticed late, dated in time.
    desk.ok(&agent(ANNA), crate::support::reopen(TICKET));
    let noted = &by_rule(&desk, TICKET, "closed")[0];
    assert_eq!(noted.at, resolved + crate::support::days(4));
}
