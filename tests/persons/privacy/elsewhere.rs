//! Words that another ticket shows than the one where they are stored: they belong to the ticket
//! whose conversation shows them.

use helpdesk::command::{
    Hold, Merge, Note, Open, Redact, Reply, ReplySide, Split, StartSide, UndoMerge,
};
use helpdesk::store::{CommitError, Store};
use helpdesk::{
    Actor, Attachment, Command, ContactProfile, Key, MergeAcross, OrganisationId,
    OrganisationProfile, Refusal, Revision, SettingsDraft, Span, TicketChange, TicketId,
};

use super::*;
use crate::support::*;

const SECOND: TicketId = TicketId::from_u128(0x72);
const THIRD: TicketId = TicketId::from_u128(0x73);
const NEW: TicketId = TicketId::from_u128(0x79);

fn thirty_days() -> SettingsDraft {
    SettingsDraft { retention: Some(Span::days(30)), ..draft() }
}

fn said(ticket: TicketId, revision: u64) -> MessageRef {
    MessageRef { ticket, revision: Revision(revision) }
}

fn hold(desk: &TestDesk, ticket: TicketId, hold: bool) {
    desk.ok(&Actor::Host, Hold::new(ticket, hold, "a lawsuit"));
}

fn merge(desk: &TestDesk, ticket: TicketId, into: TicketId) {
    desk.ok(&agent(ANNA), Merge::new(ticket, into));
}

fn undo(desk: &TestDesk, ticket: TicketId) {
    desk.ok(&agent(ANNA), UndoMerge { ticket });
}

/// Maria's ticket, and a message of hers that was split off it into another.
fn given_split(draft: SettingsDraft) -> TestDesk {
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.ok(&customer(MARIA), Reply::new(TICKET, "My card is 4929"));
    desk.ok(&agent(ANNA), Split::new(TICKET, said(TICKET, 2), NEW));
    assert_eq!(desk.thread(&customer(MARIA), NEW), ["My card is 4929"]);
    desk
}

/// Maria's second ticket, merged into her first.
fn given_merge(draft: SettingsDraft) -> TestDesk {
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.ok(&customer(MARIA), request(SECOND));
    merge(&desk, SECOND, TICKET);
    desk
}

/// Nobody reads the message any more, wherever it is stored, nor what was made of it.
fn is_gone(desk: &TestDesk) {
    assert_eq!(desk.thread(&customer(MARIA), NEW), [""]);
    assert_eq!(desk.ticket(NEW).subject().as_str(), "");
    assert!(!desk.history(TICKET)[1].is_personal(), "where it was said");
    assert!(!desk.everything().contains("4929"));
    assert_eq!(desk.thread(&customer(MARIA), TICKET), ["It burns"]);
    desk.verify();
}

#[test]
fn redacting_a_split_off_message_erases_it_and_its_subject_by_either_reference() {
    for (ticket, revision) in [(TICKET, 2), (NEW, 1)] {
        let desk = given_split(draft());
        let before = desk.history(TICKET);
        let redact = Redact::new(ticket, [MessageRef::new(ticket, Revision(revision))], "a card");
        assert!(!desk.ok(&Actor::Host, redact.clone()).is_no_op());
        is_gone(&desk);
        // It is none of the old ticket's: what it erased, the new one's history says.
        assert_eq!(facts(&desk.history(TICKET)), facts(&before));
        assert_eq!(erasures(&desk, NEW)[0].1, [1]);
        assert!(desk.ok(&Actor::Host, redact).is_no_op());
    }
}

#[test]
fn messages_here_and_elsewhere_are_redacted_at_once() {
    let desk = given_split(draft());
    desk.ok(
        &Actor::Host,
        Redact::new(
            TICKET,
            [MessageRef::new(TICKET, Revision(1)), MessageRef::new(TICKET, Revision(2))],
            "a card",
        ),
    );
    assert_eq!(
        (erasures(&desk, TICKET)[0].1.clone(), erasures(&desk, NEW)[0].1.clone()),
        (vec![1], vec![1])
    );
    assert!(!desk.everything().contains("It burns") && !desk.everything().contains("4929"));
    desk.verify();
}

