//! Confirmed resolution: an agent proposes a solution, the customer confirms or rejects it.

use helpdesk::command::{
    ConfirmSolution, GrantAccess, Hold, Note, ProposeSolution, Redact, RejectSolution, Reply,
};
use helpdesk::{
    Activity, Confirmation, Fact, FieldDef, FieldKind, FieldValue, Follower, GuestId, GuestRight,
    MessageRef, NoticeKind, Party, PublicChange, Recipient, RefusalKind, Revision, Shown,
    Transition,
};

use super::*;

/// A desk where solutions are offered, and Maria's request.
fn given() -> TestDesk {
    let desk = TestDesk::with(confirming(Confirmation::Offered));
    desk.given_request();
    desk
}

/// The same, and Anna has proposed a solution an hour ago.
fn proposed() -> TestDesk {
    let desk = given();
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.ok(&agent(ANNA), propose(TICKET));
    desk.pass(hours(1));
    desk
}

fn confirm() -> ConfirmSolution {
    ConfirmSolution { ticket: TICKET }
}

fn told(desk: &TestDesk) -> Vec<(NoticeKind, Recipient)> {
    desk.notices().into_iter().map(|notice| (notice.kind, notice.to)).collect()
}

#[test]
fn a_proposal_answers_and_waits_for_the_customer() {
    let desk = proposed();
    let ticket = desk.ticket(TICKET);
    assert_eq!(ticket.status().name, "pending");
    assert_eq!(ticket.reason().unwrap().as_str(), "confirmation");
    assert_eq!((ticket.first_answered_at(), ticket.waiting_since()), (Some(monday()), None));
    let proposal = ticket.proposal().unwrap();
    assert_eq!((proposal.by(), proposal.at()), (&agent(ANNA), monday()));
    assert_eq!(desk.thread(&customer(MARIA), TICKET), ["It burns", "Unplug it"]);
    let message = &desk.history(TICKET)[proposal.message().0 as usize - 1];
    assert!(message.ticket_change().unwrap().message().is_some());
    desk.verify();
}

#[test]
fn what_is_confirmed_is_resolved_with_who_proposed_and_who_confirmed() {
    let desk = proposed();
    let mut propose = propose(TICKET);
    propose.resolution.code = "workaround".into();
    propose.resolution.text = "loose plug".into();
    desk.ok(&agent(CARL), propose);
    desk.pass(hours(1));
    let outcome = desk.ok(&customer(MARIA), confirm());
    let ticket = outcome.ticket().unwrap();
    assert_eq!(ticket.status().name, "resolved");
    assert!(ticket.proposal().is_none());
    let resolution = ticket.resolution().unwrap();
    assert_eq!(
        (resolution.code().as_str(), resolution.text().as_str()),
        ("workaround", "loose plug")
    );
    assert_eq!(resolution.by(), &agent(CARL));
    assert_eq!(resolution.confirmed_by(), Some(&customer(MARIA)));
    assert_eq!(resolution.at(), desk.now());
    assert_eq!(ticket.timers().auto_close, Some(desk.now() + days(4)), "as any resolved ticket");
    desk.verify();

    // Another resolution takes its place, which nobody has confirmed.
    desk.ok(&agent(OWNER), resolve(TICKET));
    assert_eq!(desk.ticket(TICKET).resolution().unwrap().confirmed_by(), None);
}

#[test]
fn what_is_rejected_is_open_again_with_or_without_words() {
    for text in [None, Some("It has no plug")] {
        let desk = proposed();
        let reject = RejectSolution { ticket: TICKET, text: text.map(Into::into) };
        let outcome = desk.ok(&customer(MARIA), reject);
        let ticket = outcome.ticket().unwrap();
        assert_eq!(ticket.status().name, "open");
        assert!(ticket.proposal().is_none() && ticket.resolution().is_none());
        assert_eq!(ticket.waiting_since(), Some(desk.now()), "she waits, said or unsaid");
        assert_eq!(ticket.last_asked_at(), Some(desk.now()));
        assert_eq!(ticket.message_count(), if text.is_some() { 3 } else { 2 });
        assert_eq!(ticket.reopen_count(), 0, "it was never resolved");
        assert_eq!(ticket.assignee(), Some(ANNA));
        desk.verify();
    }
    let desk = proposed();
    let blank = RejectSolution::new(TICKET).because(" ");
    assert_eq!(desk.refused(&customer(MARIA), blank).code(), "empty");
}

