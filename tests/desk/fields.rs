//! What is known of a ticket: typed fields, tags, followers, category, priority.

use crate::support::*;
use helpdesk::command::{Edit, Open, Patch};
use helpdesk::{
    Actor, Erasable, FieldDef, FieldFact, FieldKind, FieldName, FieldProblem, FieldValue, Follower,
    PriorityBy, Refusal, SettingsDraft, TicketChange, Vocabulary,
};

fn with_fields() -> TestDesk {
    TestDesk::with(SettingsDraft {
        fields: vec![
            FieldDef::new("order", FieldKind::Text { max_bytes: 4 }),
            FieldDef::new("seats", FieldKind::Integer { min: 1, max: 500 }),
            FieldDef::new("vip", FieldKind::Boolean),
            FieldDef::new("since", FieldKind::Date),
            FieldDef::new("plan", FieldKind::Choice { options: vec!["a".into(), "b".into()] }),
        ],
        ..draft()
    })
}

fn text(value: &str) -> FieldValue {
    FieldValue::Text(value.into())
}

fn edit() -> Edit {
    Edit::new(TICKET)
}

fn set(field: &str, value: FieldValue) -> Edit {
    Edit { fields: [(field.into(), Some(value))].into(), ..edit() }
}

fn clear(field: &str) -> Edit {
    Edit { fields: [(field.into(), None)].into(), ..edit() }
}

fn priority_of(desk: &TestDesk) -> String {
    desk.ticket(TICKET).priority().to_string()
}

mod typed {
    use super::*;

    #[test]
    fn each_kind_takes_what_fits_and_refuses_the_rest() {
        let desk = with_fields();
        desk.given_request();
        let date = |text: &str| FieldValue::Date(text.parse().unwrap());
        let fits = [
            ("order", text("AB-1")),
            ("order", text("")),
            ("seats", FieldValue::Integer(1)),
            ("seats", FieldValue::Integer(500)),
            ("vip", FieldValue::Boolean(true)),
            ("since", date("2026-02-28")),
            ("plan", FieldValue::Choice("b".into())),
        ];
        for (field, value) in fits {
            desk.ok(&agent(ANNA), set(field, value.clone()));
            let held = desk.ticket(TICKET).field(&field.into()).cloned();
            assert_eq!(held, Some(Erasable::Known(value)));
        }
        use FieldProblem::{NotAnOption, OutOfRange, TooLong, WrongType};
        let misfits = [
            ("order", text("AB-12"), TooLong),
            ("order", text("ééé"), TooLong),
            ("order", FieldValue::Choice("a".into()), WrongType),
            ("seats", FieldValue::Integer(0), OutOfRange),
            ("seats", FieldValue::Integer(501), OutOfRange),
            ("seats", FieldValue::Integer(i64::MIN), OutOfRange),
            ("vip", FieldValue::Integer(1), WrongType),
            ("since", text("2026-02-28"), WrongType),
            ("plan", FieldValue::Choice("c".into()), NotAnOption),
            ("plan", text("a"), WrongType),
        ];
        for (field, value, problem) in misfits {
            let refusal = desk.refused(&agent(ANNA), set(field, value));
            assert_eq!(refusal, Refusal::FieldInvalid { field: field.into(), problem });
        }
        desk.verify();
    }

    #[test]
    fn free_text_is_personal_and_the_facts_hold_its_length_only() {
        let desk = with_fields();
        let fields = [("order".into(), text("4711")), ("vip".into(), FieldValue::Boolean(true))];
        desk.ok(&customer(MARIA), Open { fields: fields.into(), ..request(TICKET) });
        let event = desk.history(TICKET).remove(0);
        let Some(TicketChange::Opened(opened)) = event.ticket_change() else { panic!("opened") };
        let expected: [(FieldName, FieldFact); 2] = [
            ("order".into(), FieldFact::Personal),
            ("vip".into(), FieldFact::Value(FieldValue::Boolean(true))),
        ];
        assert_eq!(opened.fields, expected);
        assert_eq!(
            event.personal.unwrap().fields,
            [("order".into(), FieldValue::Text("4711".into()))]
        );
        desk.ok(&agent(ANNA), set("order", text("0815")));
        let event = desk.history(TICKET).pop().unwrap();
        let fact = serde_json::to_string(event.ticket_change().unwrap()).unwrap();
        assert!(!fact.contains("0815"), "{fact}");
        desk.verify();
    }

