//! Asking a condition takes nothing from the heap.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use std::alloc::System;

use helpdesk::matching::Place;
use helpdesk::{Condition, Scene};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use support::{ANNA, MARIA, TICKET, TestDesk, customer, draft, request};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn asking_a_condition_takes_nothing_from_the_heap() {
    let desk = TestDesk::new();
    desk.ok(&customer(MARIA), request(TICKET).subject("Der Drucker in der HAUPTSTRASSE, Ä"));
    let ticket = desk.desk.ticket(TICKET).unwrap().unwrap();
    let text = format!(
        "status in (new, open) and status_category = new and priority <= high and notes < 3 \
         and requester = contact:{MARIA} and assignee != agent:{ANNA} and channel = email \
         and opened_at older than PT0S and not tags contains vip and not followers contains me \
         and subject contains \"hauptstraße\" or subject contains \"hauptstrasse, ä\" \
         and not subject = x"
    );
    let condition: Condition = text.parse().unwrap();
    let lexicon = draft().build().unwrap().lexicon();
    let matcher = condition.check(&lexicon, Place::View).unwrap().for_agent(ANNA);
    let scene = Scene::of(&ticket, desk.now());

    let region = Region::new(HEAP);
    let matches = matcher.matches(&scene);
    let change = region.change();
    assert!(matches);
    assert_eq!((change.allocations, change.reallocations), (0, 0), "{change:?}");
}
