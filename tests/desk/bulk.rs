//! Commands for many tickets: each has an outcome of its own.

use crate::support::*;
use helpdesk::command::{Assign, Close, Take};
use helpdesk::{Actor, CommandId, Each, Heir, Refusal, TicketId};

fn codes(each: &[Each]) -> Vec<&'static str> {
    let code = |(_, result): &Each| match result {
        Ok(outcome) if outcome.repeated => "repeated",
        Ok(_) => "ok",
        Err(error) => error.refusal().map_or("failed", Refusal::code),
    };
    each.iter().map(code).collect()
}

/// Five requests to support; the third is closed.
fn given(desk: &TestDesk) -> [TicketId; 5] {
    let ids = [1, 2, 3, 4, 5].map(ticket_id);
    for id in ids {
        desk.ok(&customer(MARIA), request(id));
    }
    desk.ok(&agent(ANNA), close(ids[2]));
    ids
}

#[test]
fn what_is_refused_for_one_ticket_stops_none_of_the_others() {
    let desk = TestDesk::new();
    let ids = given(&desk);
    let each = desk.desk.bulk(desk.context(&agent(ANNA)), ids, |ticket| Take { ticket });
    assert_eq!(codes(&each), ["ok", "ok", "closed", "ok", "ok"]);
    assert_eq!(each.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>(), ids);
    assert_eq!(desk.load_of(ANNA), 4);
}

#[test]
fn a_named_list_is_carried_out_once_and_may_grow() {
    let desk = TestDesk::new();
    let ids = given(&desk);
    let once = CommandId::from_u128(7);
    let close = |ticket| Close { ticket, ..close(ticket) };
    let context = || desk.context(&agent(ANNA)).once(once);
    let first = desk.desk.bulk(context(), ids[..2].iter().copied(), close);
    assert_eq!(codes(&first), ["ok", "ok"]);
    let all = desk.desk.bulk(context(), ids, close);
    assert_eq!(codes(&all), ["repeated", "repeated", "ok", "ok", "ok"]);
}

#[test]
fn all_open_work_of_an_agent_is_handed_over_page_by_page() {
    let desk = TestDesk::new();
    let ids = given(&desk);
    for id in [ids[0], ids[1], ids[3], ids[4]] {
        desk.ok(&Actor::Host, Assign::new(id, ANNA));
    }
    desk.ok(&agent(ANNA), resolve(ids[1]));
    desk.put_agent(CARL, profile(CARL).capacity(2));

    let (mut after, mut told) = (None, Vec::new());
    loop {
        let context = desk.context(&Actor::Host);
        let page = desk.desk.hand_over(context, ANNA, Heir::Agent(CARL), after, 2).unwrap();
        told.extend(page.each.iter().map(|(ticket, _)| *ticket).zip(codes(&page.each)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(told, [(ids[0], "ok"), (ids[3], "ok"), (ids[4], "over_capacity")]);
    assert_eq!((desk.load_of(ANNA), desk.load_of(CARL)), (1, 2));

    // What he has no room for goes to the queue; finished work stays in her name.
    let rest = desk.desk.hand_over(desk.context(&Actor::Host), ANNA, Heir::Queue, None, 9).unwrap();
    assert_eq!(codes(&rest.each), ["ok"]);
    assert_eq!(desk.load_of(ANNA), 0);
    assert_eq!(desk.desk.ticket(ids[1]).unwrap().unwrap().assignee(), Some(ANNA));
}

#[test]
fn who_hands_over_sees_what_they_hand_over() {
    let desk = TestDesk::new();
    let ids = given(&desk);
    desk.ok(&Actor::Host, Assign::new(ids[0], ANNA));
    let hand = |actor: &Actor| {
        desk.desk.hand_over(desk.context(actor), ANNA, Heir::Queue, None, 9).unwrap().each
    };
    assert_eq!(codes(&hand(&agent(BEN))), [""; 0], "he works in billing");
    assert_eq!(codes(&hand(&agent(LIA))), ["forbidden"]);
    assert_eq!(codes(&hand(&agent(CARL))), ["ok"]);
}