    #[test]
    fn clearing_what_is_empty_and_setting_what_is_there_changes_nothing() {
        let desk = with_fields();
        desk.given_request();
        assert!(desk.ok(&agent(ANNA), clear("vip")).is_no_op());
        desk.ok(&agent(ANNA), set("vip", FieldValue::Boolean(false)));
        assert!(desk.ok(&agent(ANNA), set("vip", FieldValue::Boolean(false))).is_no_op());
        desk.ok(&agent(ANNA), clear("vip"));
        assert_eq!(desk.ticket(TICKET).fields(), []);
    }

    #[test]
    fn a_field_that_the_settings_have_dropped_can_be_cleared_but_not_set() {
        let desk = with_fields();
        desk.given_request();
        desk.ok(&agent(ANNA), set("vip", FieldValue::Boolean(true)));
        desk.publish(draft());
        let refusal = desk.refused(&agent(ANNA), set("vip", FieldValue::Boolean(false)));
        let unknown = Refusal::Unknown { what: Vocabulary::Field, name: "vip".into() };
        assert_eq!(refusal, unknown);
        desk.ok(&agent(ANNA), clear("vip"));
        assert_eq!(desk.refused(&agent(ANNA), clear("vip")), unknown);
    }

    #[test]
    fn an_opening_with_an_unknown_field_or_a_misfit_is_refused() {
        let desk = with_fields();
        let open = |field: &str, value| {
            let fields = [(field.into(), value)].into();
            Open { fields, ..request(TICKET) }
        };
        let refused = |open| desk.refused(&customer(MARIA), open).code();
        assert_eq!(refused(open("colour", text("red"))), "unknown_name");
        assert_eq!(refused(open("seats", text("red"))), "field_invalid");
    }
}

mod edits {
    use super::*;

    #[test]
    fn an_edit_is_refused_whole_if_any_part_is() {
        let desk = with_fields();
        desk.given_request();
        let good = || Edit {
            subject: Some("Fax".into()),
            category: Patch::Set("billing".into()),
            add_tags: ["a".into()].into(),
            fields: [("vip".into(), Some(FieldValue::Boolean(true)))].into(),
            priority: Some("high".into()),
            impact: Patch::Set("low".into()),
            urgency: Patch::Set("low".into()),
            follow: [Follower::Agent(CARL)].into(),
            ..edit()
        };
        let bad = [
            Edit { subject: Some(" ".into()), ..good() },
            Edit { category: Patch::Set("x".into()), ..good() },
            Edit { add_tags: ["".into()].into(), ..good() },
            Edit { fields: [("vip".into(), Some(text("x")))].into(), ..good() },
            Edit { priority: Some("x".into()), ..good() },
            Edit { impact: Patch::Set("x".into()), ..good() },
            Edit { urgency: Patch::Set("x".into()), ..good() },
        ];
        let expected = [
            "empty",
            "unknown_name",
            "bad_name",
            "field_invalid",
            "unknown_name",
            "unknown_name",
            "unknown_name",
        ];
        for (edit, code) in bad.into_iter().zip(expected) {
            assert_eq!(desk.refused(&agent(ANNA), edit).code(), code);
        }
        desk.ok(&agent(ANNA), good());
        let ticket = desk.ticket(TICKET);
        assert_eq!(ticket.subject().as_str(), "Fax");
        assert_eq!(ticket.category().unwrap().as_str(), "billing");
        assert_eq!(ticket.priority().name.as_str(), "high", "named, it wins over the matrix");
        assert_eq!(ticket.followers(), [Follower::Agent(CARL)]);
        assert!(desk.ok(&agent(ANNA), good()).is_no_op(), "the same again");
        desk.verify();
    }

    #[test]
    fn tags_are_a_set_in_order_and_one_in_both_lists_is_added() {
        let desk = TestDesk::new();
        desk.given_request();
        let tags = |add: &[&str], remove: &[&str]| {
            let set = |names: &[&str]| names.iter().map(|name| (*name).into()).collect();
            Edit { add_tags: set(add), remove_tags: set(remove), ..edit() }
        };
        desk.ok(&agent(ANNA), tags(&["b", "a"], &["never there"]));
        desk.ok(&agent(ANNA), tags(&["c", "b"], &["a", "b"]));
        assert_eq!(desk.ticket(TICKET).tags(), ["b", "c"]);
        let change = desk.changes(TICKET).pop().unwrap();
        let (added, removed) = (vec!["c".into()], vec!["a".into()]);
        assert_eq!(change, TicketChange::TagsChanged { added, removed });
        assert!(desk.ok(&agent(ANNA), tags(&["b"], &["b", "x"])).is_no_op());
    }

