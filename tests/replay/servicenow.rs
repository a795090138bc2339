//! The ServiceNow log: states to commands, every oddity of it, everything accounted for.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Answer, Excerpt, README, run, whole};

const HEADER: &str = "number,incident_state,active,reassignment_count,reopen_count,sys_mod_count,\
    made_sla,caller_id,opened_by,opened_at,sys_created_by,sys_created_at,sys_updated_by,\
    sys_updated_at,contact_type,location,category,subcategory,u_symptom,cmdb_ci,impact,urgency,\
    priority,assignment_group,assigned_to,knowledge,u_priority_confirmation,notify,problem_id,rfc,\
    vendor,caused_by,closed_code,resolved_by,resolved_at,closed_at";

/// A row of `INC1`, made up from nothing but the form of the log.
#[derive(Clone)]
struct Row {
    state: &'static str,
    time: &'static str,
    opened_at: &'static str,
    reopened: u32,
    caller: &'static str,
    contact: &'static str,
    category: &'static str,
    subcategory: &'static str,
    rating: [&'static str; 3],
    group: &'static str,
    person: &'static str,
}

impl Row {
    fn new(state: &'static str, time: &'static str) -> Self {
        Self {
            state,
            time,
            opened_at: "1/3/2016 08:00",
            reopened: 0,
            caller: "Caller 1",
            contact: "Phone",
            category: "Category 1",
            subcategory: "Subcategory 1",
            rating: ["2 - Medium", "2 - Medium", "3 - Moderate"],
            group: "Group 1",
            person: "?",
        }
    }

    fn of(self, group: &'static str, person: &'static str) -> Self {
        Self { group, person, ..self }
    }

    fn reopened(self, times: u32) -> Self {
        Self { reopened: times, ..self }
    }

    fn text(&self) -> String {
        let Self { state, time, opened_at, reopened, caller, contact, category, .. } = self;
        let Self { subcategory, rating: [impact, urgency, priority], group, person, .. } = self;
        format!(
            "INC1,{state},true,0,{reopened},0,true,{caller},Opened by  1,{opened_at},?,?,\
             Updated by 1,{time},{contact},Location 1,{category},{subcategory},?,?,{impact},\
             {urgency},{priority},{group},{person},true,false,Do Not Notify,?,?,?,?,code 5,\
             Resolved by 1,?,5/3/2016 12:00"
        )
    }
}

fn texts(rows: &[Row]) -> Vec<String> {
    rows.iter().map(Row::text).collect()
}

fn replayed(test: &str, rows: &[Row]) -> Answer {
    let log = Excerpt::of(&format!("servicenow-{test}"), HEADER, &texts(rows));
    run(&["--excerpt", &log.path()])
}

/// Replays rows with which desk and log are to agree.
fn agreed(test: &str, rows: &[Row]) -> Answer {
    let done = replayed(test, rows);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert_eq!((done.count("tickets"), done.count("copied")), (1, 1));
    assert_eq!((done.count("mismatched"), done.count("unexplained")), (0, 0), "{}", done.out);
    assert_eq!(done.count("refused"), 0);
    done
}

/// The line of the report that begins so.
fn line<'a>(done: &'a Answer, begin: &str) -> &'a str {
    let mut lines = done.out.lines().map(str::trim);
    lines.find(|line| line.starts_with(begin)).unwrap_or_else(|| panic!("{begin}: {}", done.out))
}

