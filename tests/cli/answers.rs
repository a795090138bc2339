//! `--json`: one document, under names that stay.

use serde_json::{Value, json};

use super::{ANNA, MARIA, Office};

fn names(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn every_command_answers_with_one_document() {
    let office = Office::empty();
    let init = office.at("09:00", &["init", "--agent", "anna", "--json"]).json();
    assert_eq!(init, json!({ "created": true, "agents": ["anna"] }));
    let again = office.at("09:00", &["init", "--agent", "ben", "--json"]).json();
    assert_eq!(again, json!({ "created": false, "agents": ["ben"] }));

    let opened = office.at("09:05", &["open", "--as", MARIA, "It burns.", "--json"]).json();
    let id = opened["ticket"]["id"].clone();
    let theirs = json!({
        "ticket": {
            "id": id, "reference": "HD-1", "status": "new", "category": "new",
            "subject": "It burns.", "requester": MARIA,
            "opened_at": "2026-03-02T09:05:00Z", "waiting_since": "2026-03-02T09:05:00Z",
        },
        "changed": true,
        "repeated": false,
    });
    assert_eq!(opened, theirs);

    let taken = office.at("09:10", &["solve", "next", "--as", ANNA, "--json"]).json();
    assert_eq!(taken["ticket"]["assignee"], "anna");
    assert_eq!(taken["ticket"]["due_at"], "2026-03-02T13:05:00Z");
    let nothing = office.at("09:10", &["solve", "next", "--as", ANNA, "--json"]).json();
    assert_eq!(nothing, json!({ "ticket": null, "changed": false, "repeated": false }));
    for verb in ["note", "reply"] {
        let done = office.at("09:15", &[verb, "--as", ANNA, "HD-1", "So.", "--json"]).json();
        assert_eq!(names(&done), ["changed", "repeated", "ticket"]);
    }

    let shown = office.at("09:20", &["show", "--as", ANNA, "HD-1", "--json"]).json();
    assert_eq!(names(&shown), ["clocks", "messages", "ticket"]);
    let message = json!({
        "at": "2026-03-02T09:15:00Z", "author": ANNA, "note": true, "text": "So.", "files": [],
    });
    assert_eq!(shown["messages"][1], message);
    let clock = &shown["clocks"][0];
    assert_eq!(
        (&clock["metric"], &clock["state"], &clock["due_at"], &clock["elapsed"]),
        (&json!("first response"), &json!("met"), &json!("2026-03-02T13:05:00Z"), &json!("PT10M"))
    );
    assert_eq!(names(&clock["why"][0]), ["from", "length", "state", "to"]);

    let count = office.at("09:25", &["count", "--json"]).json();
    let loads = json!([
        { "agent": "ben", "load": 0, "room": null }, { "agent": "anna", "load": 1, "room": null },
    ]);
    assert_eq!(count, json!({ "unfinished": 1, "queued": 0, "agents": loads }));

    let resolved = office.at("09:30", &["resolve", "--as", ANNA, "HD-1", "--json"]).json();
    assert_eq!(resolved["ticket"]["category"], "resolved");
    let listed = office.at("09:35", &["list", "--as", ANNA, "--json"]).json();
    assert_eq!((names(&listed), &listed["tickets"][0]["id"]), (vec!["next", "tickets"], &id));
    let ticked = office.at("09:40", &["tick", "--json"]).json();
    let wake = "2026-03-06T09:30:00Z";
    assert_eq!(ticked, json!({ "changed": [], "failed": [], "next_wake": wake }));

    let notices = office.at("09:45", &["notices", "--json"]).json();
    assert_eq!(names(&notices), ["failed", "notices", "retry_at", "withheld"]);
    let told = notices["notices"].as_array().unwrap();
    let answer = told.iter().find(|it| it["kind"] == "reply_to_customer").unwrap();
    assert_eq!((&answer["to"], &answer["text"]), (&json!(MARIA), &json!("So.")));
    assert_eq!(names(answer), ["attempt", "id", "kind", "reference", "text", "to"]);
}

#[test]
fn a_command_that_is_sent_twice_under_one_name_is_carried_out_once() {
    let office = Office::new();
    let open = ["open", "--as", MARIA, "It burns.", "--command-id", "mail-4711", "--json"];
    let first = office.at("09:05", &open).json();
    // The clock has moved on when it is sent again.
    let again = office.at("09:06", &open).json();
    assert_eq!((&first["repeated"], &again["repeated"]), (&json!(false), &json!(true)));
    assert_eq!(first["ticket"], again["ticket"]);

    let next = ["solve", "next", "--as", ANNA, "--command-id", "click-1", "--json"];
    let taken = office.at("09:10", &next).json();
    assert_eq!(office.at("09:11", &next).json()["ticket"]["id"], taken["ticket"]["id"]);

    let other = ["open", "--as", MARIA, "It smokes.", "--command-id", "mail-4711"];
    let refused = office.at("09:12", &other);
    assert!(refused.err.starts_with("command_id_reused: "), "{}", refused.err);
    assert_eq!(refused.code, 1);
}
