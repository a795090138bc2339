//! Every mistake, with its path.

use helpdesk::matching::{Order, Place};
use helpdesk::{Condition, Fact, Mistake, Settings, Sort, Span};

use super::{lexicon, mistakes, parse};

/// One mistake, at the test's own path.
#[track_caller]
fn wrong(text: &str, place: Place, told: &str) {
    assert_eq!(mistakes(&parse(text), place), [told]);
}

#[test]
fn every_mistake_is_told_each_with_its_path() {
    let condition = Condition::all([
        Fact::Priority.at_least("hihg"),
        Condition::any([Fact::Status.less("open"), Condition::not(Fact::Notes.equals("many"))]),
        Fact::Status.equals("open"),
        Fact::Tags.contains("fine"),
        Fact::Department.is_in(["support", "sales", "billing", "sails"]),
        Fact::field("colour").missing(),
    ]);
    assert_eq!(
        mistakes(&condition, Place::Rule),
        [
            "all[0].at_least: there is no priority `hihg`",
            "all[1].any[0].less: `status` cannot be tested with `less`",
            "all[1].any[1].not.equal: `many` is not a whole number",
            "all[4].in[1]: there is no department `sales`",
            "all[4].in[3]: there is no department `sails`",
            "all[5].fact: there is no field `colour`",
        ]
    );
}

#[test]
fn names_must_be_known() {
    for (text, told) in [
        ("status = opne", "equal: there is no status `opne`"),
        ("status_category = closd", "equal: there is no status category `closd`"),
        ("reason = mood", "equal: there is no reason `mood`"),
        ("kind = strange", "equal: there is no kind of ticket `strange`"),
        ("origin = stork", "equal: there is no origin `stork`"),
        ("impact = huge", "equal: there is no impact `huge`"),
        ("urgency = now", "equal: there is no urgency `now`"),
        ("category = misc", "equal: there is no category `misc`"),
        ("resolution = magic", "equal: there is no resolution code `magic`"),
        ("field.plan = gold", "equal: there is no option `gold`"),
        ("status = Open", "equal: there is no status `Open`"),
    ] {
        wrong(text, Place::Rule, told);
    }
    wrong("message.author = ghost", Place::Trigger, "equal: there is no kind of author `ghost`");
    wrong("message.visibility = x", Place::Trigger, "equal: there is no visibility `x`");
}

#[test]
fn values_must_be_of_the_fact_s_type() {
    let instant = "is not an instant such as `2026-03-02T09:00:00Z`";
    for (text, told) in [
        ("notes = \"3\"", "equal: `3` is not a whole number".to_owned()),
        ("queued = 1", "equal: `1` is not `true` or `false`".into()),
        ("subject = 5", "equal: `5` is not a text".into()),
        ("status = true", "equal: `true` is not a text".into()),
        ("opened_at < yesterday", format!("less: `yesterday` {instant}")),
        ("opened_at < \"2026-03-02\"", format!("less: `2026-03-02` {instant}")),
        ("field.due = \"2026-3-2\"", "equal: `2026-3-2` is not a date such as `2026-03-02`".into()),
        (
            "field.due = \"2026-02-30\"",
            "equal: `2026-02-30` is not a date such as `2026-03-02`".into(),
        ),
        (
            "assignee = anna",
            "equal: `anna` is not an agent: `agent:UUID`, a UUID, or in views `me`".into(),
        ),
        (
            "requester = maria",
            "equal: `maria` is not a person: `contact:UUID`, `agent:UUID`, or in views `me`".into(),
        ),
        ("follows = HD-1", "equal: `HD-1` is not a ticket's UUID".into()),
        (
            "channel = fax",
            "equal: `fax` is not a channel such as `email` or `social:mastodon`".into(),
        ),
        (
            "channel = social:",
            "equal: `social:` is not a channel such as `email` or `social:mastodon`".into(),
        ),
        ("tags contains 5", "contains: `5` is not a text".into()),
        (
            "subject contains \"\"",
            "contains: there must be at least one character to look for".into(),
        ),
        (
            "about contains 4711",
            "contains: `4711` is not a subject: `KIND:ID` or `KIND`, with `ROLE/` before it or without"
                .into(),
        ),
        (
            "about contains \"order:\"",
            "contains: `order:` is not a subject: `KIND:ID` or `KIND`, with `ROLE/` before it or without"
                .into(),
        ),
        (
            "external_refs contains \"jira:acme:\"",
            "contains: `jira:acme:` is not an external reference: `PROVIDER:SCOPE:ID`, \
             `PROVIDER:SCOPE` or `PROVIDER`"
                .into(),
        ),
        ("tags contains \"\"", "contains: there must be at least one character to look for".into()),
    ] {
        wrong(text, Place::Rule, &told);
    }
}