/// A message split off Maria's ticket, which was merged after another had been merged into it.
fn given_conversation() -> TestDesk {
    let desk = given_split(draft());
    for (ticket, into) in [(SECOND, TICKET), (TICKET, THIRD)] {
        for id in [SECOND, THIRD].into_iter().filter(|id| desk.desk.ticket(*id).unwrap().is_none())
        {
            desk.ok(&customer(MARIA), Open { text: format!("opens {id}"), ..request(id) });
        }
        merge(&desk, ticket, into);
    }
    desk
}

#[test]
fn whatever_a_thread_shows_is_redacted_by_its_name_on_the_ticket_that_shows_it() {
    let read = |desk: &TestDesk, id| desk.desk.thread(&Actor::Host, desk.now(), id, None, 9);
    let texts = |desk: &TestDesk| [NEW, THIRD].map(|id| desk.thread(&Actor::Host, id));
    for (named, count) in [(NEW, 1), (TICKET, 3), (SECOND, 3), (THIRD, 3)] {
        for place in 0..count {
            let desk = given_conversation();
            let post = read(&desk, named).unwrap().posts.remove(place);
            let mut left = texts(&desk);
            assert_eq!(left[usize::from(named != NEW)][place], post.text.as_str());
            left[usize::from(named != NEW)][place].clear();
            let redact = Redact::new(named, [post.id()], "a secret");
            desk.ok(&Actor::Host, redact.clone());
            assert_eq!(texts(&desk), left, "that one is gone, and nothing else");
            assert!(!desk.everything().contains(&format!("{:?}", post.text.as_str())));
            assert!(desk.ok(&Actor::Host, redact).is_no_op());
            desk.verify();
        }
    }
    // All at once, the message that was split off by where it was said.
    let desk = given_conversation();
    let every = [said(TICKET, 1), said(TICKET, 2), said(SECOND, 1), said(THIRD, 1)];
    desk.ok(&Actor::Host, Redact::new(SECOND, every, "a secret"));
    assert!(texts(&desk).concat().concat().is_empty());
    desk.verify();
}

#[test]
fn what_is_no_part_of_the_conversation_is_not_redacted_with_it() {
    let desk = given_merge(draft());
    desk.ok(&customer(MARIA), request(THIRD));
    let none = TicketId::from_u128(0xF);
    for (ticket, message) in [(TICKET, said(THIRD, 1)), (SECOND, said(none, 1))] {
        let refused = desk.refused(&Actor::Host, Redact::new(ticket, [message], "a secret"));
        let MessageRef { ticket, revision: message } = message;
        assert_eq!(refused, Refusal::NotAMessage { ticket, message });
    }
    let beyond = Redact::new(TICKET, [said(SECOND, 9)], "a secret");
    let (key, revision) = (desk.key(SECOND), Revision(9));
    assert_eq!(desk.refused(&Actor::Host, beyond), Refusal::NoSuchEvent { key, revision });

    let opening = Redact::new(TICKET, [said(SECOND, 1), said(TICKET, 1)], "a secret");
    hold(&desk, SECOND, true);
    hold(&desk, TICKET, false);
    let held = Refusal::OnLegalHold { ticket: SECOND };
    assert_eq!(desk.refused(&Actor::Host, opening.clone()), held, "the one that is, and no other");
    hold(&desk, SECOND, false);
    undo(&desk, SECOND);
    assert_eq!(desk.refused(&Actor::Host, opening).code(), "not_a_message");
}

#[test]
fn erasing_the_new_ticket_erases_its_first_message_and_erasing_the_old_one_leaves_it() {
    let desk = given_split(draft());
    desk.ok(&Actor::Host, erase(TICKET));
    assert_eq!(desk.thread(&customer(MARIA), TICKET), [""]);
    assert_eq!(desk.thread(&customer(MARIA), NEW), ["My card is 4929"]);
    assert_eq!(desk.ticket(NEW).subject().as_str(), "My card is 4929");

    let desk = given_split(draft());
    desk.ok(&Actor::Host, erase(NEW));
    is_gone(&desk);
    assert!(desk.ok(&Actor::Host, erase(NEW)).is_no_op());
}

