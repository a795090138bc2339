//! What a merge does to both, who may, and what undoing it restores.

use super::*;

fn two() -> TestDesk {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    desk
}

#[test]
fn the_merged_ticket_closes_and_burdens_nobody() {
    let desk = two();
    desk.ok(&agent(ANNA), Take { ticket: SECOND });
    assert_eq!(desk.load_of(ANNA), 1);
    merge(&desk, SECOND, TICKET);
    let merged = desk.ticket(SECOND);
    assert_eq!(merged.status().name, "closed");
    assert_eq!((merged.merged_into(), merged.waiting_since()), (Some(TICKET), None));
    assert_eq!((merged.resolution(), merged.next_wake()), (None, None));
    assert_eq!((merged.assignee(), desk.load_of(ANNA)), (Some(ANNA), 0));
    assert!(desk.ticket(TICKET).merged().eq([SECOND]));
    let move_of = desk.history(SECOND).pop().unwrap();
    let moved = move_of.ticket_change().unwrap().status_change().unwrap().because;
    assert_eq!(moved, Moved::Merged);
    desk.verify();
}

#[test]
fn the_survivor_waits_since_the_earlier_question_and_moves_as_on_a_reply() {
    let desk = two();
    desk.ok(&agent(ANNA), reply(SECOND));
    assert_eq!(desk.status(SECOND), "answered");
    let outcome = merge(&desk, TICKET, SECOND);
    let survivor = desk.ticket(SECOND);
    assert_eq!(survivor.waiting_since(), Some(monday()));
    assert_eq!(survivor.status().name, "open");
    let moved = outcome.all_events().last().unwrap().1;
    assert_eq!(moved.cause.rule, Some(Rule::OnMerge));
    let told = desk.notices();
    assert_eq!(told.last().unwrap().kind, NoticeKind::Merged);
    assert_eq!(told.last().unwrap().to, Recipient::Department("support".into()));
    // An answer there answers it.
    desk.ok(&agent(ANNA), reply(SECOND));
    assert_eq!(desk.ticket(SECOND).waiting_since(), None);
}

#[test]
fn an_answer_from_before_the_merge_answers_no_question_of_the_other() {
    let desk = two();
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), reply(SECOND));
    merge(&desk, TICKET, SECOND);
    assert_eq!(desk.ticket(SECOND).waiting_since(), Some(monday()));
}

#[test]
fn finished_work_brings_no_question() {
    let desk = two();
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.ok(&agent(ANNA), reply(SECOND));
    merge(&desk, TICKET, SECOND);
    assert_eq!(desk.status(SECOND), "answered");
    assert_eq!(desk.ticket(SECOND).waiting_since(), None);
}

#[test]
fn a_resolved_survivor_reopens_and_its_owner_keeps_it_only_with_room() {
    for (capacity, keeps) in [(1, true), (0, false)] {
        let desk = two();
        desk.ok(&agent(ANNA), Take { ticket: TICKET });
        desk.ok(&agent(ANNA), resolve(TICKET));
        desk.put_agent(ANNA, profile(ANNA).capacity(capacity));
        merge(&desk, SECOND, TICKET);
        assert_eq!(desk.status(TICKET), "open");
        assert_eq!(desk.ticket(TICKET).assignee(), Some(ANNA).filter(|_| keeps));
        assert_eq!(desk.load_of(ANNA), i64::from(keeps));
    }
}

