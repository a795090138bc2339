//! Commands and look-ups that name a merged ticket: what is done on it, and what leads on.

use super::*;

fn merged() -> TestDesk {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    let mut edit = Edit::new(SECOND);
    edit.follow = [Follower::Contact(OTTO), Follower::Agent(ADMIN)].into();
    edit.add_tags = ["fire".into()].into();
    edit.add_about = [About::new("order", "7")].into();
    edit.add_external_refs = [jira()].into();
    desk.ok(&agent(ANNA), edit);
    merge(&desk, SECOND, TICKET);
    desk
}

fn jira() -> ExternalRef {
    ExternalRef::new("jira", "acme", "OPS-1")
}

fn by_external(desk: &TestDesk, actor: &Actor) -> Option<TicketId> {
    desk.desk.by_external(actor, desk.now(), &jira()).unwrap()
}

#[test]
fn who_followed_a_merged_ticket_only_is_unfollowed_there() {
    let desk = merged();
    let unfollow =
        |ticket| Edit { unfollow: [Follower::Contact(OTTO)].into(), ..Edit::new(ticket) };
    desk.ok(&agent(ANNA), unfollow(TICKET));
    assert_eq!(desk.thread(&customer(OTTO), SECOND), ["It burns"], "he follows that one still");
    let before = desk.ticket(TICKET).revision();
    desk.ok(&agent(ANNA), unfollow(SECOND));
    assert_eq!(desk.ticket(TICKET).revision(), before, "it is of the ticket that was named");
    assert_eq!(desk.ticket(SECOND).followers(), [Follower::Agent(ADMIN)]);
    let refused = desk.refused(&customer(OTTO), reply(SECOND));
    assert_eq!(refused, Refusal::NotFound { ticket: SECOND });
    desk.verify();
}

#[test]
fn an_edit_of_a_merged_ticket_takes_away_and_nothing_else() {
    let desk = merged();
    let only = Refusal::Merged { into: Some(TICKET) };
    let nothing = || Edit::new(SECOND);
    let more = [
        Edit { subject: Some("Else".into()), ..nothing() },
        Edit { category: Patch::Clear, ..nothing() },
        Edit { add_tags: ["water".into()].into(), ..nothing() },
        Edit { fields: [("ward".into(), None)].into(), ..nothing() },
        Edit { priority: Some("high".into()), ..nothing() },
        Edit { impact: Patch::Clear, ..nothing() },
        Edit { urgency: Patch::Clear, ..nothing() },
        Edit { follow: [Follower::Agent(BEN)].into(), ..nothing() },
        Edit { add_about: [About::new("order", "8")].into(), ..nothing() },
        Edit { add_external_refs: [ExternalRef::new("jira", "acme", "OPS-2")].into(), ..nothing() },
    ];
    for edit in more {
        // Not even the part that takes away.
        let edit = Edit { remove_tags: ["fire".into()].into(), ..edit };
        assert_eq!(desk.refused(&agent(ANNA), edit), only);
    }
    let less = Edit {
        remove_tags: ["fire".into()].into(),
        remove_about: [About::new("order", "7")].into(),
        remove_external_refs: [jira()].into(),
        unfollow: [Follower::Agent(ADMIN)].into(),
        ..nothing()
    };
    desk.ok(&agent(ANNA), less.clone());
    assert!(desk.ok(&agent(ANNA), less).is_no_op());
    let ticket = desk.ticket(SECOND);
    assert!(ticket.tags().is_empty() && ticket.about().is_empty());
    assert!(ticket.external_refs().is_empty());
    assert_eq!(ticket.followers(), [Follower::Contact(OTTO)]);
    assert_eq!(desk.refused(&customer(MARIA), nothing()).code(), "forbidden");
    // What was taken away does not come back.
    undo(&desk, SECOND);
    assert!(desk.ticket(SECOND).tags().is_empty());
    desk.verify();
}

