//! Merges of the tickets of one person who is known under several ids.

use helpdesk::store::{CommitError, Store};

use super::*;

/// Maria under another id.
const DOUBLE: ContactId = ContactId::from_u128(0xD0);

/// Maria's ticket, and one of her double.
fn two() -> TestDesk {
    let desk = TestDesk::new();
    desk.given_request();
    let mut open = Open::new(SECOND, Requester::Contact(DOUBLE), "Mine, too");
    open.department = Some("support".into());
    desk.ok(&customer(DOUBLE), open);
    desk
}

fn one_person(desk: &TestDesk) {
    desk.ok(&agent(ANNA), MergeContacts { contact: DOUBLE, into: MARIA });
}

/// Tickets of Maria and Otto, who are of one organisation and whose tickets may be merged.
fn colleagues() -> TestDesk {
    let merging = Merging { across: MergeAcross::SameOrganisation, ..Merging::default() };
    let desk = TestDesk::with(SettingsDraft { merging, ..draft() });
    let acme = OrganisationId::from_u128(5);
    let profile = OrganisationProfile::new("Acme");
    desk.desk.put_organisation(desk.context(&Actor::Host), acme, profile).unwrap();
    for id in [MARIA, OTTO] {
        let profile = ContactProfile::new("Somebody").organisation(acme);
        desk.desk.put_contact(desk.context(&Actor::Host), id, profile).unwrap();
    }
    desk.given_request();
    let mut open = Open::new(SECOND, Requester::Contact(OTTO), "Mine, too");
    open.department = Some("support".into());
    desk.ok(&customer(OTTO), open);
    desk
}

#[test]
fn one_person_does_not_come_to_follow_their_own_ticket() {
    for (contact, into) in [(DOUBLE, MARIA), (MARIA, DOUBLE)] {
        let desk = two();
        desk.ok(&agent(ANNA), MergeContacts { contact, into });
        let follow = [Follower::Contact(MARIA), Follower::Contact(OTTO)].into();
        desk.ok(&agent(ANNA), Edit { follow, ..Edit::new(SECOND) });
        merge(&desk, SECOND, TICKET);
        assert_eq!(desk.ticket(TICKET).followers(), [Follower::Contact(OTTO)]);
        drop(desk.notices());
        desk.ok(&agent(ANNA), reply(TICKET));
        let told: Vec<_> = desk.notices().into_iter().map(|notice| notice.to).collect();
        assert_eq!(told, [MARIA, OTTO].map(Recipient::Contact));
    }
    // Somebody else, of the same organisation, does.
    let desk = colleagues();
    merge(&desk, SECOND, TICKET);
    assert_eq!(desk.ticket(TICKET).followers(), [Follower::Contact(OTTO)]);
}

/// Whether a merge is stale that was decided before this was done.
fn is_stale(desk: &TestDesk, meanwhile: impl FnOnce()) -> bool {
    let call = desk.context(&agent(ANNA)).call(Command::Merge(Merge::new(SECOND, TICKET)));
    let prepared = desk.desk.prepare(&call).unwrap().commit.unwrap();
    meanwhile();
    matches!(desk.store.commit(prepared), Err(CommitError::Stale { .. }))
}

#[test]
fn that_two_requesters_are_one_person_must_still_hold_when_they_are_merged() {
    let desk = two();
    one_person(&desk);
    let undo = UndoContactMerge { contact: DOUBLE };
    assert!(is_stale(&desk, || drop(desk.ok(&agent(ANNA), undo))));
    let refused = desk.refused(&agent(ANNA), Merge::new(SECOND, TICKET));
    assert_eq!(refused, Refusal::DifferentRequesters);

    // Three ids, of whom the one that speaks for both asks for neither.
    let desk = TestDesk::new();
    desk.given_request();
    let mut open = Open::new(SECOND, Requester::Contact(DOUBLE), "Mine, too");
    open.department = Some("support".into());
    desk.ok(&customer(DOUBLE), open);
    for contact in [MARIA, DOUBLE] {
        desk.ok(&agent(ANNA), MergeContacts { contact, into: OTTO });
    }
    let undo = UndoContactMerge { contact: MARIA };
    assert!(is_stale(&desk, || drop(desk.ok(&agent(ANNA), undo))));
}

