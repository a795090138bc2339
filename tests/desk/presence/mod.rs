//! Collision: who is on a ticket, told before a word is written, and what rests on a stale view.

mod racing;
mod stale;

use crate::support::*;
use helpdesk::command::{Assign, Open, Transfer};
use helpdesk::presence::{Doing, MemoryPresence, Presence, Present};
use helpdesk::store::{Inline, Operation, StoreError, StoreErrorKind};
use helpdesk::{
    Actor, AgentId, AsyncDesk, Attendance, DeskError, DeskId, Key, Requester, SettingsDraft, Span,
    TicketId,
};

/// A desk with Maria's request in support, and nobody on it.
fn given() -> (TestDesk, MemoryPresence) {
    let desk = TestDesk::new();
    desk.given_request();
    (desk, MemoryPresence::new())
}

#[track_caller]
fn begin(desk: &TestDesk, presence: &MemoryPresence, id: AgentId) -> Attendance {
    desk.desk.begin_reply(presence, &agent(id), desk.now(), TICKET).unwrap()
}

#[track_caller]
fn look(desk: &TestDesk, presence: &MemoryPresence, id: AgentId) -> Attendance {
    desk.desk.attendance(presence, &agent(id), desk.now(), TICKET).unwrap()
}

fn doing(attendance: &Attendance) -> Vec<(AgentId, Doing)> {
    attendance.others.iter().map(|other| (other.agent, other.doing)).collect()
}

#[test]
fn the_first_who_asks_writes_and_the_others_are_told_and_look_on() {
    let (desk, presence) = given();
    let first = begin(&desk, &presence, ANNA);
    assert!(first.holds());
    assert_eq!((first.replying(), doing(&first)), (None, vec![]));
    let second = begin(&desk, &presence, CARL);
    assert!(!second.holds());
    assert_eq!(second.replying().unwrap().agent, ANNA);
    assert_eq!(second.own.unwrap().doing, Doing::Viewing);
    desk.desk.view(&presence, &agent(LIA), desk.now(), TICKET).unwrap();

    let told = begin(&desk, &presence, ANNA);
    assert!(told.holds());
    assert_eq!(doing(&told), [(CARL, Doing::Viewing), (LIA, Doing::Viewing)]);
}

#[test]
fn a_lease_counts_until_its_end_and_at_that_instant_no_longer() {
    let (desk, presence) = given();
    let end = begin(&desk, &presence, ANNA).own.unwrap().until;
    assert_eq!(end, monday() + minutes(3));
    desk.set_now(end - micro());
    assert_eq!(look(&desk, &presence, CARL).replying().unwrap().agent, ANNA);
    assert!(!begin(&desk, &presence, CARL).holds());
    desk.set_now(end);
    assert_eq!(look(&desk, &presence, ANNA).own, None);
    let heir = begin(&desk, &presence, CARL);
    assert!(heir.holds());
    assert_eq!(doing(&heir), []);
}

fn minutes(minutes: i64) -> chrono::TimeDelta {
    chrono::TimeDelta::minutes(minutes)
}

#[test]
fn asking_again_renews_and_whoever_looks_on_inherits_nothing_by_itself() {
    let (desk, presence) = given();
    begin(&desk, &presence, ANNA);
    begin(&desk, &presence, CARL);
    desk.pass(minutes(2));
    let renewed = begin(&desk, &presence, ANNA);
    assert_eq!(renewed.own.unwrap().until, monday() + minutes(5));
    desk.set_now(monday() + minutes(4));
    // Carl's has ended, Anna's has not.
    let told = look(&desk, &presence, CARL);
    assert_eq!((told.own, told.replying().map(|it| it.agent)), (None, Some(ANNA)));
    // Looking on is no claim: once Anna has left, Carl has to ask.
    begin(&desk, &presence, CARL);
    desk.desk.leave(&presence, &agent(ANNA), desk.now(), TICKET).unwrap();
    assert_eq!(look(&desk, &presence, CARL).own.unwrap().doing, Doing::Viewing);
    assert!(begin(&desk, &presence, CARL).holds());
}

#[test]
fn taking_over_is_said_and_who_wrote_is_told_when_they_ask_again() {
    let (desk, presence) = given();
    begin(&desk, &presence, ANNA);
    let over = desk.desk.take_over_reply(&presence, &agent(CARL), desk.now(), TICKET).unwrap();
    assert!(over.holds());
    assert_eq!(doing(&over), [(ANNA, Doing::Viewing)]);
    let told = begin(&desk, &presence, ANNA);
    assert!(!told.holds());
    assert_eq!(told.replying().unwrap().agent, CARL);
    // Taking over from nobody is to begin.
    desk.desk.leave(&presence, &agent(CARL), desk.now(), TICKET).unwrap();
    let alone = desk.desk.take_over_reply(&presence, &agent(ANNA), desk.now(), TICKET).unwrap();
    assert!(alone.holds());
}

