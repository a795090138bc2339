//! Who knows of which tickets.

use super::*;

fn sees(desk: &TestDesk, actor: &Actor, id: TicketId) -> bool {
    match desk.desk.thread(actor, desk.now(), id, None, 1) {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(code(error), "not_found");
            false
        }
    }
}

/// Of Maria's tickets, in billing and in no department, and Rhea's in support.
fn given(desk: &TestDesk) -> [TicketId; 3] {
    let ids = [1, 2, 3].map(ticket_id);
    for (id, department) in ids.into_iter().zip([Some("billing"), None, Some("support")]) {
        let department = department.map(Into::into);
        desk.ok(&customer(MARIA), Open { department, ..request(id) });
    }
    desk.ok(&Actor::Host, Assign::new(ids[2], RHEA));
    ids
}

#[test]
fn owners_and_admins_see_all_agents_their_departments_restricted_ones_their_own() {
    let desk = TestDesk::new();
    let ids = given(&desk);
    let sights = |actor: &Actor| ids.map(|id| sees(&desk, actor, id));
    assert_eq!(sights(&agent(OWNER)), [true; 3]);
    assert_eq!(sights(&agent(ADMIN)), [true; 3]);
    assert_eq!(sights(&agent(ANNA)), [false, true, true]);
    assert_eq!(sights(&agent(LIA)), [false, true, true]);
    assert_eq!(sights(&agent(BEN)), [true, true, false]);
    assert_eq!(sights(&agent(RHEA)), [false, false, true]);
    assert_eq!(sights(&agent(RUDI)), [false; 3]);
    assert_eq!(sights(&customer(MARIA)), [true; 3]);
    assert_eq!(sights(&customer(OTTO)), [false; 3]);
    assert_eq!(sights(&bot()), [true; 3]);
    assert_eq!(sights(&Actor::Host), [true; 3]);
}

#[test]
fn by_policy_agents_see_all_and_restricted_ones_still_their_own() {
    let desk = TestDesk::with(SettingsDraft { agent_sight: AgentSight::All, ..draft() });
    let ids = given(&desk);
    let sights = |actor: &Actor| ids.map(|id| sees(&desk, actor, id));
    assert_eq!(sights(&agent(ANNA)), [true; 3]);
    assert_eq!(sights(&agent(LIA)), [true; 3]);
    assert_eq!(sights(&agent(RHEA)), [false, false, true]);
}

#[test]
fn an_owned_ticket_is_in_its_owners_sight_wherever_it_is() {
    let desk = TestDesk::new();
    let [billing, ..] = given(&desk);
    desk.put_agent(ANNA, profile(ANNA).department("billing"));
    desk.ok(&agent(ANNA), Take { ticket: billing });
    desk.put_agent(ANNA, profile(ANNA));
    assert!(sees(&desk, &agent(ANNA), billing));
    desk.ok(&agent(BEN), Unassign { ticket: billing });
    assert!(!sees(&desk, &agent(ANNA), billing));
}

#[test]
fn what_is_not_in_sight_is_refused_in_the_same_words_as_what_is_not_there() {
    let desk = TestDesk::new();
    let [billing, ..] = given(&desk);
    let missing = ticket_id(99);
    for actor in [customer(OTTO), agent(ANNA), agent(RUDI), Actor::AutoResponder(OTTO)] {
        let hidden = desk.refused(&actor, reply(billing));
        let absent = desk.refused(&actor, reply(missing));
        assert_eq!(hidden, Refusal::NotFound { ticket: billing });
        let text = hidden.to_string().replace(&billing.to_string(), &missing.to_string());
        assert_eq!(text, absent.to_string());
        assert_eq!(hidden.kind(), RefusalKind::NotFound);
        // Not even a revision that is wrong tells them apart.
        let stale = desk.context(&actor).having_seen(Revision(77));
        assert_eq!(code(desk.desk.reply(stale, reply(billing)).unwrap_err()), "not_found");
    }
}

#[test]
fn an_internal_ticket_is_for_agents_only_on_every_road() {
    let desk = TestDesk::new();
    let followers = [Follower::Contact(OTTO), Follower::Agent(CARL)].into();
    let open = Open { requester: Requester::Agent(BEN), followers, ..request(TICKET) };
    desk.ok(&agent(BEN), open);
    assert!(sees(&desk, &agent(ANNA), TICKET));
    assert!(sees(&desk, &agent(BEN), TICKET), "he asked, though it is in support");
    for actor in [customer(MARIA), customer(OTTO), bot(), Actor::AutoResponder(OTTO)] {
        assert!(!sees(&desk, &actor, TICKET));
    }
    desk.notices();
    desk.ok(&agent(ANNA), reply(TICKET));
    let told: Vec<_> = desk.notices().into_iter().map(|notice| notice.to).collect();
    assert_eq!(told, [Recipient::Agent(BEN), Recipient::Agent(CARL)], "and no contact");
}