#[test]
fn the_room_that_a_merge_makes_is_room_for_what_it_reopens() {
    // Her capacity, the owner of the ticket that goes, and whether she keeps the survivor.
    for (capacity, owner, keeps) in [(1, ANNA, true), (1, CARL, false), (2, CARL, true)] {
        let desk = two();
        desk.ok(&agent(ANNA), Take { ticket: TICKET });
        desk.ok(&agent(ANNA), resolve(TICKET));
        desk.ok(&agent(owner), Take { ticket: SECOND });
        if owner != ANNA {
            desk.ok(&customer(MARIA), request(THIRD));
            desk.ok(&agent(ANNA), Take { ticket: THIRD });
        }
        desk.put_agent(ANNA, profile(ANNA).capacity(capacity));
        merge(&desk, SECOND, TICKET);
        assert_eq!(desk.ticket(TICKET).assignee(), Some(ANNA).filter(|_| keeps));
        let third = i64::from(owner != ANNA);
        assert_eq!(desk.load_of(ANNA), third + i64::from(keeps));
        desk.verify();
    }
}

#[test]
fn by_policy_the_survivors_own_question_counts_where_it_has_one() {
    let waiting = MergeWaiting::Survivor;
    let desk = TestDesk::with(SettingsDraft {
        merging: Merging { waiting, ..Merging::default() },
        ..draft()
    });
    desk.given_request();
    another(&desk, SECOND);
    let own = desk.now();
    merge(&desk, TICKET, SECOND);
    assert_eq!(desk.ticket(SECOND).waiting_since(), Some(own));
    // Without one of its own, none is lost.
    undo(&desk, TICKET);
    desk.ok(&agent(ANNA), reply(SECOND));
    merge(&desk, TICKET, SECOND);
    assert_eq!(desk.ticket(SECOND).waiting_since(), Some(monday()));
}

#[test]
fn followers_come_along_and_nobody_twice() {
    let desk = two();
    for ticket in [TICKET, SECOND] {
        let follow = [Follower::Contact(OTTO), Follower::Agent(LIA)].into();
        desk.ok(&agent(ANNA), Edit { follow, ..Edit::new(ticket) });
    }
    desk.ok(&agent(ANNA), Edit { follow: [Follower::Agent(OWNER)].into(), ..Edit::new(SECOND) });
    merge(&desk, SECOND, TICKET);
    let all = [Follower::Contact(OTTO), Follower::Agent(OWNER), Follower::Agent(LIA)];
    assert_eq!(desk.ticket(TICKET).followers(), all);
}

#[test]
fn what_is_said_on_a_merged_ticket_reaches_the_survivor() {
    let desk = two();
    merge(&desk, SECOND, TICKET);
    desk.ok(&agent(ANNA), reply(TICKET));
    let outcome = desk.ok(&customer(MARIA), Reply::new(SECOND, "Hello?"));
    assert!(outcome.trace.contains(&Step::WentToSurvivor { ticket: TICKET }));
    assert_eq!(desk.status(TICKET), "open", "it is a question as any other");
    desk.ok(&agent(LIA), Note::new(SECOND, "She called, too."));
    let log = LogConversation {
        ticket: SECOND,
        said_by: SaidBy::Requester,
        channel: Channel::Phone,
        occurred_at: desk.now(),
        text: "On the phone".into(),
    };
    desk.ok(&agent(ANNA), log);
    assert_eq!(desk.history(SECOND).len(), 2, "nothing is recorded on the merged one");
    let posts = desk.desk.thread(&agent(ANNA), desk.now(), TICKET, None, 9).unwrap().posts;
    let late: Vec<_> =
        posts.iter().filter(|post| post.message.addressed_to == Some(SECOND)).collect();
    let texts: Vec<_> = late.iter().map(|post| post.text.as_str()).collect();
    assert_eq!(texts, ["Hello?", "She called, too.", "On the phone"]);
    assert!(late.iter().all(|post| post.ticket == TICKET));
}

#[test]
fn a_late_reply_reopens_the_survivor_or_opens_a_follow_up_of_it() {
    let desk = two();
    merge(&desk, SECOND, TICKET);
    desk.ok(&agent(ANNA), close(TICKET));
    desk.ok(&customer(MARIA), reply(SECOND));
    assert_eq!(desk.status(TICKET), "open");
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(days(31));
    let outcome = desk.ok(&customer(MARIA), Reply::new(SECOND, "Again"));
    let opened = outcome.opened().next().unwrap();
    assert_eq!(opened.follows(), Some(TICKET));
    let said = desk.history(opened.id()).remove(0);
    let first = said.ticket_change().unwrap().message().unwrap();
    assert_eq!(first.addressed_to, Some(SECOND));
}

