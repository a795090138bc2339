//! Who leaves what follows a ticket up, where the merge is undone by which they followed that.

use super::*;

/// Two tickets of Maria's that are one, closed long ago; Otto follows the survivor because he
/// followed the other. What follows is what his late words opened.
fn followed_up() -> (TestDesk, TicketId) {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    follow(&desk, SECOND);
    merge(&desk, SECOND, TICKET);
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(days(31));
    let new = opened(&desk, TICKET);
    assert_eq!(desk.ticket(new).followers(), [OTTOS]);
    (desk, new)
}

const OTTOS: Follower = Follower::Contact(OTTO);

fn follow(desk: &TestDesk, ticket: TicketId) {
    desk.ok(&agent(ANNA), Edit { follow: [OTTOS].into(), ..Edit::new(ticket) });
}

/// What Otto's late words open.
fn opened(desk: &TestDesk, ticket: TicketId) -> TicketId {
    desk.ok(&customer(OTTO), Reply::new(ticket, "Again!")).opened().next().unwrap().id()
}

/// The tickets that Otto follows.
fn followed(desk: &TestDesk) -> Vec<TicketId> {
    let mut followed: Vec<TicketId> = Vec::new();
    let every = helpdesk::matching::Listing::every().sorted("number").unwrap().page(99);
    for row in desk.desk.find(&Actor::Host, desk.now(), &every).unwrap().rows {
        let head = desk.ticket(row.id());
        followed.extend(head.followers().contains(&OTTOS).then_some(head.id()));
    }
    followed
}

#[test]
fn who_followed_by_the_merge_follows_no_more_what_their_late_words_opened() {
    let (desk, new) = followed_up();
    desk.ok(&agent(ANNA), close(new));
    desk.pass(days(31));
    let newer = opened(&desk, new);
    assert_eq!(desk.ticket(newer).follows(), Some(new));
    assert_eq!(followed(&desk), [TICKET, SECOND, new, newer]);
    let outcome = undo(&desk, SECOND);
    assert_eq!(followed(&desk), [SECOND], "which he followed all along");
    for ticket in [new, newer] {
        let refused = desk.desk.sight(&customer(OTTO), desk.now(), ticket).unwrap_err();
        assert_eq!(refused.refusal(), Some(&Refusal::NotFound { ticket }));
        let left = Step::FollowersLeft { ticket, followers: vec![OTTOS] };
        assert!(outcome.trace.contains(&left));
        let last = desk.history(ticket).pop().unwrap();
        let left = FollowersLeft {
            ticket: SECOND,
            followers: vec![OTTOS],
            follow_still: Vec::new(),
            left_before: Vec::new(),
        };
        assert_eq!(last.ticket_change(), Some(&TicketChange::FollowersLeft(left)));
    }
}

#[test]
fn who_follows_by_themselves_too_follows_on() {
    // The survivor, before they wrote; what they opened, by hand since.
    for (before, since) in [(true, false), (false, true)] {
        let (desk, new) = if before {
            let desk = TestDesk::new();
            desk.given_request();
            another(&desk, SECOND);
            follow(&desk, SECOND);
            merge(&desk, SECOND, TICKET);
            follow(&desk, TICKET);
            desk.ok(&agent(ANNA), close(TICKET));
            desk.pass(days(31));
            let new = opened(&desk, TICKET);
            (desk, new)
        } else {
            followed_up()
        };
        if since {
            follow(&desk, new);
        }
        undo(&desk, SECOND);
        assert!(desk.ticket(new).followers().contains(&OTTOS));
    }
}

#[test]
fn by_whichever_of_several_merges_they_follow_until_all_are_undone() {
    let desk = TestDesk::new();
    desk.given_request();
    for id in [SECOND, THIRD] {
        another(&desk, id);
        follow(&desk, id);
        merge(&desk, id, TICKET);
    }
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(days(31));
    let new = opened(&desk, TICKET);
    // Another ticket brings him there, too.
    let fourth = ticket_id(0x74);
    another(&desk, fourth);
    follow(&desk, fourth);
    merge(&desk, fourth, new);
    for (ticket, follows) in [(SECOND, true), (THIRD, true), (fourth, false)] {
        undo(&desk, ticket);
        assert_eq!(desk.ticket(new).followers().contains(&OTTOS), follows, "{ticket}");
    }
}

#[test]
fn who_leaves_a_follow_up_leaves_what_that_was_merged_into() {
    // Another of Maria's, or the ticket that it follows up.
    for back in [false, true] {
        let (desk, new) = followed_up();
        let into = if back {
            desk.ok(&agent(ANNA), reopen(TICKET));
            TICKET
        } else {
            another(&desk, THIRD);
            THIRD
        };
        merge(&desk, new, into);
        assert!(desk.ticket(into).followers().contains(&OTTOS));
        undo(&desk, SECOND);
        assert_eq!(followed(&desk), [SECOND]);
    }
}

#[test]
fn whoever_has_unfollowed_the_survivor_leaves_what_they_opened_all_the_same() {
    let (desk, new) = followed_up();
    desk.ok(&customer(OTTO), Edit { unfollow: [OTTOS].into(), ..Edit::new(TICKET) });
    assert_eq!(followed(&desk), [SECOND, new]);
    undo(&desk, SECOND);
    assert_eq!(followed(&desk), [SECOND]);
}