#[test]
fn whoever_only_looks_writes_no_more_and_whoever_leaves_is_gone() {
    let (desk, presence) = given();
    begin(&desk, &presence, ANNA);
    let viewing = desk.desk.view(&presence, &agent(ANNA), desk.now(), TICKET).unwrap();
    assert_eq!(viewing.own.unwrap().doing, Doing::Viewing);
    assert!(begin(&desk, &presence, CARL).holds());
    let left = desk.desk.leave(&presence, &agent(ANNA), desk.now(), TICKET).unwrap();
    assert_eq!((left.own, doing(&left)), (None, vec![(CARL, Doing::Replying)]));
    // Again, and of who never came, it changes nothing.
    desk.desk.leave(&presence, &agent(ANNA), desk.now(), TICKET).unwrap();
    assert_eq!(look(&desk, &presence, CARL).own.unwrap().doing, Doing::Replying);
}

#[test]
fn an_answer_says_who_owns_the_ticket_and_what_to_quote_as_seen() {
    let (desk, presence) = given();
    desk.ok(&Actor::Host, Assign::new(TICKET, CARL));
    let told = begin(&desk, &presence, ANNA);
    assert_eq!(told.assignee, Some(CARL));
    assert_eq!(told.seen, desk.ticket(TICKET).revision());
    assert_eq!(told.ticket, TICKET);
}

#[test]
fn how_long_a_lease_lasts_is_a_setting() {
    let mut draft = draft();
    draft.limits.presence = Span::seconds(20);
    let (desk, presence) = (TestDesk::with(draft), MemoryPresence::new());
    desk.given_request();
    let until = begin(&desk, &presence, ANNA).own.unwrap().until;
    assert_eq!(until, monday() + chrono::TimeDelta::seconds(20));
    for wrong in [Span::ZERO, Span::micros(999_999), Span::hours(25)] {
        let mut draft = SettingsDraft::default();
        draft.limits.presence = wrong;
        let error = draft.build().unwrap_err();
        assert_eq!(error.problems()[0].path(), "limits.presence");
    }
    let text = serde_json::to_string(&SettingsDraft::default()).unwrap();
    assert!(!text.contains("presence"), "what is left at its default is not written");
}

#[test]
fn only_agents_who_see_the_ticket_ask_or_are_told() {
    let (desk, presence) = given();
    begin(&desk, &presence, ANNA);
    let code = |error: DeskError| error.refusal().unwrap().code();
    let all = |actor: &Actor, ticket: TicketId| {
        let (presence, now) = (&presence, desk.now());
        [
            desk.desk.begin_reply(presence, actor, now, ticket),
            desk.desk.take_over_reply(presence, actor, now, ticket),
            desk.desk.view(presence, actor, now, ticket),
            desk.desk.leave(presence, actor, now, ticket),
            desk.desk.attendance(presence, actor, now, ticket),
        ]
        .map(|told| told.map_err(code))
    };
    // Another department's agent, and one who sees only what is theirs, as of a ticket that is not.
    let nowhere = ticket_id(0x99);
    for who in [BEN, EVA, RHEA] {
        let unseen = all(&agent(who), TICKET);
        assert!(unseen.iter().all(|told| told == &Err("not_found")), "{who}");
        assert_eq!(unseen, all(&agent(who), nowhere));
    }
    assert!(all(&agent(ANNA), nowhere).iter().all(|told| told == &Err("not_found")));
    // Who is no agent.
    for actor in [customer(MARIA), bot(), auto_responder(), Actor::Host] {
        assert!(all(&actor, TICKET).iter().all(|told| told == &Err("forbidden")), "{actor}");
    }
    assert!(all(&customer(OTTO), TICKET).iter().all(|told| told == &Err("not_found")));
    let gone = Actor::Agent(AgentId::from_u128(0xFF));
    assert!(all(&gone, TICKET).iter().all(|told| told == &Err("not_an_agent")));
    // None of that changed who is there.
    let there = presence.list(desk.key(TICKET), desk.now()).unwrap();
    assert_eq!(there.iter().map(|it| it.agent).collect::<Vec<_>>(), [ANNA]);
}

#[test]
fn a_light_agent_looks_on_and_writes_on_what_they_asked_for() {
    let (desk, presence) = given();
    let light = agent(LIA);
    let error = desk.desk.begin_reply(&presence, &light, desk.now(), TICKET).unwrap_err();
    assert_eq!(error.refusal().unwrap().code(), "forbidden");
    assert!(desk.desk.view(&presence, &light, desk.now(), TICKET).unwrap().own.is_some());

    let own = ticket_id(2);
    desk.ok(&light, Open::new(own, Requester::Agent(LIA), "My screen flickers."));
    assert!(desk.desk.begin_reply(&presence, &light, desk.now(), own).unwrap().holds());
}

