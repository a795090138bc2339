//! Where proposed solutions wait: what is checked of it, and a workflow that has a status for it.

use helpdesk::command::ConfirmSolution;
use helpdesk::{
    Confirmation, Mistake, Proposed, Settings, SettingsDraft, StatusCategory, StatusDraft,
    Transition,
};

use super::{assert_mistake, mistakes, unknown};
use crate::support::*;

const PATH: &str = "workflow.landmarks.proposed";

fn waits_in(status: &str, reason: Option<&str>) -> impl FnOnce(&mut SettingsDraft) {
    let proposed = Proposed { status: status.into(), reason: reason.map(Into::into) };
    move |settings: &mut SettingsDraft| settings.workflow.landmarks.proposed = Some(proposed)
}

#[test]
fn solutions_that_are_confirmed_wait_somewhere() {
    for policy in [Confirmation::Offered, Confirmation::Required] {
        let what = "status for proposals, as `confirm_resolution` is on";
        assert_mistake(PATH, Mistake::Empty { what }, |settings| {
            settings.confirm_resolution = policy;
        });
    }
    // Where none is proposed, there may be such a status all the same.
    let mut settings = draft();
    waits_in("answered", None)(&mut settings);
    assert!(settings.build().is_ok());
}

#[test]
fn a_proposal_waits_in_a_waiting_status_that_there_is() {
    let path = format!("{PATH}.status");
    assert_mistake(&path, unknown("status", "limbo"), waits_in("limbo", None));
    for (status, found) in [("open", "open"), ("resolved", "resolved"), ("new", "new")] {
        let (status, expected) = (status.to_owned(), "waiting");
        let mistake = Mistake::WrongCategory { status: status.clone(), found, expected };
        assert_mistake(&path, mistake, waits_in(&status, None));
    }
}

#[test]
fn a_proposal_gives_the_reason_that_its_status_takes() {
    let path = format!("{PATH}.reason");
    let out_of_reach = Mistake::ReasonOutOfReach { status: "pending".into() };
    assert_mistake(&path, out_of_reach, waits_in("pending", None));
    for reason in ["vendor", "boredom"] {
        let mistake = unknown("reason of that status", reason);
        assert_mistake(&path, mistake, waits_in("pending", Some(reason)));
    }
    let mistake = unknown("reason of that status", "confirmation");
    assert_mistake(&path, mistake, waits_in("answered", Some("confirmation")));
}

#[test]
fn a_status_that_only_the_customers_word_leaves_is_refused() {
    let all = mistakes(|settings| {
        let mut proposed = StatusDraft::new("proposed", StatusCategory::Waiting);
        proposed.transitions.clear();
        settings.workflow.statuses.push(proposed);
        for status in settings.workflow.statuses.iter_mut().take(7) {
            status.transitions.push(Transition::to("proposed"));
        }
        settings.confirm_resolution = Confirmation::Required;
        waits_in("proposed", None)(settings);
    });
    let no_exit = Mistake::NoExit { status: "proposed".into() };
    assert_eq!(all, [("workflow.statuses[9]".into(), no_exit)]);
}

#[test]
fn a_status_of_its_own_and_its_transitions_say_who_proposes() {
    let mut settings = draft();
    let mut proposed = StatusDraft::new("proposed", StatusCategory::Waiting);
    proposed.on_customer_reply = Some("open".into());
    proposed.transitions = ["open", "closed"].map(Transition::to).to_vec();
    settings.workflow.statuses.push(proposed);
    let open = settings.workflow.statuses.iter_mut().find(|status| status.name == "open");
    open.unwrap().transitions.push(Transition::to("proposed"));
    settings.confirm_resolution = Confirmation::Required;
    waits_in("proposed", None)(&mut settings);
    // From a file as from code.
    let text = serde_json::to_string(&settings.build().unwrap()).unwrap();
    let read: Settings = serde_json::from_str(&text).unwrap();
    let desk = TestDesk::with(read.draft().clone());
    desk.given_request();
    assert_eq!(desk.refused(&agent(ANNA), propose(TICKET)).code(), "no_transition");
    desk.ok(&agent(ANNA), set_status(TICKET, "open"));
    desk.ok(&agent(ANNA), propose(TICKET));
    assert_eq!(desk.status(TICKET), "proposed");
    desk.ok(&customer(MARIA), ConfirmSolution { ticket: TICKET });
    assert_eq!(desk.status(TICKET), "resolved");
    desk.verify();
}

#[test]
fn settings_without_it_are_written_as_they_always_were() {
    let text = serde_json::to_string(&Settings::default()).unwrap();
    assert!(!text.contains("confirm_resolution") && !text.contains("proposed"), "{text}");
}