#[test]
fn each_ticket_keeps_the_words_that_it_shows_for_its_own_time() {
    // Whichever of the two is closed first.
    for (closed, open, read) in [(TICKET, NEW, "My card is 4929"), (NEW, TICKET, "It burns")] {
        let desk = given_split(thirty_days());
        desk.ok(&Actor::Host, close(closed));
        desk.advance_to(monday() + days(60));
        assert_eq!(desk.thread(&customer(MARIA), closed), [""]);
        assert_eq!(desk.thread(&customer(MARIA), open), [read]);
        assert_eq!(desk.everything().contains("4929"), open == NEW);
        desk.ok(&Actor::Host, close(open));
        desk.advance_to(monday() + days(120));
        assert_eq!(desk.thread(&customer(MARIA), open), [""]);
        assert!(!desk.everything().contains("4929"));
        desk.verify();
    }
}

#[test]
fn a_hold_protects_what_the_ticket_shows_and_no_more() {
    let desk = given_split(thirty_days());
    hold(&desk, NEW, true);
    let held = Refusal::OnLegalHold { ticket: NEW };
    for redact in [
        Redact::new(TICKET, [MessageRef::new(TICKET, Revision(2))], "a card"),
        Redact::new(NEW, [MessageRef::new(NEW, Revision(1))], "it"),
    ] {
        assert_eq!(desk.refused(&Actor::Host, redact), held);
    }
    assert_eq!(desk.refused(&Actor::Host, erase(NEW)), held);
    desk.ok(&Actor::Host, close(TICKET));
    desk.advance_to(monday() + days(60));
    desk.ok(&Actor::Host, erase(TICKET));
    assert_eq!(desk.thread(&customer(MARIA), NEW), ["My card is 4929"]);

    // Where the old one is on hold, the message is not.
    let desk = given_split(draft());
    hold(&desk, TICKET, true);
    desk.ok(&Actor::Host, Redact::new(TICKET, [MessageRef::new(TICKET, Revision(2))], "a card"));
    is_gone(&desk);
}

#[test]
fn a_hold_goes_with_what_is_split_off() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&customer(MARIA), Reply::new(TICKET, "My card is 4929"));
    hold(&desk, TICKET, true);
    desk.ok(&agent(ANNA), Split::new(TICKET, said(TICKET, 2), NEW));
    assert!(desk.ticket(NEW).is_held());
    let refused = desk.refused(&Actor::Host, erase(NEW));
    assert_eq!(refused, Refusal::OnLegalHold { ticket: NEW });
    // Each is released by itself.
    hold(&desk, TICKET, false);
    assert!(desk.ticket(NEW).is_held());

    // Of a member, too, whichever of the two is on hold.
    for held in [TICKET, SECOND] {
        let desk = TestDesk::new();
        desk.given_request();
        desk.ok(&customer(MARIA), request(SECOND));
        desk.ok(&customer(MARIA), Reply::new(SECOND, "My card is 4929"));
        merge(&desk, SECOND, TICKET);
        hold(&desk, held, true);
        desk.ok(&agent(ANNA), Split::new(TICKET, said(SECOND, 2), NEW));
        assert!(desk.ticket(NEW).is_held());
        desk.verify();
    }
}

#[test]
fn what_was_merged_goes_with_the_survivor_and_not_before() {
    let desk = given_merge(thirty_days());
    assert_eq!(desk.ticket(SECOND).timers().retention, None);
    desk.advance_to(monday() + days(60));
    assert_eq!(desk.thread(&customer(MARIA), TICKET), ["It burns", "It burns"]);
    desk.ok(&Actor::Host, close(TICKET));
    let due = monday() + days(90);
    desk.advance_to(due - micro());
    assert_eq!(desk.thread(&customer(MARIA), TICKET), ["It burns", "It burns"]);
    desk.advance_to(due);
    assert_eq!(desk.thread(&customer(MARIA), TICKET), ["", ""]);
    assert_eq!((personal(&desk, TICKET), personal(&desk, SECOND)), (vec![], vec![]));
    assert_eq!(erasures(&desk, SECOND), [(due, vec![1])]);
    desk.verify();
}