#[test]
fn who_no_longer_sees_the_ticket_cannot_renew() {
    let (desk, presence) = given();
    begin(&desk, &presence, ANNA);
    desk.ok(&Actor::Host, Transfer::new(TICKET, "billing"));
    let error = desk.desk.begin_reply(&presence, &agent(ANNA), desk.now(), TICKET).unwrap_err();
    assert_eq!(error.refusal().unwrap().code(), "not_found");
    // Ben is told who was writing, until her lease ends.
    assert_eq!(begin(&desk, &presence, BEN).replying().unwrap().agent, ANNA);
    desk.pass(minutes(3));
    assert!(begin(&desk, &presence, BEN).holds());
}

#[test]
fn tickets_and_desks_are_apart_and_what_has_ended_takes_up_no_room() {
    let (desk, presence) = given();
    desk.ok(&customer(MARIA), request(ticket_id(2)));
    begin(&desk, &presence, ANNA);
    let other = desk.desk.begin_reply(&presence, &agent(CARL), desk.now(), ticket_id(2)).unwrap();
    assert!(other.holds());
    let elsewhere = Key::ticket(DeskId::from_u128(2), TICKET);
    assert_eq!(presence.list(elsewhere, desk.now()).unwrap(), []);
    assert_eq!(presence.tickets(), 2);
    for n in 0..100 {
        desk.pass(minutes(4));
        let id = ticket_id(1000 + n);
        desk.ok(&customer(MARIA), request(id));
        desk.desk.view(&presence, &agent(ANNA), desk.now(), id).unwrap();
        assert_eq!(presence.tickets(), 1);
    }
    desk.desk.leave(&presence, &agent(ANNA), desk.now(), ticket_id(1099)).unwrap();
    assert_eq!(presence.tickets(), 0);
}

#[test]
fn presence_writes_nothing_into_the_store() {
    let (desk, presence) = given();
    let before = desk.everything();
    begin(&desk, &presence, ANNA);
    desk.desk.take_over_reply(&presence, &agent(CARL), desk.now(), TICKET).unwrap();
    desk.desk.leave(&presence, &agent(CARL), desk.now(), TICKET).unwrap();
    assert_eq!(before, desk.everything());
}

#[test]
fn a_desk_that_is_awaited_tells_the_same() {
    let (desk, presence) = given();
    begin(&desk, &presence, ANNA);
    helpdesk::conformance::on_the_spot(async {
        let store = Inline(desk.store.clone());
        let awaited = AsyncDesk::open_existing(store, desk.desk.id()).await.unwrap();
        let (shared, now) = (Inline(presence.clone()), desk.now());
        let carl = agent(CARL);
        let told = awaited.begin_reply(&shared, &carl, now, TICKET).await.unwrap();
        assert_eq!(told.replying().unwrap().agent, ANNA);
        assert!(awaited.take_over_reply(&shared, &carl, now, TICKET).await.unwrap().holds());
        assert!(!awaited.view(&shared, &carl, now, TICKET).await.unwrap().holds());
        let looked = awaited.attendance(&shared, &carl, now, TICKET).await.unwrap();
        assert_eq!(looked, look(&desk, &presence, CARL));
        assert_eq!(awaited.leave(&shared, &carl, now, TICKET).await.unwrap().own, None);
    });
}

#[test]
fn a_presence_that_does_not_answer_is_told_as_such() {
    struct Gone;
    fn gone<T>() -> Result<T, StoreError> {
        Err(StoreError::new(Operation::Presence, StoreErrorKind::Unavailable))
    }
    impl Presence for Gone {
        fn put(&self, _: Key, _: helpdesk::presence::Arrival) -> Result<Vec<Present>, StoreError> {
            gone()
        }
        fn remove(&self, _: Key, _: AgentId) -> Result<(), StoreError> {
            gone()
        }
        fn list(&self, _: Key, _: At) -> Result<Vec<Present>, StoreError> {
            gone()
        }
    }
    let (desk, _) = given();
    let presence: &dyn Presence = &Gone;
    let error = desk.desk.begin_reply(presence, &agent(ANNA), desk.now(), TICKET).unwrap_err();
    assert_eq!(error.to_string(), "the store is unavailable (`presence`)");
    assert!(desk.desk.leave(presence, &agent(ANNA), desk.now(), TICKET).is_err());
    // What is written does not wait for it.
    desk.ok(&agent(ANNA), helpdesk::command::Reply::new(TICKET, "Unplug it."));
}
