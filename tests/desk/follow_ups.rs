//! What becomes of a question on a ticket that has been closed for too long.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{
    Close, Edit, FollowUp, GrantAccess, MarkSpam, Merge, MergeContacts, Open, Reopen, Reply,
    Resolving,
};
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, AgentId, AgentProfile, Channel, ContactId, ContactProfile, CustomerSight, Delivery,
    Desk, DeskId, Dispatch, Follower, GuestId, GuestRight, Limits, MergeAcross, NoticeKind,
    OrganisationId, OrganisationProfile, Outcome, Recipient, Refusal, Relaying, Requester,
    SettingsDraft, Sight, Step, TicketId,
};

const OLD: TicketId = TicketId::from_u128(1);
const MARIA: Actor = Actor::Customer(ContactId::from_u128(7));
const ANNA: Actor = Actor::Agent(AgentId::from_u128(8));
/// Two others, who may have a copy.
const OTTO: ContactId = ContactId::from_u128(9);
const LEA: ContactId = ContactId::from_u128(10);

fn day(days: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
    start + TimeDelta::days(days)
}

/// A ticket that was opened and closed on day 0; the window for reopening is 30 days.
fn desk() -> Desk<MemoryStore> {
    desk_with(SettingsDraft::default())
}

fn desk_with(draft: SettingsDraft) -> Desk<MemoryStore> {
    let (id, settings) = (DeskId::from_u128(1), draft.build().unwrap());
    let desk = Desk::create(MemoryStore::new(), id, settings, day(0)).unwrap();
    // Maria, Otto and Lea are colleagues.
    let acme = OrganisationId::from_u128(5);
    desk.put_organisation(Actor::Host.at(day(0)), acme, OrganisationProfile::new("Acme")).unwrap();
    for id in [ContactId::from_u128(7), OTTO, LEA] {
        let profile = ContactProfile::new("Somebody").organisation(acme);
        desk.put_contact(Actor::Host.at(day(0)), id, profile).unwrap();
    }
    let anna = AgentProfile::new("Anna");
    desk.put_agent(Actor::Host.at(day(0)), AgentId::from_u128(8), anna).unwrap();
    let requester = Requester::Contact(ContactId::from_u128(7));
    let open = Open::new(OLD, requester, "It burns").subject("Printer on fire");
    desk.open(MARIA.at(day(0)), open).unwrap();
    close(&desk, OLD, 0);
    desk
}

fn close(desk: &Desk<MemoryStore>, ticket: TicketId, on: i64) {
    let resolution = Some(Resolving::new("solved"));
    desk.close(ANNA.at(day(on)), Close { ticket, resolution }).unwrap();
}

fn write(desk: &Desk<MemoryStore>, on: i64) -> Outcome {
    write_as(desk, &MARIA, on)
}

fn write_as(desk: &Desk<MemoryStore>, who: &Actor, on: i64) -> Outcome {
    desk.reply(who.at(day(on)), Reply::new(OLD, "Again!")).unwrap()
}

fn copy(desk: &Desk<MemoryStore>, ticket: TicketId, to: &[ContactId]) {
    let follow = to.iter().copied().map(Follower::Contact).collect();
    desk.edit(ANNA.at(day(0)), Edit { follow, ..Edit::new(ticket) }).unwrap();
}

/// The ticket that an outcome opened.
fn opened(outcome: &Outcome) -> TicketId {
    outcome.opened().next().unwrap().id()
}

/// Who is told of an answer there.
fn told_of_answer(desk: &Desk<MemoryStore>, ticket: TicketId, on: i64) -> Vec<Recipient> {
    desk.reply(ANNA.at(day(on)), Reply::new(ticket, "Unplug it")).unwrap();
    told_of(desk, "Unplug it", on)
}

/// Who on the customers' side is told of what says this, and has not been told yet.
fn told_of(desk: &Desk<MemoryStore>, text: &str, on: i64) -> Vec<Recipient> {
    let mut told = Vec::new();
    let mut send = |it: Dispatch| {
        let says = it.text().is_some_and(|said| said.as_str() == text);
        if says && it.notice.kind == NoticeKind::ReplyToCustomer {
            told.push(it.notice.to);
        }
        Delivery::Delivered
    };
    while !desk.relay(day(on), &Relaying::default(), &mut send).unwrap().is_empty() {}
    told
}