#[test]
fn what_was_merged_is_erased_on_request_with_the_survivor() {
    let desk = given_merge(draft());
    desk.ok(&customer(MARIA), request(THIRD));
    merge(&desk, TICKET, THIRD);
    desk.ok(&Actor::Host, erase(THIRD));
    assert_eq!(desk.thread(&customer(MARIA), THIRD), ["", "", ""]);
    assert!(!desk.everything().contains("It burns"));
    assert!(desk.ok(&Actor::Host, erase(THIRD)).is_no_op());
    desk.verify();
}

#[test]
fn a_hold_of_the_survivor_protects_what_was_merged_into_it() {
    let desk = given_merge(thirty_days());
    desk.ok(&customer(MARIA), request(THIRD));
    merge(&desk, TICKET, THIRD);
    hold(&desk, THIRD, true);
    let held = Refusal::OnLegalHold { ticket: THIRD };
    assert_eq!(desk.refused(&Actor::Host, erase(SECOND)), held);
    assert_eq!(
        desk.refused(
            &Actor::Host,
            Redact::new(SECOND, [MessageRef::new(SECOND, Revision(1))], "it")
        ),
        held
    );
    desk.ok(&Actor::Host, close(THIRD));
    desk.advance_to(monday() + days(60));
    assert_eq!(desk.thread(&customer(MARIA), THIRD), ["It burns", "It burns", "It burns"]);
    hold(&desk, THIRD, false);
    desk.pass(hours(1));
    desk.desk.tick(desk.now()).unwrap();
    assert_eq!(desk.thread(&customer(MARIA), THIRD), ["", "", ""]);
    desk.verify();
}

#[test]
fn a_member_on_hold_stays_and_goes_once_it_is_released() {
    let desk = given_merge(thirty_days());
    hold(&desk, SECOND, true);
    // What stands for it is held with it, and released by itself.
    hold(&desk, TICKET, false);
    desk.ok(&Actor::Host, close(TICKET));
    desk.advance_to(monday() + days(60));
    assert_eq!(desk.thread(&customer(MARIA), TICKET), ["", "It burns"]);
    assert!(erasures(&desk, SECOND).is_empty());
    // Its words come to a conversation of which all was erased: it keeps them for as long again.
    hold(&desk, SECOND, false);
    assert!(matches!(desk.changes(TICKET).last(), Some(TicketChange::TimersSet { .. })));
    let due = desk.now() + days(30);
    assert_eq!(desk.ticket(TICKET).timers().retention, Some(due));
    desk.advance_to(due);
    assert_eq!(desk.thread(&customer(MARIA), TICKET), ["", ""]);
    assert_eq!(personal(&desk, SECOND), NONE);
    desk.verify();
}

#[test]
fn a_hold_of_a_merged_ticket_protects_what_is_said_to_it_since() {
    let desk = given_merge(thirty_days());
    desk.ok(&customer(MARIA), request(THIRD));
    merge(&desk, TICKET, THIRD);
    desk.ok(&customer(MARIA), Reply::new(SECOND, "I shall sue"));
    hold(&desk, SECOND, true);
    for ticket in [SECOND, TICKET, THIRD] {
        assert!(desk.ticket(ticket).is_held());
        assert_eq!(desk.refused(&Actor::Host, erase(ticket)), Refusal::OnLegalHold { ticket });
    }
    desk.ok(&customer(MARIA), Reply::new(SECOND, "And soon"));
    desk.ok(&Actor::Host, close(THIRD));
    desk.advance_to(monday() + days(60));
    let said = desk.thread(&customer(MARIA), SECOND);
    assert_eq!(said[3..], ["I shall sue", "And soon"]);

    // Each is released by itself; to hold one again holds what stands for it again.
    hold(&desk, THIRD, false);
    assert!(desk.ticket(SECOND).is_held() && desk.ticket(TICKET).is_held());
    hold(&desk, SECOND, true);
    assert!(desk.ticket(THIRD).is_held());
    hold(&desk, SECOND, false);
    assert!(desk.ticket(TICKET).is_held() && desk.ticket(THIRD).is_held());
    desk.verify();
}

