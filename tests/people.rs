//! Who may see and do what, how much an agent owns, and commands that come twice or too late.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use helpdesk::command::{Assign, Edit, Note, Open, Take, Transfer, Unassign};
use helpdesk::{
    Actor, AgentProfile, AgentSight, CommandId, DeskError, DeskErrorKind, Follower, Outcome,
    Recipient, Refusal, RefusalKind, Requester, Revision, Role, SettingsDraft, TicketChange,
    TicketId,
};
use support::*;

/// What a query or command of this actor on this ticket says.
fn code(error: DeskError) -> &'static str {
    error.refusal().unwrap().code()
}

mod sight {
    use super::*;

    fn sees(desk: &TestDesk, actor: &Actor, id: TicketId) -> bool {
        match desk.desk.thread(actor, id, Revision::ZERO, 1) {
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
    fn who_is_not_an_active_agent_does_nothing() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        let stranger = agent(helpdesk::AgentId::from_u128(0xDEAD));
        assert_eq!(desk.refused(&stranger, reply(id)).code(), "not_an_agent");
        desk.put_agent(CARL, AgentProfile { deactivated: true, ..profile(CARL) });
        assert_eq!(desk.refused(&agent(CARL), reply(id)).code(), "not_an_agent");
        let read = desk.desk.thread(&agent(CARL), id, Revision::ZERO, 9);
        assert_eq!(code(read.unwrap_err()), "not_an_agent");
    }
}

mod opening {
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
        let post = desk.desk.thread(&customer(MARIA), TICKET, Revision::ZERO, 1).unwrap().remove(0);
        assert_eq!(post.message.author, helpdesk::Author::Customer(MARIA));
        assert_eq!(desk.history(TICKET)[0].cause.actor, agent(ANNA));
        assert_eq!(desk.status(TICKET), "new");
    }

    #[test]
    fn an_internal_ticket_of_somebody_who_is_not_on_record_is_refused() {
        let desk = TestDesk::new();
        let stranger = Requester::Agent(helpdesk::AgentId::from_u128(0xDEAD));
        let open = Open { requester: stranger, ..request(TICKET) };
        assert_eq!(desk.refused(&agent(OWNER), open).code(), "cannot_own");
    }

    #[test]
    fn an_id_in_use_is_refused() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        assert_eq!(desk.refused(&customer(MARIA), request(id)).code(), "id_taken");
    }
}

mod owning {
    use super::*;

    #[test]
    fn two_agents_take_and_the_second_is_refused() {
        let desk = TestDesk::new();
        let ticket = desk.given_request();
        desk.ok(&agent(ANNA), Take { ticket });
        let refusal = desk.refused(&agent(CARL), Take { ticket });
        assert_eq!(refusal, Refusal::AlreadyTaken { by: ANNA });
        assert_eq!((desk.load_of(ANNA), desk.load_of(CARL)), (1, 0));
    }

    #[test]
    fn over_capacity_is_refused_unless_overridden_which_is_recorded() {
        let desk = TestDesk::new();
        desk.put_agent(ANNA, profile(ANNA).capacity(1));
        for n in 1..=3 {
            desk.ok(&customer(MARIA), request(ticket_id(n)));
        }
        let [one, two, three] = [1, 2, 3].map(ticket_id);
        desk.ok(&agent(ANNA), Take { ticket: one });
        let refusal = desk.refused(&agent(ANNA), Take { ticket: two });
        assert_eq!(refusal, Refusal::OverCapacity { agent: ANNA, load: 1, capacity: 1 });
        let assign = Assign::new(two, ANNA);
        assert_eq!(desk.refused(&agent(CARL), assign).code(), "over_capacity");
        let transfer = Transfer { agent: Some(ANNA), ..transfer(two, "support") };
        assert_eq!(desk.refused(&agent(CARL), transfer).code(), "over_capacity");
        desk.ok(&agent(CARL), Assign { over_capacity: true, ..assign });
        let assigned = desk.changes(two).pop().unwrap();
        let expected = TicketChange::Assigned { to: ANNA, from: None, over_capacity: true };
        assert_eq!(assigned, expected);
        assert_eq!(desk.load_of(ANNA), 2);
        // Room comes back as work is finished, given back or passed on.
        desk.ok(&agent(ANNA), resolve(one));
        assert_eq!(desk.load_of(ANNA), 1);
        assert_eq!(desk.refused(&agent(ANNA), Take { ticket: three }).code(), "over_capacity");
        desk.ok(&agent(CARL), Assign::new(two, CARL));
        assert_eq!((desk.load_of(ANNA), desk.load_of(CARL)), (0, 1));
        desk.ok(&agent(ANNA), Take { ticket: three });
        desk.ok(&agent(ANNA), Unassign { ticket: three });
        assert_eq!(desk.load_of(ANNA), 0);
    }

