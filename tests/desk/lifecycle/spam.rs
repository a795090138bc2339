//! Spam: closed, deaf, and back where it was a mistake.

use helpdesk::command::{
    Edit, FollowUp, GrantAccess, Hold, LogConversation, MarkSpam, MergeContacts, SaidBy, UnmarkSpam,
};
use helpdesk::store::{Store, Wanted};
use helpdesk::{
    Activity, AgentProfile, Channel, CommandId, Confirmation, ContactId, Counter, Delivery, Fact,
    Follower, GuestId, GuestRight, NoticeKind, PublicChange, Recipient, Relaying, Revision, Shown,
    TimerKind,
};

use super::*;

fn mark() -> MarkSpam {
    MarkSpam { ticket: TICKET }
}

fn unmark() -> UnmarkSpam {
    UnmarkSpam { ticket: TICKET }
}

/// Maria's request, which Anna took for spam an hour ago; nobody has heard of it since.
fn given() -> TestDesk {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.ok(&agent(ANNA), mark());
    desk.notices();
    desk.pass(hours(1));
    desk
}

#[test]
fn spam_is_closed_from_every_status_without_a_resolution_and_nobody_is_told() {
    for status in STATUSES {
        let desk = TestDesk::new();
        desk.given_status(status);
        desk.notices();
        let resolved = desk.ticket(TICKET).resolution().cloned();
        let outcome = desk.ok(&agent(ANNA), mark());
        let ticket = outcome.ticket().unwrap();
        assert!(ticket.is_spam());
        assert_eq!(ticket.status().name, "closed", "{status}");
        assert_eq!(ticket.resolution().cloned(), resolved, "{status}");
        assert!(desk.notices().is_empty(), "{status}");
        desk.verify();
    }
}

#[test]
fn what_is_marked_already_is_not_marked_again() {
    let desk = given();
    assert!(desk.ok(&agent(CARL), mark()).is_no_op());
    desk.ok(&agent(CARL), unmark());
    assert!(desk.ok(&agent(CARL), unmark()).is_no_op());
}

#[test]
fn spam_is_no_matter_of_transitions_and_required_fields() {
    let mut draft = draft();
    draft.fields = vec![helpdesk::FieldDef::new("paid", helpdesk::FieldKind::Boolean)];
    let closed = draft.workflow.statuses.iter_mut().find(|status| status.name == "closed");
    closed.unwrap().required_fields = vec!["paid".into()];
    for status in &mut draft.workflow.statuses {
        for way in &mut status.transitions {
            way.by = vec![helpdesk::Party::Host];
        }
    }
    let desk = TestDesk::with(draft);
    desk.given_request();
    assert_eq!(desk.refused(&agent(ANNA), close(TICKET)).code(), "transition_forbidden");
    desk.ok(&agent(ANNA), mark());
    assert_eq!(desk.status(TICKET), "closed");
}

#[test]
fn bots_sort_out_spam_and_light_agents_and_customers_do_not() {
    let desk = TestDesk::new();
    desk.given_request();
    for actor in [agent(LIA), customer(MARIA), auto_responder()] {
        assert_eq!(desk.refused(&actor, mark()).code(), "forbidden", "{actor}");
    }
    desk.ok(&bot(), mark());
    for actor in [agent(LIA), customer(MARIA), auto_responder()] {
        assert_eq!(desk.refused(&actor, unmark()).code(), "forbidden", "{actor}");
    }
    desk.ok(&bot(), unmark());
}

#[test]
fn what_agents_ask_of_each_other_is_no_spam() {
    let desk = TestDesk::new();
    desk.ok(&agent(LIA), Open { requester: Requester::Agent(LIA), ..request(TICKET) });
    assert_eq!(desk.refused(&agent(ANNA), mark()), Refusal::Internal);
}

#[test]
fn a_reply_to_spam_is_kept_and_moves_nothing_however_it_comes() {
    let desk = given();
    let said = desk.ok(&customer(MARIA), reply(TICKET));
    let stayed = Step::Stayed { status: "closed".into(), because: Stayed::Spam };
    assert_eq!(said.trace, [stayed]);
    let log = LogConversation {
        ticket: TICKET,
        said_by: SaidBy::Requester,
        channel: Channel::Phone,
        occurred_at: desk.now(),
        text: "she called".into(),
    };
    desk.ok(&agent(ANNA), log);
    desk.ok(&auto_responder(), reply(TICKET));
    // After the time to reopen, too: no follow-up comes of it.
    desk.pass(days(40));
    let late = desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(late.opened().count(), 0);
    let ticket = desk.ticket(TICKET);
    assert_eq!((ticket.status().name.as_str(), ticket.message_count()), ("closed", 5));
    assert_eq!((ticket.reopen_count(), ticket.followed_up_by().len()), (0, 0));
    assert!(desk.notices().is_empty(), "nobody is told");
    assert_eq!(desk.thread(&agent(ANNA), TICKET).len(), 5);
    desk.verify();
}