fn follow_ups(desk: &Desk<MemoryStore>) -> Vec<TicketId> {
    desk.ticket(OLD).unwrap().unwrap().followed_up_by().to_vec()
}

#[test]
fn the_first_late_question_opens_a_follow_up_that_inherits() {
    let desk = desk();
    let outcome = write(&desk, 31);
    let opened = outcome.opened().next().unwrap();
    assert_eq!(follow_ups(&desk), [opened.id()]);
    assert_eq!(opened.follows(), Some(OLD));
    assert_eq!(opened.subject().as_str(), "Printer on fire");
    assert_eq!(opened.status().name, "new");
    assert_eq!(outcome.ticket().unwrap().id(), OLD);
    assert_eq!(outcome.ticket().unwrap().message_count(), 1, "the old thread has no part of it");
}

#[test]
fn the_next_one_joins_the_follow_up_instead_of_opening_another() {
    let desk = desk();
    write(&desk, 31);
    let outcome = write(&desk, 32);
    assert_eq!(outcome.opened().count(), 0);
    let [follow_up] = follow_ups(&desk)[..] else { panic!("one follow-up") };
    assert_eq!(desk.ticket(follow_up).unwrap().unwrap().message_count(), 2);
    assert!(outcome.trace.contains(&Step::WentToFollowUp { ticket: follow_up }));
    assert_eq!(outcome.ticket().unwrap().id(), OLD, "the ticket that was named is there");
}

#[test]
fn it_travels_as_the_conversation_that_it_joins_does() {
    let desk = desk();
    let by_phone = Reply { channel: Some(Channel::Phone), ..Reply::new(OLD, "Again!") };
    desk.reply(MARIA.at(day(31)), by_phone).unwrap();
    write(&desk, 32);
    let [follow_up] = follow_ups(&desk)[..] else { panic!("one follow-up") };
    assert_eq!(*desk.ticket(follow_up).unwrap().unwrap().channel(), Channel::Phone);
}

#[test]
fn it_reopens_a_follow_up_that_was_closed_lately() {
    let desk = desk();
    write(&desk, 31);
    let [follow_up] = follow_ups(&desk)[..] else { panic!("one follow-up") };
    close(&desk, follow_up, 40);
    write(&desk, 41);
    let ticket = desk.ticket(follow_up).unwrap().unwrap();
    assert_eq!((ticket.status().name.as_str(), ticket.reopen_count()), ("open", 1));
}

#[test]
fn a_follow_up_that_was_closed_long_ago_is_followed_by_another_of_the_old_ticket() {
    let desk = desk();
    write(&desk, 31);
    let [first] = follow_ups(&desk)[..] else { panic!("one follow-up") };
    close(&desk, first, 40);
    write(&desk, 80);
    let [_, second] = follow_ups(&desk)[..] else { panic!("two follow-ups") };
    assert_eq!(desk.ticket(second).unwrap().unwrap().follows(), Some(OLD));
    write(&desk, 81);
    assert_eq!(desk.ticket(second).unwrap().unwrap().message_count(), 2);
    assert_eq!(follow_ups(&desk), [first, second]);
}

#[test]
fn a_follow_up_that_closed_itself_unnoticed_counts_as_closed_then() {
    let desk = desk();
    write(&desk, 31);
    let [follow_up] = follow_ups(&desk)[..] else { panic!("one follow-up") };
    let resolution = Resolving::new("solved");
    let resolve = helpdesk::command::Resolve { ticket: follow_up, resolution };
    desk.resolve(ANNA.at(day(32)), resolve).unwrap();
    // It closed itself on day 36, and nobody ticked; 30 days later is day 66.
    let outcome = write(&desk, 67);
    assert_eq!(outcome.opened().count(), 1);
}

#[test]
fn reopened_by_hand_the_old_ticket_takes_the_question_itself() {
    let desk = desk();
    write(&desk, 31);
    desk.reopen(ANNA.at(day(33)), Reopen { ticket: OLD, reason: "belongs here".into() }).unwrap();
    write(&desk, 34);
    assert_eq!(desk.ticket(OLD).unwrap().unwrap().message_count(), 2);
}