#[test]
fn a_follow_up_that_was_merged_since_leads_on_and_never_round() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&Actor::Host, close(TICKET));
    desk.pass(days(31));
    let opened = desk.ok(&customer(MARIA), reply(TICKET)).opened().next().unwrap().id();
    another(&desk, SECOND);
    merge(&desk, opened, SECOND);
    desk.ok(&customer(MARIA), Reply::new(TICKET, "Where is it?"));
    assert_eq!(desk.ticket(SECOND).message_count(), 2);

    // Merged back into the old one, it continues nothing.
    undo(&desk, opened);
    desk.ok(&agent(ANNA), reopen(TICKET));
    merge(&desk, opened, TICKET);
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(days(31));
    let outcome = desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(outcome.opened().next().unwrap().follows(), Some(TICKET));
}

#[test]
fn a_merged_ticket_refuses_the_rest_and_names_the_survivor_to_who_sees_it() {
    let desk = two();
    merge(&desk, SECOND, TICKET);
    let refusal = desk.refused(&agent(ANNA), Take { ticket: SECOND });
    assert_eq!(refusal, Refusal::Merged { into: Some(TICKET) });
    let refusal = desk.refused(&customer(MARIA), follow_up(SECOND, ticket_id(9)));
    assert_eq!(refusal, Refusal::Merged { into: Some(TICKET) });
    desk.ok(&agent(ANNA), transfer(TICKET, "billing"));
    let refusal = desk.refused(&agent(ANNA), reopen(SECOND));
    assert_eq!(refusal, Refusal::Merged { into: None });
    assert_eq!(refusal.to_string(), "the ticket has been merged");
    // What she says on it arrives all the same.
    desk.ok(&agent(ANNA), reply(SECOND));
    assert_eq!(desk.ticket(TICKET).message_count(), 2);
}

#[test]
fn both_tickets_must_be_in_sight() {
    let desk = two();
    desk.ok(&agent(ADMIN), transfer(SECOND, "billing"));
    for (ticket, into) in [(TICKET, SECOND), (SECOND, TICKET)] {
        let refusal = desk.refused(&agent(ANNA), Merge::new(ticket, into));
        assert_eq!(refusal, Refusal::NotFound { ticket: SECOND });
    }
    desk.ok(&agent(ADMIN), Merge::new(TICKET, SECOND));
    // Neither does she undo what she sees but half of.
    let refusal = desk.refused(&agent(ANNA), UndoMerge { ticket: TICKET });
    assert_eq!(refusal, Refusal::NotFound { ticket: TICKET });
    another(&desk, THIRD);
    let refusal = desk.refused(&agent(ANNA), Merge::new(THIRD, TICKET));
    assert_eq!(refusal, Refusal::NotFound { ticket: TICKET });
}

#[test]
fn what_belongs_to_different_people_is_not_merged() {
    let desk = TestDesk::new();
    desk.given_request();
    let mut open = Open::new(SECOND, Requester::Contact(OTTO), "Mine, too");
    open.department = Some("support".into());
    desk.ok(&customer(OTTO), open);
    let refused = desk.refused(&agent(ANNA), Merge::new(SECOND, TICKET));
    assert_eq!(refused, Refusal::DifferentRequesters);
    internal(&desk, THIRD);
    assert_eq!(desk.refused(&agent(ANNA), Merge::new(TICKET, THIRD)), Refusal::IntoInternal);
    let mut open = Open::new(ticket_id(0x74), Requester::Agent(EVA), "Who?");
    open.department = Some("support".into());
    desk.ok(&agent(EVA), open);
    let refused = desk.refused(&agent(ANNA), Merge::new(ticket_id(0x74), THIRD));
    assert_eq!(refused, Refusal::DifferentRequesters);
}

