//! The replay example does what it says: one seed, one day; a log replayed, its rows accounted for.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

#[path = "../../examples/replay/main.rs"]
#[allow(dead_code, reason = "tests call what `main` calls")]
mod replay;

mod italian;
mod mendeley;
mod rules;
mod servicenow;
mod sla;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

/// What the README says that runs say last.
const README: &str = include_str!("../../README.md");

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

/// With HELPDESK_DATA, the folder that holds it, a whole log.
fn whole(log: &str) -> Option<Answer> {
    whole_with(log, &[])
}

/// The same with other arguments beside it.
fn whole_with(log: &str, more: &[&str]) -> Option<Answer> {
    let Some(data) = std::env::var_os("HELPDESK_DATA").map(PathBuf::from) else {
        println!("HELPDESK_DATA is not set: the log `{log}` was not replayed");
        return None;
    };
    Some(run_as(&[&["--log", log], more].concat(), false, Some(data)))
}

/// Files of a log, in a folder of the test's own.
struct Excerpt {
    folder: PathBuf,
    /// The file that is replayed.
    name: &'static str,
}

impl Excerpt {
    fn new(test: &str, name: &'static str) -> Self {
        let folder = std::env::temp_dir().join(format!("helpdesk-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self { folder, name }
    }

    /// A log of these rows under this header.
    fn of(test: &str, header: &str, rows: &[impl AsRef<[u8]>]) -> Self {
        let excerpt = Self::new(test, "log.csv");
        excerpt.put("log.csv", header, rows);
        excerpt
    }

    /// Writes one of the files.
    fn put(&self, name: &str, header: &str, rows: &[impl AsRef<[u8]>]) {
        let mut bytes = format!("{header}\n").into_bytes();
        for row in rows {
            bytes.extend_from_slice(row.as_ref());
            bytes.push(b'\n');
        }
        fs::write(self.folder.join(name), bytes).unwrap();
    }

    fn path(&self) -> String {
        self.folder.join(self.name).display().to_string()
    }
}

impl Drop for Excerpt {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
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
        assert_eq!((day.count("verified"), day.count("copied")), (578, 578));
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
    assert!(README.contains(day.last_line()), "not in the README: {}", day.last_line());
    let agreed = [
        "tickets",
        "events",
        "accepted",
        "refused",
        "mismatched",
        "unexplained",
        "verified",
        "copied",
    ];
    assert_eq!(names, agreed);
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
        (vec!["--sla"], "`--sla` needs a value"),
        (vec!["--sla", "a.json", "--sla", "b.json"], "one `--sla` at a time"),
        (vec!["--rules"], "`--rules` needs a value"),
        (vec!["--rules", "a.json", "--rules", "b.json"], "one `--rules` at a time"),
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
    let log = Excerpt::of("columns", "a,b", &["1,2"]);
    let answer = run(&[&log.path()]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("no log that is known here"));
}
