//! Closing that waits for children and to-dos, over merges.

use helpdesk::store::{CommitError, Store};

use super::*;

const CHILDREN: CloseBlocks = CloseBlocks { children: true, todos: false };
const TODOS: CloseBlocks = CloseBlocks { children: false, todos: true };

/// Three tickets of Maria's, on a desk on which closing waits.
fn three(close_blocks: CloseBlocks) -> TestDesk {
    let desk = TestDesk::with(SettingsDraft { close_blocks, ..draft() });
    desk.given_request();
    for id in [SECOND, THIRD] {
        desk.ok(&customer(MARIA), request(id));
    }
    desk
}

fn parent_of(desk: &TestDesk, ticket: TicketId, other: TicketId) {
    desk.ok(&agent(ANNA), link(ticket, LinkKind::ParentOf, other));
}

fn to_do(desk: &TestDesk, ticket: TicketId) -> TodoId {
    let todos = vec![NewTodo::new("Call the vendor")];
    desk.ok(&agent(ANNA), Note { todos, ..Note::new(ticket, "a thought") });
    desk.ticket(ticket).todos().last().unwrap().id()
}

fn mark(desk: &TestDesk, ticket: TicketId, todo: TodoId, state: TodoState) {
    desk.ok(&agent(ANNA), MarkTodo { ticket, todo, state });
}

/// One child stands against it.
fn open_child(child: TicketId) -> Refusal {
    Refusal::OpenChildren { count: 1, first: Some(child) }
}

#[test]
fn a_merged_child_is_unfinished_while_the_ticket_is_that_goes_on() {
    let desk = three(CHILDREN);
    parent_of(&desk, TICKET, SECOND);
    merge(&desk, SECOND, THIRD);
    assert_eq!(desk.refused(&agent(ANNA), resolve(TICKET)), open_child(SECOND));
    assert_eq!(desk.refused(&agent(ANNA), close(TICKET)), open_child(SECOND));
    desk.ok(&agent(ANNA), resolve(THIRD));
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.ok(&customer(MARIA), reply(SECOND));
    let refused = desk.refused(&agent(ANNA), Close { ticket: TICKET, resolution: None });
    assert_eq!(refused, open_child(SECOND), "it reopened the survivor");
    // However far it leads.
    let fourth = ticket_id(0x74);
    desk.ok(&customer(MARIA), request(fourth));
    merge(&desk, THIRD, fourth);
    assert_eq!(desk.refused(&agent(ANNA), close(TICKET)), open_child(SECOND));
    // Taking the link back is the way out of a ring.
    desk.ok(&agent(ANNA), reopen(TICKET));
    parent_of(&desk, fourth, TICKET);
    assert_eq!(desk.refused(&agent(ANNA), close(fourth)).code(), "open_children");
    desk.ok(&agent(ANNA), Unlink { ticket: TICKET, kind: LinkKind::ParentOf, other: SECOND });
    desk.ok(&agent(ANNA), close(TICKET));
    desk.ok(&agent(ANNA), close(fourth));
    desk.verify();
}

#[test]
fn a_child_that_was_merged_into_its_parent_holds_nothing_up() {
    let desk = three(CHILDREN);
    parent_of(&desk, TICKET, SECOND);
    merge(&desk, SECOND, TICKET);
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.ok(&agent(ANNA), reopen(TICKET));
    undo(&desk, SECOND);
    assert_eq!(desk.refused(&agent(ANNA), resolve(TICKET)), open_child(SECOND), "it stands again");
    // Nor does one that came by a longer way.
    merge(&desk, SECOND, THIRD);
    merge(&desk, THIRD, TICKET);
    desk.ok(&agent(ANNA), resolve(TICKET));
}

#[test]
fn what_is_to_be_done_on_merged_tickets_is_to_be_done_before_the_survivor_ends() {
    let desk = three(TODOS);
    let todos = [TICKET, SECOND].map(|ticket| to_do(&desk, ticket));
    merge(&desk, TICKET, SECOND);
    merge(&desk, SECOND, THIRD);
    let open = |count| Refusal::OpenTodos { count };
    assert_eq!(desk.refused(&agent(ANNA), resolve(THIRD)), open(2));
    mark(&desk, TICKET, todos[0], TodoState::Done);
    assert_eq!(desk.refused(&agent(ANNA), close(THIRD)), open(1));
    mark(&desk, SECOND, todos[1], TodoState::Dropped);
    desk.ok(&agent(ANNA), resolve(THIRD));
    mark(&desk, TICKET, todos[0], TodoState::Open);
    assert_eq!(desk.refused(&agent(ANNA), Close { ticket: THIRD, resolution: None }), open(1));
    undo(&desk, SECOND);
    desk.ok(&agent(ANNA), Close { ticket: THIRD, resolution: None });
}

#[test]
fn children_of_merged_tickets_are_those_of_the_survivor() {
    let desk = three(CHILDREN);
    parent_of(&desk, SECOND, TICKET);
    merge(&desk, SECOND, THIRD);
    assert_eq!(desk.refused(&agent(ANNA), close(THIRD)), open_child(TICKET));
    desk.ok(&agent(ANNA), close(TICKET));
    desk.ok(&agent(ANNA), close(THIRD));
}

/// Whether closing this ticket, decided before that was done, is stale.
fn is_stale(desk: &TestDesk, ticket: TicketId, meanwhile: impl FnOnce()) -> bool {
    let call = desk.context(&agent(ANNA)).call(Command::Close(close(ticket)));
    let prepared = desk.desk.prepare(&call).unwrap().commit.unwrap();
    meanwhile();
    matches!(desk.store.commit(prepared), Err(CommitError::Stale { .. }))
}

