//! How SQLite carries out the statements of the store.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rusqlite::Connection;

thread_local! {
    static NOTED: RefCell<Option<BTreeMap<String, Vec<String>>>> = const { RefCell::new(None) };
}

/// A statement of the store, and how SQLite carries it out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The statement.
    pub statement: String,
    /// What `EXPLAIN QUERY PLAN` says of it, step by step.
    pub steps: Vec<String>,
}

/// Notes how SQLite carries out all that stores are asked on this thread meanwhile: each statement
/// once, in the order of their texts. For tests, of a host's own build of SQLite, too, that no table is
/// read whole.
///
/// ```
/// # use helpdesk::{Desk, DeskId, Settings};
/// # use helpdesk::store::sqlite::{self, Options, SqliteStore};
/// # let name = format!("helpdesk-plans-{}.db", std::process::id());
/// # let path = std::env::temp_dir().join(name);
/// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// # SqliteStore::migrate(&path, &Options::default())?;
/// # let store = SqliteStore::open(&path, Options::default())?;
/// let desk = Desk::create(store, DeskId::from_u128(1), Settings::default(), now)?;
/// let plans = sqlite::plans(|| assert_eq!(desk.next_wake(now).unwrap(), None));
/// for plan in &plans {
///     assert!(!plan.steps.iter().any(|step| step.starts_with("SCAN")), "{plan:?}");
/// }
/// # assert!(!plans.is_empty());
/// # drop(desk);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plans(ask: impl FnOnce()) -> Vec<Plan> {
    /// What was noted before, put back also where `ask` panics.
    struct Before(Option<BTreeMap<String, Vec<String>>>);
    impl Drop for Before {
        fn drop(&mut self) {
            NOTED.set(self.0.take());
        }
    }
    let _before = Before(NOTED.replace(Some(BTreeMap::new())));
    ask();
    let noted = NOTED.take().unwrap_or_default();
    noted.into_iter().map(|(statement, steps)| Plan { statement, steps }).collect()
}

/// Notes how a statement is carried out, where somebody asked for that.
pub(super) fn note(connection: &Connection, text: &str) {
    let wanted = NOTED.with_borrow(|noted| noted.as_ref().is_some_and(|it| !it.contains_key(text)));
    // What cannot be prepared is the statement's own failure.
    if wanted && let Ok(steps) = steps(connection, text) {
        NOTED.with_borrow_mut(|noted| noted.as_mut().map(|it| it.insert(text.to_owned(), steps)));
    }
}

fn steps(connection: &Connection, text: &str) -> rusqlite::Result<Vec<String>> {
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}"))?;
    let mut rows = plan.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        steps.push(row.get(3)?);
    }
    Ok(steps)
}
