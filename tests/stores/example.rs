//! The store of the example is one, and as short as the guide says.

#[allow(dead_code, unreachable_pub, reason = "the example is a program of its own")]
#[path = "../../examples/own_store.rs"]
mod own_store;

mod is_a_store {
    helpdesk::store_conformance!(sync, super::own_store::OwnStore::default);
}

#[test]
fn a_whole_store_takes_less_than_160_lines() {
    let lines = include_str!("../../examples/own_store.rs").lines().count();
    assert!(lines < 160, "{lines} lines");
    // Where the length is told, it is told of the file that is there.
    let guide = include_str!("../../src/store/scan/mod.rs");
    let guide = guide.lines().map(|line| line.trim_start_matches("//! ")).collect::<Vec<_>>();
    assert!(guide.join(" ").contains("`examples/own_store.rs`, in less than 160 lines."));
}
