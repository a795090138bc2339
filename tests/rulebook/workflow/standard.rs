//! The default workflow is the one that the requirements draw.

use helpdesk::{
    Party, Reopening, Settings, SettingsDraft, Span, StatusCategory, StatusName, WaitsFor,
    WorkflowDraft,
};

/// The table of moves, word for word.
const MOVES: &str = "\
| from | customer's reply | agent's public reply | taken by an agent |
|---|---|---|---|
| New | | Answered | In progress |
| Open | | Answered | In progress |
| In progress | | Answered | |
| Answered | Open | | |
| Pending | Open | | |
| Suspended | Open | | |
| Postponed | Open (policy) | Answered | In progress |
| Resolved | Open | | |
| Closed | L5 | refused: reopen first | refused |
";

/// A word of the table as the workflow writes it.
fn name(cell: &str) -> Option<StatusName> {
    let cell = cell.trim().trim_end_matches(" (policy)");
    (!cell.is_empty()).then(|| cell.to_lowercase().replace(' ', "_").into())
}

#[test]
fn its_moves_are_those_of_the_table_word_for_word() {
    let workflow = WorkflowDraft::default();
    let rows: Vec<Vec<&str>> =
        MOVES.lines().skip(2).map(|row| row.split('|').skip(1).take(4).collect()).collect();
    assert_eq!(rows.len(), workflow.statuses.len());
    for (row, status) in rows.iter().zip(&workflow.statuses) {
        assert_eq!(name(row[0]).as_ref(), Some(&status.name));
        let moves = [&status.on_customer_reply, &status.on_agent_reply, &status.on_take];
        if status.name == "closed" {
            assert_eq!(moves, [&None, &None, &None], "the policy, and refusals");
        } else {
            assert_eq!(moves.map(Clone::clone), [name(row[1]), name(row[2]), name(row[3])]);
        }
    }
}

#[test]
fn its_statuses_have_the_categories_that_the_design_gives_them() {
    let settings = Settings::default();
    let found: Vec<_> = settings
        .workflow()
        .statuses()
        .map(|status| (status.name.as_str().to_owned(), status.category))
        .collect();
    let expected = [
        ("new", StatusCategory::New),
        ("open", StatusCategory::Open),
        ("in_progress", StatusCategory::Open),
        ("answered", StatusCategory::Waiting),
        ("pending", StatusCategory::Waiting),
        ("suspended", StatusCategory::OnHold),
        ("postponed", StatusCategory::OnHold),
        ("resolved", StatusCategory::Resolved),
        ("closed", StatusCategory::Closed),
    ];
    assert_eq!(found, expected.map(|(name, category)| (name.to_owned(), category)));
}

#[test]
fn pending_suspended_and_postponed_say_for_whom_they_wait() {
    let settings = Settings::default();
    let workflow = settings.workflow();
    let waits = |status: &str| {
        let (reasons, required) = workflow.reasons(&status.into());
        assert!(required, "{status}");
        reasons.iter().map(|reason| workflow.waits_for(reason).unwrap()).collect::<Vec<_>>()
    };
    assert!(waits("pending").iter().all(|whom| *whom == WaitsFor::Customer));
    assert!(waits("suspended").iter().all(|whom| *whom == WaitsFor::ThirdParty));
    assert_eq!(waits("postponed"), [WaitsFor::Desk, WaitsFor::Customer]);
    assert_eq!(workflow.reasons(&"open".into()), (&[][..], false));
}

#[test]
fn no_move_by_hand_leads_back_to_new_or_out_of_closed_and_staff_makes_them_all() {
    for status in WorkflowDraft::default().statuses {
        for transition in &status.transitions {
            assert_ne!(transition.to, "new");
            assert_eq!(transition.by, Party::STAFF);
        }
        let targets: Vec<&str> = status.transitions.iter().map(|it| it.to.as_str()).collect();
        match status.name.as_str() {
            "closed" => assert!(targets.is_empty()),
            "resolved" => assert_eq!(targets, ["closed"]),
            _ => assert!(targets.ends_with(&["resolved", "closed"])),
        }
    }
}

#[test]
fn the_default_settings_pass_their_own_checks_and_have_the_defaults_that_are_promised() {
    let settings = SettingsDraft::default().build().unwrap();
    assert_eq!(settings, Settings::default());
    assert_eq!(settings.auto_close(), Some(Span::days(4)));
    let age = settings.open_age().unwrap();
    assert_eq!((age.warn, age.overdue), (Span::days(3), Span::days(5)));
    assert_eq!(settings.reopening(), Reopening::Within(Span::days(30)));
    let priorities: Vec<&str> =
        settings.draft().priorities.iter().map(|name| name.as_str()).collect();
    assert_eq!(priorities, ["low", "medium", "high", "critical"]);
    let categories: Vec<&str> =
        settings.draft().categories.iter().map(|name| name.as_str()).collect();
    assert_eq!(categories, ["technical", "billing", "pre-sales", "product", "complaint"]);
}
