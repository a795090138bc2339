//! What a commit rests on is checked, and a refused one leaves no trace.

use super::*;

#[test]
fn create_is_not_replace() {
    let hand = hand();
    let key = hand.given(1);
    let error = hand.refused(parts(vec![hand.write(key, 0, 1)]));
    assert_stale(error, key, 0, 1);
}

#[test]
fn a_write_at_another_revision_is_stale() {
    let hand = hand();
    let key = hand.given(1);
    assert_stale(hand.refused(parts(vec![hand.write(key, 2, 1)])), key, 2, 1);
    hand.committed(parts(vec![hand.write(key, 1, 2)]));
    assert_stale(hand.refused(parts(vec![hand.write(key, 1, 1)])), key, 1, 3);
    assert_stale(hand.refused(parts(vec![hand.write(ticket(9), 1, 1)])), ticket(9), 1, 0);
}

#[test]
fn a_guard_at_another_revision_is_stale_and_one_that_holds_is_not_written() {
    let hand = hand();
    let guarded = hand.given(1);
    let guard = |revision| Guard { key: guarded, revision: Revision(revision) };
    let write = || parts(vec![hand.write(ticket(2), 0, 1)]);
    let error = hand.refused(CommitParts { guards: vec![guard(2)], ..write() });
    assert_stale(error, guarded, 2, 1);
    let nobody = Guard { key: ticket(9), revision: Revision(1) };
    let error = hand.refused(CommitParts { guards: vec![guard(1), nobody], ..write() });
    assert_stale(error, ticket(9), 1, 0);
    let receipt = hand.committed(CommitParts { guards: vec![guard(1)], ..write() });
    assert_eq!(receipt.touched.len(), 1);
    assert_eq!(hand.store.history(guarded, Revision::ZERO, 9).unwrap().len(), 1);
}

#[test]
fn one_stale_record_of_three_lets_none_of_them_in() {
    let hand = hand();
    let stale = hand.given(3);
    let writes =
        vec![hand.write(ticket(1), 0, 1), hand.write(ticket(2), 0, 1), hand.write(stale, 4, 1)];
    let all = CommitParts {
        keys: vec![KeyChange::Take(email("anna@example.com"), Key::agent(DESK, ANNA))],
        counters: vec![lift(ANNA, 1, None)],
        notices: vec![notice(ticket(1), 1)],
        receipt: command(1, 7),
        ..parts(writes)
    };
    assert_stale(hand.refused(all), stale, 4, 1);
    assert!(hand.claim(monday(), monday() + hours(1), 9).is_empty());
    assert!(hand.numbers(Filter::All, None, 9) == [1]);
}

#[test]
fn a_key_that_another_record_has_is_taken() {
    let hand = hand();
    let (anna, ben) = (Key::agent(DESK, ANNA), Key::agent(DESK, BEN));
    let take = |owner| KeyChange::Take(email("desk@example.com"), owner);
    hand.committed(CommitParts { keys: vec![take(anna)], ..parts(vec![hand.write(anna, 0, 1)]) });
    let error =
        hand.refused(CommitParts { keys: vec![take(ben)], ..parts(vec![hand.write(ben, 0, 1)]) });
    let CommitError::KeyTaken { key, owner } = error else { panic!("{error}") };
    assert_eq!((key, owner), (email("desk@example.com"), anna));
    // Who has it may take it again.
    hand.committed(CommitParts { keys: vec![take(anna)], ..parts(vec![hand.write(anna, 1, 1)]) });
    assert_eq!(hand.store.resolve(DESK, &[email("desk@example.com")]).unwrap(), [Some(anna)]);
}

#[test]
fn releases_count_before_takings_in_whatever_order_they_stand() {
    for swapped in [false, true] {
        let hand = hand();
        let (anna, ben) = (Key::agent(DESK, ANNA), Key::agent(DESK, BEN));
        let mail = email("desk@example.com");
        let take = KeyChange::Take(mail.clone(), anna);
        hand.committed(CommitParts { keys: vec![take], ..parts(vec![hand.write(anna, 0, 1)]) });
        let mut keys =
            vec![KeyChange::Release(mail.clone(), anna), KeyChange::Take(mail.clone(), ben)];
        if swapped {
            keys.reverse();
        }
        let writes = vec![hand.write(anna, 1, 1), hand.write(ben, 0, 1)];
        hand.committed(CommitParts { keys, ..parts(writes) });
        assert_eq!(hand.store.resolve(DESK, &[mail]).unwrap(), [Some(ben)]);
    }
}

#[test]
fn two_records_cannot_take_one_key_in_one_commit() {
    let hand = hand();
    let (anna, ben) = (Key::agent(DESK, ANNA), Key::agent(DESK, BEN));
    let take = |owner| KeyChange::Take(email("desk@example.com"), owner);
    let writes = vec![hand.write(anna, 0, 1), hand.write(ben, 0, 1)];
    let both = CommitParts { keys: vec![take(anna), take(ben)], ..parts(writes) };
    assert!(matches!(hand.refused(both), CommitError::KeyTaken { .. }));
}