#[test]
fn an_internal_ticket_becomes_notes_in_a_customers_and_asks_nothing() {
    let desk = TestDesk::new();
    internal(&desk, SECOND);
    let follow = [Follower::Contact(OTTO), Follower::Agent(LIA)].into();
    desk.ok(&agent(ANNA), Edit { follow, ..Edit::new(SECOND) });
    desk.pass(hours(1));
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    merge(&desk, SECOND, TICKET);
    let ticket = desk.ticket(TICKET);
    assert_eq!((ticket.status().name.as_str(), ticket.waiting_since()), ("answered", None));
    let both = [Follower::Agent(CARL), Follower::Agent(LIA)];
    assert_eq!(ticket.followers(), both, "no contact comes to read what was among agents");

    // Late words of the asker, too.
    desk.notices();
    desk.ok(&agent(CARL), Reply::new(SECOND, "Never mind."));
    assert_eq!(desk.notices(), []);
    assert_eq!(desk.status(TICKET), "answered");
    assert_eq!(desk.thread(&customer(MARIA), TICKET), ["It burns", "words"]);
    let posts = desk.desk.thread(&agent(ANNA), desk.now(), TICKET, None, 9).unwrap().posts;
    let seen: Vec<_> = posts.iter().map(|post| (post.ticket, post.message.visibility)).collect();
    let (note, public) = (Visibility::Note, Visibility::Public);
    assert_eq!(seen, [(SECOND, note), (TICKET, public), (TICKET, public), (TICKET, note)]);
}

#[test]
fn nothing_is_merged_into_itself_or_into_what_is_closed() {
    let desk = two();
    let refused = desk.refused(&agent(ANNA), Merge::new(TICKET, TICKET));
    assert_eq!(refused, Refusal::MergeCycle { into: TICKET });
    desk.ok(&agent(ANNA), close(TICKET));
    assert_eq!(desk.refused(&agent(ANNA), Merge::new(SECOND, TICKET)).code(), "closed");
    // What is closed may go.
    merge(&desk, TICKET, SECOND);
    undo(&desk, TICKET);
    assert_eq!(desk.status(TICKET), "closed");
    assert_eq!(desk.refused(&agent(ANNA), UndoMerge { ticket: TICKET }), Refusal::NotMerged);
}

#[test]
fn merges_have_limits_in_number_and_in_length() {
    let limits = Limits { merged: 3, merge_chain: 2, ..Limits::default() };
    let desk = TestDesk::with(SettingsDraft { limits, ..draft() });
    let ids: Vec<TicketId> = (1..=6).map(ticket_id).collect();
    for id in &ids {
        desk.ok(&customer(MARIA), request(*id));
    }
    merge(&desk, ids[0], ids[1]);
    merge(&desk, ids[1], ids[2]);
    let refused = desk.refused(&agent(ANNA), Merge::new(ids[2], ids[3]));
    let limit = |limit, allowed, found| Refusal::LimitExceeded { limit, allowed, found };
    assert_eq!(refused, limit("merge_chain", 2, 3));
    merge(&desk, ids[3], ids[2]);
    let refused = desk.refused(&agent(ANNA), Merge::new(ids[4], ids[0]));
    assert_eq!(refused, limit("merged", 3, 4));
    // The redirect leads over the whole chain.
    assert_eq!(desk.desk.survivor(ids[0]).unwrap(), Some(ids[2]));
    desk.ok(&customer(MARIA), Reply::new(ids[0], "Hello?"));
    assert_eq!(desk.ticket(ids[2]).message_count(), 2);
    assert_eq!(desk.desk.survivor(ticket_id(99)).unwrap(), None);
}