#[test]
fn who_comes_to_follow_rests_on_what_is_on_record_of_the_requester() {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    desk.ok(&agent(ANNA), Edit { follow: [Follower::Contact(DOUBLE)].into(), ..Edit::new(SECOND) });
    assert!(is_stale(&desk, || one_person(&desk)), "there was no record of her");
    merge(&desk, SECOND, TICKET);
    assert!(desk.ticket(TICKET).followers().is_empty());
}

fn edit(desk: &TestDesk, ticket: TicketId, follow: &[Follower], unfollow: &[Follower]) -> Outcome {
    let list = |list: &[Follower]| list.iter().copied().collect();
    let (follow, unfollow) = (list(follow), list(unfollow));
    desk.ok(&agent(ANNA), Edit { follow, unfollow, ..Edit::new(ticket) })
}

#[test]
fn whom_a_merge_made_a_follower_reads_no_more_when_it_is_undone() {
    let desk = colleagues();
    let (otto, lea) = (Follower::Contact(OTTO), Follower::Contact(VENDOR));
    edit(&desk, SECOND, &[lea, Follower::Agent(LIA)], &[]);
    edit(&desk, TICKET, &[Follower::Agent(LIA)], &[]);
    merge(&desk, SECOND, TICKET);
    assert_eq!(desk.ticket(TICKET).followers(), [otto, lea, Follower::Agent(LIA)]);
    undo(&desk, SECOND);
    assert_eq!(desk.ticket(TICKET).followers(), [Follower::Agent(LIA)], "she did before");
    for contact in [OTTO, VENDOR] {
        let sight = desk.desk.sight(&customer(contact), desk.now(), TICKET);
        assert!(sight.is_err(), "Maria's words are not theirs to read");
        assert!(desk.desk.sight(&customer(contact), desk.now(), SECOND).is_ok());
    }
    // And once more, the same.
    merge(&desk, SECOND, TICKET);
    undo(&desk, SECOND);
    assert_eq!(desk.ticket(TICKET).followers(), [Follower::Agent(LIA)]);
    desk.verify();
}

#[test]
fn who_was_named_a_follower_since_the_merge_stays_one() {
    let otto = Follower::Contact(OTTO);
    for unfollows in [true, false] {
        let desk = colleagues();
        merge(&desk, SECOND, TICKET);
        if unfollows {
            edit(&desk, TICKET, &[], &[otto]);
        }
        // That he follows already says nothing of whether he is to when the merge is undone.
        assert!(!edit(&desk, TICKET, &[otto], &[]).is_no_op());
        assert!(edit(&desk, TICKET, &[otto], &[]).is_no_op());
        undo(&desk, SECOND);
        assert_eq!(desk.ticket(TICKET).followers(), [otto]);
        desk.verify();
    }
    let desk = colleagues();
    merge(&desk, SECOND, TICKET);
    edit(&desk, TICKET, &[], &[otto]);
    undo(&desk, SECOND);
    assert!(desk.ticket(TICKET).followers().is_empty());
    desk.verify();
}

#[test]
fn who_follows_by_two_merges_follows_until_both_are_undone() {
    for first in [SECOND, THIRD] {
        let desk = colleagues();
        let mut open = Open::new(THIRD, Requester::Contact(OTTO), "And this");
        open.department = Some("support".into());
        desk.ok(&customer(OTTO), open);
        merge(&desk, SECOND, TICKET);
        merge(&desk, THIRD, TICKET);
        undo(&desk, first);
        assert_eq!(desk.ticket(TICKET).followers(), [Follower::Contact(OTTO)]);
        undo(&desk, if first == SECOND { THIRD } else { SECOND });
        assert!(desk.ticket(TICKET).followers().is_empty());
        desk.verify();
    }
}