    #[test]
    fn an_override_that_was_not_needed_is_not_recorded_as_one() {
        let desk = TestDesk::new();
        desk.put_agent(ANNA, profile(ANNA).capacity(1));
        let ticket = desk.given_request();
        desk.ok(&agent(CARL), Assign { over_capacity: true, ..Assign::new(ticket, ANNA) });
        let expected = TicketChange::Assigned { to: ANNA, from: None, over_capacity: false };
        assert_eq!(desk.changes(ticket).pop().unwrap(), expected);
    }

    #[test]
    fn capacity_is_never_exceeded_by_an_override_that_is_not_recorded() {
        let desk = TestDesk::new();
        desk.put_agent(ANNA, profile(ANNA).capacity(1));
        for n in 1..=2 {
            desk.ok(&customer(MARIA), request(ticket_id(n)));
        }
        // Decided while Anna has room...
        let assign = Assign { over_capacity: true, ..Assign::new(ticket_id(1), ANNA) };
        let call = desk.context(&agent(CARL)).call(helpdesk::Command::Assign(assign));
        let prepared = desk.desk.prepare(&call).unwrap().commit.unwrap();
        // ...and committed when she has none.
        desk.ok(&agent(ANNA), Take { ticket: ticket_id(2) });
        let result = helpdesk::store::Store::commit(&desk.store, prepared);
        assert!(matches!(result, Err(helpdesk::store::CommitError::Over { .. })), "{result:?}");
    }

    #[test]
    fn who_cannot_own_a_ticket_gets_none() {
        let desk = TestDesk::new();
        let ticket = desk.given_request();
        let refused = |to| desk.refused(&agent(ANNA), Assign::new(ticket, to)).code();
        assert_eq!(refused(LIA), "cannot_own");
        assert_eq!(refused(helpdesk::AgentId::from_u128(0xDEAD)), "cannot_own");
        assert_eq!(refused(BEN), "not_in_department");
        desk.put_agent(CARL, AgentProfile { deactivated: true, ..profile(CARL) });
        assert_eq!(refused(CARL), "cannot_own");
        desk.ok(&agent(ANNA), Assign::new(ticket, ANNA));
        assert!(desk.ok(&agent(ANNA), Assign::new(ticket, ANNA)).is_no_op());
        // With no department it may be anybody's.
        desk.ok(&customer(MARIA), Open { department: None, ..request(ticket_id(2)) });
        desk.ok(&agent(ANNA), Assign::new(ticket_id(2), BEN));
    }

    #[test]
    fn finished_work_takes_up_nobodys_room() {
        let desk = TestDesk::new();
        desk.put_agent(ANNA, profile(ANNA).capacity(1));
        let id = desk.given_status("resolved");
        desk.ok(&agent(ANNA), Take { ticket: id });
        assert_eq!(desk.load_of(ANNA), 0);
        desk.ok(&customer(MARIA), request(ticket_id(2)));
        desk.ok(&agent(ANNA), Take { ticket: ticket_id(2) });
        assert_eq!(desk.load_of(ANNA), 1);
    }
}

