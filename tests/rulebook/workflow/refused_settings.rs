//! Every other contradiction in settings is refused, with the path to it.

use helpdesk::{Department, FieldDef, FieldKind, Mistake, OpenAge, PriorityMatrix, Span};

use crate::workflow::{assert_mistake, mistake, mistakes, twice, unknown};

fn out_of_range(found: &str, expected: &'static str) -> Mistake {
    Mistake::OutOfRange { found: found.into(), expected }
}

#[test]
fn a_reference_prefix_that_is_not_letters_and_digits() {
    for prefix in ["", "H-D", "HD ", "ÄÖ", "ABCDEFGHIJKLMNOPQ"] {
        let expected = "1 to 16 ASCII letters and digits";
        let mistake = out_of_range(&format!("`{prefix}`"), expected);
        assert_mistake("reference_prefix", mistake, |it| it.reference_prefix = prefix.into());
    }
}

#[test]
fn names_that_are_there_twice() {
    assert_mistake("departments[3].name", twice("department", "support"), |it| {
        it.departments.push(Department::new("support"));
    });
    assert_mistake("categories[5]", twice("category", "billing"), |it| {
        it.categories.push("billing".into());
    });
    assert_mistake("resolution_codes[6]", twice("resolution code", "solved"), |it| {
        it.resolution_codes.push("solved".into());
    });
    assert_mistake("priorities[4]", twice("priority", "low"), |it| {
        it.priorities.push("low".into());
    });
    assert_mistake("fields[1].name", twice("field", "vip"), |it| {
        it.fields = vec![FieldDef::new("vip", FieldKind::Boolean); 2];
    });
}

#[test]
fn names_that_cannot_be_names() {
    let blank = || Mistake::BadName { name: "a ".into(), why: "has a blank at its edge" };
    assert_mistake("departments[3].name", blank(), |it| {
        it.departments.push(Department::new("a "));
    });
    assert_mistake("categories[5]", blank(), |it| it.categories.push("a ".into()));
    assert_mistake("resolution_codes[6]", blank(), |it| it.resolution_codes.push("a ".into()));
    assert_mistake("priorities[4]", blank(), |it| it.priorities.push("a ".into()));
    assert_mistake("fields[0].name", blank(), |it| {
        it.fields.push(FieldDef::new("a ", FieldKind::Boolean));
    });
}

#[test]
fn no_way_to_end_a_ticket() {
    let empty = Mistake::Empty { what: "resolution code" };
    assert_mistake("resolution_codes", empty, |it| it.resolution_codes.clear());
}

#[test]
fn a_priority_scale_without_steps_or_with_too_many() {
    let all = mistakes(|it| {
        it.priorities.clear();
        it.priority_matrix = None;
    });
    assert!(all.contains(&("priorities".into(), out_of_range("0", "1 to 100 priorities"))));
    assert_mistake("priorities", out_of_range("101", "1 to 100 priorities"), |it| {
        it.priorities.extend((4..101).map(|n| format!("p{n}").into()));
    });
}

#[test]
fn a_default_priority_that_is_not_on_the_scale() {
    assert_mistake("default_priority", unknown("priority", "urgent"), |it| {
        it.default_priority = "urgent".into();
    });
}

#[test]
fn a_matrix_of_another_shape_or_with_a_priority_that_is_not_on_the_scale() {
    let matrix = |change: fn(&mut PriorityMatrix)| {
        move |it: &mut helpdesk::SettingsDraft| change(it.priority_matrix.as_mut().unwrap())
    };
    let shape = "there must be a row for each impact, with a priority for each urgency";
    let shape = || Mistake::Contradiction(shape);
    let path = "priority_matrix.priorities";
    assert_mistake(path, shape(), matrix(|it| drop(it.priorities.pop())));
    assert_mistake(path, shape(), matrix(|it| it.priorities[1].push("low".into())));
    assert_mistake(path, shape(), matrix(|it| it.impacts.push("none".into())));
    assert_mistake(path, shape(), matrix(|it| drop(it.urgencies.pop())));
    let unknown = unknown("priority", "urgent");
    let path = "priority_matrix.priorities[2][1]";
    assert_mistake(path, unknown, matrix(|it| it.priorities[2][1] = "urgent".into()));
    let (path, _) = mistake(matrix(|it| it.impacts[1] = "high".into()));
    assert_eq!(path, "priority_matrix.impacts[1]");
    let (path, _) = mistake(matrix(|it| it.urgencies[2] = "".into()));
    assert_eq!(path, "priority_matrix.urgencies[2]");
}

#[test]
fn a_field_that_nothing_fits() {
    let field = |kind| {
        move |it: &mut helpdesk::SettingsDraft| {
            it.fields.push(FieldDef::new("x", kind));
        }
    };
    let path = "fields[0].kind.text.max_bytes";
    assert_mistake(
        path,
        out_of_range("0", "1 to 16384: a ticket keeps its fields at hand"),
        field(FieldKind::Text { max_bytes: 0 }),
    );
    let integer = FieldKind::Integer { min: 2, max: 1 };
    let mistake = Mistake::Contradiction("`min` is greater than `max`");
    assert_mistake("fields[0].kind.integer", mistake, field(integer));
    let choice = |options: &[&str]| FieldKind::Choice {
        options: options.iter().map(|option| (*option).into()).collect(),
    };
    let empty = Mistake::Empty { what: "option" };
    assert_mistake("fields[0].kind.choice.options", empty, field(choice(&[])));
    let path = "fields[0].kind.choice.options[1]";
    assert_mistake(path, twice("option", "a"), field(choice(&["a", "a"])));
    let bad = Mistake::BadName { name: String::new(), why: "is empty" };
    assert_mistake(path, bad, field(choice(&["a", ""])));
}

#[test]
fn closing_at_once_and_ages_out_of_order() {
    let expected = "longer than nothing; `null` (in code, `None`) for never";
    assert_mistake("auto_close", out_of_range("PT0S", expected), |it| {
        it.auto_close = Some(Span::ZERO);
    });
    let age = |warn, overdue| Some(OpenAge { warn, overdue });
    assert_mistake("open_age.warn", out_of_range("PT0S", "longer than nothing"), |it| {
        it.open_age = age(Span::ZERO, Span::days(1));
    });
    let order = "a ticket would be overdue before it is warned about";
    assert_mistake("open_age", Mistake::Contradiction(order), |it| {
        it.open_age = age(Span::days(2), Span::days(1));
    });
}

#[test]
fn limits_under_which_nothing_could_be_said() {
    assert_mistake("limits.subject_bytes", out_of_range("15", "at least 16"), |it| {
        it.limits.subject_bytes = 15;
    });
    let pauses = "1 to 10000: a head has them all, for each clock";
    assert_mistake("limits.clock_pauses", out_of_range("0", pauses), |it| {
        it.limits.clock_pauses = 0;
    });
    assert_mistake("limits.clock_pauses", out_of_range("10001", pauses), |it| {
        it.limits.clock_pauses = 10_001;
    });
    assert_mistake("limits.text_bytes", out_of_range("0", "at least 1"), |it| {
        it.limits.text_bytes = 0;
    });
}
