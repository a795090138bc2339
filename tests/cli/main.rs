//! The help desk on the command line does what it says: a small desk's day, answers for programs,
//! the exit code of each mistake, and several processes on one file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

#[path = "../../examples/cli_sqlite/main.rs"]
#[allow(dead_code, reason = "tests call what `main` calls")]
mod cli;

mod answers;
mod day;
mod mistakes;
mod together;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

/// What a run answered.
struct Answer {
    code: u8,
    out: String,
    err: String,
}

impl Answer {
    /// The one document that it printed.
    fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        assert_eq!(self.out.lines().count(), 1, "{}", self.out);
        serde_json::from_str(&self.out).unwrap()
    }

    fn told(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.out
    }
}

/// A folder of a test's own, with a desk of two agents in it; gone when it is dropped.
struct Office(PathBuf);

impl Office {
    fn empty() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("helpdesk-cli-{}-{next}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn new() -> Self {
        let office = Self::empty();
        office.at("09:00", &["init", "--agent", "anna,ben"]).told();
        office
    }

    fn file(&self) -> PathBuf {
        self.0.join("desk.db")
    }

    /// One process: on a Monday, at this time in UTC.
    fn at(&self, time: &str, args: &[&str]) -> Answer {
        let now = format!("2026-03-02T{time}:00Z");
        self.run([args, &["--now", &now]].concat().as_slice())
    }

    fn run(&self, args: &[&str]) -> Answer {
        let args = args.iter().map(OsString::from);
        let (program, file) = ("cli_sqlite".into(), ["--file".into(), self.file().into()]);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let line = std::iter::once(program).chain(args).chain(file);
        let code = cli::run(line, &mut out, &mut err);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Answer { code, out: text(out), err: text(err) }
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const MARIA: &str = "customer:maria@example.com";
const ANNA: &str = "agent:anna";
const BEN: &str = "agent:ben";