#[test]
fn what_lies_beneath_a_ticket_on_hold_waits_for_its_release() {
    let desk = given_merge(thirty_days());
    desk.ok(&customer(MARIA), request(THIRD));
    merge(&desk, TICKET, THIRD);
    hold(&desk, TICKET, true);
    hold(&desk, THIRD, false);
    desk.ok(&Actor::Host, close(THIRD));
    desk.advance_to(monday() + days(60));
    assert_eq!(desk.thread(&customer(MARIA), THIRD), ["It burns", "It burns", ""]);
    let revision = desk.ticket(THIRD).revision();
    for ticket in [SECOND, TICKET, THIRD] {
        assert!(desk.ok(&Actor::System, Command::Tick(ticket)).is_no_op());
    }
    assert_eq!(desk.ticket(THIRD).revision(), revision, "nothing has come to it");
    hold(&desk, TICKET, false);
    let due = desk.now() + days(30);
    assert_eq!(desk.ticket(THIRD).timers().retention, Some(due));
    desk.advance_to(due);
    assert_eq!(desk.thread(&customer(MARIA), THIRD), ["", "", ""]);
    desk.verify();
}

#[test]
fn a_hold_counts_on_what_stands_for_the_ticket_to_stay_on_hold() {
    let desk = given_merge(draft());
    hold(&desk, TICKET, true);
    let call = desk.context(&Actor::Host).call(Hold::new(SECOND, true, "a lawsuit").into());
    let prepared = desk.desk.prepare(&call).unwrap().commit.unwrap();
    hold(&desk, TICKET, false);
    assert!(matches!(desk.store.commit(prepared), Err(CommitError::Stale { .. })));
    desk.desk.execute(&call).unwrap();
    assert!(desk.ticket(TICKET).is_held());
}

#[test]
fn no_merge_and_no_undoing_leads_round_a_hold() {
    // What is merged out of a hold brings it along.
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&customer(MARIA), request(SECOND));
    hold(&desk, SECOND, true);
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Like this"));
    let merged = desk.ok(&agent(ANNA), Merge::new(SECOND, TICKET));
    assert!(desk.ticket(TICKET).is_held() && desk.ticket(SECOND).is_held());
    // The hold sets nothing off: what the merge moves was moved by the merge.
    let into = merged.all_events().filter(|(key, _)| *key == Key::ticket(desk.desk.id(), TICKET));
    let into: Vec<_> = into.map(|(_, event)| event).collect();
    let moved = into.iter().find(|event| event.cause.rule.is_some()).unwrap();
    let by =
        into.iter().find(|event| Some(event.revision) == moved.cause.parent.map(|by| by.revision));
    assert!(matches!(by.unwrap().ticket_change(), Some(TicketChange::Absorbed(_))));

    // What comes out of a conversation on hold is on hold.
    let desk = given_merge(draft());
    hold(&desk, TICKET, true);
    assert!(!desk.ticket(SECOND).is_held());
    undo(&desk, SECOND);
    assert!(desk.ticket(SECOND).is_held());
    assert_eq!(desk.refused(&Actor::Host, erase(SECOND)), Refusal::OnLegalHold { ticket: SECOND });
    desk.verify();
}

#[test]
fn after_undoing_a_member_counts_its_own_time_as_if_nothing_had_been() {
    let desk = TestDesk::with(thirty_days());
    desk.given_request();
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&Actor::Host, close(SECOND));
    let alone = desk.ticket(SECOND).timers().retention;
    assert_eq!(alone, Some(monday() + days(30)));
    merge(&desk, SECOND, TICKET);
    assert_eq!(desk.ticket(SECOND).timers().retention, None);
    desk.advance_to(monday() + days(10));
    undo(&desk, SECOND);
    assert_eq!(desk.ticket(SECOND).timers().retention, alone);
    desk.advance_to(monday() + days(30));
    assert_eq!(personal(&desk, SECOND), NONE);
    desk.verify();
}

