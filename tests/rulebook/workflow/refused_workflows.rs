//! Every kind of invalid workflow is refused, with the path to the mistake.

use helpdesk::{
    Mistake, Reason, SettingsDraft, StatusCategory, StatusDraft, Transition, WaitsFor,
    WorkflowDraft,
};

use crate::workflow::{assert_mistake, mistake, mistakes, status, twice, unknown};

fn workflow(change: impl FnOnce(&mut WorkflowDraft)) -> impl FnOnce(&mut SettingsDraft) {
    |settings| change(&mut settings.workflow)
}

fn refuse(path: &str, mistake: Mistake, change: impl FnOnce(&mut WorkflowDraft)) {
    assert_mistake(&format!("workflow.{path}"), mistake, workflow(change));
}

fn not_here(category: &'static str, what: &'static str) -> Mistake {
    Mistake::NotHere { category, what }
}

#[test]
fn no_statuses_at_all() {
    let all = mistakes(workflow(|workflow| workflow.statuses.clear()));
    let empty = Mistake::Empty { what: "status" };
    assert_eq!(all[0], ("workflow.statuses".into(), empty));
    assert_eq!(all.len(), 8, "and each of the seven landmarks is missing");
}

#[test]
fn a_name_that_cannot_be_one() {
    let long = "x".repeat(65);
    let bad = [
        ("", "is empty"),
        (" limbo", "has a blank at its edge"),
        ("lim\u{7}bo", "has a control character"),
        (long.as_str(), "is longer than 64 bytes"),
    ];
    for (name, why) in bad {
        let mistake = Mistake::BadName { name: name.into(), why };
        refuse("reasons[7].name", mistake.clone(), |workflow| {
            let name = name.into();
            workflow.reasons.push(Reason { name, waits_for: WaitsFor::Desk });
        });
        refuse("statuses[9].name", mistake, |workflow| {
            workflow.statuses.push(StatusDraft::new(name, StatusCategory::Open));
        });
    }
}

#[test]
fn a_status_or_reason_that_is_defined_twice() {
    refuse("statuses[9].name", twice("status", "open"), |workflow| {
        let again = workflow.statuses[1].clone();
        workflow.statuses.push(again);
    });
    refuse("reasons[7].name", twice("reason", "vendor"), |workflow| {
        let again = workflow.reasons[2].clone();
        workflow.reasons.push(again);
    });
}

#[test]
fn a_transition_to_an_unknown_status_or_twice_to_one() {
    refuse("statuses[1].transitions[7].to", unknown("status", "limbo"), |workflow| {
        workflow.statuses[1].transitions.push(Transition::to("limbo"));
    });
    refuse("statuses[1].transitions[7]", twice("transition to", "closed"), |workflow| {
        workflow.statuses[1].transitions.push(Transition::to("closed"));
    });
}

#[test]
fn a_transition_that_leads_where_it_starts_or_that_nobody_may_make() {
    refuse("statuses[1].transitions[7].to", Mistake::ToItself, |workflow| {
        workflow.statuses[1].transitions.push(Transition::to("open"));
    });
    refuse("statuses[7].transitions[0].by", Mistake::NobodyMay, |workflow| {
        workflow.statuses[7].transitions[0].by.clear();
    });
}

#[test]
fn a_transition_from_finished_to_unfinished_work() {
    let what = "a transition to unfinished work: reopening leads there";
    refuse("statuses[7].transitions[1].to", not_here("resolved", what), |workflow| {
        workflow.statuses[7].transitions.push(Transition::to("open"));
    });
}

#[test]
fn a_transition_out_of_a_closed_status() {
    let what = "transitions: only reopening leads out of it";
    for to in ["new", "resolved"] {
        refuse("statuses[8].transitions", not_here("closed", what), |workflow| {
            workflow.statuses[8].transitions.push(Transition::to(to));
        });
    }
}

#[test]
fn a_resolved_status_that_nobody_can_close_by_hand_closes_by_itself_or_never() {
    let mut draft = SettingsDraft::default();
    for status in &mut draft.workflow.statuses {
        status.transitions.retain(|transition| transition.to != "closed");
    }
    assert!(draft.clone().build().is_ok());
    draft.auto_close = None;
    let error = draft.build().unwrap_err();
    let closed = Mistake::Unreachable { status: "closed".into() };
    assert!(error.problems().iter().any(|problem| *problem.mistake() == closed), "{error}");
}

