//! Settings in a file: what is wrong in one is told in words of the file, with its place, once.

use helpdesk::sla::Calendar;
use helpdesk::{Settings, SettingsDraft};

#[track_caller]
fn mistake(file: &str) -> String {
    serde_json::from_str::<Settings>(file).unwrap_err().to_string()
}

/// A policy whose condition, or whatever else, is this.
fn policy(part: &str) -> String {
    format!(
        "{{ \"sla_policies\": [{{ \"name\": \"standard\", {part},\n\"obligations\": \
         [{{ \"metric\": \"first_response\", \"within\": \"PT4H\" }}] }}] }}"
    )
}

#[test]
fn a_text_that_cannot_be_read_is_told_with_one_line_and_column() {
    let calendar = |day: &str| {
        format!(
            r#"{{ "calendars": [{{ "name": "office", "calendar": {{ "schedules":
            [{{ "zone": "Etc/UTC", "holidays": [{{ "on": "{day}" }}] }}] }} }}] }}"#
        )
    };
    let view = |sort: &str| {
        format!(r#"{{ "views": [{{ "name": "a", "filter": "all()", "sort": {sort} }}] }}"#)
    };
    let cases = [
        (policy(r#""when": "priority >""#), "not a condition, at character 11: found the end"),
        (
            policy(r#""when": "priority >= high\nand""#),
            "not a condition, in its line 2 at character 4: found the end",
        ),
        (calendar("2026-13-01"), "not the day of a holiday, at character 1: found `2026-13-01`"),
        (calendar("3rd mon"), "not the day of a holiday, at character "),
        (view(r#""number down""#), "not an order, at character 8: found `down`"),
        (view(r#"["number down"]"#), "not a sort key, at character 8: found `down`"),
    ];
    for (file, told) in cases {
        let mistake = mistake(&file);
        assert!(mistake.contains(told), "{file}\n{mistake}");
        assert_eq!(
            mistake.matches("line ").count(),
            1 + told.matches("line ").count(),
            "{mistake}"
        );
        assert_eq!(mistake.matches("column").count(), 1, "{mistake}");
    }
}

#[test]
fn paths_reach_into_conditions_and_objects() {
    let when = r#""when": { "all": [
        { "fact": "kind", "equal": "customer" },
        { "any": [{ "fact": "priority", "at_least": "hgih" }] }
    ] }"#;
    let cases = [
        (
            policy(when),
            "sla_policies[0].when.all[1].any[0].at_least: there is no priority `hgih`",
        ),
        (
            policy(r#""when": "kind = customer and not priority >= hgih""#),
            "sla_policies[0].when.all[1].not.at_least: there is no priority `hgih`",
        ),
        (
            r#"{ "calendars": [{ "name": "office", "calendar": "zone Berlin; open mon 09:00-17:00" }] }"#
                .to_owned(),
            "calendars[0].calendar.schedules[0].zone: there is no time zone `Berlin`",
        ),
    ];
    for (file, told) in cases {
        assert_eq!(mistake(&file), format!("invalid settings: {told}"));
    }
}

#[test]
fn no_message_names_a_type_of_the_code() {
    let cases = [
        ("3", "expected settings: a map"),
        (r#"{ "limits": 3 }"#, "expected limits: a map"),
        (r#"{ "merging": 3 }"#, "expected rules for merging: a map"),
        (r#"{ "clock_rules": 3 }"#, "expected rules for clocks: a map"),
        (r#"{ "open_age": 3 }"#, "expected an open age: a map"),
        (r#"{ "close_blocks": 3 }"#, "expected what blocks closing: a map"),
        (r#"{ "priority_matrix": 3 }"#, "expected a priority matrix: a map"),
        (r#"{ "departments": ["support"] }"#, "expected a department: a map with a `name`"),
        (r#"{ "fields": [3] }"#, "expected a field: a map with a `name`"),
        (r#"{ "workflow": 3 }"#, "expected a workflow: a map"),
        (r#"{ "workflow": { "statuses": [3] } }"#, "expected a status: a map"),
        (r#"{ "workflow": { "landmarks": 3 } }"#, "expected landmarks: a map"),
        (r#"{ "views": [3] }"#, "expected a view: a map with `name` and `filter`"),
        (r#"{ "views": [{ "name": "a", "filter": 3 }] }"#, "expected a condition: a map with"),
        (r#"{ "calendars": [3] }"#, "expected a calendar of the desk: a map"),
        (
            r#"{ "calendars": [{ "name": "a", "calendar": 3 }] }"#,
            "expected a calendar: a map with `schedules`, or its text",
        ),
        (r#"{ "sla_policies": [3] }"#, "expected an SLA policy: a map"),
        (r#"{ "sla_policies": [{ "name": "a", "obligations": [3] }] }"#, "expected an obligation"),
        (
            r#"{ "sla_policies": [{ "obligations": [{ "metric": "a" }] }] }"#,
            "unknown variant `a`, expected one of `first_response`",
        ),
    ];
    for (file, told) in cases {
        let mistake = mistake(file);
        assert!(mistake.contains(told), "{file}\n{mistake}");
        let typed = ["struct ", "enum ", "Draft", "Option", "Vec"];
        assert!(!typed.iter().any(|word| mistake.contains(word)), "{mistake}");
    }
}

#[test]
fn a_calendar_is_a_map_or_its_text() {
    let text = "zone Europe/Berlin; open mon-fri 09:00-17:00; holiday 12-25";
    let office: Calendar = text.parse().unwrap();
    let map = serde_json::to_string(&office).unwrap();
    for calendar in [serde_json::to_string(text).unwrap(), map] {
        let file =
            format!(r#"{{ "calendars": [{{ "name": "office", "calendar": {calendar} }}] }}"#);
        let settings: Settings = serde_json::from_str(&file).unwrap();
        assert_eq!(settings.calendar(&"office".into()), Some(&office));
        // As it is kept, it is a map.
        let kept = serde_json::to_string(settings.draft()).unwrap();
        assert_eq!(serde_json::from_str::<SettingsDraft>(&kept).unwrap(), *settings.draft());
        assert!(kept.contains(r#""calendar":{"schedules""#), "{kept}");
    }
}