#[test]
fn what_is_due_on_the_survivor_comes_before_anything_on_a_member() {
    // Neither a hold of the member nor undoing its merge comes too late to save what was due.
    let ways = [false, true].map(|ticks| {
        let desk = given_merge(thirty_days());
        desk.ok(&Actor::Host, close(TICKET));
        desk.set_now(monday() + days(60));
        if ticks {
            desk.desk.tick(desk.now()).unwrap();
        }
        undo(&desk, SECOND);
        desk.verify();
        assert_eq!(erasures(&desk, SECOND), [(monday() + days(30), vec![1])]);
        desk.history(SECOND)
    });
    assert_eq!(ways[0], ways[1]);
}

#[test]
fn words_that_come_late_to_a_member_go_in_their_turn() {
    let desk = TestDesk::with(thirty_days());
    desk.given_request();
    desk.ok(&customer(MARIA), request(SECOND));
    let side = desk.ok(&agent(ANNA), StartSide::new(SECOND, VENDOR, "does it burn?"));
    let side = side.ticket().unwrap().sides()[0].id();
    merge(&desk, SECOND, TICKET);
    desk.ok(&Actor::Host, close(TICKET));
    desk.advance_to(monday() + days(60));
    desk.ok(&customer(VENDOR), ReplySide::new(SECOND, side, "it does"));
    desk.ok(&Actor::Host, Note::new(TICKET, "so it does"));
    desk.advance_to(monday() + days(90));
    assert!(!desk.everything().contains("it does"));
    desk.verify();
}

#[test]
fn a_file_of_a_split_off_message_is_to_be_deleted_for_either() {
    let desk = TestDesk::new();
    desk.given_request();
    let invoice = Attachment {
        name: "invoice.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: 9,
        digest: None,
        key: "uploads/7".into(),
    };
    let attachments = vec![invoice];
    desk.ok(&customer(MARIA), Reply { attachments, ..Reply::new(TICKET, "my invoice") });
    desk.ok(&agent(ANNA), Split::new(TICKET, said(TICKET, 2), NEW));
    desk.ok(&Actor::Host, erase(TICKET));
    assert!(desk.desk.erased_files(TICKET).unwrap().is_empty(), "the new ticket shows it");
    desk.ok(&Actor::Host, erase(NEW));
    assert_eq!(*desk.desk.erased_files(NEW).unwrap(), ["uploads/7".into()]);
}

/// Maria and Otto of one organisation, whose tickets may be merged; his into hers.
fn given_colleagues() -> TestDesk {
    let mut draft = draft();
    draft.merging.across = MergeAcross::SameOrganisation;
    let desk = TestDesk::with(draft);
    let acme = OrganisationId::from_u128(0xACE);
    let profile = OrganisationProfile::new("Acme");
    desk.ok(&Actor::Host, helpdesk::Command::PutOrganisation { id: acme, profile });
    for (id, name) in [(MARIA, "Maria"), (OTTO, "Otto")] {
        let profile = ContactProfile::new(name).organisation(acme);
        desk.ok(&Actor::Host, helpdesk::Command::PutContact { id, profile });
    }
    desk.given_request();
    let requester = helpdesk::Requester::Contact(OTTO);
    let mut open = helpdesk::command::Open::new(SECOND, requester, "Otto's own");
    open.department = Some("support".into());
    desk.ok(&customer(OTTO), open);
    merge(&desk, SECOND, TICKET);
    desk.ok(&customer(OTTO), Reply::new(SECOND, "Otto's secret"));
    let mut edit = helpdesk::command::Edit::new(TICKET);
    edit.unfollow.insert(helpdesk::Follower::Contact(OTTO));
    desk.ok(&agent(ANNA), edit);
    desk
}