#[test]
fn a_move_to_an_unknown_status_to_itself_or_to_finished_work() {
    type Set = fn(&mut StatusDraft, &str);
    let moves: [(&str, Set); 3] = [
        ("on_customer_reply", |status, to| status.on_customer_reply = Some(to.into())),
        ("on_agent_reply", |status, to| status.on_agent_reply = Some(to.into())),
        ("on_take", |status, to| status.on_take = Some(to.into())),
    ];
    for (name, set) in moves {
        let path = format!("statuses[2].{name}");
        refuse(&path, unknown("status", "limbo"), |it| set(&mut it.statuses[2], "limbo"));
        refuse(&path, Mistake::ToItself, |it| set(&mut it.statuses[2], "in_progress"));
        for done in ["resolved", "closed"] {
            let wrong = Mistake::WrongCategory {
                status: done.into(),
                found: done,
                expected: "unfinished: finishing records a resolution",
            };
            refuse(&path, wrong, |it| set(&mut it.statuses[2], done));
        }
        let pending = Mistake::ReasonOutOfReach { status: "pending".into() };
        refuse(&path, pending, |it| set(&mut it.statuses[2], "pending"));
        let what = "a move of its own: the reopening policy says what a reply does";
        let path = format!("statuses[8].{name}");
        refuse(&path, not_here("closed", what), |it| set(&mut it.statuses[8], "open"));
        if name != "on_customer_reply" {
            let what = "this move: reopening is a command";
            let path = format!("statuses[7].{name}");
            refuse(&path, not_here("resolved", what), |it| set(&mut it.statuses[7], "open"));
        }
    }
}

#[test]
fn reasons_where_nothing_waits_none_to_choose_from_or_an_unknown_one() {
    for (index, category) in [(0, "new"), (1, "open"), (7, "resolved"), (8, "closed")] {
        let path = format!("statuses[{index}].reasons");
        refuse(&path, not_here(category, "reasons"), |workflow| {
            workflow.statuses[index].reasons.push("vendor".into());
        });
        let all = mistakes(workflow(|workflow| workflow.statuses[index].reason_required = true));
        assert_eq!(all[0], (format!("workflow.{path}"), not_here(category, "reasons")));
    }
    refuse("statuses[4].reasons", Mistake::Empty { what: "reason" }, |workflow| {
        workflow.statuses[4].reasons.clear();
    });
    refuse("statuses[4].reasons[2]", unknown("reason", "mood"), |workflow| {
        workflow.statuses[4].reasons.push("mood".into());
    });
}

#[test]
fn a_required_field_that_does_not_exist() {
    refuse("statuses[7].required_fields[0]", unknown("field", "root_cause"), |workflow| {
        workflow.statuses[7].required_fields.push("root_cause".into());
    });
}

#[test]
fn a_landmark_that_is_missing_or_of_a_category_that_cannot_serve() {
    type Set = fn(&mut WorkflowDraft, &str);
    let landmarks: [(&str, Set, &[&str], &str); 7] = [
        (
            "initial",
            |it, to| it.landmarks.initial = to.into(),
            &["open", "answered", "suspended", "resolved", "closed"],
            "new",
        ),
        (
            "outreach",
            |it, to| it.landmarks.outreach = to.into(),
            &["new", "resolved", "closed"],
            "open, waiting or on hold",
        ),
        (
            "postponed",
            |it, to| it.landmarks.postponed = to.into(),
            &["new", "open", "answered", "resolved", "closed"],
            "on hold",
        ),
        (
            "woken",
            |it, to| it.landmarks.woken = to.into(),
            &["new", "answered", "suspended", "resolved", "closed"],
            "open",
        ),
        (
            "resolved",
            |it, to| it.landmarks.resolved = to.into(),
            &["new", "open", "answered", "suspended", "closed"],
            "resolved",
        ),
        (
            "closed",
            |it, to| it.landmarks.closed = to.into(),
            &["new", "open", "answered", "suspended", "resolved"],
            "closed",
        ),
        (
            "reopened",
            |it, to| it.landmarks.reopened = to.into(),
            &["new", "answered", "suspended", "resolved", "closed"],
            "open",
        ),
    ];
    for (name, set, wrong, expected) in landmarks {
        let path = format!("workflow.landmarks.{name}");
        assert_mistake(&path, unknown("status", "limbo"), |it| set(&mut it.workflow, "limbo"));
        for to in wrong {
            let mut all = mistakes(|it| set(&mut it.workflow, to));
            all.retain(|(at, mistake)| {
                *at == path && matches!(mistake, Mistake::WrongCategory { .. })
            });
            let [(_, Mistake::WrongCategory { status, expected: said, .. })] = &all[..] else {
                panic!("{name} to {to}: {all:?}")
            };
            assert_eq!((status.as_str(), *said), (*to, expected));
        }
    }
}

