//! Records, histories and scans, as the trait promises them.

use super::*;

#[test]
fn records_and_counters_come_in_the_order_asked() {
    let hand = hand();
    let (one, two) = (hand.given(1), hand.given(2));
    let keys = [two, ticket(9), one];
    let found = hand.store.load(DESK, &Wanted::records(keys)).unwrap();
    let found: Vec<Option<Key>> =
        found.records.iter().map(|record| record.as_ref().map(|found| found.key)).collect();
    assert_eq!(found, [Some(two), None, Some(one)]);
}

#[test]
fn a_history_comes_in_pages_across_commits() {
    let hand = hand();
    let key = hand.given(1);
    for (at, events) in [(1, 3), (4, 1), (5, 4)] {
        hand.committed(parts(vec![hand.write(key, at, events)]));
    }
    for limit in 1..=10 {
        let mut revisions = Vec::new();
        loop {
            let after = revisions.last().copied().unwrap_or(Revision::ZERO);
            let page = hand.store.history(key, after, limit).unwrap();
            revisions.extend(page.iter().map(|event| event.revision));
            if page.len() < limit {
                break;
            }
        }
        assert_eq!(revisions, (1..=9).map(Revision).collect::<Vec<_>>(), "by {limit}");
    }
    assert!(hand.store.history(ticket(9), Revision::ZERO, 9).unwrap().is_empty());
    assert!(hand.store.history(key, Revision(u64::MAX), 9).unwrap().is_empty());
    assert!(hand.store.history(key, Revision::ZERO, 0).unwrap().is_empty());
}

#[test]
fn a_scan_goes_commit_by_commit_with_all_that_each_wrote() {
    let hand = hand();
    hand.given(1);
    let both = vec![hand.write(ticket(1), 1, 2), hand.write(ticket(2), 0, 1)];
    let second = hand.committed(parts(both)).seq;
    hand.given(3);
    let read = |after, limit| {
        let entries = hand.store.scan(DESK, after, limit).unwrap();
        entries.iter().map(|entry| (entry.key, entry.events.len())).collect::<Vec<_>>()
    };
    let (one, two, three) = (ticket(1), ticket(2), ticket(3));
    assert_eq!(read(0, 9), [(one, 1), (one, 2), (two, 1), (three, 1)]);
    assert_eq!(read(0, 2), [(one, 1), (one, 2), (two, 1)]);
    assert_eq!(read(second - 1, 1), [(one, 2), (two, 1)]);
    assert_eq!(read(second, 9), [(three, 1)]);
    assert_eq!(read(0, 0), []);
    assert_eq!(read(u64::MAX, 9), []);
}