#[test]
fn words_of_others_than_its_sender_on_spam_are_told_to_who_works_on_it() {
    let desk = TestDesk::new();
    let guest = GuestId::from_u128(0x60);
    let grant = |contact| GrantAccess {
        ticket: TICKET,
        guest,
        contact,
        rights: [GuestRight::View, GuestRight::Reply].into(),
        until: desk.now() + days(9),
    };
    desk.given_request();
    let double = ContactId::from_u128(0xC9);
    desk.ok(&Actor::Host, MergeContacts::new(double, MARIA));
    let copies = [Follower::Contact(OTTO), Follower::Contact(double)].into();
    desk.ok(&Actor::Host, Edit { follow: copies, ..Edit::new(TICKET) });
    desk.ok(&agent(ANNA), mark());
    desk.notices();
    let told = |actor: &Actor| {
        let said = desk.ok(actor, reply(TICKET));
        let stayed = Step::Stayed { status: "closed".into(), because: Stayed::Spam };
        assert_eq!(said.trace, [stayed], "{actor}");
        desk.notices().into_iter().map(|it| (it.kind, it.to)).collect::<Vec<_>>()
    };
    let workers = [(NoticeKind::CustomerWrote, Recipient::Department("support".into()))];
    assert_eq!(told(&customer(OTTO)), workers);
    assert_eq!(told(&Actor::AutoResponder(OTTO)), []);
    // Its sender, however they are known, and whoever speaks for them.
    desk.ok(&Actor::Host, grant(MARIA));
    for actor in [customer(MARIA), customer(double), Actor::Guest(guest)] {
        assert_eq!(told(&actor), [], "{actor}");
    }
    desk.ok(&Actor::Host, grant(OTTO));
    assert_eq!(told(&Actor::Guest(guest)), workers);
    desk.verify();
}

#[test]
fn nothing_goes_on_with_spam_but_taking_the_mark_back() {
    let desk = given();
    assert_eq!(desk.refused(&agent(ANNA), reply(TICKET)).code(), "closed");
    assert_eq!(desk.refused(&agent(ANNA), reopen(TICKET)), Refusal::Spam);
    let follow_up = || follow_up(TICKET, ticket_id(9));
    assert_eq!(desk.refused(&agent(ANNA), follow_up()), Refusal::Spam);
    assert_eq!(desk.refused(&bot(), follow_up()), Refusal::Spam);
    assert_eq!(Refusal::Spam.code(), "spam");
}

#[test]
fn the_sender_never_learns_of_the_mark() {
    let desk = given();
    let maria = customer(MARIA);
    let follow_up = FollowUp { ..follow_up(TICKET, ticket_id(9)) };
    let refusal = desk.refused(&maria, follow_up);
    assert_eq!(refusal.code(), "forbidden");
    assert!(!refusal.to_string().contains("spam"), "{refusal}");
    let Shown::Public(hers) = desk.desk.show(&maria, desk.now(), TICKET).unwrap().shown else {
        panic!("her ticket")
    };
    assert_eq!(hers.status.name, "closed");
    let shown = desk.desk.activity(&maria, desk.now(), TICKET, Revision::ZERO, 99).unwrap();
    assert_eq!(shown.len(), 3, "opened, in progress, closed");
    let Activity::Public(last) = &shown[2] else { panic!("she is a customer") };
    assert!(matches!(&last.what, PublicChange::Moved { to, .. } if to.name == "closed"));
    assert!(!Fact::Spam.is_public());
}

#[test]
fn a_mistake_is_put_back_to_open_with_all_that_was_said() {
    let desk = given();
    desk.ok(&customer(MARIA), reply(TICKET));
    desk.pass(hours(1));
    let outcome = desk.ok(&agent(CARL), unmark());
    let ticket = outcome.ticket().unwrap();
    assert!(!ticket.is_spam());
    assert_eq!(ticket.status().name, "open");
    assert_eq!((ticket.message_count(), ticket.reopen_count()), (2, 0));
    assert_eq!(ticket.waiting_since(), Some(monday()), "she has waited all the while");
    assert_eq!(ticket.unresolved_since(), desk.now());
    assert_eq!(ticket.assignee(), Some(ANNA));
    assert_eq!((ticket.closed_at(), ticket.resolved_at()), (None, None));
    let told: Vec<_> = desk.notices().into_iter().map(|it| (it.kind, it.to)).collect();
    assert_eq!(told, [(NoticeKind::Reopened, Recipient::Agent(ANNA))]);
    desk.ok(&customer(MARIA), reply(TICKET));
    desk.ok(&agent(ANNA), reply(TICKET));
    assert_eq!(desk.status(TICKET), "answered", "a ticket as any other");
    desk.verify();
}

