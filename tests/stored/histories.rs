//! Random histories, lived on texts and in memory: nobody can tell which is which.

use helpdesk::conformance::history::{DESK, History};
use helpdesk::store::{Inline, codec};

use crate::alike::{Lived, May, STEPS, at_once};
use crate::texts::TextStore;

/// How many histories; `HELPDESK_HISTORIES` says another number.
const HISTORIES: u64 = 200;

/// Plays a history on both, and compares all that they say.
async fn play(seed: u64) -> usize {
    let text = TextStore::default();
    let may = May { mix_tickets: true, ..May::default() };
    let history = History::drawn(seed, STEPS);
    let lived = Lived::live(Inline(text.clone()), may, DESK, &history).await;
    lived.same_records().await;
    lived.same_rest().await;
    lived.same_leases().await;
    // What is a key in a column is one way to write it, and read.
    let tables = text.tables();
    for (_, counter) in tables.counters.keys() {
        assert_eq!(codec::counter_text(&codec::parse_counter(counter).unwrap()), *counter);
    }
    for (_, key) in tables.keys.keys() {
        assert_eq!(codec::unique_key_text(&codec::parse_unique_key(key).unwrap()), *key);
    }
    tables.events.len()
}

#[test]
fn a_desk_on_texts_is_a_desk_in_memory() {
    let wish = std::env::var("HELPDESK_HISTORIES").ok().map(|n| n.parse().expect("a number"));
    let histories = wish.map_or(HISTORIES, |wish: u64| wish.min(HISTORIES));
    let events: usize = (0..histories).map(|seed| at_once(play(seed))).sum();
    assert!(events as u64 > histories * 10, "{events} events are no life");
}
