//! Text from anybody: refused with a position, in bounded depth and time, and never a panic.

use helpdesk::matching::Place;
use helpdesk::{Condition, Fact};
use proptest::prelude::*;

use super::{lexicon, syntax_error};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_bytes_are_read_or_refused_within_the_text(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(error) = Condition::parse_bytes(&bytes) {
            prop_assert!(error.offset() <= bytes.len());
        }
    }

    #[test]
    fn any_words_are_read_or_refused_within_the_text(
        words in prop::collection::vec(prop::sample::select(vec![
            "status", "notes", "field.x", "field.", "\"x\"", "\"", "\\", "(", ")", ",", "=", "!=", "<", ">=",
            "and", "or", "not", "all", "any", "in", "is", "missing", "older", "than", "PT4H", "changed",
            "from", "to", "contains", "matches", "7", "-", "true", "ü", "\n", "\u{0}",
        ]), 0..30),
        glue in prop::sample::select(vec!["", " "]),
    ) {
        let text = words.join(glue);
        match text.parse::<Condition>() {
            Ok(condition) => prop_assert_eq!(condition.to_string().parse(), Ok(condition)),
            Err(error) => {
                prop_assert!(error.offset() <= text.len());
                prop_assert!(text.is_char_boundary(error.offset()));
                let line = text.split('\n').nth(error.line() - 1).unwrap();
                prop_assert!(error.column() <= line.chars().count() + 1);
            }
        }
    }
}

#[test]
fn forty_eight_levels_are_read_and_one_more_is_refused_where_it_begins() {
    for (open, close) in [("not ", ""), ("(", ")"), ("all(", ")"), ("any(", ")")] {
        let nested =
            |levels: usize| format!("{}queued = true{}", open.repeat(levels), close.repeat(levels));
        assert!(nested(47).parse::<Condition>().is_ok(), "{open}");
        let error = syntax_error(&nested(49));
        assert_eq!(error.expected(), "at most 48 levels of nesting", "{open}");
        assert!(error.offset() <= 48 * open.len(), "{open}");
    }
    // Lists without parentheses are levels too.
    let nested = |levels: usize| {
        let open = "queued = true and (queued = true or ".repeat(levels);
        format!("{open}queued = true{}", ")".repeat(levels))
    };
    assert!(nested(23).parse::<Condition>().is_ok());
    assert_eq!(syntax_error(&nested(25)).expected(), "at most 48 levels of nesting");
}

#[test]
fn the_deepest_text_survives_the_round_trip() {
    let mut condition = Fact::Queued.equals(true);
    for level in 0..47 {
        condition = match level % 3 {
            0 => Condition::all([condition, Fact::Notes.more(1)]),
            1 => Condition::any([Fact::Notes.more(1), condition]),
            _ => Condition::not(condition),
        };
    }
    assert_eq!(condition.to_string().parse(), Ok(condition.clone()));
    let data = serde_json::to_value(&condition).unwrap();
    assert_eq!(serde_json::from_value::<Condition>(data).unwrap(), condition);
}

#[test]
fn a_million_levels_do_not_overflow_the_stack() {
    for open in ["(", "not ", "all(", "any(all("] {
        let text = open.repeat((64 << 10) / open.len());
        assert_eq!(syntax_error(&text).expected(), "at most 48 levels of nesting");
    }
}

#[test]
fn at_most_64_kib_of_text() {
    let padded = |bytes: usize| format!("queued = true{}", " ".repeat(bytes - 13));
    assert!(padded(64 << 10).parse::<Condition>().is_ok());
    let error = syntax_error(&padded((64 << 10) + 1));
    assert_eq!((error.offset(), error.expected()), (64 << 10, "at most 65536 bytes"));
    // Also where the bound cuts a character.
    let text = format!("subject = \"{}", "ü".repeat(40_000));
    let error = syntax_error(&text);
    assert_eq!((error.offset(), error.expected()), ((64 << 10) - 1, "at most 65536 bytes"));
}

#[test]
fn broken_utf8_is_refused_where_it_breaks() {
    let error = Condition::parse_bytes(b"tags contains\nx\xC3").unwrap_err();
    assert_eq!((error.offset(), error.line(), error.column()), (15, 2, 2));
    assert_eq!((error.found(), error.expected()), ("the byte 0xC3", "UTF-8"));
    assert!(Condition::parse_bytes(b"\xFF").is_err());
}

#[test]
fn long_lists_are_read_in_linear_time() {
    let many = vec!["queued = true"; 3500].join(" or ");
    assert_eq!(many.parse::<Condition>().unwrap().tests().count(), 3500);
    let deep = format!("{}\"", "\\\\".repeat(30_000));
    assert!(format!("subject = \"{deep}").parse::<Condition>().is_ok());
}

#[test]
fn a_tree_built_in_code_is_refused_by_its_depth_and_nothing_below_is_looked_at() {
    let mut condition = Fact::field("unknown").equals(1);
    for _ in 0..1000 {
        condition = Condition::not(condition);
    }
    let error = condition.check(&lexicon(), Place::View).unwrap_err();
    assert_eq!(error.problems().len(), 1);
    let told = error.to_string();
    assert!(told.ends_with("the limit `condition_depth` is 16, and this would be 17"), "{told}");
}

#[test]
fn deep_data_is_refused_by_its_depth() {
    let mut data = serde_json::json!("queued = true");
    for _ in 0..48 {
        data = serde_json::json!({ "not": data });
    }
    let error = serde_json::from_value::<Condition>(data).unwrap_err();
    assert!(error.to_string().contains("at most 48 levels"), "{error}");
    let text = serde_json::json!({ "not": format!("{}queued = true", "not ".repeat(47)) });
    assert!(serde_json::from_value::<Condition>(text).is_err(), "text below data counts too");
}