#[test]
fn a_landmark_that_nobody_could_give_a_reason_for() {
    let reason = |name: &str| Mistake::ReasonOutOfReach { status: name.into() };
    refuse("landmarks.outreach", reason("pending"), |workflow| {
        workflow.landmarks.outreach = "pending".into();
    });
}

#[test]
fn a_status_that_no_ticket_can_reach() {
    let limbo = Mistake::Unreachable { status: "limbo".into() };
    refuse("statuses[9]", limbo, |workflow| {
        let mut limbo = StatusDraft::new("limbo", StatusCategory::Open);
        limbo.transitions.push(Transition::to("closed"));
        workflow.statuses.push(limbo);
    });
    // Islands reach each other, and nobody reaches them.
    let all = mistakes(workflow(|workflow| {
        for (name, other) in [("one", "other"), ("other", "one")] {
            let mut island = StatusDraft::new(name, StatusCategory::Open);
            island.transitions = vec![Transition::to(other), Transition::to("closed")];
            workflow.statuses.push(island);
        }
    }));
    assert_eq!(all.len(), 2);
}

#[test]
fn a_status_without_an_exit() {
    let pit = Mistake::NoExit { status: "pit".into() };
    refuse("statuses[9]", pit, |workflow| {
        workflow.statuses.push(StatusDraft::new("pit", StatusCategory::Open));
        workflow.statuses[1].transitions.push(Transition::to("pit"));
    });
}

#[test]
fn statuses_between_which_a_ticket_would_go_round_for_ever() {
    let all = mistakes(workflow(|workflow| {
        for (name, other) in [("round", "about"), ("about", "round")] {
            let mut status = StatusDraft::new(name, StatusCategory::Open);
            status.transitions.push(Transition::to(other));
            workflow.statuses.push(status);
        }
        workflow.statuses[1].transitions.push(Transition::to("round"));
    }));
    let never = |index: usize, name: &str| {
        (format!("workflow.statuses[{index}]"), Mistake::NeverCloses { status: name.into() })
    };
    assert_eq!(all, [never(9, "round"), never(10, "about")]);
}

#[test]
fn a_closed_status_that_nothing_leads_to() {
    let (path, mistake) = mistake(workflow(|workflow| {
        workflow.statuses.push(StatusDraft::new("archived", StatusCategory::Closed));
    }));
    assert_eq!(path, "workflow.statuses[9]");
    assert_eq!(mistake, Mistake::Unreachable { status: "archived".into() });
}

#[test]
fn a_second_finished_status_for_no_command_leads_there() {
    for (name, category) in
        [("refused", StatusCategory::Closed), ("done", StatusCategory::Resolved)]
    {
        refuse("statuses[9]", Mistake::Unreachable { status: name.into() }, |workflow| {
            let mut second = StatusDraft::new(name, category);
            if category == StatusCategory::Resolved {
                second.transitions.push(Transition::to("closed"));
            }
            workflow.statuses.push(second);
            workflow.statuses[7].transitions.push(Transition::to(name));
            workflow.statuses[1].transitions.push(Transition::to(name));
        });
    }
}

#[test]
fn every_mistake_is_reported_at_once_and_said_in_words() {
    let mut settings = crate::workflow::draft();
    settings.reference_prefix = "H D".into();
    settings.default_priority = "urgent".into();
    status(&mut settings.workflow, "new").on_take = Some("limbo".into());
    settings.workflow.landmarks.closed = "shut".into();
    let error = settings.build().unwrap_err();
    let paths: Vec<&str> = error.problems().iter().map(|problem| problem.path()).collect();
    let expected = [
        "reference_prefix",
        "default_priority",
        "workflow.statuses[0].on_take",
        "workflow.landmarks.closed",
    ];
    assert_eq!(paths, expected);
    assert_eq!(
        error.to_string(),
        "invalid settings: reference_prefix: `H D` is out of range: 1 to 16 ASCII letters and \
         digits; default_priority: there is no priority `urgent`; \
         workflow.statuses[0].on_take: there is no status `limbo`; \
         workflow.landmarks.closed: there is no status `shut`"
    );
}
