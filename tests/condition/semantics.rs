//! What each test means, by the table in the module's documentation.

use helpdesk::command::{Edit, Reply, Take};
use helpdesk::matching::{Facts, Matcher, Place, Value};
use helpdesk::{
    Channel, Fact, FieldValue, Head, Key, Message, Part, Revision, Scene, SettingsDraft, Tag,
    Ticket, TicketId, Visibility, fold,
};

use super::scenes::noon;
use super::support::{ANNA, At, MARIA, TICKET, TestDesk, agent, customer, hours, request};
use super::{draft, matcher};

fn view(text: &str) -> Matcher {
    matcher(text, Place::View)
}

/// Maria's ticket of nine o'clock, after this edit.
fn ticket(subject: &str, change: impl FnOnce(&mut Edit)) -> Ticket {
    let desk = TestDesk::with(draft());
    desk.ok(&customer(MARIA), request(TICKET).subject(subject));
    let mut edit = Edit::new(TICKET);
    change(&mut edit);
    desk.ok(&agent(ANNA), edit);
    Ticket::clone(&desk.desk.ticket(TICKET).unwrap().unwrap())
}

#[track_caller]
fn assert_holds(ticket: &Ticket, holds: &[&str], fails: &[&str]) {
    let scene = Scene::of(ticket, noon());
    for (texts, expected) in [(holds, true), (fails, false)] {
        for text in texts {
            assert_eq!(view(text).matches(&scene), expected, "{text}");
            let negated = view(&format!("not ({text})"));
            assert_eq!(negated.matches(&scene), !expected, "`not` is plain negation: {text}");
        }
    }
}

#[test]
fn what_is_missing_passes_only_not_equal_and_is_missing() {
    let ticket = ticket("Printer", |_| {});
    assert_holds(
        &ticket,
        &[
            "assignee is missing",
            "assignee != me",
            "category != billing",
            "field.seats != 5",
            "field.order != x",
            "tags is missing",
            "not tags contains vip",
            "closed_at is missing",
            "number is missing",
        ],
        &[
            "assignee is present",
            "assignee = me",
            "category in (billing, technical)",
            "field.seats < 5",
            "field.seats >= 5",
            "field.order contains x",
            "field.order matches \"\"",
            "tags contains vip",
            "closed_at older than PT0S",
            "closed_at younger than PT1000H",
            "closed_at < 2026-03-02T09:00:00Z",
            "number > 0",
        ],
    );
}

#[test]
fn what_was_erased_is_missing() {
    let desk = TestDesk::with(draft());
    desk.ok(&customer(MARIA), request(TICKET).subject("Printer"));
    let mut edit = Edit::new(TICKET);
    edit.fields.insert("order".into(), Some(FieldValue::Text("A-17".into())));
    desk.ok(&agent(ANNA), edit);
    let key = Key::ticket(desk.desk.id(), TICKET);
    let mut history = desk.desk.history(key, Revision::ZERO, 100).unwrap();
    history.iter_mut().for_each(|event| event.personal = None);
    let Head::Ticket(erased) = fold(key, &history).unwrap() else { panic!("it is a ticket") };
    assert_holds(
        &erased,
        &["subject is missing", "subject != printer", "field.order is missing"],
        &["subject = printer", "subject = \"\"", "subject contains p", "field.order = A-17"],
    );
}

#[test]
fn text_folds_character_by_character_and_names_do_not() {
    let strasse = ticket("STRASSE in İstanbul", |edit| {
        edit.add_tags = [Tag::from("VIP")].into();
        edit.fields.insert("order".into(), Some(FieldValue::Text("Ärger".into())));
    });
    assert_holds(
        &strasse,
        &[
            "subject contains strasse",
            "subject contains \"STRASSE IN\"",
            "subject contains \"i\u{307}stanbul\"",
            "subject contains \"İSTANBUL\"",
            "subject = \"strasse in i\u{307}stanbul\"",
            "field.order = \"ÄRGER\"",
            "field.order in (x, \"äRGER\")",
            "tags contains VIP",
            "status = new",
        ],
        &[
            "subject contains \"straße\"",
            "subject contains istanbul",
            "field.order = Arger",
            "tags contains vip",
        ],
    );
    assert_holds(
        &ticket("Straße", |_| {}),
        &["subject contains \"STRAßE\""],
        &["subject = strasse"],
    );
}