#[test]
fn only_who_asked_confirms_or_rejects() {
    let desk = proposed();
    let guest = GuestId::from_u128(1);
    let rights = [GuestRight::View, GuestRight::Reply].into();
    let until = desk.now() + days(1);
    desk.ok(&Actor::Host, GrantAccess { ticket: TICKET, guest, contact: MARIA, rights, until });
    let mut edit = Edit::new(TICKET);
    edit.follow = [Follower::Contact(OTTO)].into();
    desk.ok(&Actor::Host, edit);
    let others = [
        customer(OTTO),
        Actor::Guest(guest),
        auto_responder(),
        agent(ANNA),
        agent(OWNER),
        agent(LIA),
        bot(),
        Actor::Host,
    ];
    for actor in others {
        assert_eq!(desk.refused(&actor, confirm()).code(), "forbidden", "{actor}");
        let reject = RejectSolution::new(TICKET);
        assert_eq!(desk.refused(&actor, reject).code(), "forbidden", "{actor}");
    }
    desk.ok(&customer(MARIA), confirm());
}

#[test]
fn without_a_proposal_there_is_nothing_to_confirm() {
    for status in STATUSES {
        let desk = TestDesk::with(confirming(Confirmation::Required));
        desk.given_status(status);
        let refusal = desk.refused(&customer(MARIA), confirm());
        assert_eq!(refusal, Refusal::NoProposal { status: status.into() });
        assert_eq!((refusal.code(), refusal.kind()), ("no_proposal", RefusalKind::Conflict));
        let refusal = desk.refused(&customer(MARIA), RejectSolution::new(TICKET));
        assert_eq!(refusal.code(), "no_proposal");
    }
}

#[test]
fn a_confirmation_counts_once() {
    let desk = proposed();
    desk.ok(&customer(MARIA), confirm());
    assert_eq!(desk.refused(&customer(MARIA), confirm()).code(), "no_proposal");
}

#[test]
fn a_plain_reply_of_the_customers_ends_the_proposal() {
    let desk = proposed();
    desk.ok(&customer(MARIA), Reply::new(TICKET, "Which plug?"));
    assert_eq!(desk.status(TICKET), "open");
    assert!(desk.ticket(TICKET).proposal().is_none());
    assert_eq!(desk.refused(&customer(MARIA), confirm()).code(), "no_proposal");
}

#[test]
fn neither_auto_replies_nor_notes_nor_reminders_end_a_proposal() {
    let desk = proposed();
    desk.ok(&auto_responder(), Reply::new(TICKET, "I am away"));
    desk.ok(&agent(ANNA), Note::new(TICKET, "she is away"));
    desk.ok(&bot(), Reply::new(TICKET, "Please confirm."));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Did it help?"));
    desk.ok(&Actor::Host, transfer(TICKET, "billing"));
    desk.advance_to(desk.now() + days(30));
    assert!(desk.ticket(TICKET).proposal().is_some());
    desk.ok(&customer(MARIA), confirm());
    assert_eq!(desk.status(TICKET), "resolved");
}

#[test]
fn an_agent_withdraws_by_moving_the_ticket_elsewhere() {
    for status in ["open", "in_progress", "answered"] {
        let desk = proposed();
        desk.ok(&agent(ANNA), set_status(TICKET, status));
        assert!(desk.ticket(TICKET).proposal().is_none());
    }
    let desk = proposed();
    desk.ok(&agent(ANNA), set_with_reason(TICKET, "pending", "information"));
    assert!(desk.ticket(TICKET).proposal().is_none(), "it waits for something else now");
    let desk = proposed();
    desk.ok(&agent(ANNA), postpone(TICKET, desk.now() + days(1)));
    assert!(desk.ticket(TICKET).proposal().is_none());
}

