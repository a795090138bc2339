//! Each mistake has its exit code, and says what is wrong and where.

use super::{ANNA, MARIA, Office};

#[test]
fn what_the_rules_refuse_is_1() {
    let office = Office::new();
    office.at("09:05", &["open", "--as", MARIA, "It burns."]).told();
    let refused = [
        (vec!["reply", "--as", ANNA, "HD-9", "Hello?"], "not_found: there is no ticket `HD-9`\n"),
        (
            vec!["show", "--as", "customer:otto@example.com", "HD-1"],
            "not_found: there is no ticket `HD-1`\n",
        ),
        (vec!["resolve", "--as", ANNA, "HD-1", "--code", "magic"], "unknown_name: "),
        (vec!["solve", "next", "--as", MARIA], "forbidden: customer: may not "),
        (vec!["list", "--as", "agent:nobody"], "not_an_agent: "),
        (vec!["list", "--as", ANNA, "priority >= urgent"], "bad_condition: "),
        (vec!["list", "--as", MARIA, "queued = true"], "not_public: `queued` is not public"),
        (vec!["count", "--department", "moon"], "unknown_name: "),
    ];
    for (args, told) in refused {
        let answer = office.at("09:10", &args);
        assert_eq!((answer.code, &*answer.out), (1, ""), "{args:?}: {}", answer.err);
        assert!(answer.err.starts_with(told), "{args:?}: {}", answer.err);
    }
    let urgent = office.at("09:10", &["list", "--as", ANNA, "priority >= urgent"]);
    assert!(urgent.err.contains("`urgent`"), "{}", urgent.err);
}

#[test]
fn what_is_no_command_is_2_and_says_where() {
    let office = Office::new();
    let mistakes = [
        (vec!["open"], "<TEXT>"),
        (vec!["dance"], "'dance'"),
        (vec!["list", "priority >="], "line 1, column 12: found the end"),
        (vec!["list", "--sort", "priority up"], "line 1, column 10"),
        (vec!["list", "--after", "page 2"], "--after"),
        (vec!["list", "--as", "anna"], "expected `agent:NAME`, `customer:MAIL` or `host`"),
        (vec!["list", "--as", "agent:Anna Bell"], "`Anna Bell` is no short name"),
        (vec!["show", "4711"], "<TICKET>: `4711` is not a ticket reference"),
        (vec!["open", "It burns."], "--for: the host opens in somebody's name"),
        (vec!["init", "--agent", "anna", "--settings", "none.json"], "none.json: "),
    ];
    for (args, told) in mistakes {
        let answer = office.at("09:10", &args);
        assert_eq!((answer.code, &*answer.out), (2, ""), "{args:?}: {}", answer.err);
        assert!(answer.err.contains(told), "{args:?}: {}", answer.err);
    }
    let noon = office.run(&["count", "--now", "noon"]);
    assert!(noon.code == 2 && noon.err.contains("such as 2026-03-02T09:00:00Z"), "{}", noon.err);
}

#[test]
fn a_mistake_in_settings_is_told_with_its_path() {
    let office = Office::empty();
    let path = office.0.join("settings.json");
    std::fs::write(&path, r#"{ "default_priority": "urgent" }"#).unwrap();
    let init = ["init", "--agent", "anna", "--settings", path.to_str().unwrap()];
    let answer = office.at("09:00", &init);
    assert_eq!(answer.code, 2);
    assert!(
        answer.err.contains("default_priority: there is no priority `urgent`"),
        "{}",
        answer.err
    );
    assert!(!office.file().exists(), "nothing was made");
}

#[test]
fn what_the_database_cannot_do_is_3() {
    let office = Office::empty();
    let missing = office.at("09:00", &["count"]);
    assert_eq!((missing.code, &*missing.out), (3, ""));
    assert_eq!(missing.err, "store: there is no help desk in this file: run `init`\n");

    std::fs::write(office.file(), "This is no database, however long it is. ".repeat(100)).unwrap();
    let damaged = office.at("09:00", &["count"]);
    assert_eq!(damaged.code, 3, "{}", damaged.err);
}

#[test]
fn errors_are_documents_to_who_asks_for_json() {
    let office = Office::new();
    for (args, code, name) in [
        (vec!["show", "--as", ANNA, "HD-9", "--json"], 1, "not_found"),
        (vec!["dance", "--json"], 2, "usage"),
    ] {
        let answer = office.at("09:10", &args);
        let told: serde_json::Value = serde_json::from_str(&answer.err).unwrap();
        assert_eq!((answer.code, told["error"]["code"].as_str()), (code, Some(name)));
        assert!(told["error"]["text"].is_string());
    }
}

#[test]
fn help_is_no_mistake() {
    let help = Office::empty().run(&["--help"]).told();
    assert!(help.contains("A help desk in one SQLite file"), "{help}");
    assert!(help.contains("Exit codes: 0 done, 1 refused"), "{help}");
}
