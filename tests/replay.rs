//! The replay example does what it says: one seed, one day; a log replayed, its rows accounted for.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

#[path = "../examples/replay/main.rs"]
#[allow(dead_code, reason = "tests call what `main` calls")]
mod replay;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

const HEADER: &str = "Case ID,Activity,Resource,Complete Timestamp,Variant,Variant index,Variant,\
    seriousness,customer,product,responsible_section,seriousness_2,service_level,service_type,\
    support_section,workgroup";

/// What a run answered.
struct Answer {
    code: u8,
    out: String,
    err: String,
}

impl Answer {
    fn last_line(&self) -> &str {
        self.out.lines().last().unwrap_or_default()
    }

    /// The number after `name=` in the last line.
    fn count(&self, name: &str) -> u64 {
        let word = self
            .last_line()
            .split(' ')
            .find_map(|word| word.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')));
        word.unwrap_or_else(|| panic!("no `{name}` in `{}`", self.last_line())).parse().unwrap()
    }
}

fn run_as(args: &[&str], watched: bool, data: Option<PathBuf>) -> Answer {
    let args: Vec<OsString> = args.iter().map(OsString::from).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut stage = replay::Stage { out: &mut out, err: &mut err, watched, data };
    let code = replay::run(&args, &mut stage);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Answer { code, out: text(out), err: text(err) }
}

fn run(args: &[&str]) -> Answer {
    run_as(args, false, None)
}

/// A log of these rows, in a folder of the test's own.
struct Excerpt(PathBuf);

impl Excerpt {
    fn new(test: &str, rows: &[impl AsRef<[u8]>]) -> Self {
        let folder = std::env::temp_dir().join(format!("helpdesk-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut bytes = format!("{HEADER}\n").into_bytes();
        for row in rows {
            bytes.extend_from_slice(row.as_ref());
            bytes.push(b'\n');
        }
        fs::write(folder.join("log.csv"), bytes).unwrap();
        Self(folder)
    }

    fn path(&self) -> String {
        self.0.join("log.csv").display().to_string()
    }
}

impl Drop for Excerpt {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A row of `Case 1`.
fn row(activity: &str, resource: u8, time: &str) -> String {
    let values = "Variant 1,1,Variant 1,Value 1,Value 9,Value 1,Value 1,Value 2,Value 1,Value 1,Value 1,Value 1";
    format!("Case 1,{activity},Value {resource},2012/10/{time}.000,{values}")
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_another_day() {
    let (one, same, other) = (run(&["--seed", "7"]), run(&["--seed", "7"]), run(&["--seed", "8"]));
    assert_eq!(one.out, same.out);
    assert!(one.out.contains("FNV-1a "), "the report carries a hash of every event");
    assert_ne!(one.out, other.out);
}

#[test]
fn a_generated_day_goes_as_its_stories_say_and_every_head_is_its_fold() {
    for seed in ["0", "1", "578", "18446744073709551615"] {
        let day = run(&["--seed", seed]);
        assert_eq!(day.code, 0, "seed {seed}: {}", day.out);
        assert_eq!(day.count("tickets"), 578);
        assert_eq!(day.count("verified"), 578);
        assert_eq!((day.count("mismatched"), day.count("unexplained")), (0, 0));
        assert!(day.count("refused") > 0, "some commands are refused on purpose");
    }
}

#[test]
fn the_last_line_has_the_agreed_form() {
    let day = run(&[]);
    let names: Vec<&str> = day
        .last_line()
        .strip_prefix("replay: ")
        .unwrap()
        .split(' ')
        .map(|word| word.split_once('=').unwrap().0)
        .collect();
    let agreed =
        ["tickets", "events", "accepted", "refused", "mismatched", "unexplained", "verified"];
    assert_eq!(names, agreed);
}

#[test]
fn a_malformed_row_is_named_with_file_line_and_reason_and_the_rest_goes_on() {
    let log = Excerpt::new(
        "malformed",
        &[
            row("Assign seriousness", 1, "09 14:50:17").into_bytes(),
            b"Case 1,Take in charge ticket".to_vec(),
            row("Make coffee", 1, "09 14:51:00").into_bytes(),
            row("Wait", 1, "32 14:51:00").into_bytes(),
            row("Wait", 1, "09 14:52:00").replace("Value 9", "\u{7}").into_bytes(),
            [row("Wait", 1, "09 14:53:00").as_bytes(), b"\xff"].concat(),
            row("Take in charge ticket", 1, "09 14:54:00").into_bytes(),
        ],
    );
    let done = run(&["--excerpt", &log.path()]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    let path = log.path();
    for told in [
        format!("{path}:3: 2 columns, where the log has 16"),
        format!("{path}:4: no activity `Make coffee` is known"),
        format!("{path}:5: `2012/10/32 14:51:00.000` is not a time"),
        format!("{path}:6: `customer` is empty, longer than 40 bytes, or no plain text"),
        format!("{path}:7: it is not UTF-8"),
    ] {
        assert!(done.err.contains(&told), "`{told}` is not in:\n{}", done.err);
    }
    assert!(done.out.contains("rows       2 read, 5 malformed"), "{}", done.out);
    assert!(done.out.contains("tickets    in_progress 1\n"), "{}", done.out);
}

#[test]
fn strict_stops_at_the_first_malformed_row_with_status_2() {
    let rows = ["Case 1,Wait", "Case 2,Wait"];
    let log = Excerpt::new("strict", &rows);
    let stopped = run(&["--strict", &log.path()]);
    assert_eq!(stopped.code, 2);
    assert!(stopped.err.contains(":2: "), "{}", stopped.err);
    assert!(!stopped.err.contains(":3: "), "{}", stopped.err);
    assert!(stopped.out.is_empty(), "nothing was replayed");
}

#[test]
fn another_status_than_the_logs_is_explained_by_the_rule_that_made_it() {
    let log = Excerpt::new(
        "explained",
        &[
            row("Assign seriousness", 1, "09 14:50:00"),
            row("Create SW anomaly", 1, "09 14:51:00"),
            row("Resolve SW anomaly", 2, "09 14:52:00"),
            row("VERIFIED", 2, "09 14:53:00"),
        ],
    );
    let done = run(&["--excerpt", &log.path()]);
    assert_eq!(done.code, 0, "{}", done.out);
    assert_eq!((done.count("mismatched"), done.count("unexplained")), (1, 0));
    assert!(done.out.contains("defect_resolved  after   2 rows, at the end of 1 cases"));
}

#[test]
fn a_refused_row_explains_nothing_and_fails_the_run() {
    // Closing unresolved work needs a resolution, which this log never names.
    let log = Excerpt::new(
        "unexplained",
        &[row("Assign seriousness", 1, "09 14:50:00"), row("Closed", 5, "09 14:51:00")],
    );
    let done = run(&["--excerpt", &log.path()]);
    assert_eq!(done.code, 1, "{}", done.out);
    assert_eq!((done.count("refused"), done.count("mismatched")), (1, 1));
    assert!(done.count("unexplained") > 0);
    assert!(done.out.contains("resolution_required"), "{}", done.out);
}

#[test]
fn counts_that_are_not_as_documented_are_printed_as_such_and_fail_the_run() {
    let log = Excerpt::new("counts", &[row("Insert ticket", 1, "09 14:50:00")]);
    let whole = run(&[&log.path()]);
    assert_eq!(whole.code, 1);
    let odd = whole.out.lines().filter(|line| line.ends_with("NOT AS DOCUMENTED"));
    assert!(odd.count() > 50);
    let excerpt = run(&["--excerpt", &log.path()]);
    assert_eq!(excerpt.code, 0);
    assert!(!excerpt.out.contains("NOT AS DOCUMENTED"));
}

#[test]
fn rows_go_by_time_and_within_a_case_in_the_order_of_the_file() {
    let second = |row: String| row.replace("Case 1,", "Case 2,");
    let log = Excerpt::new(
        "order",
        &[
            row("Insert ticket", 1, "09 14:50:00"),
            // The same second: only the file says which came first.
            row("Resolve ticket", 1, "09 14:55:00"),
            row("Closed", 1, "09 14:55:00"),
            second(row("Insert ticket", 2, "09 14:40:00")),
            // Out of order: it cannot come before the row above it.
            second(row("Wait", 2, "09 14:30:00")),
        ],
    );
    let done = run(&["--excerpt", &log.path()]);
    assert_eq!(done.code, 0, "{}", done.out);
    assert!(done.out.contains("tickets    pending 1 · closed 1\n"), "{}", done.out);
}

#[test]
fn a_bar_is_drawn_only_where_somebody_watches() {
    assert!(run_as(&[], true, None).err.contains("[####"));
    assert!(!run_as(&[], false, None).err.contains('['));
}

#[test]
fn mistakes_in_the_arguments_are_told_with_status_2() {
    for (args, told) in [
        (vec!["--loud"], "unknown argument `--loud`"),
        (vec!["--seed"], "`--seed` needs a value"),
        (vec!["--seed", "x"], "`x` is not a seed"),
        (vec!["--strict"], "none was named"),
        (vec!["--seed", "1", "log.csv"], "not for a log"),
        (vec!["a.csv", "b.csv"], "one log at a time"),
        (vec!["--log", "italian"], "HELPDESK_DATA"),
        (vec!["--log", "martian"], "no log `martian`"),
        (vec!["no/such/file.csv"], "no/such/file.csv"),
    ] {
        let answer = run(&args);
        assert_eq!(answer.code, 2, "{args:?}");
        assert!(answer.err.contains(told), "{args:?}: {}", answer.err);
        assert!(answer.out.is_empty());
    }
    let help = run(&["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.out.contains("Usage: replay"));
}

#[test]
fn a_file_of_other_columns_is_no_log() {
    let log = Excerpt::new("columns", &["x"]);
    fs::write(log.0.join("log.csv"), "a,b\n1,2\n").unwrap();
    let answer = run(&[&log.path()]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("no log that is known here"));
}

/// With HELPDESK_DATA, the folder that holds it, the whole log.
#[test]
fn the_whole_italian_log_is_replayed_and_accounted_for() {
    let Some(data) = std::env::var_os("HELPDESK_DATA").map(PathBuf::from) else {
        println!("HELPDESK_DATA is not set: the Italian log was not replayed");
        return;
    };
    let answer = run_as(&["--log", "italian"], false, Some(data.clone()));
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
    assert_eq!(answer.count("tickets"), 4_580);
    assert_eq!(answer.count("verified"), 4_580);
    assert_eq!(answer.count("refused"), 0);
    assert_eq!((answer.count("mismatched"), answer.count("unexplained")), (0, 0));
    assert!(answer.out.contains("rows       21348 read, 0 malformed"));
    assert!(answer.out.contains("\n  0 of 80 not as documented\n"));
    assert!(answer.out.contains("reopened   161 times in 152 tickets"));
    let file = Path::new(&data).join("helpdesk_italian_finale.csv");
    let again = run(&[&file.display().to_string()]);
    assert_eq!(again.out, answer.out, "the same log gives the same bytes");
}