#[test]
fn who_has_a_copy_reads_what_their_late_words_opened_and_is_told_the_answer() {
    let desk = desk();
    copy(&desk, OLD, &[OTTO]);
    let otto = Actor::Customer(OTTO);
    let new = opened(&write_as(&desk, &otto, 31));
    let ticket = desk.ticket(new).unwrap().unwrap();
    assert_eq!(ticket.requester(), Requester::Contact(ContactId::from_u128(7)));
    assert_eq!(ticket.followers(), [Follower::Contact(OTTO)]);
    assert_eq!(desk.sight(&otto, day(31), new).unwrap(), Sight::Public);
    let maria = Recipient::Contact(ContactId::from_u128(7));
    assert_eq!(told_of(&desk, "Again!", 31), [maria], "who asks there, by his words");
    // And it is the conversation that there is.
    let again = write_as(&desk, &otto, 32);
    assert!(again.trace.contains(&Step::WentToFollowUp { ticket: new }));
    assert_eq!(write(&desk, 33).opened().count(), 0, "for who asks, too");
    assert_eq!(follow_ups(&desk), [new]);
    let both = [ContactId::from_u128(7), OTTO].map(Recipient::Contact);
    assert_eq!(told_of_answer(&desk, new, 34), both);
}

#[test]
fn a_colleague_reads_what_their_late_words_opened_for_as_long_as_they_are_one() {
    let colleagues =
        SettingsDraft { customer_sight: CustomerSight::Organisation, ..SettingsDraft::default() };
    // With a copy of the old one, they had it to keep.
    for (copies, keeps) in [(&[][..], false), (&[OTTO][..], true)] {
        let desk = desk_with(colleagues.clone());
        copy(&desk, OLD, copies);
        let otto = Actor::Customer(OTTO);
        let new = opened(&write_as(&desk, &otto, 31));
        assert_eq!(desk.sight(&otto, day(31), new).unwrap(), Sight::Public);
        assert_eq!(write_as(&desk, &otto, 32).opened().count(), 0, "it is there");
        let elsewhere = ContactProfile::new("Somebody");
        desk.put_contact(Actor::Host.at(day(33)), OTTO, elsewhere).unwrap();
        for ticket in [OLD, new] {
            assert_eq!(desk.sight(&otto, day(33), ticket).is_ok(), keeps, "{ticket}");
        }
    }
}

#[test]
fn others_with_a_copy_of_the_old_ticket_neither_read_what_continues_it_nor_are_led_there() {
    let desk = desk();
    copy(&desk, OLD, &[OTTO, LEA]);
    let (otto, lea) = (Actor::Customer(OTTO), Actor::Customer(LEA));
    let ottos = opened(&write_as(&desk, &otto, 31));
    assert!(desk.sight(&lea, day(31), ottos).is_err());
    let leas = opened(&write_as(&desk, &lea, 32));
    // Each goes on where they were; who asks, on the latest.
    for (who, to) in [(&otto, ottos), (&lea, leas), (&MARIA, leas), (&otto, ottos)] {
        let outcome = write_as(&desk, who, 33);
        assert!(outcome.trace.contains(&Step::WentToFollowUp { ticket: to }), "{who}");
    }
    assert_eq!(follow_ups(&desk), [ottos, leas]);
}

#[test]
fn words_of_whoever_has_a_copy_are_found_where_they_opened_a_follow_up() {
    let desk = desk();
    copy(&desk, OLD, &[OTTO]);
    let new = opened(&write_as(&desk, &Actor::Customer(OTTO), 31));
    let host = Actor::Host.at(day(32));
    let erased = desk.erase_requester(host, OTTO, "asked for", None, 99).unwrap();
    assert!(erased.failed.is_empty() && erased.next.is_none());
    let posts = desk.thread(&Actor::Host, day(32), new, None, 9).unwrap().posts;
    assert_eq!(posts[0].text.as_str(), "");
}

#[test]
fn who_asks_under_another_id_follows_nothing() {
    let desk = desk();
    let double = ContactId::from_u128(70);
    let merge = MergeContacts::new(double, ContactId::from_u128(7));
    desk.merge_contacts(ANNA.at(day(0)), merge).unwrap();
    let new = opened(&write_as(&desk, &Actor::Customer(double), 31));
    assert!(desk.ticket(new).unwrap().unwrap().followers().is_empty());
}

