//! Service levels on a replay: figures worked out by hand, wrong settings, and agreement.

use std::fs;

use super::{Answer, Excerpt, run};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/replay/sla.json");
const HEADER: &str =
    "issue_id,comment_id,comment_seq,created,author,author_role,is_private,utterances,body";
const TURNS: &str = "issue_id,issue_num,project,reporter,type,priority,contributors,turn_no,\
    assignee,started,ended,steps,comments_count";

/// Two issues of March 2022, whose first is a Tuesday; Rome is an hour ahead of these times.
fn log(test: &str) -> Excerpt {
    let log = Excerpt::new(&format!("sla-{test}"), "comments.csv");
    let comments = [
        // Asked at nine in the morning, there; an owner after two hours, an answer after two and
        // a half, within the four of `High`.
        "1,1,0,2022-03-01 08:00:00+00:00,maria,reporter,0,1,it burns",
        "1,2,1,2022-03-01 10:30:00+00:00,anna,assignee,0,1,unplug it",
        // Half past two on Tuesday. By nine on Friday, 3:30 h of Tuesday have passed and eight
        // each of Wednesday and Thursday: 19:30 h, of 16.
        "1,3,2,2022-03-01 13:30:00+00:00,maria,reporter,0,1,it still burns",
        "1,4,3,2022-03-04 08:00:00+00:00,boss,assignee,0,1,we come",
        // Urgent, day and night; never answered, and done after twenty minutes of thirty.
        "2,5,0,2022-03-01 08:00:00+00:00,otto,reporter,0,1,it is dark",
    ];
    log.put("comments.csv", HEADER, &comments);
    let turns = [
        "1,1,project,maria,Ticket,High,1,1,anna,2022-03-01 10:00:00+00:00,2022-03-03 08:00:00+00:00,1,1",
        // Resolved at ten on Friday: an hour after the end of the third business day.
        "1,1,project,maria,Ticket,High,1,2,boss,2022-03-03 08:00:00+00:00,2022-03-04 09:00:00+00:00,1,1",
        "2,2,project,otto,Ticket,Blocker,1,1,anna,2022-03-01 08:05:00+00:00,2022-03-01 08:20:00+00:00,1,1",
    ];
    log.put("mendeley_helpdesk_turns.csv", TURNS, &turns);
    log
}

/// The report without the blanks that align it.
fn squeezed(answer: &Answer) -> String {
    let lines = answer.out.lines();
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}