#[test]
fn nobody_releases_what_another_record_has() {
    let hand = hand();
    let (anna, ben) = (Key::agent(DESK, ANNA), Key::agent(DESK, BEN));
    let mail = email("desk@example.com");
    let take = KeyChange::Take(mail.clone(), anna);
    hand.committed(CommitParts { keys: vec![take], ..parts(vec![hand.write(anna, 0, 1)]) });
    let theft = vec![KeyChange::Release(mail.clone(), ben), KeyChange::Take(mail.clone(), ben)];
    let theft = CommitParts { keys: theft, ..parts(vec![hand.write(ben, 0, 1)]) };
    assert!(matches!(hand.refused(theft), CommitError::KeyTaken { .. }));
    let release = vec![KeyChange::Release(mail.clone(), ben)];
    hand.committed(CommitParts { keys: release, ..parts(vec![hand.write(ben, 0, 1)]) });
    assert_eq!(hand.store.resolve(DESK, &[mail]).unwrap(), [Some(anna)]);
}

#[test]
fn a_counter_reaches_its_ceiling_and_goes_no_higher() {
    let hand = hand();
    let lifted = |n: u128, change| CommitParts {
        counters: vec![change],
        ..parts(vec![hand.write(ticket(n), 0, 1)])
    };
    hand.committed(lifted(1, lift(ANNA, 1, Some(2))));
    hand.committed(lifted(2, lift(ANNA, 1, Some(2))));
    let error = hand.refused(lifted(3, lift(ANNA, 1, Some(2))));
    let CommitError::Over { counter, value, ceiling } = error else { panic!("{error}") };
    assert_eq!((counter, value, ceiling), (Counter::Load(ANNA), 2, 2));
    // Without a ceiling it may rise, and from above a ceiling it may fall.
    hand.committed(lifted(3, lift(ANNA, 2, None)));
    hand.committed(lifted(4, lift(ANNA, -1, Some(0))));
    let value = hand.store.load(DESK, &Wanted::counters([ANNA, BEN].map(Counter::Load)));
    assert_eq!(value.unwrap().counters, [3, 0]);
}

#[test]
fn changes_of_one_counter_in_one_commit_count_together() {
    let hand = hand();
    let change = lift(ANNA, 1, Some(1));
    let both = CommitParts {
        counters: vec![change.clone(), change],
        ..parts(vec![hand.write(ticket(1), 0, 1)])
    };
    assert!(matches!(hand.refused(both), CommitError::Over { .. }));
}

#[test]
fn a_command_id_comes_once_and_is_answered_with_the_first_receipt() {
    let hand = hand();
    let first = CommitParts { receipt: command(1, 7), ..parts(vec![hand.write(ticket(1), 0, 2)]) };
    let receipt = hand.committed(first);
    assert_eq!(receipt.command, Some(CommandId::from_u128(1)));
    assert_eq!(receipt.touched[0].number, Some(TicketNumber(1)));
    assert_eq!((receipt.touched[0].from, receipt.touched[0].to), (Revision::ZERO, Revision(2)));
    let again = CommitParts { receipt: command(1, 8), ..parts(vec![hand.write(ticket(2), 0, 1)]) };
    let CommitError::Seen(seen) = hand.refused(again) else { panic!("not seen") };
    assert_eq!(*seen, receipt);
    let found = hand.store.receipt(DESK, CommandId::from_u128(1)).unwrap();
    assert_eq!(found, Some(receipt));
    assert_eq!(hand.store.receipt(DESK, CommandId::from_u128(2)).unwrap(), None);
}

#[test]
fn checks_come_in_the_order_that_the_trait_states() {
    let hand = hand();
    let (anna, ben) = (Key::agent(DESK, ANNA), Key::agent(DESK, BEN));
    let take = |owner| KeyChange::Take(email("desk@example.com"), owner);
    hand.committed(CommitParts {
        keys: vec![take(anna)],
        receipt: command(1, 0),
        ..parts(vec![hand.write(anna, 0, 1)])
    });
    let mut wrong = CommitParts {
        keys: vec![take(ben)],
        counters: vec![lift(ANNA, 1, Some(0))],
        guards: vec![Guard { key: anna, revision: Revision(5) }],
        receipt: command(1, 0),
        ..parts(vec![hand.write(ben, 0, 1)])
    };
    assert!(matches!(hand.refused(wrong.clone()), CommitError::Seen(_)));
    wrong.receipt = command(2, 0);
    assert!(matches!(hand.refused(wrong.clone()), CommitError::Stale { .. }));
    wrong.guards.clear();
    assert!(matches!(hand.refused(wrong.clone()), CommitError::KeyTaken { .. }));
    wrong.keys.clear();
    assert!(matches!(hand.refused(wrong), CommitError::Over { .. }));
}

#[test]
fn places_and_numbers_increase_by_desk() {
    let hand = hand();
    let elsewhere = Key::ticket(ELSEWHERE, ticket_id(1));
    let open = |key| hand.committed(parts(vec![hand.write(key, 0, 1)]));
    let receipts = [open(ticket(1)), open(elsewhere), open(ticket(2)), open(ticket(3))];
    let number = |receipt: &Receipt| receipt.touched[0].number.unwrap().0;
    assert_eq!(receipts.iter().map(number).collect::<Vec<_>>(), [1, 1, 2, 3]);
    assert!(receipts[0].seq < receipts[2].seq && receipts[2].seq < receipts[3].seq);
    let owner = |desk, n| hand.store.resolve(desk, &[UniqueKey::Number(TicketNumber(n))]);
    assert_eq!(owner(DESK, 2).unwrap(), [Some(ticket(2))]);
    assert_eq!(owner(ELSEWHERE, 1).unwrap(), [Some(elsewhere)]);
    assert_eq!(owner(ELSEWHERE, 2).unwrap(), [None]);
}