mod agents {
    use super::*;

    fn put(
        desk: &TestDesk,
        by: &Actor,
        id: helpdesk::AgentId,
        profile: AgentProfile,
    ) -> Result<Outcome, &'static str> {
        let before = desk.everything();
        let result = desk.desk.put_agent(desk.context(by), id, profile).map_err(code);
        if result.is_err() {
            assert_eq!(before, desk.everything());
        }
        result
    }

    #[test]
    fn an_e_mail_address_is_one_agents_letter_case_aside() {
        let desk = TestDesk::new();
        let host = Actor::Host;
        put(&desk, &host, ANNA, profile(ANNA).email("Anna@Example.com")).unwrap();
        let taken = put(&desk, &host, CARL, profile(CARL).email("anna@example.COM"));
        assert_eq!(taken.unwrap_err(), "email_taken");
        // Her own she may write otherwise.
        put(&desk, &host, ANNA, profile(ANNA).email("ANNA@example.com")).unwrap();
        // Given up, it is free.
        put(&desk, &host, ANNA, profile(ANNA)).unwrap();
        put(&desk, &host, CARL, profile(CARL).email("anna@example.com")).unwrap();
        assert_eq!(desk.desk.agent(CARL).unwrap().unwrap().email(), Some("anna@example.com"));
        assert_eq!(desk.desk.agent(ANNA).unwrap().unwrap().email(), None);
        desk.verify();
    }

    #[test]
    fn owners_are_made_and_unmade_by_owners_and_the_host_only() {
        let desk = TestDesk::new();
        let admin = agent(ADMIN);
        let promoted = || profile(ANNA).role(Role::Owner);
        assert_eq!(put(&desk, &admin, ANNA, promoted()).unwrap_err(), "owners_only");
        let demoted = || profile(OWNER).role(Role::Agent);
        assert_eq!(put(&desk, &admin, OWNER, demoted()).unwrap_err(), "owners_only");
        let gone = AgentProfile { deactivated: true, ..profile(OWNER) };
        assert_eq!(put(&desk, &admin, OWNER, gone).unwrap_err(), "owners_only");
        put(&desk, &admin, ANNA, profile(ANNA).role(Role::Admin)).unwrap();
        put(&desk, &agent(OWNER), ANNA, promoted()).unwrap();
        put(&desk, &Actor::Host, OWNER, demoted()).unwrap();
        assert_eq!(desk.desk.agent(OWNER).unwrap().unwrap().role(), Role::Agent);
    }

    #[test]
    fn only_owners_admins_and_the_host_govern() {
        let desk = TestDesk::new();
        let others = [agent(ANNA), agent(RHEA), agent(LIA), customer(MARIA), bot(), Actor::System];
        for actor in others {
            assert_eq!(put(&desk, &actor, ANNA, profile(ANNA)).unwrap_err(), "forbidden");
            let publish = desk.desk.publish(desk.context(&actor), draft().build().unwrap());
            assert_eq!(code(publish.unwrap_err()), "forbidden");
        }
        for actor in [agent(OWNER), agent(ADMIN), Actor::Host] {
            put(&desk, &actor, ANNA, profile(ANNA)).unwrap();
            desk.desk.publish(desk.context(&actor), draft().build().unwrap()).unwrap();
        }
    }

    #[test]
    fn a_profile_that_cannot_be_is_refused() {
        let desk = TestDesk::new();
        for name in ["", " Anna", "An\nna", &"x".repeat(201)] {
            let put = put(&desk, &Actor::Host, ANNA, AgentProfile::new(name));
            assert_eq!(put.unwrap_err(), "bad_name", "{name}");
        }
        let nowhere = AgentProfile::new("Anna").department("nowhere");
        assert_eq!(put(&desk, &Actor::Host, ANNA, nowhere).unwrap_err(), "unknown_name");
        put(&desk, &Actor::Host, ANNA, AgentProfile::new("x".repeat(200))).unwrap();
    }

    #[test]
    fn saying_what_is_on_record_changes_nothing() {
        let desk = TestDesk::new();
        assert!(desk.put_agent(ANNA, profile(ANNA)).is_no_op());
        assert!(!desk.put_agent(ANNA, profile(ANNA).capacity(3)).is_no_op());
        assert_eq!(desk.desk.agent(ANNA).unwrap().unwrap().revision(), Revision(2));
    }

    #[test]
    fn a_desk_is_created_once() {
        let desk = TestDesk::new();
        let again = helpdesk::Desk::create(
            desk.store.clone(),
            desk.desk.id(),
            draft().build().unwrap(),
            monday(),
        );
        assert_eq!(code(again.unwrap_err()), "desk_exists");
        let other = helpdesk::DeskId::from_u128(9);
        let missing = helpdesk::Desk::open_existing(desk.store.clone(), other);
        assert_eq!(code(missing.unwrap_err()), "no_such_desk");
        helpdesk::Desk::open_existing(desk.store.clone(), desk.desk.id()).unwrap();
    }
}

