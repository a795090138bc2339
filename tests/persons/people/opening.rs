//! Who may ask, and in whose name.

use super::*;

#[test]
fn nobody_asks_in_a_name_that_is_not_theirs_to_use() {
    let desk = TestDesk::new();
    let for_maria = || request(TICKET);
    let internal = |of| Open { requester: Requester::Agent(of), ..request(TICKET) };
    let out = || Open { origin: helpdesk::Origin::AgentReachedOut, ..request(TICKET) };
    let out_to_agent = || Open { origin: helpdesk::Origin::AgentReachedOut, ..internal(CARL) };
    let refused = [
        (customer(OTTO), for_maria()),
        (customer(MARIA), internal(ANNA)),
        (customer(MARIA), out()),
        (Actor::AutoResponder(MARIA), for_maria()),
        (Actor::System, for_maria()),
        (agent(LIA), for_maria()),
        (agent(LIA), out()),
        (bot(), out()),
        (bot(), internal(ANNA)),
        (agent(ANNA), internal(CARL)),
        (agent(CARL), out_to_agent()),
        (Actor::Host, out_to_agent()),
    ];
    for (actor, open) in refused {
        assert_eq!(desk.refused(&actor, open.clone()).code(), "forbidden", "{actor}: {open:?}");
    }
    let accepted = [
        (customer(MARIA), for_maria()),
        (agent(ANNA), for_maria()),
        (agent(RHEA), for_maria()),
        (bot(), for_maria()),
        (Actor::Host, for_maria()),
        (agent(ANNA), out()),
        (Actor::Host, out()),
        (agent(ANNA), internal(ANNA)),
        (agent(LIA), internal(LIA)),
        (agent(OWNER), internal(ANNA)),
        (agent(ADMIN), internal(ANNA)),
        (Actor::Host, internal(ANNA)),
    ];
    for (n, (actor, open)) in (100..).zip(accepted) {
        desk.ok(&actor, Open { id: ticket_id(n), ..open });
    }
}

#[test]
fn who_opens_in_marias_name_leaves_the_words_hers() {
    let desk = TestDesk::new();
    desk.ok(&agent(ANNA), request(TICKET));
    let post =
        desk.desk.thread(&customer(MARIA), desk.now(), TICKET, None, 1).unwrap().posts.remove(0);
    assert_eq!(post.message.author, helpdesk::Author::Customer(MARIA));
    assert_eq!(desk.history(TICKET)[0].cause.actor, agent(ANNA));
    assert_eq!(desk.status(TICKET), "new");
}

#[test]
fn an_internal_ticket_of_somebody_who_is_not_on_record_is_refused() {
    let desk = TestDesk::new();
    let stranger = Requester::Agent(helpdesk::AgentId::from_u128(0xDEAD));
    let open = Open { requester: stranger, ..request(TICKET) };
    assert_eq!(desk.refused(&agent(OWNER), open).code(), "cannot_answer");
}

#[test]
fn an_id_in_use_is_refused() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    assert_eq!(desk.refused(&customer(MARIA), request(id)).code(), "id_taken");
}