    #[test]
    fn tags_and_followers_beyond_the_limit_are_refused_and_not_cut() {
        let mut settings = draft();
        settings.limits.tags = 2;
        settings.limits.followers = 1;
        let desk = TestDesk::with(settings);
        let many = ["a".into(), "b".into(), "c".into()];
        let open = Open { tags: many.into(), ..request(TICKET) };
        assert_eq!(desk.refused(&customer(MARIA), open).code(), "limit_exceeded");
        let both = [Follower::Contact(OTTO), Follower::Agent(ANNA)];
        let open = Open { followers: both.into(), ..request(TICKET) };
        assert_eq!(desk.refused(&customer(MARIA), open).code(), "limit_exceeded");
        let open = Open { tags: ["a".into(), "b".into()].into(), ..request(TICKET) };
        desk.ok(&customer(MARIA), Open { followers: [both[0]].into(), ..open });
        let more = Edit { add_tags: ["c".into()].into(), ..edit() };
        let refusal = desk.refused(&agent(ANNA), more.clone());
        assert_eq!(refusal, Refusal::LimitExceeded { limit: "tags", allowed: 2, found: 3 });
        // One goes and one comes: that fits.
        desk.ok(&agent(ANNA), Edit { remove_tags: ["a".into()].into(), ..more });
        let more = Edit { follow: [both[1]].into(), ..edit() };
        let refusal = desk.refused(&agent(ANNA), more.clone());
        assert_eq!(refusal, Refusal::LimitExceeded { limit: "followers", allowed: 1, found: 2 });
        desk.ok(&agent(ANNA), Edit { unfollow: [both[0]].into(), ..more });
        assert_eq!(desk.ticket(TICKET).followers(), [both[1]]);
    }

    #[test]
    fn above_a_limit_that_was_lowered_there_is_a_way_down_and_none_up() {
        let desk = TestDesk::new();
        let tags = ["a".into(), "b".into(), "c".into()].into();
        desk.ok(&customer(MARIA), Open { tags, ..request(TICKET) });
        let mut settings = draft();
        settings.limits.tags = 2;
        desk.publish(settings);
        desk.ok(&agent(ANNA), Edit { subject: Some("Fax".into()), ..edit() });
        let one_more = Edit { add_tags: ["d".into()].into(), ..edit() };
        assert_eq!(desk.refused(&agent(ANNA), one_more).code(), "limit_exceeded");
        desk.ok(&agent(ANNA), Edit { remove_tags: ["a".into()].into(), ..edit() });
    }

    #[test]
    fn a_category_may_be_set_changed_and_taken_away() {
        let desk = TestDesk::new();
        desk.given_request();
        let category = |patch| Edit { category: patch, ..edit() };
        desk.ok(&agent(ANNA), category(Patch::Set("technical".into())));
        desk.ok(&agent(ANNA), category(Patch::Clear));
        assert_eq!(desk.ticket(TICKET).category(), None);
        let change = desk.changes(TICKET).pop().unwrap();
        let from = Some("technical".into());
        assert_eq!(change, TicketChange::CategoryChanged { from, to: None });
        assert!(desk.ok(&agent(ANNA), category(Patch::Clear)).is_no_op());
    }
}

mod priorities {
    use super::*;

    #[test]
    fn impact_and_urgency_give_the_priority_that_itil_says() {
        let expected = [
            ("high", ["critical", "high", "medium"]),
            ("medium", ["high", "medium", "low"]),
            ("low", ["medium", "low", "low"]),
        ];
        for (impact, row) in expected {
            for (urgency, priority) in ["high", "medium", "low"].into_iter().zip(row) {
                let desk = TestDesk::new();
                let (impact, urgency) = (Some(impact.into()), Some(urgency.into()));
                desk.ok(&customer(MARIA), Open { impact, urgency, ..request(TICKET) });
                assert_eq!(priority_of(&desk), priority);
                let event = desk.history(TICKET).remove(0);
                let Some(TicketChange::Opened(opened)) = event.ticket_change() else {
                    panic!("opened")
                };
                assert_eq!(opened.priority_by, PriorityBy::Matrix);
            }
        }
    }

