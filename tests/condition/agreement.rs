//! Random conditions over random tickets: the matcher agrees with an evaluator of another make,
//! and whatever matches satisfies the narrowing.

use helpdesk::matching::{Indexed, Matcher, Narrow, Place};
use helpdesk::{AgentId, Condition, ExternalRef, Status, StatusCategory, SubjectRef, Ticket};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::oracle::Oracle;
use super::random::valid_condition;
use super::scenes::{ACME, PLACES, SCENES, Shown, words};
use super::support::{ANNA, MARIA, TestDesk, request};
use super::{draft, lexicon, matcher};

/// So many random conditions of this place, each checked, with the one for whom it is asked.
pub(crate) fn conditions(place: Place, count: u32) -> Vec<(Condition, Matcher, Option<AgentId>)> {
    let mut runner = TestRunner::deterministic();
    let strategy = (valid_condition(&words(), place), any::<bool>());
    let lexicon = lexicon();
    let made = (0..count).map(|_| {
        let tree = strategy.new_tree(&mut runner).unwrap();
        let (condition, for_anna) = proptest::strategy::ValueTree::current(&tree);
        let matcher = match condition.check(&lexicon, place) {
            Ok(matcher) => matcher,
            Err(error) => panic!("{condition}: {error}"),
        };
        match for_anna {
            true => (condition, matcher.for_agent(ANNA), Some(ANNA)),
            false => (condition, matcher, None),
        }
    });
    made.collect()
}

fn admits(matcher: &Matcher, ticket: &Ticket) -> bool {
    let subjects: Vec<SubjectRef> = ticket.about().iter().map(|it| it.subject.clone()).collect();
    matcher.narrow().iter().any(|narrow| {
        narrow.admits(Indexed {
            category: ticket.status().category,
            requester: ticket.requester(),
            assignee: ticket.assignee(),
            department: ticket.department(),
            followers: ticket.followers(),
            organisation: ticket.organisation(),
            subjects: &subjects,
            external_refs: ticket.external_refs(),
            sla_due_at: ticket.sla_due_at(),
        })
    })
}

#[test]
fn the_matcher_agrees_with_an_independent_evaluator() {
    for place in PLACES {
        let (mut matched, mut asked) = (0, 0);
        for (index, (condition, matcher, me)) in conditions(place, 3000).into_iter().enumerate() {
            let oracle = Oracle { draft: draft(), me };
            for shown in SCENES.iter().skip(index % 7).step_by(7) {
                let matches = matcher.matches(&shown.scene());
                assert_eq!(matches, oracle.holds(&condition, shown), "{condition}\n{shown:#?}");
                matched += usize::from(matches);
                asked += 1;
            }
        }
        let share = matched * 100 / asked;
        assert!((20..80).contains(&share), "{share} % match: the conditions test little");
    }
}

#[test]
fn whatever_matches_satisfies_the_narrowing() {
    let (mut narrowed, mut kept_out) = (0, 0);
    for place in PLACES {
        for (condition, matcher, _) in conditions(place, 3000) {
            let narrow = matcher.narrow();
            narrowed += usize::from(narrow != [Narrow::unrestricted()]);
            assert!(narrow.len() <= 8, "{condition}");
            for shown in SCENES.iter().step_by(5) {
                let admitted = admits(&matcher, &shown.ticket);
                kept_out += usize::from(!admitted);
                let matches = matcher.matches(&shown.scene());
                assert!(admitted || !matches, "{condition}\n{narrow:?}\n{:#?}", shown.ticket);
            }
        }
    }
    assert!(narrowed > 500 && kept_out > 10_000, "{narrowed}, {kept_out}");
}

/// Conditions whose narrowing is exact: they match what it admits, and nothing else.
#[test]
fn a_test_of_one_column_narrows_exactly() {
    let anna = format!("agent:{ANNA}");
    let texts = [
        "status_category in (new, waiting)".to_owned(),
        "not status_category in (new, waiting)".into(),
        "status_category != closed".into(),
        "not (status_category = open or status_category = new)".into(),
        "assignee is missing".into(),
        "not assignee is present".into(),
        format!("assignee = {anna}"),
        format!("assignee is missing or assignee = {ANNA}"),
        "department is missing".into(),
        "department in (support, billing) and not status_category = new".into(),
        format!("requester = {anna}"),
        format!("followers contains {anna}"),
        format!("followers contains {anna} or followers contains contact:{MARIA}"),
        "organisation is missing".into(),
        format!("organisation = {ACME}"),
        format!("organisation in ({ACME}, {ANNA}) or organisation is missing"),
        "queued = true".into(),
        "queued != false".into(),
        "not queued = false".into(),
        "sla_due_at is missing".into(),
        "sla_due_at is present".into(),
        "not sla_due_at is missing".into(),
        "sla_due_at <= 2026-03-03T09:00:00Z".into(),
        "not sla_due_at > 2026-03-03T09:00:00Z".into(),
        "sla_due_at < 2026-03-03T09:00:00.000001Z or sla_due_at is missing".into(),
        "sla_due_at >= 2026-03-02T12:00:00Z and sla_due_at <= 2026-03-02T15:00:00Z".into(),
        "sla_due_at > 2026-03-04T00:00:00Z and sla_due_at < 2026-03-03T00:00:00Z".into(),
        "any()".into(),
        "all()".into(),
    ];
    for text in texts {
        let matcher = matcher(&text, Place::View);
        for Shown { ticket, .. } in SCENES.iter() {
            let scene = helpdesk::Scene::of(ticket, ticket.updated_at());
            assert_eq!(matcher.matches(&scene), admits(&matcher, ticket), "{text}");
        }
    }
}

