//! The day of a small desk, from `init` to `count`, each command a process of its own.

use super::{ANNA, BEN, MARIA, Office};

#[test]
fn a_request_is_opened_taken_answered_resolved_and_closes_by_itself() {
    let office = Office::new();
    let opened = office.at("09:05", &["open", "--as", MARIA, "The printer burns.\nHelp!"]);
    assert_eq!(opened.told(), "HD-1: new\n");

    let taken = office.at("09:10", &["solve", "next", "--as", ANNA]).told();
    assert_eq!(taken, "HD-1: in_progress\nThe printer burns.\n");
    let none = office.at("09:10", &["solve", "next", "--as", BEN]).told();
    assert_eq!(none, "nothing is to be solved\n");

    office.at("09:15", &["note", "--as", ANNA, "HD-1", "Third fire this week."]).told();
    let answered = office.at("09:20", &["reply", "--as", ANNA, "hd-1", "Unplug it."]).told();
    assert_eq!(answered, "HD-1: answered\n");
    let asked = office.at("09:30", &["reply", "--as", MARIA, "HD-1", "I did."]).told();
    assert_eq!(asked, "HD-1: open\n");

    let count = office.at("09:31", &["count"]).told();
    let lines = [
        "1 unfinished, 0 of them nobody's",
        "agent  load  room",
        "ben    0     any",
        "anna   1     any",
    ];
    assert_eq!(count.lines().collect::<Vec<_>>(), lines);

    let resolved = office.at("09:40", &["resolve", "--as", ANNA, "HD-1", "--text", "A new one."]);
    assert_eq!(resolved.told(), "HD-1: resolved\n");
    let ticked = office.run(&["tick", "--json", "--now", "2026-03-06T09:40:00Z"]).json();
    assert_eq!(ticked["changed"][0]["status"], "closed");
    assert_eq!(
        (ticked["failed"].as_array().unwrap().len(), &ticked["next_wake"]),
        (0, &serde_json::Value::Null)
    );
}

#[test]
fn each_sees_of_a_ticket_what_is_theirs_to_see() {
    let office = Office::new();
    office.at("09:05", &["open", "--as", MARIA, "It burns."]).told();
    office.at("09:15", &["note", "--as", ANNA, "HD-1", "Third fire this week."]).told();

    let theirs = office.at("09:20", &["show", "--as", MARIA, "HD-1"]).told();
    assert!(
        theirs.contains("2026-03-02T09:05:00Z customer:maria@example.com\nIt burns.\n"),
        "{theirs}"
    );
    assert!(!theirs.contains("Third fire"), "{theirs}");
    let ours = office.at("09:20", &["show", "--as", ANNA, "HD-1"]).told();
    assert!(
        ours.contains("2026-03-02T09:15:00Z agent:anna (note)\nThird fire this week.\n"),
        "{ours}"
    );

    // 10:05 in Rome; four office hours.
    let why = "[customer] running, due 2026-03-02T13:05:00Z: first response\n\
               2026-03-02T09:05:00Z  2026-03-02T13:05:00Z  PT4H    PT4H     ran\n\
               ran PT4H, paused PT0S, did not count PT0S\n";
    assert!(ours.contains(why) && theirs.contains(why), "{ours}\n{theirs}");
}

#[test]
fn lists_are_filtered_sorted_and_paged() {
    let office = Office::new();
    for (priority, text) in [("low", "One"), ("critical", "Two"), ("high", "Three")] {
        office
            .at(
                "09:05",
                &["open", "--as", ANNA, "--for", "m@example.com", "--priority", priority, text],
            )
            .told();
    }
    let listed = [
        "list",
        "priority >= high",
        "--sort",
        "priority desc",
        "--page",
        "1",
        "--as",
        ANNA,
        "--json",
    ];
    let first = office.at("09:10", &listed).json();
    assert_eq!(first["tickets"].as_array().unwrap().len(), 1);
    assert_eq!(first["tickets"][0]["reference"], "HD-2");

    let next = first["next"].as_str().unwrap();
    let second = office.at("09:10", &[&listed[..], &["--after", next]].concat()).json();
    assert_eq!(
        (&second["tickets"][0]["reference"], second["next"].as_str()),
        (&"HD-3".into(), None)
    );
}

