//! What is found in rulebooks, by name; that it is so of random ones, `played` shows.

use helpdesk::rules::analysis::Finding;
use helpdesk::rules::{
    Action, Anchor, Assignment, Macro, RoutingRule, RulebookDraft, TimeRule, ToStatus, Trigger,
};
use helpdesk::{AgentId, Span};

use super::{built, parse};

fn found(draft: RulebookDraft) -> Vec<String> {
    built(draft).analyse().iter().map(Finding::to_string).collect()
}

/// A first-match list of these conditions, named `0`, `1` and so on.
fn routing(conditions: &[&str]) -> RulebookDraft {
    let rule = |(at, text): (usize, &&str)| {
        let to = Assignment::agent(AgentId::from_u128(at as u128 + 1));
        RoutingRule::new(at.to_string(), to).when(parse(text))
    };
    let routing = conditions.iter().enumerate().map(rule).collect();
    RulebookDraft { routing, ..RulebookDraft::default() }
}

fn triggers(triggers: impl IntoIterator<Item = Trigger>) -> RulebookDraft {
    RulebookDraft { triggers: triggers.into_iter().collect(), ..RulebookDraft::default() }
}

fn trigger(name: &str, when: &str, then: Action) -> Trigger {
    Trigger::new(name, parse(when)).then(then)
}

fn status(name: &str) -> Action {
    Action::SetStatus(ToStatus::new(name))
}

fn priority(name: &str) -> Action {
    Action::SetPriority(name.into())
}

#[test]
fn a_condition_that_contradicts_itself_never_fires() {
    for never in [
        "status = open and status = closed",
        "priority >= high and priority < medium",
        "field.seats > 4 and field.seats < 5",
        "field.due < 2026-03-02 and field.due >= 2026-03-02",
        "opened_at > 2026-03-02T09:00:00Z and opened_at <= 2026-03-02T09:00:00Z",
        "tags contains a and not tags contains a",
        "tags contains a and tags is missing",
        "subject contains refund and not subject contains FUND",
        "subject = \"My refund\" and not subject contains refund",
        "field.paid != true and field.paid != false and field.paid is present",
        "category in ()",
        "any()",
        "not (priority = high or priority != high)",
        "status in (open, new) and status in (closed, resolved)",
        "status = open and not status_category = open",
        "status in (open, in_progress) and status_category in (new, closed)",
        "(tags contains a or tags contains b) and not tags contains a and not tags contains b",
    ] {
        let told = "`0` never fires: its condition contradicts itself";
        assert_eq!(found(routing(&[never])), [told], "{never}");
    }
    for fires in [
        "field.seats > 4 and field.seats < 6",
        "opened_at > 2026-03-02T09:00:00Z and opened_at < 2026-03-02T09:00:00.000001Z",
        "not priority < high and priority is missing",
        "field.paid != true and field.paid != false",
        "subject contains fund and not subject contains refund",
        "tags contains a and not tags contains A",
    ] {
        assert_eq!(found(routing(&[fires])), Vec::<String>::new(), "{fires}");
    }
    let never = [
        trigger("0", "status changed from new and status changed from open", priority("low")),
        trigger("1", "status changed from new and status = new", priority("low")),
        trigger("2", "status changed to new and not status changed", priority("low")),
        trigger("3", "subject changed from a and subject = A", priority("low")),
    ];
    let told = found(triggers(never));
    assert_eq!(told.len(), 3, "letter case alone is a change: {told:?}");
    let timed = TimeRule::new("0", Anchor::ResolvedAt, Span::days(1))
        .when(parse("resolved_at is missing"))
        .then(priority("low"));
    let macros = vec![Macro::new("1").when(parse("any()")).then(priority("low"))];
    let draft = RulebookDraft { time_rules: vec![timed], macros, ..RulebookDraft::default() };
    assert_eq!(found(draft).len(), 2);
}