/// Lets a guest in to the old ticket, in somebody's name, until day 90.
fn let_in(
    desk: &Desk<MemoryStore>,
    guest: u128,
    contact: ContactId,
    rights: [GuestRight; 2],
) -> Actor {
    let guest = GuestId::from_u128(guest);
    let (rights, until) = (rights.into(), day(90));
    let grant = GrantAccess { ticket: OLD, guest, contact, rights, until };
    desk.grant_access(ANNA.at(day(0)), grant).unwrap();
    Actor::Guest(guest)
}

const READS: [GuestRight; 2] = [GuestRight::View, GuestRight::Reply];

#[test]
fn a_guest_sees_of_what_their_late_words_opened_what_they_see_of_the_old_one_and_as_long() {
    let maria = ContactId::from_u128(7);
    for (contact, rights) in [(OTTO, READS), (OTTO, [GuestRight::Reply; 2]), (maria, READS)] {
        let desk = desk();
        let guest = let_in(&desk, 0x60, contact, rights);
        let new = opened(&write_as(&desk, &guest, 31));
        let [old, new] = [OLD, new].map(|id| desk.ticket(id).unwrap().unwrap());
        assert_eq!(new.grants(), old.grants());
        let level = |on, ticket| desk.sight(&guest, day(on), ticket).ok();
        for on in [31, 89, 90] {
            assert_eq!(level(on, new.id()), level(on, OLD), "day {on}");
        }
        assert_eq!(level(90, new.id()), None);
        // Nobody has more of it than they had, least of all for good.
        assert!(new.followers().is_empty());
        assert!(desk.sight(&Actor::Customer(OTTO), day(31), new.id()).is_err());
        assert_eq!(write_as(&desk, &guest, 32).opened().count(), 0, "it is there");
    }
}

#[test]
fn a_guests_late_words_go_where_the_guest_reads_them() {
    let desk = desk();
    let (one, other) = (let_in(&desk, 0x60, OTTO, READS), let_in(&desk, 0x61, LEA, READS));
    let ones = opened(&write_as(&desk, &one, 31));
    assert!(desk.sight(&other, day(31), ones).is_err(), "it is not theirs");
    let others = opened(&write_as(&desk, &other, 32));
    for (who, to) in [(&one, ones), (&other, others)] {
        assert!(write_as(&desk, who, 33).trace.contains(&Step::WentToFollowUp { ticket: to }));
        assert_eq!(desk.thread(who, day(33), to, None, 9).unwrap().posts.len(), 2);
    }
    // Where they speak for somebody who has a copy, who reads on as well.
    copy(&desk, OLD, &[LEA]);
    let third = let_in(&desk, 0x62, LEA, READS);
    let new = opened(&write_as(&desk, &third, 34));
    assert_eq!(desk.ticket(new).unwrap().unwrap().followers(), [Follower::Contact(LEA)]);
    assert_eq!(desk.sight(&third, day(34), new).unwrap(), Sight::Public);
}

#[test]
fn late_words_go_through_where_nobody_more_may_follow_or_be_let_in() {
    let desk = desk();
    copy(&desk, OLD, &[OTTO]);
    let guest = let_in(&desk, 0x60, LEA, READS);
    let limits = Limits { followers: 0, guests: 0, ..Limits::default() };
    let settings = SettingsDraft { limits, ..SettingsDraft::default() }.build().unwrap();
    desk.publish(Actor::Host.at(day(1)), settings).unwrap();
    let first = opened(&write_as(&desk, &Actor::Customer(OTTO), 31));
    let second = opened(&write_as(&desk, &guest, 32));
    for new in [first, second] {
        let new = desk.ticket(new).unwrap().unwrap();
        assert_eq!((new.followers().len(), new.grants().len()), (0, 0));
    }
}

/// A desk whose tickets are each followed up so many times at most.
fn desk_with_follow_ups(follow_ups: u32) -> Desk<MemoryStore> {
    let limits = Limits { follow_ups, ..Limits::default() };
    desk_with(SettingsDraft { limits, ..SettingsDraft::default() })
}