fn forget(desk: &TestDesk) -> helpdesk::Erased {
    let host = desk.context(&Actor::Host);
    desk.desk.erase_requester(host, OTTO, "asked for", None, 99).unwrap()
}

#[test]
fn what_a_person_wrote_is_found_on_what_theirs_is_or_was_merged_into() {
    for undone in [false, true] {
        let desk = given_colleagues();
        if undone {
            undo(&desk, SECOND);
        }
        let erased = forget(&desk);
        assert!(erased.failed.is_empty() && erased.contact.unwrap().is_ok());
        assert!(!desk.everything().contains("Otto's"), "undone: {undone}");
        assert!(desk.thread(&agent(ANNA), TICKET).contains(&"It burns".to_owned()), "hers stays");
        assert!(forget(&desk).outcomes.iter().all(helpdesk::Outcome::is_no_op));
        desk.verify();
    }
}

#[test]
fn what_a_person_wrote_is_found_where_it_was_split_off() {
    let desk = TestDesk::new();
    desk.given_request();
    let mut edit = helpdesk::command::Edit::new(TICKET);
    edit.follow.insert(helpdesk::Follower::Contact(OTTO));
    desk.ok(&agent(ANNA), edit);
    for text in ["Otto's first", "Otto's second"] {
        desk.ok(&customer(OTTO), Reply::new(TICKET, text));
    }
    let away = Actor::AutoResponder(OTTO);
    desk.ok(&away, Reply::new(TICKET, "Otto's away"));
    let last = desk.ticket(TICKET).revision().0;
    for (place, (revision, id)) in [(last - 2, NEW), (last, THIRD)].into_iter().enumerate() {
        desk.ok(&agent(ANNA), Split::new(TICKET, said(TICKET, revision), id));
        assert!(desk.ticket(TICKET).message_count() as usize == 3 - place);
    }
    // One that he is not the requester of is on hold: that keeps these words, and no others.
    hold(&desk, THIRD, true);
    let failed: Vec<TicketId> = forget(&desk).failed.into_iter().map(|(id, _)| id).collect();
    assert_eq!(failed, [TICKET]);
    assert_eq!(desk.thread(&agent(ANNA), TICKET), ["It burns", ""]);
    assert_eq!(desk.thread(&agent(ANNA), NEW), [""]);
    assert_eq!(desk.thread(&agent(ANNA), THIRD), ["Otto's away"]);
    hold(&desk, THIRD, false);
    assert!(forget(&desk).failed.is_empty());
    assert!(!desk.everything().contains("Otto's"));
    desk.verify();
}

#[test]
fn a_hold_of_the_survivor_keeps_who_asked_for_what_was_merged_into_it() {
    let desk = given_colleagues();
    hold(&desk, TICKET, true);
    let erased = forget(&desk);
    assert_eq!(erased.failed.len(), 2, "his own, and his words on hers");
    let why = erased.contact.unwrap().unwrap_err();
    assert_eq!(why.refusal(), Some(&Refusal::OnLegalHold { ticket: TICKET }));
    assert!(desk.everything().contains("Otto's secret"));
}

#[test]
fn what_a_person_wrote_too_late_is_found_on_the_follow_up_that_they_do_not_see() {
    let desk = given_colleagues();
    desk.ok(&Actor::Host, close(TICKET));
    desk.pass(days(31));
    let late = desk.ok(&customer(OTTO), Reply::new(SECOND, "Otto's late secret"));
    let follow_up = late.opened().next().unwrap().id();
    assert!(desk.desk.sight(&customer(OTTO), desk.now(), follow_up).is_err());
    desk.ok(&customer(OTTO), Reply::new(SECOND, "Otto's later secret"));
    assert_eq!(desk.thread(&agent(ANNA), follow_up).len(), 2);

    let erased = forget(&desk);
    assert!(erased.failed.is_empty() && erased.contact.unwrap().is_ok());
    assert!(!desk.everything().contains("Otto's"));
    assert!(forget(&desk).outcomes.iter().all(helpdesk::Outcome::is_no_op));
    desk.verify();
}
