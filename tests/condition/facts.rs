//! Which facts there are, and who may know them.

use std::collections::BTreeSet;

use helpdesk::matching::{Cursor, Matcher, Order};
use helpdesk::{Condition, Fact};

#[test]
fn customers_filter_by_what_tells_nothing_of_notes_agents_and_internals() {
    let public: BTreeSet<String> =
        Fact::built_in().filter(Fact::is_public).map(|fact| fact.to_string()).collect();
    let expected = [
        "category",
        "channel",
        "closed_at",
        "first_answered_at",
        "kind",
        "last_answered_at",
        "last_asked_at",
        "messages",
        "number",
        "opened_at",
        "origin",
        "proposed_at",
        "requester",
        "resolved_at",
        "status",
        "status_category",
        "subject",
        "waiting_since",
    ];
    assert_eq!(public, expected.map(String::from).into());
    assert!(!Fact::field("order").is_public());
}

#[test]
fn a_condition_names_its_facts_from_left_to_right() {
    let condition = super::parse("notes = 1 and not (queued = true or any(field.x is missing))");
    let facts: Vec<String> = condition.facts().map(ToString::to_string).collect();
    assert_eq!(facts, ["notes", "queued", "field.x"]);
    assert_eq!(Condition::all([]).facts().count(), 0);
}

#[test]
fn what_was_checked_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug>() {}
    shared::<Condition>();
    shared::<Matcher>();
    shared::<Order>();
    shared::<Cursor>();
}
