//! What a rulebook may say, and how it is told where it is wrong.

use helpdesk::rules::{
    Action, Anchor, Assignment, FieldChange, HostAction, Macro, Route, RoutingRule, RulebookDraft,
    Slot, Sticky, Strategy, TimeRule, ToStatus, Trigger, Wording, WordingPart,
};
use helpdesk::{AgentId, FieldValue, Span};

use super::{built, lexicon, parse};

const ANNA: AgentId = AgentId::from_u128(8);

/// A rulebook that says everything that one can.
pub(crate) fn everything() -> RulebookDraft {
    let route = Route::to("support")
        .by(Strategy::CapacityWeighted)
        .skill("networks", 3)
        .skill("printers", 1)
        .same_language()
        .sticky(Sticky::LastAgent)
        .overflow(Span::minutes(15), "billing")
        .not_taken(Span::minutes(30));
    let fields = [
        ("order", FieldValue::Text("A-1".into())),
        ("seats", FieldValue::Integer(3)),
        ("paid", FieldValue::Boolean(true)),
        ("due", FieldValue::Date("2026-03-02".parse().unwrap())),
        ("plan", FieldValue::Choice("pro".into())),
    ];
    let mut all = Trigger::new("all", parse("status changed from new and not tags contains x"))
        .then(Action::SetStatus(ToStatus::new("pending").reason("information")))
        .then(Action::SetPriority("high".into()))
        .then(Action::SetCategory("billing".into()))
        .then(Action::AddTag("a".into()))
        .then(Action::RemoveTag("b".into()))
        .then(Action::Route(route.clone()))
        .then(Action::Note("{message.text} of {requester.name}: {{sic}}".into()))
        .then(Action::Reply("Dear {requester.name}, {field.order}".into()))
        .then(Action::Notify(helpdesk::sla::policy::Whom::Agent(ANNA)))
        .then(Action::Notify(helpdesk::sla::policy::Whom::Department))
        .then(Action::Host(HostAction::new("refund").with("order", "{field.order}")))
        .stop();
    for (field, value) in fields {
        all = all.then(Action::SetField(FieldChange::new(field, value)));
    }
    let both = Assignment { agent: Some(ANNA), ..Assignment::department("billing") };
    RulebookDraft {
        routing: vec![
            RoutingRule::new("by skill", route).when(parse("subject contains \"no network\"")),
            RoutingRule::new("to Anna", both.clone()).when(parse("channel = phone")),
            RoutingRule::new("rest", Assignment::department("support")),
        ],
        triggers: vec![all, Trigger::new("guard", parse("all()")).stop()],
        time_rules: vec![
            TimeRule::new("remind", Anchor::LastAnsweredAt, Span::days(3))
                .when(parse("status_category = waiting"))
                .then(Action::Reply("Is {reference} still a problem?".into())),
            TimeRule::new("escalate", Anchor::UnresolvedSince, Span::days(5))
                .then(Action::Escalate("billing".into()))
                .then(Action::ClearField("order".into()))
                .stop(),
        ],
        macros: vec![
            Macro::new("hand over").then(Action::Assign(both)),
            Macro::new("spam").when(parse("messages = 1")).then(Action::SetPriority("low".into())),
        ],
    }
}