mod commands_that_come_again {
    use super::*;

    const ONCE: CommandId = CommandId::from_u128(0x1D);

    #[test]
    fn the_same_command_under_one_id_is_done_once_and_answered_alike() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        let send = |at| desk.desk.reply(customer(MARIA).at(at).once(ONCE), reply(id)).unwrap();
        let first = send(desk.now());
        assert!(!first.repeated);
        // Whatever has become of the ticket since: even closed, it would refuse no reply to
        // what was said before.
        desk.ok(&agent(ANNA), close(id));
        let before = desk.everything();
        let again = send(desk.pass(days(100)));
        assert!(again.repeated);
        assert_eq!((again.seq, &again.events), (first.seq, &first.events));
        assert_eq!(again.ticket().unwrap(), &desk.ticket(id), "the record as it is now");
        assert_eq!(desk.everything(), before);
        assert_eq!(desk.thread(&customer(MARIA), id).len(), 2);
    }

    #[test]
    fn another_command_or_actor_under_that_id_is_refused() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        let context = |actor: &Actor| desk.context(actor).once(ONCE);
        desk.desk.reply(context(&agent(ANNA)), reply(id)).unwrap();
        let other = desk.desk.note(context(&agent(ANNA)), Note::new(id, "words"));
        assert_eq!(code(other.unwrap_err()), "command_id_reused");
        let other = desk.desk.reply(context(&agent(CARL)), reply(id));
        assert_eq!(code(other.unwrap_err()), "command_id_reused");
        // Who looked at what, and when, is not the command.
        let seen = context(&agent(ANNA)).having_seen(Revision(1)).correlated("x");
        assert!(desk.desk.reply(seen, reply(id)).unwrap().repeated);
    }

    #[test]
    fn refusals_and_no_ops_are_not_remembered() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        let context = || desk.context(&agent(ANNA)).once(ONCE);
        desk.desk.reopen(context(), reopen(id)).unwrap_err();
        assert!(desk.desk.unassign(context(), Unassign { ticket: id }).unwrap().is_no_op());
        assert!(!desk.desk.reply(context(), reply(id)).unwrap().repeated);
    }

    #[test]
    fn an_answer_that_comes_again_is_about_the_same_ticket_as_the_first() {
        // The follow-up's id sorts before and after that of the ticket that it follows.
        for new in [1, 0x1000].map(ticket_id) {
            let desk = TestDesk::new();
            let id = desk.given_status("closed");
            let context = || desk.context(&agent(ANNA)).once(ONCE);
            let first = desk.desk.follow_up(context(), follow_up(id, new)).unwrap();
            let again = desk.desk.follow_up(context(), follow_up(id, new)).unwrap();
            assert!(again.repeated);
            assert_eq!(first.ticket().unwrap().id(), new);
            assert_eq!(again.ticket().unwrap().id(), new);
            assert_eq!(again.reference(), first.reference());
            let opened =
                |outcome: &Outcome| outcome.opened().map(|one| one.id()).collect::<Vec<_>>();
            assert_eq!((opened(&first), opened(&again)), (vec![new], vec![new]));
        }
    }

    #[test]
    fn the_first_to_commit_of_two_prepared_wins_and_the_other_is_stale() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        let call =
            |actor: &Actor| desk.context(actor).call(helpdesk::Command::Take(Take { ticket: id }));
        let prepare = |actor: &Actor| desk.desk.prepare(&call(actor)).unwrap().commit.unwrap();
        let before = desk.everything();
        let (anna, carl) = (prepare(&agent(ANNA)), prepare(&agent(CARL)));
        assert_eq!(desk.everything(), before, "preparing is a dry run");
        helpdesk::store::Store::commit(&desk.store, anna).unwrap();
        let late = helpdesk::store::Store::commit(&desk.store, carl).unwrap_err();
        assert!(late.is_conflict());
        assert_eq!(desk.load_of(CARL), 0);
    }

    #[test]
    fn a_guarded_agent_who_left_meanwhile_makes_the_commit_stale() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        let assign = helpdesk::Command::Assign(Assign::new(id, CARL));
        let call = desk.context(&agent(ANNA)).call(assign);
        let prepared = desk.desk.prepare(&call).unwrap().commit.unwrap();
        desk.put_agent(CARL, AgentProfile { deactivated: true, ..profile(CARL) });
        let late = helpdesk::store::Store::commit(&desk.store, prepared).unwrap_err();
        assert!(matches!(late, helpdesk::store::CommitError::Stale { .. }), "{late}");
        assert_eq!(code(desk.desk.execute(&call).unwrap_err()), "cannot_own");
    }

    #[test]
    fn a_stale_view_is_refused_with_what_was_seen_and_what_is() {
        let desk = TestDesk::new();
        let id = desk.given_request();
        let seen = desk.ticket(id).revision();
        desk.ok(&customer(MARIA), reply(id));
        let stale = desk.context(&agent(ANNA)).having_seen(seen);
        let error = desk.desk.reply(stale, reply(id)).unwrap_err();
        assert_eq!(error.kind(), DeskErrorKind::Refused);
        let found = desk.ticket(id).revision();
        assert_eq!(error.refusal(), Some(&Refusal::StaleView { ticket: id, seen, found }));
        let fresh = desk.context(&agent(ANNA)).having_seen(found);
        desk.desk.reply(fresh, reply(id)).unwrap();
    }
}

#[test]
fn references_increase_and_find_their_ticket() {
    let desk = TestDesk::new();
    let mut references = Vec::new();
    for n in 1..=12 {
        let outcome = desk.ok(&customer(MARIA), request(ticket_id(n)));
        references.push(outcome.reference().unwrap());
    }
    let texts: Vec<String> = references.iter().map(ToString::to_string).collect();
    assert_eq!(texts[0], "HD-1");
    assert_eq!(texts[11], "HD-12");
    let find = |text: &str| desk.desk.by_reference(&text.parse().unwrap()).unwrap();
    assert_eq!(find("HD-12"), Some(ticket_id(12)));
    assert_eq!(find("HD-13"), None);
    assert_eq!(find("XX-12"), None, "another desk's");
    let edit = Edit { subject: Some("Fax".into()), ..Edit::new(ticket_id(3)) };
    assert_eq!(desk.ok(&agent(ANNA), edit).reference().unwrap().to_string(), "HD-3");
    assert!("HD-".parse::<helpdesk::Reference>().is_err());
    assert!("HD-1x".parse::<helpdesk::Reference>().is_err());
}