#[test]
fn late_words_for_which_there_may_be_no_more_follow_ups_reopen_the_latest() {
    let desk = desk_with_follow_ups(2);
    for (on, closed) in [(31, 40), (80, 81)] {
        let new = opened(&write(&desk, on));
        close(&desk, new, closed);
    }
    let [_, second] = follow_ups(&desk)[..] else { panic!("two follow-ups") };
    let outcome = write(&desk, 200);
    assert!(outcome.trace.contains(&Step::WentToFollowUp { ticket: second }));
    let ticket = desk.ticket(second).unwrap().unwrap();
    assert_eq!((ticket.status().name.as_str(), ticket.message_count()), ("open", 2));
    // Whoever asks for a new one by name is told that there may be none.
    let another = FollowUp::new(OLD, TicketId::from_u128(5), "Once more");
    let refused = desk.follow_up(MARIA.at(day(201)), another).unwrap_err();
    let limit = Refusal::LimitExceeded { limit: "follow_ups", allowed: 2, found: 3 };
    assert_eq!(refused.refusal(), Some(&limit));
}

#[test]
fn who_writes_and_unfollows_again_and_again_silences_nobody() {
    let desk = desk_with_follow_ups(2);
    copy(&desk, OLD, &[OTTO, LEA]);
    let otto = Actor::Customer(OTTO);
    let unfollow: BTreeSet<_> = [Follower::Contact(OTTO)].into();
    let mut opened_by_otto = Vec::new();
    for on in [31, 32] {
        let new = opened(&write_as(&desk, &otto, on));
        let edit = Edit { unfollow: unfollow.clone(), ..Edit::new(new) };
        desk.edit(otto.at(day(on)), edit).unwrap();
        opened_by_otto.push(new);
    }
    let latest = Step::WentToFollowUp { ticket: opened_by_otto[1] };
    // He is not heard less for it, nor is who has a copy of the old one alone, nor who asks.
    for who in [&otto, &Actor::Customer(LEA), &MARIA] {
        let outcome = write_as(&desk, who, 33);
        assert!(outcome.trace.contains(&latest), "{who}");
    }
    assert!(desk.sight(&Actor::Customer(LEA), day(34), opened_by_otto[1]).is_err());
    // Words go where they may be read, if there is such a place.
    copy(&desk, opened_by_otto[0], &[LEA]);
    close(&desk, opened_by_otto[0], 34);
    let outcome = write_as(&desk, &Actor::Customer(LEA), 90);
    assert!(outcome.trace.contains(&Step::WentToFollowUp { ticket: opened_by_otto[0] }));
}

#[test]
fn late_words_for_which_there_may_be_no_more_follow_ups_go_to_none_that_is_spam() {
    let desk = desk_with_follow_ups(2);
    let first = opened(&write(&desk, 31));
    close(&desk, first, 32);
    let second = opened(&write(&desk, 70));
    desk.mark_spam(ANNA.at(day(71)), MarkSpam { ticket: second }).unwrap();
    let outcome = write(&desk, 72);
    assert!(outcome.trace.contains(&Step::WentToFollowUp { ticket: first }));
    desk.mark_spam(ANNA.at(day(73)), MarkSpam { ticket: first }).unwrap();
    let refused = desk.reply(MARIA.at(day(74)), Reply::new(OLD, "Again!")).unwrap_err();
    assert_eq!(refused.refusal().map(Refusal::code), Some("limit_exceeded"), "there is none");
}

#[test]
fn who_does_not_see_the_ticket_that_went_on_does_not_come_to_see_what_continues_it() {
    let mut draft = SettingsDraft::default();
    draft.merging.across = MergeAcross::SameOrganisation;
    let desk = desk_with(draft);
    let (otto, ottos) = (Actor::Customer(OTTO), TicketId::from_u128(2));
    desk.open(otto.at(day(0)), Open::new(ottos, Requester::Contact(OTTO), "Mine")).unwrap();
    desk.reopen(ANNA.at(day(0)), Reopen { ticket: OLD, reason: "again".into() }).unwrap();
    desk.merge(ANNA.at(day(0)), Merge::new(ottos, OLD)).unwrap();
    let unfollow = [Follower::Contact(OTTO)].into();
    desk.edit(ANNA.at(day(0)), Edit { unfollow, ..Edit::new(OLD) }).unwrap();
    close(&desk, OLD, 0);
    let reply = || Reply::new(ottos, "Mine still");
    let new = opened(&desk.reply(otto.at(day(31)), reply()).unwrap());
    assert!(desk.sight(&otto, day(31), new).is_err(), "its subject is Maria's");
    // But what they say goes where it went before, as it did to the one that went on.
    let again = desk.reply(otto.at(day(32)), reply()).unwrap();
    assert!(again.trace.contains(&Step::WentToFollowUp { ticket: new }));
}