#[test]
fn a_rule_behind_wider_ones_is_never_reached() {
    let cases: [(&[&str], &str); 9] = [
        (
            &["priority >= medium", "priority = high and tags contains a"],
            "`1` is never reached: `0` before it takes all, such as priority: high; tags: a",
        ),
        (
            &["all()", "subject contains a"],
            "`1` is never reached: `0` before it takes all, such as subject: \"a\"",
        ),
        (
            &["subject contains fund", "subject contains Refund"],
            "`1` is never reached: `0` before it takes all, such as subject: \"refund\"",
        ),
        (
            &["tags contains a", "tags contains b", "tags contains a or tags contains b"],
            "`2` is never reached: `0` and `1` before it take all, such as tags: a",
        ),
        (
            &["status_category = waiting", "status in (pending, answered)"],
            "`1` is never reached: `0` before it takes all, such as status: pending",
        ),
        (
            &["field.seats >= 3", "field.seats = 5"],
            "`1` is never reached: `0` before it takes all, such as field.seats: 5",
        ),
        (
            &["not priority in (low, high)", "priority = medium"],
            "`1` is never reached: `0` before it takes all, such as priority: medium",
        ),
        (
            &["tags is present", "tags contains x"],
            "`1` is never reached: `0` before it takes all, such as tags: x",
        ),
        (
            &["not tags contains a", "tags is missing"],
            "`1` is never reached: `0` before it takes all, such as any ticket",
        ),
    ];
    for (rules, told) in cases {
        assert_eq!(found(routing(rules)), [told], "{rules:?}");
    }
    for reached in [
        &["priority > medium", "priority >= medium"][..],
        &["subject contains refund", "subject contains fund"],
        &["tags contains a", "tags contains b", "tags contains a or tags contains c"],
        &["priority is present", "not priority = high"],
        &["status in (open, in_progress)", "status_category = open"],
        &["not field.seats < 3", "field.seats is missing or field.seats > 1"],
    ] {
        assert_eq!(found(routing(reached)), Vec::<String>::new(), "{reached:?}");
    }
}

#[test]
fn a_trigger_is_shadowed_by_one_that_stops_unless_something_changes_between() {
    let stops = || Trigger::new("stops", parse("priority >= medium")).stop();
    let high = || trigger("high", "priority = high", Action::AddTag("x".into()));
    assert_eq!(
        found(triggers([stops(), high()])),
        ["`high` is never reached: `stops` before it takes all, such as priority: high"]
    );
    let goes_on = Trigger { stop: false, ..stops().then(Action::AddTag("y".into())) };
    assert_eq!(found(triggers([goes_on, high()])), Vec::<String>::new());
    // What stood at `stops` as low may be high afterwards.
    let raises = trigger("raises", "tags contains vip", priority("high"));
    assert_eq!(found(triggers([stops(), raises.clone(), high()])), Vec::<String>::new());
    // Before it, that makes no difference; nor does what is not asked for.
    assert_eq!(found(triggers([raises, stops(), high()])).len(), 1);
    let labels = trigger("labels", "tags contains vip", Action::AddTag("y".into()));
    assert_eq!(found(triggers([stops(), labels, high()])).len(), 1);
}

#[test]
fn time_rules_shadow_those_of_the_same_instant_only() {
    let rule = |name: &str, days| {
        TimeRule::new(name, Anchor::OpenedAt, Span::days(days)).then(Action::AddTag("x".into()))
    };
    let draft = |second| RulebookDraft {
        time_rules: vec![rule("first", 3).stop(), rule("second", second)],
        ..RulebookDraft::default()
    };
    assert_eq!(found(draft(3)).len(), 1);
    assert_eq!(found(draft(4)), Vec::<String>::new());
}

#[test]
fn two_triggers_that_play_ping_pong_are_a_loop() {
    let ping_pong = [
        trigger("ping", "status changed to open", status("in_progress")),
        trigger("other", "status changed to closed", Action::AddTag("x".into())),
        trigger("pong", "status changed to in_progress", status("open")),
    ];
    let told = found(triggers(ping_pong.clone()));
    assert_eq!(
        told,
        ["`ping` and `pong` set each other off for ever, such as by status: in_progress \
             (before: answered)"]
    );
    // Whatever sets the same thing again changes nothing, and ends.
    let [ping, other, _] = ping_pong;
    assert_eq!(found(triggers([ping.clone(), other])), Vec::<String>::new());
    // A rule that stops before it breaks the circle.
    let stops = Trigger::new("stops", parse("status changed from open")).stop();
    let pong = trigger("pong", "status changed to in_progress", status("open"));
    let told = found(triggers([stops, ping, pong]));
    assert!(!told.iter().any(|it| it.contains("for ever")), "{told:?}");
}

#[test]
fn a_trigger_may_set_itself_off_by_way_of_what_it_takes_off() {
    let flips = [
        trigger("on", "tags changed and not tags contains x", Action::AddTag("x".into())),
        trigger("off", "tags changed and tags contains x", Action::RemoveTag("x".into())),
    ];
    let told = "set each other off for ever, such as by tags: x (before: a tag)";
    assert_eq!(found(triggers(flips.clone())), [format!("`on` and `off` {told}")]);
    // In the other order both may run for one event, and then nothing has changed; but not always.
    let [on, off] = flips;
    let told = "set each other off for ever, such as by tags: nothing (before: a tag)";
    assert_eq!(found(triggers([off, on])), [format!("`off` and `on` {told}")]);
}