#[test]
fn facts_have_the_tests_of_their_type() {
    for text in [
        "department < billing",
        "subject >= a",
        "queued > false",
        "field.plan <= pro",
        "requester >= me",
        "status contains open",
        "notes contains 3",
        "tags = vip",
        "tags in (vip)",
        "followers != me",
        "about = order:7",
        "external_refs in (jira)",
        "about matches \"x\"",
        "tags matches \"x\"",
        "subject older than PT1H",
        "field.due younger than PT1H",
    ] {
        let told = mistakes(&parse(text), Place::View);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("cannot be tested with"), "{text}: {told:?}");
    }
    for text in [
        "tags changed to vip",
        "about changed to order:7",
        "followers changed from x",
        "message.text changed",
    ] {
        let told = mistakes(&parse(text), Place::Trigger);
        assert!(told[0].contains("cannot be tested with"), "{text}: {told:?}");
    }
}

#[test]
fn each_place_has_its_own_facts_and_tests() {
    use Place::{Rule, Trigger, View};
    for (text, places, told) in [
        ("number > 5", [Rule, Trigger], "fact: `number` can be used in views only"),
        ("opened_at older than PT1H", [Rule, Trigger], "older: `older` can be used in views only"),
        (
            "opened_at younger than PT1H",
            [Rule, Trigger],
            "younger: `younger` can be used in views only",
        ),
        ("assignee = me", [Rule, Trigger], "equal: `me` can be used in views only"),
        ("followers contains me", [Rule, Trigger], "contains: `me` can be used in views only"),
        ("status changed", [View, Rule], "changed: `changed` can be used in triggers only"),
        (
            "status changed to open",
            [View, Rule],
            "changed_to: `changed_to` can be used in triggers only",
        ),
        (
            "message.text contains x",
            [View, Rule],
            "fact: `message.text` can be used in triggers only",
        ),
    ] {
        for place in [View, Rule, Trigger] {
            if places.contains(&place) {
                wrong(text, place, told);
            } else {
                assert!(parse(text).check(&lexicon(), place).is_ok(), "{text} in {place:?}");
            }
        }
    }
}

#[test]
fn patterns_are_compiled_when_checked_and_bounded() {
    assert!(
        parse(r#"subject matches "^(re|fwd):\\s*\\w+""#).check(&lexicon(), Place::Rule).is_ok()
    );
    let address = r#"subject matches "\\b[\\w.+-]+@[\\w.-]+\\.\\w{2,10}\\b""#;
    assert!(parse(address).check(&lexicon(), Place::Rule).is_ok(), "what people write fits");
    wrong(
        "subject matches \"(\"",
        Place::Rule,
        "matches: the regular expression cannot be used: unclosed group",
    );
    wrong(
        r#"subject matches "(\\w{100}){100}""#,
        Place::Rule,
        "matches: the regular expression cannot be used: it is too large",
    );
}

#[test]
fn orders_are_checked() {
    let told = |text: &str| -> Vec<String> {
        let error = Order::check(&Sort::list(text).unwrap(), &lexicon()).unwrap_err();
        error.problems().iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        told("notes, tags, field.colour, message.text, notes desc"),
        [
            "[1].by: `tags` is not a fact with an order: it is a list",
            "[2].by: there is no field `colour`",
            "[3].by: `message.text` can be used in triggers only",
            "[4].by: the sort key `notes` is defined twice",
        ]
    );
    let nine: Vec<Sort> = Fact::built_in().take(9).map(Sort::ascending).collect();
    let error = Order::check(&nine, &lexicon()).unwrap_err();
    let expected = Mistake::OutOfRange { found: "9 sort keys".into(), expected: "at most 8" };
    assert_eq!(error.problems()[0].mistake(), &expected);
}

#[test]
fn a_matcher_keeps_what_was_checked() {
    let condition = Fact::OpenedAt.older(Span::hours(1));
    let matcher = condition.check(&Settings::default().lexicon(), Place::View).unwrap();
    assert_eq!(*matcher.condition(), condition);
}
