//! The text form: what is printed is read back as the same tree, and is canonical.

use helpdesk::{Condition, Fact, Sort, Span};
use proptest::prelude::*;

use super::random::{any_condition, any_fact};
use super::{parse, syntax_error};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn what_is_printed_is_read_back_as_the_same_tree(condition in any_condition()) {
        let text = condition.to_string();
        let read = text.parse::<Condition>();
        prop_assert_eq!(read.as_ref(), Ok(&condition), "{}", text);
        prop_assert_eq!(read.unwrap().to_string(), text);
    }

    #[test]
    fn sorts_are_read_back(sorts in prop::collection::vec((any_fact(), any::<bool>()), 0..4)) {
        let sorts: Vec<Sort> =
            sorts.into_iter().map(|(by, descending)| Sort { by, descending }).collect();
        let text: Vec<String> = sorts.iter().map(ToString::to_string).collect();
        prop_assert_eq!(Sort::list(&text.join(", ")), Ok(sorts));
    }
}

#[test]
fn a_support_lead_can_read_it() {
    let text = "status_category in (new, open) and (priority >= high or tags contains vip) \
                and not subject contains \"out of office\" and assignee is missing \
                and waiting_since older than PT4H and status changed to resolved";
    assert_eq!(parse(text).to_string(), text);
}

#[test]
fn blanks_line_breaks_and_needless_parentheses_change_nothing() {
    let loose = "((status=open))\n\tand(  (notes>3)or not(tags contains x) )";
    assert_eq!(parse(loose).to_string(), "status = open and (notes > 3 or not tags contains x)");
}

#[test]
fn not_binds_tighter_than_and_and_and_tighter_than_or() {
    let (a, b, c) = (Fact::Notes.equals(1), Fact::Notes.equals(2), Fact::Notes.equals(3));
    assert_eq!(
        parse("not notes = 1 and notes = 2 or notes = 3"),
        Condition::any([Condition::all([Condition::not(a), b]), c])
    );
}

#[test]
fn the_shape_of_the_tree_is_kept() {
    let a = || Fact::Queued.equals(true);
    let all = |parts: Vec<Condition>| Condition::All(parts);
    let cases = [
        (all(vec![]), "all()"),
        (Condition::Any(vec![]), "any()"),
        (all(vec![a()]), "all(queued = true)"),
        (Condition::Any(vec![all(vec![a(), a()])]), "any(queued = true and queued = true)"),
        (
            all(vec![all(vec![a(), a()]), a()]),
            "(queued = true and queued = true) and queued = true",
        ),
        (
            Condition::any([all(vec![a(), a()]), a()]),
            "queued = true and queued = true or queued = true",
        ),
        (Condition::not(Condition::not(a())), "not not queued = true"),
        (Condition::not(all(vec![a(), a()])), "not (queued = true and queued = true)"),
        (Condition::not(all(vec![])), "not all()"),
    ];
    for (condition, text) in cases {
        assert_eq!(condition.to_string(), text);
        assert_eq!(parse(text), condition);
    }
}

#[test]
fn lists_take_any_number_of_parts() {
    assert_eq!(
        parse("all(queued = true, overdue = true or notes = 1, any())").to_string(),
        "queued = true and (overdue = true or notes = 1) and any()"
    );
}