#[test]
fn an_incident_becomes_commands_for_what_differs_from_row_to_row() {
    let rated = ["1 - High", "1 - High", "1 - Critical"];
    let done = agreed(
        "plain",
        &[
            Row::new("New", "1/3/2016 08:05"),
            // A transfer to somebody, and a status.
            Row::new("Active", "1/3/2016 09:00").of("Group 2", "Resolver 1"),
            // A pause each; the last one of the same status as the one before, for a new reason.
            Row::new("Awaiting User Info", "1/3/2016 10:00").of("Group 2", "Resolver 1"),
            Row::new("Awaiting Vendor", "1/3/2016 11:00").of("Group 2", "Resolver 1"),
            Row::new("Awaiting Problem", "1/3/2016 12:00").of("Group 2", "Resolver 1"),
            Row::new("Awaiting Evidence", "1/3/2016 13:00").of("Group 2", "Resolver 2"),
            // Rated, recategorised.
            Row {
                rating: rated,
                category: "Category 2",
                subcategory: "?",
                ..Row::new("Active", "2/3/2016 08:00").of("Group 2", "Resolver 2")
            },
            Row {
                rating: rated,
                category: "Category 2",
                subcategory: "?",
                ..Row::new("Resolved", "2/3/2016 09:00").of("Group 2", "Resolver 2")
            },
            Row {
                rating: rated,
                category: "Category 2",
                subcategory: "?",
                ..Row::new("Closed", "7/3/2016 09:00").of("Group 2", "Resolver 2")
            },
        ],
    );
    assert_eq!(done.count("accepted"), 12);
    assert!(done.out.contains("tickets    closed 1\n"));
    assert_eq!(
        line(&done, "Active").split_whitespace().collect::<Vec<_>>(),
        ["Active", "2", "0", "4", "0"]
    );
}

#[test]
fn a_row_that_changes_nothing_is_a_touch_and_no_command() {
    let touched = [
        Row::new("New", "1/3/2016 08:05"),
        Row::new("New", "1/3/2016 08:06"),
        Row::new("Active", "1/3/2016 08:07"),
    ];
    let done = agreed("touch", &touched);
    assert_eq!(done.count("accepted"), 2, "the opening and the status");
    let new: Vec<&str> = line(&done, "New").split_whitespace().collect();
    assert_eq!(new, ["New", "2", "1", "0", "0"]);
}

#[test]
fn an_incident_first_seen_past_new_is_opened_and_jumps() {
    for (state, status) in [
        ("Active", "in_progress"),
        ("Awaiting Problem", "suspended"),
        ("Resolved", "resolved"),
        ("Closed", "closed"),
    ] {
        let done = agreed("jump", &[Row::new(state, "1/3/2016 08:05")]);
        assert!(line(&done, "jump").starts_with("jump              1"), "{}", done.out);
        assert!(done.out.contains(&format!("tickets    {status} 1\n")), "{}", done.out);
    }
}

#[test]
fn the_code_minus_100_is_no_state_and_the_one_before_it_goes_on() {
    let mut rows = vec![
        Row::new("Active", "1/3/2016 08:05"),
        Row::new("-100", "1/3/2016 08:06").of("Group 2", "Resolver 1"),
        Row::new("Resolved", "1/3/2016 08:07").of("Group 2", "Resolver 1"),
    ];
    let done = agreed("invalid", &rows);
    assert!(line(&done, "state -100").starts_with("state -100        1"));

    // Where an incident ends so, no ticket can.
    rows.truncate(2);
    let done = replayed("ends-invalid", &rows);
    assert_eq!(done.code, 0, "{}", done.out);
    assert_eq!((done.count("mismatched"), done.count("unexplained")), (1, 0));
    assert!(done.out.contains("tickets    in_progress 1\n"));
}

#[test]
fn a_time_that_runs_backwards_is_raised_to_what_the_ticket_has_seen() {
    let done = agreed(
        "backwards",
        &[
            Row::new("New", "1/3/2016 08:05"),
            Row::new("Active", "1/3/2016 09:00"),
            Row::new("Resolved", "1/3/2016 08:30"),
        ],
    );
    assert!(line(&done, "time raised").starts_with("time raised       1"), "{}", done.out);
    assert!(done.out.contains("tickets    resolved 1\n"));
}

#[test]
fn an_incident_updated_before_it_was_opened_is_opened_then() {
    let opened_at = "1/3/2016 10:00";
    let first = Row { opened_at, ..Row::new("New", "1/3/2016 08:05") };
    let done = agreed("early", &[first, Row { opened_at, ..Row::new("Active", "1/3/2016 11:00") }]);
    assert!(line(&done, "early").starts_with("early             1"), "{}", done.out);
}