#[test]
fn a_small_log_keeps_and_misses_what_was_worked_out_by_hand() {
    let log = log("by-hand");
    let done = run(&["--excerpt", "--sla", SAMPLE, &log.path()]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert_eq!((done.count("tickets"), done.count("unexplained")), (2, 0));
    let report = squeezed(&done);
    for told in [
        "levels: runs=7 met=4 missed=2 void=1 open=0 mismatched=0",
        "tickets by policy: standard 1 · urgent 1",
        // Of 24 hours, 80 % have run; of half an hour, half.
        "told: 2 warnings, 2 misses, 0 levels of escalation; recorded: 0 remedies that are owed, 0 intents",
        "first response Blocker 0 0 1 0 -\nHigh 1 0 0 0 100.0 %\nall 1 0 1 0 100.0 %",
        "next response High 0 1 0 0 0.0 %\nall 0 1 0 0 0.0 %",
        "total resolution Blocker 1 0 0 0 100.0 %\nHigh 0 1 0 0 0.0 %\nall 1 1 0 0 50.0 %",
        "time to assign Blocker 1 0 0 0 100.0 %\nHigh 1 0 0 0 100.0 %\nall 2 0 0 0 100.0 %",
        "first response clock 1 PT2H30M PT2H30M PT2H30M\nwall 1 PT2H30M PT2H30M PT2H30M",
        "next response clock 1 PT19H30M PT19H30M PT19H30M\nwall 1 PT66H30M PT66H30M PT66H30M",
        "total resolution clock 2 PT20M PT25H PT25H\nwall 2 PT20M PT73H PT73H",
        "time to assign clock 2 PT5M PT2H PT2H\nwall 2 PT5M PT2H PT2H",
    ] {
        assert!(report.contains(told), "`{told}` is not in:\n{report}");
    }
}

#[test]
fn the_worst_miss_is_explained_segment_by_segment_with_who_had_the_ticket() {
    let log = log("worst");
    let done = run(&["--excerpt", "--sla", SAMPLE, &log.path()]);
    let report = squeezed(&done);
    let explained = "\
the worst of those that heads still show: ISSUE-1, next response, to the customer
missed by PT3H30M of its own time; under the policy standard, at priority High
given PT16H, which is until 2022-03-03T13:30:00Z
next response
2022-03-01T13:30:00Z 2022-03-01T17:00:00Z PT3H30M PT3H30M ran
2022-03-01T17:00:00Z 2022-03-02T08:00:00Z PT15H PT3H30M closed
2022-03-02T08:00:00Z 2022-03-02T12:00:00Z PT4H PT7H30M ran
2022-03-02T12:00:00Z 2022-03-02T13:00:00Z PT1H PT7H30M closed
2022-03-02T13:00:00Z 2022-03-02T17:00:00Z PT4H PT11H30M ran
2022-03-02T17:00:00Z 2022-03-03T08:00:00Z PT15H PT11H30M closed
2022-03-03T08:00:00Z 2022-03-03T12:00:00Z PT4H PT15H30M ran
2022-03-03T12:00:00Z 2022-03-03T13:00:00Z PT1H PT15H30M closed
2022-03-03T13:00:00Z 2022-03-03T17:00:00Z PT4H PT19H30M ran
2022-03-03T17:00:00Z 2022-03-04T08:00:00Z PT15H PT19H30M closed
ran PT19H30M, paused PT0S, did not count PT47H
and who had it
2022-03-01T13:30:00Z 2022-03-03T08:00:00Z PT11H30M anna
2022-03-03T08:00:00Z 2022-03-04T08:00:00Z PT8H boss
";
    assert!(report.contains(explained), "{report}");
}

#[test]
fn a_generated_day_agrees_with_itself_under_the_sample_and_goes_as_its_stories_say() {
    let day = run(&["--sla", SAMPLE]);
    assert_eq!(day.code, 0, "{}", day.out);
    assert!(day.out.contains(" mismatched=0\n\ncopy"), "{}", day.out);
    assert!(!day.out.contains("not covered"), "{}", day.out);
    let plain = run(&[]);
    for count in ["tickets", "accepted", "refused", "mismatched", "unexplained", "verified"] {
        assert_eq!(day.count(count), plain.count(count), "{count}");
    }
    assert!(!plain.out.contains("service levels"));
}

#[test]
fn wrong_settings_are_told_with_file_place_and_reason_and_status_2() {
    let folder = Excerpt::new("sla-misspelt", "sla.json");
    let sample = fs::read_to_string(SAMPLE).unwrap();
    for (from, to, told) in [
        ("\"sla_levels\"", "\"sla_levls\"", "unknown field `sla_levls`"),
        ("\"sla_levels\": [", "\"sla_levels\": ", " at line "),
        ("Europe/Rome", "Europe/Romulus", "calendars[0].calendar.schedules[0].zone: there is no"),
        ("\"Blocker\": \"PT30M\"", "\"Blokker\": \"PT30M\"", "Blokker"),
        (
            "\"calendar\": \"24x7\", \"within\": \"PT2H\"",
            "\"calendar\": \"25x7\", \"within\": \"PT2H\"",
            "sla_policies[0].obligations[1].calendar: there is no calendar `25x7`",
        ),
        ("priority in (critical", "priority in critical", "expected `(` at line "),
        ("in (second_line", "in (third_line", "sla_policies[1].when.in[0]: there is no department"),
    ] {
        assert!(sample.contains(from), "{from}");
        fs::write(folder.path(), sample.replacen(from, to, 1)).unwrap();
        let excerpt = log("wrong");
        let (settings, rows) = (folder.path(), excerpt.path());
        for args in [vec!["--sla", &settings], vec!["--sla", &settings, "--excerpt", &rows]] {
            let answer = run(&args);
            assert_eq!(answer.code, 2, "{to}: {}", answer.out);
            assert!(answer.err.starts_with(&format!("replay: {}: ", folder.path())));
            assert!(answer.err.contains(told), "{told}: {}", answer.err);
            assert!(answer.out.is_empty(), "{}", answer.out);
        }
    }
    let missing = run(&["--sla", "no/such/levels.json"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.starts_with("replay: no/such/levels.json: "), "{}", missing.err);
}

#[test]
fn a_promise_that_covers_not_everything_is_told() {
    let folder = Excerpt::new("sla-gaps", "sla.json");
    let settings = r#"{ "sla_policies": [{ "name": "some", "when": "priority = High",
        "obligations": [{ "metric": "time_to_assign", "within": "PT1H" }] }] }"#;
    fs::write(folder.path(), settings).unwrap();
    let log = log("gaps");
    let done = run(&["--excerpt", "--sla", &folder.path(), &log.path()]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert!(done.out.contains("  not covered: sla_policies: no policy is for all tickets"));
    assert!(done.out.contains("tickets by policy: none 1 · some 1"), "{}", done.out);
    assert!(done.out.contains("levels: runs=1 met=0 missed=1 void=0 open=0 mismatched=0"));

    fs::write(folder.path(), "{}").unwrap();
    let done = run(&["--excerpt", "--sla", &folder.path(), &log.path()]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert!(done.out.contains("levels: runs=0 met=0 missed=0 void=0 open=0 mismatched=0"));
}
