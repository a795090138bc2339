//! Commands that come twice, too late, or on a stale view.

use helpdesk::command::{
    NewTodo, Postpone, ProposeSolution, RejectSolution, ReplySide, Split, StartSide,
};
use serde_json::json;

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
        let opened = |outcome: &Outcome| outcome.opened().map(|one| one.id()).collect::<Vec<_>>();
        assert_eq!((opened(&first), opened(&again)), (vec![new], vec![new]));
    }
}

#[test]
fn an_answer_that_comes_again_shows_the_ticket_that_was_named_though_another_got_the_words() {
    let desk = TestDesk::new();
    let id = desk.given_status("closed");
    desk.pass(days(31));
    desk.ok(&customer(MARIA), reply(id));
    let send = || desk.desk.reply(desk.context(&customer(MARIA)).once(ONCE), reply(id));
    let (first, again) = (send().unwrap(), send().unwrap());
    assert!(again.repeated);
    assert_eq!((first.ticket().unwrap().id(), again.ticket().unwrap().id()), (id, id));
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
    let (key, found) = (helpdesk::Key::ticket(desk.desk.id(), id), desk.ticket(id).revision());
    assert_eq!(error.refusal(), Some(&Refusal::StaleView { key, seen, found }));
    let fresh = desk.context(&agent(ANNA)).having_seen(found);
    desk.desk.reply(fresh, reply(id)).unwrap();
}

/// Reads a command that leaves out whatever says nothing, as one does that was written before those
/// fields came to be. Gives the fields.
fn reads<C>(command: &C) -> Vec<String>
where
    C: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let mut kept = serde_json::to_value(command).unwrap();
    let nothing = [json!(null), json!([]), json!({}), json!(false), json!("keep")];
    kept.as_object_mut().unwrap().retain(|_, value| !nothing.contains(value));
    let read = serde_json::from_value::<C>(kept.clone());
    assert_eq!(read.as_ref().map_err(ToString::to_string), Ok(command), "{kept}");
    kept.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn a_command_that_was_kept_reads_without_the_fields_that_came_later() {
    let id = TICKET;
    assert_eq!(reads(&Reply::new(id, "words")), ["text", "ticket"]);
    assert_eq!(reads(&Note::new(id, "words")), ["text", "ticket"]);
    assert_eq!(reads(&Edit::new(id)), ["ticket"]);
    assert_eq!(reads(&Assign::new(id, ANNA)), ["agent", "ticket"]);
    assert_eq!(reads(&NewTodo::new("words")), ["text"]);
    assert_eq!(reads(&StartSide::new(id, OTTO, "words")), ["text", "ticket", "with"]);
    let side = helpdesk::SideId(Revision(2));
    assert_eq!(reads(&ReplySide::new(id, side, "words")), ["side", "text", "ticket"]);
    let open = Open::new(id, Requester::Contact(MARIA), "words");
    assert_eq!(reads(&open), ["channel", "id", "origin", "requester", "text"]);
    let proposal = ProposeSolution::new(id, "words", "solved");
    assert_eq!(reads(&proposal), ["resolution", "text", "ticket"]);
    reads(&RejectSolution::new(id));
    reads(&transfer(id, "billing"));
    reads(&escalate(id, "engineering"));
    reads(&set_status(id, "open"));
    reads(&resolve(id));
    reads(&close(id));
    reads(&Postpone { ticket: id, until: monday(), reason: None });
    reads(&Split::new(id, helpdesk::MessageRef { ticket: id, revision: Revision(2) }, TICKET));
}
