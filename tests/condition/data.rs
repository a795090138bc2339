//! Conditions and orders in files.

use helpdesk::{Condition, Fact, Sort, Span};
use proptest::prelude::*;
use serde_json::json;

use super::random::any_condition;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn data_is_read_back_as_the_same_tree(condition in any_condition()) {
        let data = serde_json::to_string(&condition).unwrap();
        prop_assert_eq!(serde_json::from_str::<Condition>(&data).unwrap(), condition);
    }
}

#[test]
fn the_tree_reads_well() {
    let condition = Condition::all([
        Fact::Priority.at_least("high"),
        Condition::not(Fact::Tags.contains("vip")),
        Fact::Assignee.missing(),
        Condition::any([Fact::field("order number").equals(4711), Fact::Status.is_in(["new"])]),
        Fact::WaitingSince.older(Span::hours(4)),
        Fact::Overdue.not_equal(true),
    ]);
    assert_eq!(
        serde_json::to_string(&condition).unwrap(),
        r#"{"all":[{"fact":"priority","at_least":"high"},{"not":{"fact":"tags","contains":"vip"}},"#
            .to_owned()
            + r#"{"fact":"assignee","missing":true},{"any":[{"fact":"field.order number","#
            + r#""equal":4711},{"fact":"status","in":["new"]}]},"#
            + r#"{"fact":"waiting_since","older":"PT4H"},{"fact":"overdue","not_equal":true}]}"#
    );
}

#[test]
fn text_may_stand_wherever_a_tree_may() {
    let mixed = json!({ "any": ["notes > 3 and queued = true", { "fact": "notes", "equal": 0 }] });
    let condition: Condition = serde_json::from_value(mixed).unwrap();
    assert_eq!(condition.to_string(), "notes > 3 and queued = true or notes = 0");
}

#[test]
fn what_is_misspelt_is_refused() {
    let cases = [
        (json!({ "al": [] }), "unknown field `al`"),
        (json!({}), "`all`, `any`, `not` or `fact` is missing"),
        (json!({ "fact": "status" }), "a `fact` without a test of it"),
        (json!({ "equal": "open" }), "missing field `fact`"),
        (
            json!({ "fact": "mood", "equal": 1 }),
            "unknown variant `mood`, expected one of `number`, `status`",
        ),
        (json!({ "all": [], "any": [] }), "`any` beside `all`, `any` or `not`"),
        (json!({ "fact": "status", "not": { "all": [] } }), "beside a test"),
        (json!({ "fact": "status", "equal": "open", "in": [] }), "a second test"),
        (json!({ "fact": "status", "missing": false }), "this must be `true`"),
        (json!({ "fact": "notes", "equal": 1.5 }), "expected a text, a whole number"),
        (json!({ "fact": "notes", "equal": null }), "expected a text, a whole number"),
        (json!({ "fact": "notes", "in": [u64::MAX] }), "expected a text, a whole number"),
        (json!({ "all": [], "mood": 1 }), "unknown field `mood`"),
        (json!({ "fact": "opened_at", "older": "4h" }), "`4h` is not a duration"),
        (json!({ "all": { "fact": "notes", "equal": 1 } }), "a list of conditions"),
        (json!(["status = open"]), "a condition: a map with"),
        (json!("status ="), "not a condition, at character 9: found the end"),
    ];
    for (data, told) in cases {
        let error = serde_json::from_value::<Condition>(data.clone()).unwrap_err().to_string();
        assert!(error.contains(told), "{data}: {error}");
    }
    let twice = r#"{"fact":"notes","fact":"messages","equal":1}"#;
    assert!(serde_json::from_str::<Condition>(twice).is_err());
}

#[test]
fn orders_are_maps_or_text() {
    let sorts: Vec<Sort> = serde_json::from_value(json!([
        "priority desc",
        { "by": "field.order" },
        { "by": "updated_at", "descending": true }
    ]))
    .unwrap();
    let expected = [
        Sort::descending(Fact::Priority),
        Sort::ascending(Fact::field("order")),
        Sort::descending(Fact::UpdatedAt),
    ];
    assert_eq!(sorts, expected);
    let data = serde_json::to_value(&sorts[0]).unwrap();
    assert_eq!(data, json!({ "by": "priority", "descending": true }));
    assert!(serde_json::from_value::<Sort>(json!({ "by": "notes", "down": true })).is_err());
    assert!(serde_json::from_value::<Sort>(json!("notes up")).is_err());
}