#[test]
fn me_narrows_once_it_is_somebody() {
    let mine = matcher("assignee = me", Place::View);
    assert_eq!(mine.narrow(), []);
    let narrow = mine.for_agent(ANNA).narrow();
    assert_eq!(narrow[0].assignees, Some([Some(ANNA)].into()));
}

#[test]
fn what_says_nothing_of_a_column_leaves_it_open() {
    let texts = [
        "status_category = new or notes = 1",
        "not status = new",
        "assignee != me",
        "queued = false",
        "all()",
    ];
    for text in texts {
        assert_eq!(matcher(text, Place::View).narrow(), [Narrow::unrestricted()], "{text}");
    }
}

#[test]
fn each_alternative_narrows_by_columns_of_its_own() {
    let narrow = |text: &str| matcher(text, Place::View).for_agent(ANNA).narrow();
    let sight = narrow("assignee = me or requester = me or department in (support, billing)");
    let told = |narrow: &Narrow| {
        let Narrow {
            categories,
            requesters,
            assignees,
            departments,
            followers,
            organisations,
            subjects,
            external_refs,
            deadlines,
        } = narrow;
        assert_eq!((followers, subjects, external_refs), (&None, &None, &None));
        assert_eq!(deadlines, &None);
        let count = |found: Option<usize>| found.unwrap_or(0);
        [
            count(categories.as_ref().map(|set| set.len())),
            count(requesters.as_ref().map(|set| set.len())),
            count(assignees.as_ref().map(|set| set.len())),
            count(departments.as_ref().map(|set| set.len())),
            count(organisations.as_ref().map(|set| set.len())),
        ]
    };
    let shapes: Vec<_> = sight.iter().map(told).collect();
    assert_eq!(shapes, [[0, 0, 1, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0, 2, 0]]);

    // Beside another condition, each alternative has it too; what cannot be is left out.
    let open = narrow("(assignee = me or requester = me) and status_category in (new, open)");
    let shapes: Vec<_> = open.iter().map(told).collect();
    assert_eq!(shapes, [[2, 0, 1, 0, 0], [2, 1, 0, 0, 0]]);
    assert_eq!(narrow("(assignee = me and assignee is missing) or requester = me").len(), 1);
    assert_eq!(narrow("any()"), []);
    // One object, one reference; any of a kind stands under no one value.
    let order = |id: &str| SubjectRef::new("order", id);
    let about = narrow("about contains order:7 or about contains cause/order:8");
    assert_eq!(about.len(), 1);
    assert_eq!(about[0].subjects, Some([order("7"), order("8")].into()));
    let named = narrow("external_refs contains jira:acme:1 and status = open");
    assert_eq!(named[0].external_refs, Some([ExternalRef::new("jira", "acme", "1")].into()));
    for wide in ["about contains order", "external_refs contains jira:acme", "not about is missing"]
    {
        assert_eq!(narrow(wide), [Narrow::unrestricted()], "{wide}");
    }
    // What is said of one column is one alternative.
    assert_eq!(narrow("status_category = new or status_category = open").len(), 1);
}

/// A status that was dropped and came back with another meaning: its name alone would send a
/// store to the wrong category.
#[test]
fn a_status_is_its_name_and_its_category() {
    let desk = TestDesk::new();
    desk.ok(&super::support::customer(super::support::MARIA), request(super::support::TICKET));
    let ticket = desk.desk.ticket(super::support::TICKET).unwrap().unwrap();
    let mut other = serde_json::to_value(&*ticket).unwrap();
    let redefined = Status { name: "open".into(), category: StatusCategory::Waiting };
    other["status"] = serde_json::to_value(redefined).unwrap();
    let other: Ticket = serde_json::from_value(other).unwrap();

    let open = matcher("status = open", Place::View);
    assert!(!open.matches(&helpdesk::Scene::of(&other, desk.now())));
    assert!(!admits(&open, &other));
    let waiting = matcher("status_category = waiting", Place::View);
    assert!(waiting.matches(&helpdesk::Scene::of(&other, desk.now())));
}