/// The records of tickets that are read to decide on the end of the second ticket's merge.
fn read_to_undo(desk: &TestDesk, actor: &Actor) -> Vec<TicketId> {
    let call = desk.context(actor).call(Command::UndoMerge(UndoMerge { ticket: SECOND }));
    let (mut loaded, mut read) = (Loaded::default(), Vec::new());
    loop {
        let missing = needs(desk.desk.id(), &call, &loaded);
        if missing.is_empty() {
            return read;
        }
        for key in missing.records {
            loaded.add_record(key, desk.desk.record(key).unwrap());
            read.extend(key.as_ticket());
        }
        for counter in missing.counters {
            loaded.add_counter(counter, 0);
        }
    }
}

#[test]
fn for_whoever_may_not_undo_the_merge_nothing_is_read_of_what_followed() {
    let (desk, new) = followed_up();
    // A stranger, who asked, and who opened it.
    for contact in [ContactId::from_u128(0xC9), MARIA, OTTO] {
        assert_eq!(read_to_undo(&desk, &customer(contact)), [SECOND, TICKET]);
    }
    assert_eq!(read_to_undo(&desk, &agent(ANNA)), [SECOND, TICKET, new]);
}

#[test]
fn of_follow_ups_that_nobody_follows_by_a_merge_none_is_read() {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    merge(&desk, SECOND, TICKET);
    let mut last = TICKET;
    for number in 0..400 {
        desk.ok(&agent(ANNA), close(last));
        let next = ticket_id(0x1000 + number);
        desk.ok(&customer(MARIA), FollowUp::new(last, next, "Again!"));
        last = next;
    }
    assert_eq!(read_to_undo(&desk, &agent(ANNA)), [SECOND, TICKET]);
    undo(&desk, SECOND);
    assert_eq!(desk.ticket(SECOND).merged_into(), None);
}

#[test]
fn however_many_follow_ups_they_came_to_follow_they_leave_them_all() {
    let (desk, mut last) = followed_up();
    for _ in 0..250 {
        desk.ok(&agent(ANNA), close(last));
        desk.pass(days(31));
        last = opened(&desk, last);
    }
    assert_eq!(desk.ticket(last).followers(), [OTTOS]);
    undo(&desk, SECOND);
    assert_eq!(desk.ticket(last).followers(), []);
}

/// Another id of Otto's.
const OTHER: ContactId = ContactId::from_u128(0xCC);

#[test]
fn who_opened_it_under_another_id_reads_it_no_more_either() {
    let (desk, new) = followed_up();
    desk.ok(&agent(ANNA), MergeContacts { contact: OTHER, into: OTTO });
    another(&desk, THIRD);
    merge(&desk, new, THIRD);
    desk.ok(&agent(ANNA), close(THIRD));
    desk.pass(days(31));
    let outcome = desk.ok(&customer(OTHER), Reply::new(THIRD, "Again!"));
    let last = outcome.opened().next().unwrap().id();
    // As on the one that it follows up: under the id that follows that.
    assert_eq!(desk.ticket(last).followers(), [OTTOS]);
    undo(&desk, SECOND);
    assert_eq!(followed(&desk), [SECOND]);
    for contact in [OTTO, OTHER] {
        assert!(desk.desk.sight(&customer(contact), desk.now(), last).is_err());
    }
}

#[test]
fn each_id_of_theirs_follows_by_what_it_follows_by() {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    follow(&desk, SECOND);
    merge(&desk, SECOND, TICKET);
    let others = Follower::Contact(OTHER);
    desk.ok(&agent(ANNA), Edit { follow: [others].into(), ..Edit::new(TICKET) });
    desk.ok(&agent(ANNA), MergeContacts { contact: OTHER, into: OTTO });
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(days(31));
    let new = opened(&desk, TICKET);
    let mut both = [OTTOS, others];
    both.sort_unstable();
    assert_eq!(desk.ticket(new).followers(), both);
    undo(&desk, SECOND);
    assert_eq!(desk.ticket(TICKET).followers(), [others]);
    assert_eq!(desk.ticket(new).followers(), [others]);
}

#[test]
fn whoever_has_unfollowed_the_follow_up_leaves_what_that_was_merged_into() {
    // It was merged once, or it was merged and so was what it went into.
    for twice in [false, true] {
        let (desk, new) = followed_up();
        let mut middle = new;
        for (into, goes_on) in [(THIRD, true), (ticket_id(0x74), twice)] {
            if goes_on {
                another(&desk, into);
                merge(&desk, middle, into);
                let unfollow = [OTTOS].into();
                desk.ok(&customer(OTTO), Edit { unfollow, ..Edit::new(middle) });
                middle = into;
            }
        }
        assert_eq!(followed(&desk), [TICKET, SECOND, middle]);
        undo(&desk, SECOND);
        assert_eq!(followed(&desk), [SECOND]);
    }
}

#[test]
fn whoever_has_unfollowed_it_and_was_named_since_follows_on_what_it_was_merged_into() {
    let (desk, new) = followed_up();
    another(&desk, THIRD);
    merge(&desk, new, THIRD);
    desk.ok(&customer(OTTO), Edit { unfollow: [OTTOS].into(), ..Edit::new(new) });
    follow(&desk, THIRD);
    undo(&desk, SECOND);
    assert_eq!(followed(&desk), [SECOND, THIRD]);
}