#[test]
fn what_finishing_rests_on_must_still_hold_over_merges() {
    let desk = three(CHILDREN);
    parent_of(&desk, TICKET, SECOND);
    merge(&desk, SECOND, THIRD);
    desk.ok(&agent(ANNA), resolve(THIRD));
    let question = || drop(desk.ok(&customer(MARIA), reply(SECOND)));
    assert!(is_stale(&desk, TICKET, question), "the survivor reopens");

    let desk = three(CHILDREN);
    parent_of(&desk, TICKET, SECOND);
    desk.ok(&agent(ANNA), resolve(SECOND));
    let goes = || drop(merge(&desk, SECOND, THIRD));
    assert!(is_stale(&desk, TICKET, goes), "the child goes where there is work left");

    let desk = three(TODOS);
    let todo = to_do(&desk, TICKET);
    mark(&desk, TICKET, todo, TodoState::Done);
    merge(&desk, TICKET, SECOND);
    let again = || mark(&desk, TICKET, todo, TodoState::Open);
    assert!(is_stale(&desk, SECOND, again), "there is something to be done again");
}

#[test]
fn where_nothing_waits_no_more_is_read_than_before() {
    let desk = three(CloseBlocks::default());
    parent_of(&desk, THIRD, TICKET);
    merge(&desk, SECOND, THIRD);
    let call = desk.context(&agent(ANNA)).call(Command::Close(close(THIRD)));
    let mut loaded = Loaded::default();
    let mut read = Vec::new();
    loop {
        let missing = needs(desk.desk.id(), &call, &loaded);
        if missing.is_empty() {
            break;
        }
        for key in missing.records {
            loaded.add_record(key, desk.desk.record(key).unwrap());
            read.extend(key.as_ticket());
        }
    }
    assert_eq!(read, [THIRD]);
}

/// What becomes of others while a ticket waits to close by itself, hour by hour.
type Plot<'a> = &'a [(i64, &'a dyn Fn(&TestDesk))];

/// How the third ticket stands ten days after it was resolved, ticked at each hour of the plot,
/// and ticked at the end only.
fn closes(blocks: CloseBlocks, given: impl Fn(&TestDesk), plot: Plot<'_>) -> bool {
    let [punctual, late] = [true, false].map(|punctual| {
        let desk = three(blocks);
        given(&desk);
        desk.ok(&agent(ANNA), resolve(THIRD));
        let start = desk.now();
        for (hour, done) in plot {
            if punctual {
                desk.advance_to(start + hours(*hour));
            }
            desk.set_now(start + hours(*hour));
            done(&desk);
        }
        desk.set_now(start + days(10));
        desk.desk.tick(desk.now()).unwrap();
        desk.verify();
        desk
    });
    assert_eq!(punctual.history(THIRD), late.history(THIRD));
    punctual.status(THIRD) == "closed"
}

#[test]
fn whether_it_closes_by_itself_over_merges_does_not_depend_on_when_somebody_ticks() {
    // It closes after 96 hours.
    let todo = TodoId(Revision(3));
    let again = |desk: &TestDesk| mark(desk, SECOND, todo, TodoState::Open);
    let done = |desk: &TestDesk| mark(desk, SECOND, todo, TodoState::Done);
    let member = |desk: &TestDesk| {
        assert_eq!(to_do(desk, SECOND), todo);
        done(desk);
        desk.ok(&agent(ANNA), reply(SECOND));
        merge(desk, SECOND, THIRD);
    };
    assert!(closes(TODOS, member, &[]));
    assert!(closes(TODOS, member, &[(90, &again), (95, &done), (120, &again)]));
    assert!(!closes(TODOS, member, &[(90, &again), (97, &done)]));
    assert!(closes(TODOS, member, &[(96, &again)]));

    // A child that is merged into what is open, and comes back.
    let child = |desk: &TestDesk| {
        parent_of(desk, THIRD, SECOND);
        desk.ok(&agent(ANNA), resolve(SECOND));
    };
    let goes = |desk: &TestDesk| drop(merge(desk, SECOND, TICKET));
    let comes = |desk: &TestDesk| drop(undo(desk, SECOND));
    let ends = |desk: &TestDesk| drop(desk.ok(&agent(ANNA), resolve(TICKET)));
    let opens = |desk: &TestDesk| drop(desk.ok(&agent(ANNA), reopen(TICKET)));
    assert!(closes(CHILDREN, child, &[]));
    assert!(!closes(CHILDREN, child, &[(50, &goes), (97, &comes)]));
    assert!(closes(CHILDREN, child, &[(50, &goes), (95, &comes)]));
    assert!(closes(CHILDREN, child, &[(96, &goes)]));
    assert!(closes(CHILDREN, child, &[(50, &goes), (90, &ends), (97, &opens)]));
    assert!(!closes(CHILDREN, child, &[(50, &goes), (97, &ends), (98, &comes)]));

    // A link of a merged ticket that is taken back.
    let grandchild = |desk: &TestDesk| {
        parent_of(desk, SECOND, TICKET);
        desk.ok(&agent(ANNA), reply(SECOND));
        merge(desk, SECOND, THIRD);
        desk.ok(&agent(ANNA), resolve(TICKET));
    };
    let parts = |desk: &TestDesk| {
        let kind = LinkKind::ParentOf;
        drop(desk.ok(&agent(ANNA), Unlink { ticket: SECOND, kind, other: TICKET }));
    };
    assert!(closes(CHILDREN, grandchild, &[]));
    assert!(!closes(CHILDREN, grandchild, &[(50, &opens), (97, &parts)]));
    assert!(closes(CHILDREN, grandchild, &[(50, &opens), (95, &parts)]));
}
