//! The order of work as a host configures it, in code and in a file.

use helpdesk::matching::WorkOrder;
use helpdesk::{Settings, SettingsDraft, Span, ToSolve};

fn problems(to_solve: ToSolve) -> Vec<String> {
    let error = SettingsDraft { to_solve, ..SettingsDraft::default() }.build().unwrap_err();
    error.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn mistakes_are_told_with_their_paths() {
    let statuses = [&["new", "later"][..], &[], &["open", "closed", "new"]];
    let statuses = statuses.map(|group| group.iter().map(|name| (*name).into()).collect()).to_vec();
    let patience = [
        ("low".into(), Span::ZERO),
        ("high".into(), Span::days(3651)),
        ("urgent".into(), Span::hours(1)),
    ];
    let found = problems(ToSolve { statuses, patience: patience.into(), ..ToSolve::default() });
    assert_eq!(
        found,
        [
            "to_solve.statuses[0][1]: there is no status `later`",
            "to_solve.statuses[1]: there must be at least one status",
            "to_solve.statuses[2][1]: the status `closed` is closed, and this must be new, open, \
             waiting or on_hold",
            "to_solve.statuses[2][2]: the status `new` is defined twice",
            "to_solve.patience.high: PT87624H is out of range: longer than nothing, at most 3650 \
             days",
            "to_solve.patience.low: PT0S is out of range: longer than nothing, at most 3650 days",
            "to_solve.patience.urgent: there is no priority `urgent`",
        ]
    );
}

#[test]
fn a_file_says_what_is_served_and_reads_back() {
    let text = r#"{ "to_solve": {
        "statuses": [["open"], ["new", "in_progress"]],
        "order": "sla_level",
        "patience": { "high": "PT30M" }
    } }"#;
    let settings: Settings = serde_json::from_str(text).unwrap();
    let turns = settings.turns();
    assert_eq!(turns.order(), WorkOrder::SlaLevel);
    assert_eq!((turns.rank("open"), turns.rank("in_progress")), (Some(0), Some(1)));
    assert_eq!(turns.rank("answered"), None);
    assert_eq!(turns.patience("high"), Span::minutes(30));
    let written = serde_json::to_string(&settings).unwrap();
    let read: Settings = serde_json::from_str(&written).unwrap();
    assert_eq!(read, settings);
    assert_eq!(read.turns(), turns);
    // What is left at its default is not written.
    assert!(!serde_json::to_string(&Settings::default()).unwrap().contains("to_solve"));
    let unknown = r#"{ "to_solve": { "stati": [] } }"#;
    assert!(serde_json::from_str::<Settings>(unknown).is_err());
}

#[test]
fn patience_is_an_hour_for_the_highest_and_four_times_that_for_each_step_below() {
    let scale = ["a", "b", "c", "d", "e", "f"].map(helpdesk::PriorityName::from);
    let draft = SettingsDraft {
        priorities: scale.to_vec(),
        default_priority: "a".into(),
        priority_matrix: None,
        ..SettingsDraft::default()
    };
    let settings = draft.build().unwrap();
    let hours = |name: &str| settings.turns().patience(name).as_micros() / 3_600_000_000;
    assert_eq!(scale.each_ref().map(|name| hours(name.as_str())), [72, 72, 64, 16, 4, 1]);
    assert_eq!(hours("gone"), 72, "what is no longer on the scale is as patient as the lowest");
}