#[test]
fn values_are_quoted_where_they_would_mean_something_else() {
    let values = [
        ("open", "open"),
        ("out of office", "\"out of office\""),
        ("and", "\"and\""),
        ("true", "\"true\""),
        ("42", "\"42\""),
        ("-7", "\"-7\""),
        ("", "\"\""),
        ("say \"hi\"\\\n\u{1b}", r#""say \"hi\"\\\n\u{1b}""#),
        ("Müller", "\"Müller\""),
        ("a@b.example", "a@b.example"),
        ("\u{202e}txt", r#""\u{202e}txt""#),
    ];
    for (value, text) in values {
        let condition = Fact::Subject.equals(value);
        assert_eq!(condition.to_string(), format!("subject = {text}"));
        assert_eq!(parse(&condition.to_string()), condition);
    }
    assert_eq!(parse("notes = -42"), Fact::Notes.equals(-42));
    assert_eq!(parse("queued != false"), Fact::Queued.not_equal(false));
}

#[test]
fn every_test_has_a_text() {
    let cases = [
        (Fact::Status.is_in(["new", "open"]), "status in (new, open)"),
        (Fact::Status.is_in::<&str>([]), "status in ()"),
        (Fact::field("seats").less(5), "field.seats < 5"),
        (Fact::field("a \"b\"").at_most(5), r#"field."a \"b\"" <= 5"#),
        (Fact::Notes.more(5), "notes > 5"),
        (Fact::Subject.matches("^re:"), "subject matches \"^re:\""),
        (Fact::Subject.present(), "subject is present"),
        (Fact::OpenedAt.younger(Span::minutes(90)), "opened_at younger than PT1H30M"),
        (Fact::Tags.changed(), "tags changed"),
        (Fact::Priority.changed_from("low"), "priority changed from low"),
        (Fact::MessageText.contains("refund"), "message.text contains refund"),
    ];
    for (condition, text) in cases {
        assert_eq!(condition.to_string(), text);
        assert_eq!(parse(text), condition);
    }
}

#[test]
fn errors_say_where_what_and_what_was_expected() {
    let cases = [
        ("", 0, "the end", "a fact such as `status` or `field.NAME`, `not`, or `(`"),
        ("mood = good", 0, "`mood`", "a fact such as `status` or `field.NAME`, `not`, or `(`"),
        ("status", 6, "the end", "a test such as `=`, `in`, `contains` or `is`"),
        ("status = ", 9, "the end", "a value: a word, a whole number, or a text in double quotes"),
        ("status = and", 9, "`and`", "a value; this word is one only in double quotes"),
        ("status is open", 10, "`open`", "`missing` or `present`"),
        ("status in open", 10, "`open`", "`(`"),
        ("status in (open", 15, "the end", "`,` or `)`"),
        ("(status = open", 14, "the end", "`and`, `or`, or `)`"),
        ("status = open AND notes = 1", 14, "`AND`", "`and`, `or`, or the end"),
        ("opened_at older PT4H", 16, "`PT4H`", "`than`"),
        ("opened_at older than P1D", 21, "`P1D`", "a duration such as `PT4H30M`"),
        (
            "notes = 9223372036854775808",
            8,
            "`9223372036854775808`",
            "a whole number of at most 64 bits",
        ),
        ("subject = \"open", 15, "the end", "a double quote that ends the text"),
        (r#"subject = "\x""#, 11, "`\\`", r#"`\"`, `\\`, `\n`, `\r`, `\t` or `\u{…}`"#),
        ("subject matches x", 16, "`x`", "a regular expression in double quotes"),
        ("notes = 1;", 9, "`;`", "a word, a sign, or a text in double quotes"),
        ("notes = 1)", 9, "`)`", "`and`, `or`, or the end"),
        ("all status = open", 4, "`status`", "`(`"),
        ("field. = 1", 0, "`field.`", "a fact such as `status` or `field.NAME`, `not`, or `(`"),
    ];
    for (text, offset, found, expected) in cases {
        let error = syntax_error(text);
        assert_eq!((error.offset(), error.found(), error.expected()), (offset, found, expected));
    }
    let error = syntax_error("tags contains ü or\n  notes ~ 1");
    assert_eq!((error.line(), error.column(), error.offset()), (1, 15, 14));
    let error = syntax_error("tags contains \"ü\" or\n  subject ~ 1");
    assert_eq!((error.line(), error.column(), error.offset()), (2, 11, 32));
    let long = syntax_error(&"x".repeat(1000));
    assert!(long.found().chars().count() < 50);
}

#[test]
fn facts_are_read_alone() {
    assert_eq!("field.\"a b\"".parse(), Ok(Fact::field("a b")));
    assert_eq!("message.text".parse(), Ok(Fact::MessageText));
    assert!("status open".parse::<Fact>().is_err());
    assert!("priority up".parse::<Sort>().is_err());
    assert!(Sort::list("priority,").is_err());
}