#[test]
fn a_longer_redirect_than_new_settings_allow_still_leads_to_its_end() {
    let chain = |merge_chain| SettingsDraft {
        limits: Limits { merge_chain, ..Limits::default() },
        ..draft()
    };
    let desk = TestDesk::with(chain(32));
    let ids: Vec<TicketId> = (1..=33).map(ticket_id).collect();
    for id in &ids {
        desk.ok(&customer(MARIA), request(*id));
    }
    for pair in ids.windows(2) {
        merge(&desk, pair[0], pair[1]);
    }
    desk.publish(chain(1));
    desk.ok(&customer(MARIA), Reply::new(ids[0], "Hello?"));
    assert_eq!(desk.ticket(ids[32]).message_count(), 2);
    assert_eq!(desk.thread(&customer(MARIA), ids[0]).len(), 34);
    assert!(chain(33).build().is_err() && chain(0).build().is_err());
}

#[test]
fn undoing_gives_back_what_the_ticket_was_with_its_timers() {
    let desk = TestDesk::new();
    let until = monday() + days(1);
    desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.ok(&agent(ANNA), postpone(TICKET, until));
    another(&desk, SECOND);
    merge(&desk, TICKET, SECOND);
    desk.pass(days(2));
    undo(&desk, TICKET);
    let ticket = desk.ticket(TICKET);
    assert_eq!(ticket.status().name, "postponed");
    assert_eq!(ticket.reason().unwrap().as_str(), "look_again");
    assert_eq!((ticket.postponed_until(), ticket.next_wake()), (Some(until), Some(until)));
    assert_eq!((ticket.assignee(), desk.load_of(ANNA)), (Some(ANNA), 1));
    assert_eq!(ticket.waiting_since(), Some(monday()));
    // What is past due comes with the next tick.
    desk.desk.tick(desk.now()).unwrap();
    assert_eq!(desk.status(TICKET), "open");
}

#[test]
fn on_undoing_an_owner_without_room_loses_the_ticket() {
    let desk = two();
    desk.ok(&agent(ANNA), Take { ticket: SECOND });
    merge(&desk, SECOND, TICKET);
    desk.put_agent(ANNA, profile(ANNA).capacity(1));
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    undo(&desk, SECOND);
    assert_eq!((desk.ticket(SECOND).assignee(), desk.load_of(ANNA)), (None, 1));
}

#[test]
fn after_undoing_the_survivor_waits_for_what_is_left() {
    let desk = two();
    another(&desk, THIRD);
    let own = desk.now();
    merge(&desk, TICKET, THIRD);
    merge(&desk, SECOND, THIRD);
    assert_eq!(desk.ticket(THIRD).waiting_since(), Some(monday()));
    undo(&desk, TICKET);
    assert_eq!(desk.ticket(THIRD).waiting_since(), Some(monday() + hours(1)));
    undo(&desk, SECOND);
    assert_eq!(desk.ticket(THIRD).waiting_since(), Some(own));
    assert_eq!(desk.ticket(SECOND).waiting_since(), Some(monday() + hours(1)));
}

#[test]
fn the_outer_merge_is_undone_first() {
    let desk = two();
    another(&desk, THIRD);
    merge(&desk, TICKET, SECOND);
    merge(&desk, SECOND, THIRD);
    let refused = desk.refused(&agent(ANNA), UndoMerge { ticket: TICKET });
    assert_eq!(refused, Refusal::Merged { into: Some(THIRD) });
    undo(&desk, SECOND);
    undo(&desk, TICKET);
    assert!(desk.ticket(SECOND).merged().next().is_none());
}

#[test]
fn a_merged_ticket_is_found_as_such() {
    let desk = two();
    merge(&desk, SECOND, TICKET);
    assert_eq!(desk.find(&agent(ANNA), &format!("merged_into = {TICKET}"), ""), [2]);
    assert_eq!(desk.find(&agent(ANNA), "merged_into is missing", ""), [1]);
}