#[test]
fn rules_that_ask_for_messages_hide_nothing_of_the_others() {
    let words = "messages = 1 and message.author = customer";
    let beside = [
        trigger("acknowledge", words, Action::Reply("We have {reference}.".into())),
        trigger("spoke", "message.author = customer", Action::AddTag("spoke".into())),
        trigger("noted", "notes > 3 or waiting_since is present", Action::Note("Look".into())),
    ];
    let up = trigger("up", "priority changed to high", priority("critical"));
    let down = trigger("down", "priority changed to critical", priority("high"));
    for at in 0..=2 {
        let mut all = vec![up.clone(), down.clone()];
        for rule in beside.iter().rev() {
            all.insert(at, rule.clone());
        }
        let told = found(triggers(all));
        let loops = told.iter().filter(|it| it.contains("`up` and `down` set each other off"));
        assert_eq!(loops.count(), 1, "{told:?}");
    }
    let told = found(triggers([
        trigger("fire", "message.text contains fire", priority("high")),
        trigger("small", "message.text contains small", priority("low")),
    ]));
    assert_eq!(
        told,
        [
            "`fire` and `small` set the priority differently, such as of message.text: \"fire small\""
        ]
    );
}

#[test]
fn what_depends_on_what_is_not_known_is_no_loop() {
    // How many were written is another number each time; whether it is queued, who took it.
    for when in ["messages > 1 and status changed", "queued = true and status changed"] {
        let told = found(triggers([
            trigger("a", when, status("open")),
            trigger("b", "status changed to open", status("in_progress")),
            trigger("c", "status changed to in_progress", Action::Reply("Hello".into())),
        ]));
        assert!(!told.iter().any(|it| it.contains("for ever")), "{told:?}");
    }
}

#[test]
fn two_rules_that_set_one_thing_differently_contradict_each_other() {
    let told = found(triggers([
        trigger("vip", "tags contains vip", priority("high")),
        trigger("small", "field.seats < 5", priority("low")),
        trigger("also high", "tags contains vip", priority("high")),
    ]));
    assert_eq!(
        told,
        [
            "`vip` and `small` set the priority differently, such as of tags: vip; field.seats: 4",
            "`small` and `also high` set the priority differently, such as of tags: vip; \
             field.seats: 4",
        ]
    );
    // They never meet; the first is the last; the second no longer matches what the first set.
    for [first, second] in [
        [
            trigger("a", "field.seats > 5", priority("high")),
            trigger("b", "field.seats < 5", priority("low")),
        ],
        [
            trigger("a", "tags contains vip", priority("high")).stop(),
            trigger("b", "field.seats < 5", priority("low")),
        ],
        [
            trigger("a", "priority = medium", priority("high")),
            trigger("b", "priority = medium", priority("low")),
        ],
    ] {
        assert_eq!(found(triggers([first, second])), Vec::<String>::new());
    }
}

#[test]
fn of_conditions_that_are_too_many_at_once_nothing_is_said() {
    let pairs: Vec<String> =
        (0..10).map(|at| format!("(tags contains a{at} or tags contains b{at})")).collect();
    assert_eq!(found(routing(&["all()", &pairs.join(" and ")])), Vec::<String>::new());
}

#[test]
fn a_thousand_rules_are_looked_at() {
    let texts: Vec<String> = (0..1000)
        .map(|at| format!("subject contains word{at:04} and tags contains tag{}", at % 120))
        .collect();
    let mut rules: Vec<&str> = texts.iter().map(String::as_str).collect();
    rules[999] = "subject contains word0500x and tags contains tag20 and priority = high";
    assert_eq!(found(routing(&rules)).len(), 1, "the last is behind the 500th");
}

#[test]
fn a_thousand_triggers_are_looked_at() {
    let some = (0..1000).map(|at| {
        let when = format!("tags contains tag{at:04} and status changed");
        trigger(&at.to_string(), &when, priority(["low", "medium", "high"][at % 3]))
    });
    let ping_pong = [
        trigger("ping", "status changed to open", status("in_progress")),
        trigger("pong", "status changed to in_progress", status("open")),
    ];
    let findings = built(triggers(some.chain(ping_pong))).analyse();
    let count = |is: fn(&Finding) -> bool| findings.iter().filter(|it| is(it)).count();
    assert_eq!(count(|it| matches!(it, Finding::Loop { .. })), 1);
    assert!(count(|it| matches!(it, Finding::Contradiction { .. })) > 1000);
}