#[test]
fn a_contact_with_a_copy_reads_and_writes_and_finishes_nothing() {
    let mut workflow = WorkflowDraft::default();
    for way in workflow.statuses.iter_mut().flat_map(|status| &mut status.transitions) {
        way.by.push(Party::Customer);
    }
    let desk = TestDesk::with(SettingsDraft { workflow, ..draft() });
    let id = desk.given_request();
    assert!(!sees(&desk, &customer(OTTO), id));
    desk.ok(&agent(ANNA), Edit { follow: [Follower::Contact(OTTO)].into(), ..Edit::new(id) });
    assert!(sees(&desk, &customer(OTTO), id));
    assert!(sees(&desk, &Actor::AutoResponder(OTTO), id));
    assert_eq!(desk.find(&customer(OTTO), "all()", ""), [1]);

    desk.ok(&agent(ANNA), Note::new(id, "not for him"));
    desk.ok(&customer(OTTO), reply(id));
    let thread = desk.desk.thread(&customer(OTTO), desk.now(), id, None, 9).unwrap().posts;
    assert_eq!(thread.len(), 2, "the note is not for copies");
    let finishing: [Command; 4] = [
        resolve(id).into(),
        close(id).into(),
        set_status(id, "pending").into(),
        follow_up(id, ticket_id(9)).into(),
    ];
    for command in finishing {
        assert_eq!(desk.refused(&customer(OTTO), command).code(), "forbidden");
    }
    desk.ok(&customer(MARIA), resolve(id));

    desk.ok(&agent(ANNA), Edit { unfollow: [Follower::Contact(OTTO)].into(), ..Edit::new(id) });
    assert!(!sees(&desk, &customer(OTTO), id));
    assert_eq!(desk.find(&customer(OTTO), "all()", ""), [0; 0]);
}

#[test]
fn who_is_not_an_active_agent_does_nothing() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    let stranger = agent(helpdesk::AgentId::from_u128(0xDEAD));
    assert_eq!(desk.refused(&stranger, reply(id)).code(), "not_an_agent");
    desk.put_agent(CARL, AgentProfile { deactivated: true, ..profile(CARL) });
    assert_eq!(desk.refused(&agent(CARL), reply(id)).code(), "not_an_agent");
    let read = desk.desk.thread(&agent(CARL), desk.now(), id, None, 9);
    assert_eq!(code(read.unwrap_err()), "not_an_agent");
}

#[test]
fn an_agent_who_may_not_see_a_ticket_is_not_made_to_follow_it() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&Actor::Host, transfer(id, "billing"));
    let nobody = helpdesk::AgentId::from_u128(0xBAD);
    let follow = |agent| [Follower::Agent(agent)].into();
    // Ben is in billing, and Anna is not; Rudi sees nothing but what he owns.
    for (agent, sees) in [(BEN, true), (OWNER, true), (ANNA, false), (RUDI, false), (nobody, false)]
    {
        let department = Some("billing".into());
        let (followers, new) = (follow(agent), TicketId::from_u128(0xF0));
        let open = Open { department, followers, ..request(new) };
        let opened = desk.desk.prepare(&desk.context(&Actor::Host).call(Command::Open(open)));
        let edit = Edit { follow: follow(agent), ..Edit::new(id) };
        let edited = desk.desk.prepare(&desk.context(&Actor::Host).call(Command::Edit(edit)));
        for outcome in [opened, edited] {
            match outcome {
                Ok(prepared) => assert!(sees && prepared.commit.is_some(), "{agent}"),
                Err(error) => {
                    assert_eq!(error.refusal(), Some(&Refusal::CannotSee { agent }));
                    assert!(!sees, "{agent}");
                }
            }
        }
    }
    // Who has lost sight of it follows on, and is refused nothing that does not make them follow.
    desk.ok(&Actor::Host, Edit { follow: follow(BEN), ..Edit::new(id) });
    desk.ok(&Actor::Host, transfer(id, "engineering"));
    assert!(!sees(&desk, &agent(BEN), id));
    let again = desk.ok(&Actor::Host, Edit { follow: follow(BEN), ..Edit::new(id) });
    assert!(again.is_no_op());
    desk.ok(&Actor::Host, Edit { unfollow: follow(BEN), ..Edit::new(id) });
    let refused = desk.refused(&Actor::Host, Edit { follow: follow(BEN), ..Edit::new(id) });
    assert_eq!(refused, Refusal::CannotSee { agent: BEN });
}