#[test]
fn patterns_see_the_text_as_it_is() {
    assert_holds(
        &ticket("Re: Invoice 4711", |_| {}),
        &[
            r#"subject matches "^Re:""#,
            r#"subject matches "(?i)^re:""#,
            r#"subject matches "\\d{4}$""#,
            r#"subject matches "oice""#,
        ],
        &[r#"subject matches "^re:""#, r#"subject matches "^Invoice""#],
    );
}

#[test]
fn numbers_instants_dates_and_priorities_compare() {
    let ticket = ticket("Printer", |edit| {
        edit.priority = Some("high".into());
        edit.fields.insert("seats".into(), Some(FieldValue::Integer(-3)));
        edit.fields.insert("due".into(), Some(FieldValue::Date("2026-03-05".parse().unwrap())));
        edit.fields.insert("paid".into(), Some(FieldValue::Boolean(false)));
        edit.fields.insert("plan".into(), Some(FieldValue::Choice("two words".into())));
    });
    assert_holds(
        &ticket,
        &[
            "field.seats = -3",
            "field.seats < 0",
            "field.due = \"2026-03-05\"",
            "field.due <= 2026-03-05",
            "field.due > 2026-03-04",
            "field.paid = false",
            "field.plan = \"two words\"",
            "priority >= high",
            "priority > medium",
            "priority <= critical",
            "priority < critical",
            "opened_at = 2026-03-02T10:00:00+01:00",
            "opened_at < 2026-03-02T09:00:00.000001Z",
            "opened_at = 2026-03-02T09:00:00.000000999Z",
            "messages = 1",
        ],
        &[
            "field.seats > -3",
            "field.due < 2026-03-05",
            "priority > high",
            "priority >= critical",
            "opened_at < 2026-03-02T09:00:00Z",
            "status in ()",
            "any()",
        ],
    );
}

#[test]
fn ages_are_counted_to_the_microsecond() {
    let ticket = ticket("Printer", |_| {});
    assert_holds(
        &ticket,
        &["opened_at older than PT3H", "opened_at younger than PT3H0.000001S"],
        &["opened_at younger than PT3H", "opened_at older than PT3H0.000001S"],
    );
    let early = Scene::of(&ticket, noon() - hours(5));
    assert!(view("opened_at younger than PT0S").matches(&early), "it is yet to come");
    assert!(!view("opened_at older than PT0S").matches(&early));
}

#[test]
fn channels_compare_by_their_text_form() {
    let desk = TestDesk::with(draft());
    let mut open = request(TICKET);
    open.channel = Channel::Other("email".into());
    desk.ok(&customer(MARIA), open);
    let ticket = desk.desk.ticket(TICKET).unwrap().unwrap();
    assert_holds(
        &ticket,
        &["channel = other:email"],
        &["channel = email", "channel = social:email"],
    );
}

#[test]
fn a_field_of_another_type_than_it_was_is_missing() {
    let was_number = ticket("Printer", |edit| {
        edit.fields.insert("seats".into(), Some(FieldValue::Integer(5)));
    });
    let mut draft: SettingsDraft = draft();
    draft.fields[1].kind = helpdesk::FieldKind::Text { max_bytes: 10 };
    let lexicon = draft.build().unwrap().lexicon();
    let scene = Scene::of(&was_number, noon());
    for (text, expected) in [("field.seats is missing", true), ("field.seats = \"5\"", false)] {
        let matcher = super::parse(text).check(&lexicon, Place::View).unwrap();
        assert_eq!(matcher.matches(&scene), expected, "{text}");
    }
    // Before and now it was missing: it did not change.
    let without = ticket("Printer", |_| {});
    let scene = Scene { before: Some(&was_number), ..Scene::of(&without, noon()) };
    let changed = super::parse("field.seats changed").check(&lexicon, Place::Trigger).unwrap();
    assert!(!changed.matches(&scene));
    assert!(matcher("field.seats changed", Place::Trigger).matches(&scene));
}

/// A host's own facts: labels in no order.
struct Labelled {
    now: Vec<Tag>,
    before: Vec<Tag>,
}

impl Facts for Labelled {
    fn id(&self) -> TicketId {
        TICKET
    }

    fn now(&self) -> At {
        noon()
    }

    fn value(&self, fact: &Fact) -> Value<'_> {
        if *fact == Fact::Tags { Value::Tags(&self.now) } else { Value::Missing }
    }

    fn before(&self, fact: &Fact) -> Option<Value<'_>> {
        Some(if *fact == Fact::Tags { Value::Tags(&self.before) } else { Value::Missing })
    }
}

