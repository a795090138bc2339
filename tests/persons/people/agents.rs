//! Agents and who may say what they are.

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