#[test]
fn who_is_to_be_told_is_told_once() {
    let office = Office::new();
    office.at("09:05", &["open", "--as", MARIA, "It burns."]).told();
    office.at("09:20", &["reply", "--as", ANNA, "HD-1", "Unplug it."]).told();

    let told = office.at("09:21", &["notices"]).told();
    assert!(told.contains("customer:maria@example.com  Unplug it."), "{told}");
    let again = office.at("09:22", &["notices"]).told();
    assert_eq!(again, "nobody is to be told anything\n");
}

#[test]
fn words_of_others_do_not_steer_the_terminal() {
    let office = Office::new();
    let open = ["open", "--as", MARIA, "It burns.\u{1b}[2J\nHelp!"];
    office.at("09:05", &open).told();
    for args in [&["show", "HD-1"][..], &["list"], &["notices"]] {
        let told = office.at("09:10", args).told();
        assert!(told.contains("It burns.\u{fffd}[2J") && !told.contains('\u{1b}'), "{told}");
    }
}

#[test]
fn init_again_adds_agents_and_publishes_settings_and_keeps_what_is_there() {
    let office = Office::new();
    office.at("09:05", &["open", "--as", MARIA, "It burns."]).told();
    let path = office.0.join("settings.json");
    std::fs::write(&path, r#"{ "reference_prefix": "ACME" }"#).unwrap();
    let again = ["init", "--agent", "carla", "--settings", path.to_str().unwrap()];
    let told = office.at("09:10", &again).told();
    assert_eq!(told, "the desk was there already; agents: carla\n");

    let taken = office.at("09:15", &["solve", "next", "--as", "agent:carla"]).told();
    assert_eq!(taken, "ACME-1: in_progress\nIt burns.\n");
}

#[test]
fn tickets_are_found_by_what_was_said() {
    let office = Office::new();
    for text in ["The printer burns", "My invoice is wrong", "Another printer burns"] {
        office.at("09:05", &["open", "--as", MARIA, text]).told();
    }
    office.at("09:15", &["note", "--as", ANNA, "HD-2", "He means the printer"]).told();
    let numbers = |who: &str, words: &str, more: &[&str]| {
        let line = [&["search", "--json", "--as", who, words], more].concat();
        let found = office.at("09:20", &line).json();
        let found = found["found"].as_array().unwrap().clone();
        found.iter().map(|hit| hit["ticket"]["reference"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(ANNA, "PRINT*", &[]), ["HD-3", "HD-2", "HD-1"]);
    assert_eq!(numbers(MARIA, "PRINT*", &[]), ["HD-3", "HD-1"], "a note is not hers to read");
    assert_eq!(numbers(ANNA, "printer burns", &["--page", "1"]), ["HD-3"]);
    assert_eq!(numbers(ANNA, "printer burns", &["--page", "1", "--after", "before-3"]), ["HD-1"]);
}

#[test]
fn the_file_is_looked_over_and_repaired() {
    let office = Office::new();
    office.at("09:05", &["open", "--as", MARIA, "The printer burns"]).told();
    let sound = office.at("09:10", &["verify"]).told();
    assert!(sound.ends_with("events\n"), "{sound}");
    let somebody = helpdesk::store::sqlite::rusqlite::Connection::open(office.file()).unwrap();
    somebody.execute("UPDATE helpdesk_records SET revision = 9 WHERE number = 1", []).unwrap();
    let found = office.at("09:10", &["verify", "--json"]);
    assert_eq!(found.code, 3);
    let repaired = office.at("09:10", &["verify", "--repair"]).told();
    assert!(repaired.contains("its revision is not that of its history"), "{repaired}");
    assert!(office.at("09:10", &["verify"]).told().lines().count() == 1);
}
