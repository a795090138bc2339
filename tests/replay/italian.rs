//! The Italian log: rows to commands, statuses compared, everything accounted for.

use std::path::{Path, PathBuf};

use super::{Excerpt, README, run, whole};

const HEADER: &str = "Case ID,Activity,Resource,Complete Timestamp,Variant,Variant index,Variant,\
    seriousness,customer,product,responsible_section,seriousness_2,service_level,service_type,\
    support_section,workgroup";

/// A row of `Case 1`.
fn row(activity: &str, resource: u8, time: &str) -> String {
    let values = "Variant 1,1,Variant 1,Value 1,Value 9,Value 1,Value 1,Value 2,Value 1,Value 1,Value 1,Value 1";
    format!("Case 1,{activity},Value {resource},2012/10/{time}.000,{values}")
}

/// A ticket that two take, one after the other.
pub(crate) fn two_hands(test: &str) -> Excerpt {
    let rows = [
        row("Insert ticket", 1, "09 14:50:17"),
        row("Take in charge ticket", 1, "09 14:51:00"),
        row("Take in charge ticket", 2, "09 14:52:00"),
    ];
    Excerpt::of(test, HEADER, &rows)
}

#[test]
fn a_malformed_row_is_named_with_file_line_and_reason_and_the_rest_goes_on() {
    let log = Excerpt::of(
        "malformed",
        HEADER,
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
    let log = Excerpt::of("strict", HEADER, &rows);
    let stopped = run(&["--strict", &log.path()]);
    assert_eq!(stopped.code, 2);
    assert!(stopped.err.contains(":2: "), "{}", stopped.err);
    assert!(!stopped.err.contains(":3: "), "{}", stopped.err);
    assert!(stopped.out.is_empty(), "nothing was replayed");
}

#[test]
fn another_status_than_the_logs_is_explained_by_the_rule_that_made_it() {
    let log = Excerpt::of(
        "explained",
        HEADER,
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
    let log = Excerpt::of(
        "unexplained",
        HEADER,
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
    let log = Excerpt::of("counts", HEADER, &[row("Insert ticket", 1, "09 14:50:00")]);
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
    let log = Excerpt::of(
        "order",
        HEADER,
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
fn the_whole_log_is_replayed_and_accounted_for() {
    let Some(answer) = whole("italian") else { return };
    assert!(README.contains(answer.last_line()), "not in the README: {}", answer.last_line());
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
    assert_eq!(answer.count("tickets"), 4_580);
    assert_eq!((answer.count("verified"), answer.count("copied")), (4_580, 4_580));
    assert_eq!(answer.count("refused"), 0);
    assert_eq!((answer.count("mismatched"), answer.count("unexplained")), (0, 0));
    assert!(answer.out.contains("rows       21348 read, 0 malformed"));
    assert!(answer.out.contains("\n  0 of 80 not as documented\n"));
    assert!(answer.out.contains("reopened   161 times in 152 tickets"));
    let data = PathBuf::from(std::env::var_os("HELPDESK_DATA").unwrap());
    let file = Path::new(&data).join("helpdesk_italian_finale.csv");
    let again = run(&[&file.display().to_string()]);
    assert_eq!(again.out, answer.out, "the same log gives the same bytes");
}
