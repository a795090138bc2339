//! Conditions: their text and their data, what is refused and where, and what they mean.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "../support/mod.rs"]
mod support;

mod agreement;
mod data;
mod facts;
mod finding;
mod hostile;
mod limits;
mod mistakes;
mod oracle;
mod order;
mod random;
mod scenes;
mod semantics;
mod set;
mod text_form;

use std::sync::Arc;

use helpdesk::condition::ConditionSyntax;
use helpdesk::matching::{Lexicon, Matcher, Place};
use helpdesk::sla::policy::Obligation;
use helpdesk::sla::{Metric, SlaPolicy};
use helpdesk::{Condition, Confirmation, FieldDef, FieldKind, SettingsDraft, Span};

/// The kit's settings with a custom field of every type.
fn draft() -> SettingsDraft {
    let options = vec!["free".into(), "pro".into(), "two words".into()];
    SettingsDraft {
        fields: vec![
            FieldDef::new("order", FieldKind::Text { max_bytes: 100 }),
            FieldDef::new("seats", FieldKind::Integer { min: -10, max: 500 }),
            FieldDef::new("paid", FieldKind::Boolean),
            FieldDef::new("due", FieldKind::Date),
            FieldDef::new("plan", FieldKind::Choice { options }),
        ],
        sla_levels: vec!["basic".into(), "better".into(), "premium".into()],
        sla_policies: vec![
            promising("urgent", "premium", 1).when("priority >= high".parse().unwrap()),
            promising("usual", "basic", 4).when("not priority = low".parse().unwrap()),
        ],
        ..support::confirming(Confirmation::Offered)
    }
}

fn promising(name: &str, level: &str, hours: u32) -> SlaPolicy {
    let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(hours));
    let end = Obligation::new(Metric::TotalResolution).within(Span::hours(9 * hours));
    SlaPolicy::new(name).level(level).obligation(answer).obligation(end)
}

fn lexicon() -> Arc<Lexicon> {
    draft().build().unwrap().lexicon()
}

#[track_caller]
fn parse(text: &str) -> Condition {
    match text.parse() {
        Ok(condition) => condition,
        Err(error) => panic!("`{text}`: {error}"),
    }
}

#[track_caller]
fn syntax_error(text: &str) -> ConditionSyntax {
    match text.parse::<Condition>() {
        Ok(condition) => panic!("`{text}` was read as {condition:?}"),
        Err(error) => error,
    }
}

#[track_caller]
fn matcher(text: &str, place: Place) -> Matcher {
    match parse(text).check(&lexicon(), place) {
        Ok(matcher) => matcher,
        Err(error) => panic!("`{text}`: {error}"),
    }
}

/// What is wrong with it, line by line.
#[track_caller]
fn mistakes(condition: &Condition, place: Place) -> Vec<String> {
    let error = condition.check(&lexicon(), place).expect_err("it was to be refused");
    error.problems().iter().map(ToString::to_string).collect()
}
