//! What else hangs on a ticket that is merged: its to-dos, its links, and who is mentioned.

use super::*;

fn noted(desk: &TestDesk, ticket: TicketId, todos: Vec<NewTodo>) {
    desk.ok(&agent(ANNA), Note { todos, ..Note::new(ticket, "to do") });
}

#[test]
fn a_merged_ticket_reminds_of_its_to_dos_and_they_can_be_done() {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    let noon = desk.now() + days(1);
    let todo = NewTodo { remind_at: Some(noon), ..NewTodo::new("Call her") };
    noted(&desk, SECOND, vec![todo.clone(), todo]);
    merge(&desk, SECOND, TICKET);
    assert_eq!(desk.ticket(SECOND).timers().next(), Some((TimerKind::Reminder, noon)));
    let todo = desk.ticket(SECOND).todos()[0].id();
    let done = MarkTodo { ticket: SECOND, todo, state: TodoState::Done };
    desk.ok(&agent(ANNA), done);
    desk.pass(days(1));
    desk.desk.tick(desk.now()).unwrap();
    let reminded = |change: &TicketChange| matches!(change, TicketChange::Reminded(_));
    assert_eq!(desk.changes(SECOND).iter().filter(|it| reminded(it)).count(), 1);
    undo(&desk, SECOND);
    assert_eq!(desk.ticket(SECOND).timers().reminder, None);
    desk.verify();
}

#[test]
fn links_to_what_has_been_merged_are_taken_back_and_not_made() {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    another(&desk, THIRD);
    let (kind, other) = (LinkKind::Related, SECOND);
    desk.ok(&agent(ANNA), Link { ticket: THIRD, kind, other });
    merge(&desk, SECOND, TICKET);
    let merged = Refusal::Merged { into: Some(TICKET) };
    for (ticket, other) in [(THIRD, SECOND), (SECOND, THIRD)] {
        let link = Link { ticket, kind: LinkKind::Causes, other };
        assert_eq!(desk.refused(&agent(ANNA), link), merged);
    }
    desk.ok(&agent(ANNA), Unlink { ticket: THIRD, kind, other });
    assert!(desk.ticket(SECOND).links().is_empty());
}

#[test]
fn a_parent_closes_by_itself_while_its_child_is_merged_into_finished_work_however_late_it_is_seen()
{
    let ways = [false, true].map(|ticks| {
        let mut settings = draft();
        settings.close_blocks = CloseBlocks { children: true, todos: false };
        let desk = TestDesk::with(settings);
        desk.given_request();
        another(&desk, SECOND);
        another(&desk, THIRD);
        let link = Link { ticket: THIRD, kind: LinkKind::ParentOf, other: SECOND };
        desk.ok(&agent(ANNA), link);
        merge(&desk, SECOND, TICKET);
        desk.ok(&agent(ANNA), resolve(TICKET));
        desk.ok(&agent(ANNA), resolve(THIRD));
        desk.pass(days(4));
        if ticks {
            desk.desk.tick(desk.now()).unwrap();
        }
        desk.pass(days(1));
        undo(&desk, SECOND);
        desk.desk.tick(desk.now()).unwrap();
        desk.verify();
        desk.ticket(THIRD)
    });
    assert_eq!(ways[0], ways[1]);
    assert_eq!(ways[0].status().name, "closed");
}

#[test]
fn a_note_on_a_merged_ticket_mentions_only_who_sees_where_it_goes() {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    merge(&desk, SECOND, TICKET);
    desk.ok(&agent(ADMIN), transfer(TICKET, "billing"));
    let note = |mentioned| Note { mentions: [mentioned].into(), ..Note::new(SECOND, "look") };
    assert_eq!(desk.refused(&agent(ANNA), note(CARL)), Refusal::CannotSee { agent: CARL });
    desk.ok(&agent(ANNA), note(BEN));
}

#[test]
fn customers_see_nothing_of_links_to_dos_mentions_and_merges_out_of_their_sight() {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    let seen = || {
        let maria = customer(MARIA);
        desk.desk.activity(&maria, desk.now(), TICKET, Revision::ZERO, 99).unwrap().len()
    };
    let before = seen();
    desk.ok(&agent(ANNA), Link { ticket: TICKET, kind: LinkKind::Causes, other: SECOND });
    let note = Note { mentions: [CARL].into(), ..Note::new(TICKET, "look") };
    desk.ok(&agent(ANNA), Note { todos: vec![NewTodo::new("Call her")], ..note });
    internal(&desk, THIRD);
    merge(&desk, THIRD, TICKET);
    assert_eq!(seen(), before);
}