    #[test]
    fn one_of_the_two_alone_leaves_the_default_and_a_named_one_wins() {
        let desk = TestDesk::new();
        desk.ok(&customer(MARIA), Open { impact: Some("high".into()), ..request(TICKET) });
        assert_eq!(priority_of(&desk), "medium");
        desk.ok(&agent(ANNA), Edit { urgency: Patch::Set("high".into()), ..edit() });
        assert_eq!(priority_of(&desk), "critical", "now both are known");
        desk.ok(&agent(ANNA), Edit { priority: Some("low".into()), ..edit() });
        assert_eq!(priority_of(&desk), "low");
        desk.ok(&agent(ANNA), Edit { subject: Some("Fax".into()), ..edit() });
        assert_eq!(priority_of(&desk), "low", "neither changed");
        desk.ok(&agent(ANNA), Edit { urgency: Patch::Set("medium".into()), ..edit() });
        assert_eq!(priority_of(&desk), "high", "one changed");
        desk.ok(&agent(ANNA), Edit { urgency: Patch::Clear, ..edit() });
        assert_eq!(priority_of(&desk), "high", "without it the matrix says nothing");
        let named = Edit { priority: Some("low".into()), ..edit() };
        desk.ok(&agent(ANNA), Edit { urgency: Patch::Set("high".into()), ..named });
        assert_eq!(priority_of(&desk), "low");
        desk.verify();
    }

    #[test]
    fn a_scale_of_the_hosts_own_is_ordered_as_written() {
        let settings = SettingsDraft {
            priorities: vec!["whenever".into(), "today".into(), "now".into()],
            default_priority: "today".into(),
            priority_matrix: None,
            ..draft()
        };
        let desk = TestDesk::with(settings);
        desk.given_request();
        assert_eq!(desk.ticket(TICKET).priority().rank, 1);
        desk.ok(&agent(ANNA), Edit { priority: Some("now".into()), ..edit() });
        assert_eq!(desk.ticket(TICKET).priority().rank, 2);
        let refusal =
            desk.refused(&agent(ANNA), Edit { impact: Patch::Set("high".into()), ..edit() });
        let impact = Refusal::Unknown { what: Vocabulary::Impact, name: "high".into() };
        assert_eq!(refusal, impact, "without a matrix there is no impact");
    }
}

#[test]
fn a_request_carries_all_that_was_said_of_it() {
    let desk = TestDesk::new();
    let open = Open {
        channel: helpdesk::Channel::WebForm,
        received_at: Some("help@example.com".into()),
        category: Some("complaint".into()),
        priority: Some("critical".into()),
        tags: ["fire".into()].into(),
        followers: [Follower::Contact(OTTO)].into(),
        ..request(TICKET)
    };
    desk.ok(&customer(MARIA), open);
    let ticket = desk.ticket(TICKET);
    assert_eq!(*ticket.channel(), helpdesk::Channel::WebForm);
    assert_eq!(ticket.received_at().unwrap().as_str(), "help@example.com");
    assert_eq!(ticket.category().unwrap().as_str(), "complaint");
    assert_eq!(ticket.department().unwrap().as_str(), "support");
    assert_eq!((priority_of(&desk).as_str(), ticket.tags().len()), ("critical", 1));
    assert_eq!(ticket.followers(), [Follower::Contact(OTTO)]);
    assert_eq!((ticket.opened_at(), ticket.updated_at()), (monday(), monday()));
}

#[test]
fn names_that_the_settings_do_not_know_are_refused_with_their_kind() {
    let desk = TestDesk::new();
    let open = || request(TICKET);
    let cases = [
        (Open { department: Some("x".into()), ..open() }, Vocabulary::Department),
        (Open { category: Some("x".into()), ..open() }, Vocabulary::Category),
        (Open { priority: Some("x".into()), ..open() }, Vocabulary::Priority),
        (Open { impact: Some("x".into()), ..open() }, Vocabulary::Impact),
        (Open { urgency: Some("x".into()), ..open() }, Vocabulary::Urgency),
    ];
    for (open, what) in cases {
        let refusal = desk.refused(&customer(MARIA), open);
        assert_eq!(refusal, Refusal::Unknown { what, name: "x".into() });
    }
    let tag = "x".repeat(65);
    let long = Open { tags: [tag.as_str().into()].into(), ..open() };
    assert_eq!(desk.refused(&customer(MARIA), long).code(), "bad_name");
    let blank = Open { received_at: Some("".into()), ..open() };
    assert_eq!(desk.refused(&customer(MARIA), blank).code(), "bad_name");
    desk.ok(&Actor::Host, open());
}