/// What is wrong with it, line by line.
#[track_caller]
fn mistakes(change: impl FnOnce(&mut RulebookDraft)) -> Vec<String> {
    let mut draft = everything();
    change(&mut draft);
    let error = draft.build(&lexicon()).expect_err("it was to be refused");
    error.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn a_rulebook_reads_back_as_it_was_written() {
    let draft = everything();
    let text = serde_json::to_string(&draft).unwrap();
    assert_eq!(serde_json::from_str::<RulebookDraft>(&text).unwrap(), draft);
    let rules = built(draft.clone());
    assert_eq!(serde_json::to_string(&rules).unwrap(), text);
    assert_eq!(rules.draft(), &draft);
    assert_eq!(serde_json::from_str::<RulebookDraft>("{}").unwrap(), RulebookDraft::default());
}

#[test]
fn what_is_misspelt_or_left_out_is_refused() {
    for (text, told) in [
        (r#"{"trigers": []}"#, "unknown field `trigers`"),
        (r#"{"triggers": [{"name": "a", "then": [{"add_tag": "x"}]}]}"#, "missing field `when`"),
        (r#"{"macros": [{"name": "a", "then": [{"explode": "x"}]}]}"#, "unknown variant `explode`"),
        (r#"{"macros": [{"name": "a", "then": [], "stop": true}]}"#, "unknown field `stop`"),
        (
            r#"{"routing": [{"name": "a", "to": {"assign": {"team": "x"}}}]}"#,
            "unknown field `team`",
        ),
        (
            r#"{"time_rules": [{"name": "a", "anchor": "updated_at", "after": "PT1H"}]}"#,
            "unknown variant `updated_at`",
        ),
        (
            "{\"routing\": [\n{\"name\": \"a\", \"when\": \"status =\", \"to\": {\"assign\": {}}}]}",
            "not a condition, at character 9: found the end",
        ),
    ] {
        let error = serde_json::from_str::<RulebookDraft>(text).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn each_mistake_is_told_with_its_path() {
    type Change = fn(&mut RulebookDraft);
    let cases: [(Change, &[&str]); 18] = [
        (
            |draft| draft.triggers[0].when = parse("not (status = opne or priority changed to x)"),
            &[
                "triggers[0].when.not.any[0].equal: there is no status `opne`",
                "triggers[0].when.not.any[1].changed_to: there is no priority `x`",
            ],
        ),
        (
            |draft| draft.routing[1].when = parse("status changed"),
            &["routing[1].when.changed: `changed` can be used in triggers only"],
        ),
        (
            |draft| draft.time_rules[0].when = parse("waiting_since older than PT1H"),
            &["time_rules[0].when.older: `older` can be used in views only"],
        ),
        (
            |draft| draft.macros[1].name = "rest".into(),
            &["macros[1].name: the rule `rest` is defined twice"],
        ),
        (|draft| draft.routing[0].name = "".into(), &["routing[0].name: the name `` is empty"]),
        (
            |draft| draft.time_rules[0].after = Span::ZERO,
            &["time_rules[0].after: PT0S is out of range: longer than nothing"],
        ),
        (
            |draft| draft.macros[0].then.clear(),
            &["macros[0].then: there must be at least one action"],
        ),
        (
            |draft| {
                draft.macros[0].then = vec![
                    Action::SetPriority("low".into()),
                    Action::SetPriority("high".into()),
                    Action::AddTag("x".into()),
                    Action::RemoveTag("x".into()),
                    Action::Escalate("billing".into()),
                    Action::Assign(Assignment::department("support")),
                ];
            },
            &[
                "macros[0].then[1]: the action `set_priority` is defined twice",
                "macros[0].then[3]: the tag `x` is defined twice",
                "macros[0].then[5]: the action `assign, route or escalate` is defined twice",
            ],
        ),
        (
            |draft| {
                draft.macros[0].then =
                    vec![Action::Assign(Assignment { department: None, agent: None })]
            },
            &["macros[0].then[0].assign: there must be at least one department or agent"],
        ),
        (
            |draft| {
                draft.macros[0].then = vec![Action::SetStatus(ToStatus::new("opne").reason("why"))]
            },
            &[
                "macros[0].then[0].set_status.status: there is no status `opne`",
                "macros[0].then[0].set_status.reason: there is no reason `why`",
            ],
        ),
        (
            |draft| {
                draft.macros[0].then = vec![
                    Action::SetField(FieldChange::new("seats", FieldValue::Boolean(true))),
                    Action::SetField(FieldChange::new("plan", FieldValue::Choice("gold".into()))),
                    Action::SetField(FieldChange::new("mood", FieldValue::Integer(1))),
                    Action::ClearField("moods".into()),
                ]
            },
            &[
                "macros[0].then[0].set_field.value: `boolean` is not a whole number",
                "macros[0].then[1].set_field.value: there is no option `gold`",
                "macros[0].then[2].set_field.field: there is no field `mood`",
                "macros[0].then[3].clear_field: there is no field `moods`",
            ],
        ),
        (
            |draft| {
                draft.time_rules[0].then =
                    vec![Action::Reply("{referense} } {field.mood} {message.text} {".into())]
            },
            &[
                "time_rules[0].then[0].reply: there is no slot `referense`",
                "time_rules[0].then[0].reply: `}` is not one of a pair: a brace in a text is \
                 written twice",
                "time_rules[0].then[0].reply: `{` is not one of a pair: a brace in a text is \
                 written twice",
                "time_rules[0].then[0].reply: there is no field `mood`",
                "time_rules[0].then[0].reply: `{message.text}` can be used in triggers only",
            ],
        ),
        (
            |draft| draft.macros[0].then = vec![Action::Note(" ".into())],
            &[
                "macros[0].then[0].note: 1 bytes is out of range: 1 to 16384 bytes that are not all \
               blank",
            ],
        ),
        (
            |draft| {
                draft.routing[0].to = Route::to("x")
                    .skill("a", 0)
                    .skill("a", 11)
                    .sticky(Sticky::LastAgent)
                    .sticky(Sticky::LastAgent)
                    .not_taken(Span::ZERO)
                    .into()
            },
            &[
                "routing[0].to.route.department: there is no department `x`",
                "routing[0].to.route.skills[0].level: 0 is out of range: 1 to 10",
                "routing[0].to.route.skills[1].level: 11 is out of range: 1 to 10",
                "routing[0].to.route.skills[1]: the skill `a` is defined twice",
                "routing[0].to.route.sticky[1]: the same comes before all others twice",
                "routing[0].to.route.not_taken: PT0S is out of range: longer than nothing",
            ],
        ),
        (
            |draft| {
                draft.routing[0].to = Route::to("billing").overflow(Span::ZERO, "billing").into();
            },
            &[
                "routing[0].to.route.overflow.after: PT0S is out of range: longer than nothing",
                "routing[0].to.route.overflow.to: it overflows into its own department",
            ],
        ),
        (
            |draft| draft.macros[0].then = vec![Action::Host(HostAction::new("").with("a", "{x}"))],
            &[
                "macros[0].then[0].host.name: the name `` is empty",
                "macros[0].then[0].host.with.a: there is no slot `x`",
            ],
        ),
        (
            |draft| {
                draft.macros[0].then =
                    (0..21).map(|tag| Action::AddTag(format!("tag {tag}").into())).collect()
            },
            &["macros[0].then: the limit `actions` is 20, and this would be 21"],
        ),
        (
            |draft| {
                draft.macros = (0..1001)
                    .map(|at| Macro::new(format!("m{at}")).then(Action::AddTag("x".into())))
                    .collect()
            },
            &["macros: the limit `macros` is 1000, and this would be 1001"],
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(mistakes(change), expected);
    }
}

#[test]
fn texts_are_read_into_parts_and_nothing_is_lost() {
    let text = Wording::from("a{{b}}c {reference}{field.a b} {odd} }{");
    let parts: Vec<WordingPart<'_>> = text.parts().collect();
    let slots: Vec<String> = parts
        .iter()
        .filter_map(|part| match part {
            WordingPart::Slot(slot) => Some(slot.to_string()),
            WordingPart::Text(_) => None,
        })
        .collect();
    assert_eq!(slots, ["reference", "field.a b"]);
    let filled = text.fill(|slot| Some(format!("<{slot}>").into())).unwrap();
    assert_eq!(filled, "a{b}c <reference><field.a b> {odd} }{");
    let missing = text.fill(|slot| (*slot == Slot::Reference).then(|| "HD-1".into()));
    assert_eq!(missing.unwrap_err().slot, Slot::Field("a b".into()));
    // No text breaks the reader.
    for text in ["", "{", "}", "{{{", "}}}", "{}", "{ä", "ä}", "{field.}", "{{x}", "{a{b}c}"] {
        let all = Wording::from(text).fill(|_| Some("".into())).unwrap();
        assert!(all.len() <= text.len(), "{text}: {all}");
    }
}
