//! Listings: every filter, page by page.

use super::*;
use StatusCategory::{Closed, New, Open, Resolved};

/// Tickets 1 to 9 of Maria's and Otto's, in several states.
fn shelves() -> Hand {
    let hand = hand();
    let support = Some("support".into());
    let rows = [
        (New, None, None, MARIA),
        (New, support.clone(), None, MARIA),
        (Open, support.clone(), Some(ANNA), OTTO),
        (Open, None, Some(ANNA), OTTO),
        (Open, support.clone(), Some(BEN), MARIA),
        (Resolved, support.clone(), Some(ANNA), OTTO),
        (Resolved, support.clone(), None, MARIA),
        (Closed, support, Some(ANNA), OTTO),
        (New, None, None, OTTO),
    ];
    for (n, (category, department, assignee, contact)) in (1..).zip(rows) {
        let requester = Requester::Contact(contact);
        let columns = Columns::Ticket(TicketColumns { category, department, assignee, requester });
        let write = Write { columns, ..hand.write(ticket(n), 0, 1) };
        hand.committed(parts(vec![write]));
    }
    hand
}

/// No numbers at all.
const NONE: [u64; 0] = [];

#[test]
fn every_filter_finds_what_it_says_and_nothing_else() {
    let hand = shelves();
    let find = |filter| hand.numbers(filter, None, 99);
    assert_eq!(find(Filter::All), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(find(Filter::Category(New)), [1, 2, 9]);
    assert_eq!(find(Filter::Category(Open)), [3, 4, 5]);
    assert_eq!(find(Filter::Category(Resolved)), [6, 7]);
    assert_eq!(find(Filter::Category(Closed)), [8]);
    assert_eq!(find(Filter::Category(StatusCategory::OnHold)), NONE);
    assert_eq!(find(Filter::Requester(Requester::Contact(MARIA))), [1, 2, 5, 7]);
    assert_eq!(find(Filter::Requester(Requester::Agent(ANNA))), NONE);
    assert_eq!(find(Filter::Owner(ANNA)), [3, 4], "unfinished work only");
    assert_eq!(find(Filter::Queue(None)), [1, 9]);
    assert_eq!(find(Filter::Queue(Some("support".into()))), [2], "unfinished work only");
    assert_eq!(find(Filter::Queue(Some("billing".into()))), NONE);
}

#[test]
fn pages_join_to_the_whole_whatever_their_size() {
    let hand = shelves();
    for limit in 1..=10 {
        let mut all = Vec::new();
        loop {
            let page = hand.numbers(Filter::All, all.last().copied(), limit);
            all.extend(&page);
            if page.len() < limit {
                break;
            }
        }
        assert_eq!(all, (1..=9).collect::<Vec<_>>(), "by {limit}");
    }
    assert_eq!(hand.numbers(Filter::All, None, 0), NONE);
    assert_eq!(hand.numbers(Filter::All, Some(u64::MAX), 9), NONE, "after the last number");
}

#[test]
fn a_ticket_leaves_the_shelves_that_it_no_longer_stands_on() {
    let hand = shelves();
    let closed = Write { columns: columns(Closed), ..hand.write(ticket(3), 1, 1) };
    hand.committed(parts(vec![closed]));
    assert_eq!(hand.numbers(Filter::Category(Open), None, 9), [4, 5]);
    assert_eq!(hand.numbers(Filter::Owner(ANNA), None, 9), [4]);
    assert_eq!(hand.numbers(Filter::Category(Closed), None, 9), [3, 8]);
    assert_eq!(hand.numbers(Filter::All, None, 99).len(), 9);
}

#[test]
fn what_is_found_is_the_record_as_last_committed() {
    let hand = hand();
    let key = hand.given(1);
    hand.committed(parts(vec![hand.write(key, 1, 4)]));
    let query = Query { desk: DESK, filter: Filter::All, after: None, limit: 9 };
    let found: Vec<Record> = hand.store.find(&query).unwrap();
    assert_eq!(found[0].revision, Revision(5));
    let loaded = hand.store.load(DESK, &Wanted::records([key])).unwrap();
    assert_eq!(Some(&found[0]), loaded.records[0].as_ref());
}