#[test]
fn an_owner_who_has_no_room_any_more_does_not_get_it_back() {
    let desk = given();
    desk.put_agent(ANNA, AgentProfile { capacity: Some(0), ..profile(ANNA) });
    let outcome = desk.ok(&agent(CARL), unmark());
    assert_eq!(outcome.ticket().unwrap().assignee(), None);
    assert_eq!(desk.load_of(ANNA), 0);
}

#[test]
fn spam_counts_for_nobody_and_is_found_by_those_who_look_for_it() {
    let desk = given();
    desk.ok(&customer(MARIA), request(ticket_id(2)));
    assert_eq!(desk.load_of(ANNA), 0);
    let counters = [Counter::Unfinished(Some("support".into()))];
    let found = desk.store.load(desk.desk.id(), &Wanted::counters(counters));
    assert_eq!(found.unwrap().counters, [1]);
    assert_eq!(desk.find(&agent(ANNA), "spam = true", "number"), [1]);
    assert_eq!(desk.find(&agent(ANNA), "spam = false", "number"), [2]);
    assert_eq!(desk.find(&agent(ANNA), "queued = true", "number"), [2]);
}

#[test]
fn marking_many_gives_each_an_outcome() {
    let desk = TestDesk::new();
    let ids = [1, 2, 3].map(ticket_id);
    for id in [ids[0], ids[2]] {
        desk.ok(&customer(MARIA), request(id));
    }
    let context = desk.context(&agent(ANNA)).once(CommandId::from_u128(7));
    let each = desk.desk.bulk(context, ids, |ticket| MarkSpam { ticket });
    let done: Vec<bool> = each.iter().map(|(_, result)| result.is_ok()).collect();
    assert_eq!(done, [true, false, true]);
}

#[test]
fn spam_is_kept_and_erased_as_other_closed_tickets() {
    let draft = SettingsDraft { retention: Some(Span::days(10)), ..draft() };
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.ok(&agent(ANNA), mark());
    let due = desk.now() + days(10);
    let timers = desk.ticket(TICKET).timers();
    assert_eq!(timers.next(), Some((TimerKind::Retention, due)), "and no other");
    desk.ok(&Actor::Host, Hold::new(TICKET, true, "a lawsuit"));
    assert_eq!(desk.ticket(TICKET).next_wake(), None);
    desk.ok(&Actor::Host, Hold::new(TICKET, false, "settled"));
    desk.advance_to(due);
    assert!(desk.ticket(TICKET).subject().known().is_none());
    assert!(desk.ticket(TICKET).is_spam());
}

#[test]
fn a_proposal_on_what_turns_out_as_spam_is_gone() {
    let desk = TestDesk::with(confirming(Confirmation::Offered));
    desk.given_request();
    desk.ok(&agent(ANNA), propose(TICKET));
    desk.ok(&agent(ANNA), mark());
    assert!(desk.ticket(TICKET).proposal().is_none());
}

#[test]
fn a_question_on_an_old_ticket_does_not_end_in_a_follow_up_that_was_marked() {
    let desk = TestDesk::new();
    desk.given_status("closed");
    desk.pass(days(40));
    let first = desk.ok(&customer(MARIA), reply(TICKET));
    let first = first.opened().next().unwrap().id();
    desk.ok(&agent(ANNA), MarkSpam { ticket: first });
    let second = desk.ok(&customer(MARIA), reply(TICKET));
    let second = second.opened().next().expect("somebody reads it");
    assert_eq!(second.follows(), Some(TICKET));
    assert_eq!(desk.ticket(first).message_count(), 1);
}

#[test]
fn a_notice_that_waits_is_withheld_from_the_sender_of_spam() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.notices();
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.ok(&agent(ANNA), mark());
    let relayed =
        desk.desk.relay(desk.now(), &Relaying::default(), |_| Delivery::Delivered).unwrap();
    assert_eq!((relayed.delivered.len(), relayed.withheld.len()), (0, 1));
}
