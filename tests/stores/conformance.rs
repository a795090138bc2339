//! The store in memory keeps every law, on each road that leads to it.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use helpdesk::conformance::{LAWS, check, laws, on_the_spot, run_all, run_all_async};
use helpdesk::store::{Inline, MemoryStore, Offload};

/// On a runtime of several threads, as most hosts have.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

mod in_memory {
    use super::*;

    helpdesk::store_conformance!(sync, MemoryStore::new);
}

mod in_memory_at_run_time {
    use super::*;
    use helpdesk::store::Store;

    helpdesk::store_conformance!(sync, || {
        let store: Arc<dyn Store + Send + Sync> = Arc::new(MemoryStore::new());
        store
    });
}

mod inline {
    use super::*;

    helpdesk::store_conformance!(async, on_the_spot, || async { Inline(MemoryStore::new()) });
}

mod offloaded {
    use super::*;

    // With a guard, for the sake of the example.
    helpdesk::store_conformance!(async, block_on, || async {
        (Offload::new(MemoryStore::new()), "a guard")
    });
}

#[test]
fn the_macro_makes_a_test_of_every_law() {
    // The tests of this module, as the harness lists them.
    let listed = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--list", "--format", "terse"])
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for road in ["in_memory", "in_memory_at_run_time", "inline", "offloaded"] {
        let names: BTreeSet<&str> = listed
            .lines()
            .filter_map(|line| {
                line.strip_prefix("conformance::")?
                    .strip_prefix(road)?
                    .strip_prefix("::")?
                    .strip_suffix(": test")
            })
            .collect();
        assert_eq!(names, LAWS.iter().map(|law| law.name()).collect(), "{road}");
    }
}

#[test]
fn a_law_has_one_name_and_a_sentence() {
    let names: BTreeSet<&str> = LAWS.iter().map(|law| law.name()).collect();
    assert_eq!(names.len(), LAWS.len());
    for law in LAWS {
        let demands = law.demands();
        assert!(demands.len() > 30 && demands.ends_with('.'), "{law}: {demands}");
        assert!(!demands.contains("  "), "{law}: {demands}");
    }
}

#[test]
fn a_report_has_a_line_for_every_law() {
    let report = run_all(MemoryStore::new);
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.held().count(), LAWS.len());
    let text = report.to_string();
    assert_eq!(text.lines().filter(|line| line.starts_with("holds ")).count(), LAWS.len());
    assert!(text.ends_with(&format!("{} laws, 0 broken", LAWS.len())), "{text}");

    // What cannot leave its thread is held against the laws as what is awaited.
    let report = on_the_spot(run_all_async(async || Inline(Rc::new(MemoryStore::new()))));
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_store_that_panics_breaks_one_law_and_the_others_are_tried() {
    let made = AtomicUsize::new(0);
    let report = run_all(|| {
        // The third case finds no database.
        assert!(made.fetch_add(1, Ordering::Relaxed) != 2, "connection refused");
        MemoryStore::new()
    });
    let broken: Vec<_> = report.violations().collect();
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0].law().name(), LAWS[2].name());
    assert_eq!(broken[0].found(), "it panicked: connection refused");
    let text = report.to_string();
    assert!(text.contains(&format!("BROKEN  load      {}", LAWS[2].name())), "{text}");
    assert!(text.ends_with(&format!("{} laws, 1 broken", LAWS.len())), "{text}");
}

#[test]
fn a_guard_is_dropped_after_its_store() {
    struct Tells(&'static str, Rc<std::cell::RefCell<Vec<&'static str>>>);
    impl Drop for Tells {
        fn drop(&mut self) {
            self.1.borrow_mut().push(self.0);
        }
    }
    let told = Rc::new(std::cell::RefCell::new(Vec::new()));
    let last = Arc::new(MemoryStore::new());
    let held = Arc::downgrade(&last);
    let guard = (Tells("guard", told.clone()), held.clone());
    check(laws::an_empty_store_has_nothing(), move || (last, guard)).unwrap();
    assert_eq!(*told.borrow(), ["guard"]);
    assert_eq!(held.strong_count(), 0);
}