#[test]
fn a_reply_that_moves_the_ticket_supersedes_the_proposal() {
    let mut draft = confirming(Confirmation::Offered);
    let pending = draft.workflow.statuses.iter_mut().find(|status| status.name == "pending");
    pending.unwrap().on_agent_reply = Some("answered".into());
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.ok(&agent(ANNA), propose(TICKET));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Forget what I said"));
    assert_eq!(desk.status(TICKET), "answered");
    assert!(desk.ticket(TICKET).proposal().is_none());
}

#[test]
fn another_proposal_takes_the_place_of_the_first() {
    let desk = proposed();
    let seen = desk.ticket(TICKET).revision();
    desk.ok(&agent(CARL), ProposeSolution::new(TICKET, "Burn it", "withdrawn"));
    let ticket = desk.ticket(TICKET);
    assert_eq!(ticket.proposal().unwrap().code().as_str(), "withdrawn");
    assert_eq!(ticket.status_since(), monday(), "it waits as before");
    // She says yes to what she saw, and not to what she did not.
    let stale = desk.context(&customer(MARIA)).having_seen(seen);
    let refused = desk.desk.confirm_solution(stale, confirm()).unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "stale_view");
}

#[test]
fn where_it_is_required_agents_propose_and_those_with_authority_resolve() {
    let desk = || {
        let desk = TestDesk::with(confirming(Confirmation::Required));
        desk.given_request();
        desk.ok(&Actor::Host, Assign::new(TICKET, RHEA));
        desk
    };
    for id in [ANNA, RHEA] {
        let desk = desk();
        let refusal = desk.refused(&agent(id), resolve(TICKET));
        assert_eq!(refusal, Refusal::ConfirmationRequired);
        assert_eq!(refusal.code(), "confirmation_required");
        assert!(refusal.to_string().contains("`propose_solution`"), "{refusal}");
        desk.ok(&agent(id), propose(TICKET));
        let refusal = desk.refused(&agent(id), resolve(TICKET));
        assert_eq!(refusal, Refusal::ConfirmationRequired, "she has not answered");
        // Nothing is stuck: an end without her word is an end.
        desk.ok(&agent(id), close(TICKET));
        assert!(desk.ticket(TICKET).proposal().is_none());
    }
    for actor in [agent(OWNER), agent(ADMIN), Actor::Host] {
        let desk = desk();
        desk.ok(&actor, resolve(TICKET));
        assert_eq!(desk.status(TICKET), "resolved");
        // To say more of how it ended is nobody's word but the desk's.
        desk.ok(&agent(ANNA), Resolve::new(TICKET, "workaround"));
    }
}

#[test]
fn bots_and_customers_whom_the_workflow_lets_resolve_unasked() {
    let mut draft = confirming(Confirmation::Required);
    for status in &mut draft.workflow.statuses {
        let ways = status.transitions.iter_mut().filter(|way| way.to == "resolved");
        ways.for_each(|way: &mut Transition| way.by.extend([Party::Bot, Party::Customer]));
    }
    for actor in [bot(), customer(MARIA)] {
        let desk = TestDesk::with(draft.clone());
        desk.given_request();
        desk.ok(&actor, resolve(TICKET));
        assert_eq!(desk.status(TICKET), "resolved");
    }
}

#[test]
fn on_an_internal_ticket_the_asking_agent_confirms_and_nobody_must_be_asked() {
    let desk = TestDesk::with(confirming(Confirmation::Required));
    let internal = |id| Open { requester: Requester::Agent(LIA), ..request(id) };
    desk.ok(&agent(LIA), internal(TICKET));
    assert_eq!(desk.refused(&agent(LIA), propose(TICKET)).code(), "forbidden");
    desk.ok(&agent(ANNA), propose(TICKET));
    assert_eq!(desk.refused(&agent(ANNA), confirm()).code(), "forbidden");
    desk.ok(&agent(LIA), confirm());
    assert_eq!(desk.ticket(TICKET).resolution().unwrap().confirmed_by(), Some(&agent(LIA)));

    let other = ticket_id(9);
    desk.ok(&agent(LIA), internal(other));
    desk.ok(&agent(ANNA), resolve(other));
    // Nobody proposes to themselves.
    let own = ticket_id(10);
    desk.ok(&agent(ANNA), Open { requester: Requester::Agent(ANNA), ..request(own) });
    assert_eq!(desk.refused(&agent(ANNA), propose(own)).code(), "forbidden");
}