#[test]
fn an_incident_closes_without_having_been_resolved() {
    let rows = [Row::new("New", "1/3/2016 08:05"), Row::new("Closed", "1/3/2016 09:00")];
    let done = agreed("unresolved", &rows);
    assert!(line(&done, "unresolved").starts_with("unresolved        1"), "{}", done.out);
}

#[test]
fn work_after_the_end_reopens_and_the_count_is_the_logs() {
    let done = agreed(
        "reopened",
        &[
            Row::new("Active", "1/3/2016 08:05").of("Group 1", "Resolver 1"),
            Row::new("Resolved", "1/3/2016 09:00").of("Group 1", "Resolver 1"),
            Row::new("Awaiting User Info", "1/3/2016 10:00")
                .of("Group 1", "Resolver 1")
                .reopened(1),
            Row::new("Resolved", "1/3/2016 11:00").of("Group 1", "Resolver 1").reopened(1),
            Row::new("Closed", "2/3/2016 11:00").of("Group 1", "Resolver 1").reopened(1),
            Row::new("Active", "3/3/2016 11:00").of("Group 2", "Resolver 2").reopened(2),
            Row::new("Closed", "4/3/2016 11:00").of("Group 2", "Resolver 2").reopened(2),
        ],
    );
    assert!(done.out.contains("reopened   2 times in 1 tickets"));
}

#[test]
fn a_change_to_a_closed_incident_leaves_it_closed() {
    let late = Row { category: "Category 2", ..Row::new("Closed", "2/3/2016 09:00") };
    let rows = [Row::new("Resolved", "1/3/2016 08:05"), Row::new("Closed", "1/3/2016 09:00"), late];
    let done = agreed("after-close", &rows);
    assert!(line(&done, "after close").starts_with("after close       1"), "{}", done.out);
}

#[test]
fn an_incident_is_taken_from_its_group_and_from_its_person() {
    let done = agreed(
        "taken",
        &[
            Row::new("New", "1/3/2016 08:05").of("Group 1", "Resolver 1"),
            Row::new("New", "1/3/2016 08:06").of("Group 1", "?"),
            Row::new("New", "1/3/2016 08:07").of("?", "?"),
            Row::new("New", "1/3/2016 08:08").of("?", "Resolver 1"),
        ],
    );
    assert_eq!(done.count("accepted"), 5);
}

#[test]
fn another_caller_and_another_contact_type_change_nothing() {
    let other = Row { caller: "Caller 2", contact: "IVR", ..Row::new("New", "1/3/2016 08:06") };
    let done = agreed("kept", &[Row::new("New", "1/3/2016 08:05"), other]);
    assert!(line(&done, "caller").starts_with("caller            1"), "{}", done.out);
    assert!(line(&done, "channel").starts_with("channel           1"), "{}", done.out);
    assert_eq!(done.count("accepted"), 1);
}

#[test]
fn what_no_rule_explains_fails_the_run() {
    let odd =
        Row { rating: ["1 - High", "1 - High", "4 - Low"], ..Row::new("New", "1/3/2016 08:05") };
    let done = replayed("priority", &[odd]);
    assert_eq!((done.code, done.count("mismatched")), (1, 1));
    assert!(done.out.contains("UNEXPLAINED INC1 after row 1: another priority"), "{}", done.out);

    // Open again, and nobody counted it.
    let rows = [Row::new("Resolved", "1/3/2016 08:05"), Row::new("Active", "1/3/2016 09:00")];
    let done = replayed("uncounted", &rows);
    assert_eq!((done.code, done.count("mismatched")), (1, 1));
    assert!(done.out.contains("another reopenings"), "{}", done.out);
}

