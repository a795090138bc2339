//! The source keeps its own laws: a pure core, and imports that point one way.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules from the ground up. A file may import from its own rank and from those below.
const RANKS: [&[&str]; 13] = [
    &["ids", "identity", "time", "digest", "value", "personal", "problem", "subject"],
    &["condition"],
    &["people"],
    &["cause", "workflow", "channel"],
    &["matching"],
    &["sla"],
    &["rules"],
    &["settings"],
    &["ticket"],
    &["record"],
    &["decide"],
    &["store", "presence"],
    &["desk"],
];

/// What hosts run against their desks sees what hosts see: the crate's front, and nothing of
/// the rules that it is to check.
const OUTSIDE: &str = "conformance";

/// Modules that are on the crate's front themselves.
const FRONT: [&str; 6] = ["condition", "matching", "presence", "rules", "sla", "store"];

/// What the core may not name: clocks, chance, files, network, threads, the machine.
const IMPURE: [&str; 16] = [
    "SystemTime",
    "std::time",
    "Utc::now",
    "Local",
    "now_v7",
    "new_v4",
    "thread_rng",
    "RandomState",
    "std::fs",
    "std::net",
    "std::thread",
    "std::env",
    "std::process",
    "std::io",
    "tokio::",
    "async fn",
];

/// Where the shell may name what the core may not: a desk awaits, and one adapter is for a
/// runtime by name. The suite awaits, too, and races threads; clocks it has none.
const SHELL: [(&str, &str); 8] = [
    ("src/desk/", "async fn"),
    ("src/store/adapters.rs", "tokio::"),
    ("src/store/postgres/", "async fn"),
    ("src/store/postgres/connection.rs", "tokio::"),
    ("src/conformance/", "async fn"),
    ("src/conformance/hand.rs", "std::thread"),
    ("src/conformance/poll.rs", "std::thread"),
    ("src/conformance/presence.rs", "std::thread"),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    assert!(found.len() > 20, "the walk found the sources");
    found
}

/// The module of `src/` that a file belongs to.
fn module(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// A file's lines of code: no comments, and nothing after its tests begin.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .map(|line| line.split("//").next().unwrap_or(""))
}

#[test]
fn imports_point_down_one_list() {
    let rank: BTreeMap<&str, usize> = RANKS
        .iter()
        .enumerate()
        .flat_map(|(rank, modules)| modules.iter().map(move |module| (*module, rank)))
        .collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let from = module(&path);
        if from == "lib" {
            continue;
        }
        if from == OUTSIDE {
            let inside = code(&text).find(|line| {
                let mut hidden = rank.keys().filter(|module| !FRONT.contains(module));
                hidden.any(|module| line.contains(&format!("crate::{module}::")))
            });
            wrong.extend(inside.map(|line| format!("{}: {line}", path.display())));
            continue;
        }
        let own = *rank.get(&*from).unwrap_or_else(|| panic!("`{from}` has no rank"));
        for line in code(&text) {
            for part in line.split("crate::").skip(1) {
                let to = part.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                match rank.get(to) {
                    Some(rank) if *rank <= own => {}
                    Some(_) => wrong.push(format!("{}: {from} imports {to}", path.display())),
                    None => wrong.push(format!("{}: imports `{to}`", path.display())),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports point up:\n{}", wrong.join("\n"));
}

#[test]
fn the_core_names_no_clock_no_chance_no_machine() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (number, line) in code(&text).enumerate() {
            let named = IMPURE.iter().filter(|word| line.contains(**word));
            let shell = |word: &str| {
                SHELL
                    .iter()
                    .any(|(place, it)| *it == word && path.to_str().unwrap().contains(place))
            };
            for word in named.filter(|word| !shell(word)) {
                wrong.push(format!("{}:{}: {word}", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "the core is not pure:\n{}", wrong.join("\n"));
}

#[test]
fn every_file_says_its_duty_first_and_is_short() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{} says no duty", path.display());
        let lines = code(&text).count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
    }
}

#[test]
fn the_readme_has_the_quickstart_word_for_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let quickstart = fs::read_to_string(root.join("examples/quickstart.rs")).unwrap();
    let body = quickstart.split_once("\n\n").unwrap().1;
    assert!(readme.contains(body), "README.md differs from examples/quickstart.rs");
    assert!(quickstart.lines().count() < 60);
}