#[test]
fn lists_change_as_sets() {
    let changed = matcher("tags changed", Place::Trigger);
    let tags = |names: &[&str]| names.iter().map(|name| Tag::from(*name)).collect();
    for (before, now, expected) in [
        (vec!["a", "b"], vec!["b", "a"], false),
        (vec!["a", "b"], vec!["a"], true),
        (vec!["a"], vec!["a", "b"], true),
        (vec!["a", "a"], vec!["a"], false),
    ] {
        let labelled = Labelled { before: tags(&before), now: tags(&now) };
        assert_eq!(changed.matches(&labelled), expected, "{before:?} to {now:?}");
    }
}

#[test]
fn changes_are_between_before_and_now() {
    let desk = TestDesk::with(draft());
    desk.ok(&customer(MARIA), request(TICKET));
    let before = desk.desk.ticket(TICKET).unwrap().unwrap();
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    let now = desk.desk.ticket(TICKET).unwrap().unwrap();
    let scene = Scene { before: Some(&before), ..Scene::of(&now, noon()) };
    let trigger = |text: &str| matcher(text, Place::Trigger);
    for (text, expected) in [
        ("status changed", true),
        ("status changed from new", true),
        ("status changed to in_progress", true),
        ("status changed from new and status changed to in_progress", true),
        ("status changed from open", false),
        ("status changed to new", false),
        ("assignee changed", true),
        ("queued changed to false", true),
        ("priority changed", false),
        ("priority changed to medium", false),
        ("tags changed", false),
    ] {
        assert_eq!(trigger(text).matches(&scene), expected, "{text}");
        let opening = Scene { before: None, ..scene };
        assert!(!trigger(text).matches(&opening), "on an opening nothing changed: {text}");
    }
}

#[test]
fn a_subject_in_other_letter_case_has_changed_and_still_is_the_same_text() {
    let (before, now) = (ticket("Printer", |_| {}), ticket("PRINTER", |_| {}));
    let scene = Scene { before: Some(&before), ..Scene::of(&now, noon()) };
    for text in ["subject changed", "subject changed from printer", "subject changed to printer"] {
        assert!(matcher(text, Place::Trigger).matches(&scene), "{text}");
    }
}

#[test]
fn a_trigger_sees_the_message_that_set_it_off() {
    let desk = TestDesk::with(draft());
    desk.ok(&customer(MARIA), request(TICKET));
    let outcome = desk.ok(&customer(MARIA), Reply::new(TICKET, "I want a REFUND"));
    let ticket = outcome.ticket().unwrap();
    let message: Message = outcome
        .all_events()
        .find_map(|(_, event)| match &event.change {
            helpdesk::Change::Ticket(change) => change.message().cloned(),
            _ => None,
        })
        .unwrap();
    assert_eq!((message.part, message.visibility), (Part::Asks, Visibility::Public));
    let refund = matcher(
        "message.text contains refund and message.author = customer and message.visibility = public",
        Place::Trigger,
    );
    let scene = Scene::of(ticket, noon());
    let text = Some("I want a REFUND");
    assert!(refund.matches(&Scene { message: Some((&message, text)), ..scene }));
    assert!(!refund.matches(&Scene { message: Some((&message, None)), ..scene }), "erased");
    assert!(!refund.matches(&scene), "no message");
    assert!(matcher("message.author is missing", Place::Trigger).matches(&scene));
}

#[test]
fn me_is_whoever_looks_and_else_nobody() {
    let desk = TestDesk::with(draft());
    desk.ok(&customer(MARIA), request(TICKET));
    let mut edit = Edit::new(TICKET);
    edit.follow = [helpdesk::Follower::Agent(ANNA)].into();
    desk.ok(&agent(ANNA), edit);
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    let ticket = desk.desk.ticket(TICKET).unwrap().unwrap();
    let scene = Scene::of(&ticket, noon());
    for text in ["assignee = me", "followers contains me", "assignee in (me)"] {
        assert!(view(text).for_agent(ANNA).matches(&scene), "{text}");
        assert!(!view(text).for_agent(super::support::BEN).matches(&scene), "{text}");
        assert!(!view(text).matches(&scene), "{text}");
    }
    assert!(!view("requester = me").for_agent(ANNA).matches(&scene));
}