#[test]
fn where_it_is_off_nothing_is_proposed_and_what_was_may_be_answered() {
    let desk = TestDesk::new();
    desk.given_request();
    let refusal = desk.refused(&agent(ANNA), propose(TICKET));
    assert_eq!((refusal.code(), refusal.kind()), ("confirmation_off", RefusalKind::Conflict));

    for answer in [true, false] {
        let desk = proposed();
        desk.publish(draft());
        assert_eq!(desk.refused(&agent(ANNA), propose(TICKET)).code(), "confirmation_off");
        if answer {
            desk.ok(&customer(MARIA), confirm());
            assert_eq!(desk.status(TICKET), "resolved");
        } else {
            desk.ok(&customer(MARIA), RejectSolution::new(TICKET));
            assert_eq!(desk.status(TICKET), "open");
        }
    }
}

#[test]
fn a_proposal_is_held_up_by_what_the_customer_could_not_fill_in() {
    let mut draft = confirming(Confirmation::Required);
    draft.fields = vec![FieldDef::new("part", FieldKind::Text { max_bytes: 20 })];
    let resolved = draft.workflow.statuses.iter_mut().find(|status| status.name == "resolved");
    resolved.unwrap().required_fields = vec!["part".into()];
    let desk = TestDesk::with(draft);
    desk.given_request();
    assert_eq!(desk.refused(&agent(ANNA), propose(TICKET)).code(), "field_required");
    let fill = |value: Option<FieldValue>| Edit {
        fields: [("part".into(), value)].into(),
        ..Edit::new(TICKET)
    };
    desk.ok(&agent(ANNA), fill(Some(FieldValue::Text("plug".into()))));
    desk.ok(&agent(ANNA), propose(TICKET));
    // Her word is not held up by what an agent does after that.
    desk.ok(&agent(ANNA), fill(None));
    desk.ok(&customer(MARIA), confirm());
    assert_eq!(desk.status(TICKET), "resolved");
}

#[test]
fn a_proposal_is_words_a_known_code_and_work_that_is_not_done() {
    let desk = given();
    let blank = ProposeSolution::new(TICKET, " ", "solved");
    assert_eq!(desk.refused(&agent(ANNA), blank).code(), "empty");
    let magic = ProposeSolution::new(TICKET, "Magic", "magic");
    assert_eq!(desk.refused(&agent(ANNA), magic).code(), "unknown_name");
    desk.ok(&agent(ANNA), resolve(TICKET));
    assert_eq!(desk.refused(&agent(ANNA), propose(TICKET)).code(), "finished");
    desk.ok(&agent(ANNA), close(TICKET));
    assert_eq!(desk.refused(&agent(ANNA), propose(TICKET)).code(), "closed");
}

#[test]
fn the_customer_is_told_what_to_confirm_and_the_owner_of_the_word() {
    let desk = given();
    let mut edit = Edit::new(TICKET);
    edit.follow = [Follower::Contact(OTTO)].into();
    desk.ok(&Actor::Host, edit);
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.notices();
    desk.ok(&agent(ANNA), propose(TICKET));
    let expected = [
        (NoticeKind::SolutionProposed, Recipient::Contact(MARIA)),
        (NoticeKind::ReplyToCustomer, Recipient::Contact(OTTO)),
    ];
    assert_eq!(told(&desk), expected);
    desk.ok(&customer(MARIA), RejectSolution::new(TICKET).because("no plug"));
    let expected = [
        (NoticeKind::ReplyToCustomer, Recipient::Contact(OTTO)),
        (NoticeKind::SolutionRejected, Recipient::Agent(ANNA)),
    ];
    assert_eq!(told(&desk), expected, "her words to him, too");
    desk.ok(&agent(CARL), propose(TICKET));
    desk.notices();
    desk.ok(&customer(MARIA), confirm());
    assert_eq!(told(&desk), [(NoticeKind::SolutionConfirmed, Recipient::Agent(ANNA))]);
}