#[test]
fn a_malformed_row_is_named_with_file_line_column_and_reason_and_the_rest_goes_on() {
    let good = Row::new("New", "1/3/2016 08:05");
    let mut rows = texts(&[
        Row::new("Asleep", "1/3/2016 08:05"),
        Row::new("New", "32/3/2016 08:05"),
        Row { rating: ["4 - None", "2 - Medium", "3 - Moderate"], ..good.clone() },
        Row { group: "", ..good.clone() },
        Row { contact: "Pigeon", ..good.clone() },
        good.clone(),
    ]);
    rows.insert(0, "INC1,New".to_owned());
    rows.insert(1, good.text().replace(",true,0,0,", ",perhaps,0,0,"));
    rows.insert(2, good.text().replace(",true,0,0,", ",true,0,many,"));
    let log = Excerpt::of("servicenow-malformed", HEADER, &rows);
    let done = run(&["--excerpt", &log.path()]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    let path = log.path();
    for told in [
        format!("{path}:2: 2 columns, where the log has 36"),
        format!("{path}:3:3: `active`: `perhaps` is not `true` or `false`"),
        format!("{path}:4:5: `reopen_count`: `many` is not a number"),
        format!("{path}:5:2: `incident_state`: no `Asleep` is known"),
        format!("{path}:6:14: `sys_updated_at`: `32/3/2016 08:05` is not a time such as"),
        format!("{path}:7:21: `impact`: no `4 - None` is known"),
        format!("{path}:8:24: `assignment_group`: it is empty, longer than 64 bytes, or no plain"),
        format!("{path}:9:15: `contact_type`: no `Pigeon` is known"),
    ] {
        assert!(done.err.contains(&told), "`{told}` is not in:\n{}", done.err);
    }
    assert!(done.out.contains("rows       1 read, 8 malformed"), "{}", done.out);
    let stopped = run(&["--strict", "--excerpt", &path]);
    assert_eq!(stopped.code, 2);
    assert!(stopped.out.is_empty(), "nothing was replayed");
}

fn compressed(text: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn a_compressed_log_is_the_same_log() {
    let rows = texts(&[Row::new("New", "1/3/2016 08:05"), Row::new("Active", "1/3/2016 09:00")]);
    let mut log = Excerpt::of("servicenow-gzip", HEADER, &rows);
    let plain = run(&["--excerpt", &log.path()]);
    let text = fs::read(log.path()).unwrap();
    // Its bytes say what it is, not its name.
    log.name = "packed";
    fs::write(log.path(), compressed(&text)).unwrap();
    let packed = run(&["--excerpt", &log.path()]);
    assert_eq!((packed.code, packed.out), (0, plain.out));
}

#[test]
fn a_compressed_log_that_breaks_off_is_told_with_file_and_line() {
    let rows: Vec<String> =
        std::iter::repeat_n(Row::new("New", "1/3/2016 08:05").text(), 9).collect();
    let mut log = Excerpt::of("servicenow-cut", HEADER, &rows);
    let packed = compressed(&fs::read(log.path()).unwrap());
    log.name = "cut.gz";
    fs::write(log.path(), &packed[..packed.len() - 9]).unwrap();
    let answer = run(&["--excerpt", &log.path()]);
    assert_eq!(answer.code, 2, "{}", answer.out);
    assert!(answer.err.contains("cut.gz:"), "{}", answer.err);
}

#[test]
fn counts_are_compared_with_those_that_are_documented_for_the_whole() {
    let log =
        Excerpt::of("servicenow-counts", HEADER, &texts(&[Row::new("New", "1/3/2016 08:05")]));
    let done = run(&[&log.path()]);
    assert_eq!(done.code, 1);
    assert!(done.out.lines().filter(|line| line.ends_with("NOT AS DOCUMENTED")).count() > 40);
}

#[test]
fn the_whole_log_is_replayed_and_accounted_for() {
    let Some(done) = whole("servicenow") else { return };
    assert!(README.contains(done.last_line()), "not in the README: {}", done.last_line());
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert_eq!((done.count("tickets"), done.count("refused")), (24_918, 0));
    assert_eq!((done.count("verified"), done.count("copied")), (24_918, 24_918));
    assert_eq!((done.count("mismatched"), done.count("unexplained")), (0, 0));
    assert!(done.out.contains("rows       141712 read, 0 malformed"));
    assert!(done.out.contains("\n  0 of 66 not as documented\n"));
    assert!(done.out.contains("reopened   331 times in 275 tickets"));
}