#[test]
fn a_name_elsewhere_leads_from_a_merged_ticket_to_the_survivor() {
    let desk = merged();
    for actor in [agent(ANNA), Actor::Host] {
        assert_eq!(by_external(&desk, &actor), Some(TICKET));
    }
    assert!(desk.ticket(TICKET).external_refs().is_empty(), "it is the merged ticket's own still");
    another(&desk, THIRD);
    merge(&desk, TICKET, THIRD);
    assert_eq!(by_external(&desk, &agent(ANNA)), Some(THIRD), "however far it leads");
    for unseen in [customer(MARIA), bot()] {
        assert_eq!(by_external(&desk, &unseen), None, "to {unseen} it has no other name");
    }
    undo(&desk, TICKET);
    undo(&desk, SECOND);
    assert_eq!(by_external(&desk, &agent(ANNA)), Some(SECOND));
}

#[test]
fn a_name_elsewhere_leads_nobody_to_what_they_do_not_see() {
    let desk = merged();
    // The survivor is out of her sight: what she says on the merged one arrives all the same.
    desk.ok(&agent(ADMIN), transfer(TICKET, "billing"));
    assert_eq!(by_external(&desk, &agent(ANNA)), Some(SECOND));
    assert_eq!(by_external(&desk, &agent(BEN)), None, "he never saw what is called so");
    assert_eq!(by_external(&desk, &agent(ADMIN)), Some(TICKET));
}

#[test]
fn the_name_of_a_merged_ticket_is_freed_for_the_survivor() {
    let desk = merged();
    let add = Edit { add_external_refs: [jira()].into(), ..Edit::new(TICKET) };
    let taken = Refusal::ExternalRefTaken { reference: Box::new(jira()), owner: Some(SECOND) };
    assert_eq!(desk.refused(&agent(ANNA), add.clone()), taken);
    let remove = Edit { remove_external_refs: [jira()].into(), ..Edit::new(SECOND) };
    desk.ok(&agent(ANNA), remove);
    assert_eq!(by_external(&desk, &agent(ANNA)), None);
    desk.ok(&agent(ANNA), add);
    assert_eq!(by_external(&desk, &agent(ANNA)), Some(TICKET));
    assert_eq!(desk.ticket(TICKET).external_refs(), [jira()]);
}

#[test]
fn who_states_what_they_saw_of_a_merged_ticket_is_led_on_and_not_redirected() {
    let desk = merged();
    let seen = desk.ticket(SECOND).revision();
    desk.ok(&customer(MARIA), Reply::new(TICKET, "News!"));
    let log = LogConversation {
        ticket: SECOND,
        said_by: SaidBy::Requester,
        channel: Channel::Phone,
        occurred_at: desk.now(),
        text: "On the phone".into(),
    };
    let said = [
        Command::Reply(Reply::new(SECOND, "A stale answer")),
        Command::Note(Note::new(SECOND, "A stale note")),
        Command::LogConversation(log),
    ];
    for command in said {
        let call = desk.context(&agent(ANNA)).having_seen(seen).call(command);
        let refused = desk.desk.execute(&call).unwrap_err();
        let survivor = Refusal::Merged { into: Some(TICKET) };
        assert_eq!(refused.refusal(), Some(&survivor), "a revision of one says nothing of another");
    }
    // A view from before the merge is stale as any other.
    let before = Revision(seen.0 - 1);
    let call = desk.context(&agent(ANNA)).having_seen(before);
    let call = call.call(Command::Reply(Reply::new(SECOND, "From before")));
    let refused = desk.desk.execute(&call).unwrap_err();
    let (key, found) = (desk.key(SECOND), seen);
    assert_eq!(refused.refusal(), Some(&Refusal::StaleView { key, seen: before, found }));
    // What is done on the merged ticket itself is held against that.
    let untag = Edit { remove_tags: ["fire".into()].into(), ..Edit::new(SECOND) };
    desk.desk.edit(desk.context(&agent(ANNA)).having_seen(seen), untag).unwrap();
    // Who states nothing is redirected, as ever.
    desk.ok(&agent(ANNA), Reply::new(SECOND, "A late answer"));
    assert_eq!(desk.ticket(TICKET).waiting_since(), None);
}