#[test]
fn the_customer_sees_that_a_solution_waits_and_not_how_it_would_be_filed() {
    let desk = given();
    let mut propose = propose(TICKET);
    propose.resolution.text = "she never reads manuals".into();
    desk.ok(&agent(ANNA), propose);
    let maria = customer(MARIA);
    let Shown::Public(hers) = desk.desk.show(&maria, desk.now(), TICKET).unwrap().shown else {
        panic!("her ticket")
    };
    assert_eq!(hers.proposed_at, Some(desk.now()));
    desk.ok(&maria, RejectSolution::new(TICKET));
    desk.ok(&agent(ANNA), super::propose(TICKET));
    desk.ok(&maria, confirm());
    let shown = desk.desk.activity(&maria, desk.now(), TICKET, Revision::ZERO, 99).unwrap();
    let what = |one: &Activity| match one {
        Activity::Public(event) => event.what.clone(),
        Activity::Full(_) => panic!("she is a customer"),
    };
    let told: Vec<_> = shown.iter().map(what).collect();
    assert!(!format!("{told:?}").contains("manuals"), "{told:?}");
    let kinds = told.iter().map(|what| match what {
        PublicChange::Said(_) => "said",
        PublicChange::Opened(_) => "opened",
        PublicChange::Moved { .. } => "moved",
        PublicChange::SolutionProposed { .. } => "proposed",
        PublicChange::SolutionConfirmed => "confirmed",
        PublicChange::SolutionRejected => "rejected",
        other => panic!("{other:?}"),
    });
    let kinds: Vec<_> = kinds.collect();
    let expected = [
        "opened",
        "said",
        "moved",
        "proposed",
        "rejected",
        "moved",
        "said",
        "moved",
        "proposed",
        "confirmed",
        "moved",
    ];
    assert_eq!(kinds, expected);
    assert!(
        matches!(&told[3], PublicChange::SolutionProposed { message } if *message == shown[1].revision())
    );
}

#[test]
fn proposals_are_found_by_how_long_they_wait() {
    let desk = proposed();
    let other = ticket_id(2);
    desk.ok(&customer(MARIA), request(other));
    assert!(Fact::ProposedAt.is_public());
    for actor in [agent(ANNA), customer(MARIA)] {
        assert_eq!(desk.find(&actor, "proposed_at is present", "number"), [1]);
        assert_eq!(desk.find(&actor, "proposed_at older than PT59M", "number"), [1]);
        assert_eq!(desk.find(&actor, "proposed_at older than PT61M", "number"), [0; 0]);
    }
    desk.ok(&customer(MARIA), confirm());
    assert_eq!(desk.find(&agent(ANNA), "proposed_at is present", "number"), [0; 0]);
}

#[test]
fn what_was_erased_of_a_proposal_is_erased_of_the_resolution() {
    for before in [true, false] {
        let desk = given();
        let mut propose = propose(TICKET);
        propose.resolution.text = "her password".into();
        desk.ok(&agent(ANNA), propose);
        let event = desk.ticket(TICKET).proposal().unwrap().revision();
        let redact = || Redact::new(TICKET, [MessageRef::new(TICKET, event)], "a secret");
        if before {
            desk.ok(&Actor::Host, redact());
            assert!(desk.ticket(TICKET).proposal().unwrap().text().known().is_none());
        }
        desk.ok(&customer(MARIA), confirm());
        if !before {
            desk.ok(&Actor::Host, Hold::new(TICKET, false, "none"));
            desk.ok(&Actor::Host, redact());
        }
        let ticket = desk.ticket(TICKET);
        let resolution = ticket.resolution().unwrap();
        assert!(resolution.text().known().is_none());
        assert_eq!((resolution.code().as_str(), resolution.by()), ("solved", &agent(ANNA)));
        assert!(!desk.everything().contains("password"));
        desk.verify();
    }
}
