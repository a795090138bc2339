//! What undoing a merge gives back of a solution that waited for the customer's word.

use super::*;

fn proposed() -> TestDesk {
    let desk = TestDesk::with(confirming(Confirmation::Offered));
    desk.given_request();
    another(&desk, SECOND);
    desk.ok(&agent(ANNA), propose(SECOND));
    desk
}

#[test]
fn a_proposal_stands_again_and_is_confirmed_or_rejected() {
    for confirms in [true, false] {
        let desk = proposed();
        let before = desk.ticket(SECOND).proposal().cloned().unwrap();
        merge(&desk, SECOND, TICKET);
        assert_eq!(desk.ticket(SECOND).proposal(), None, "nobody is asked on a merged ticket");
        assert!(desk.find(&agent(ANNA), "proposed_at is present", "").is_empty());
        let confirm = ConfirmSolution { ticket: SECOND };
        let refused = desk.refused(&customer(MARIA), confirm.clone());
        assert_eq!(refused, Refusal::Merged { into: Some(TICKET) });
        // However long it was merged: no timer ends a proposal.
        desk.advance_to(desk.now() + days(90));
        undo(&desk, SECOND);
        let ticket = desk.ticket(SECOND);
        assert_eq!(ticket.proposal(), Some(&before));
        assert_eq!(ticket.reason().unwrap().as_str(), "confirmation");
        if confirms {
            desk.ok(&customer(MARIA), confirm);
            assert_eq!(desk.status(SECOND), "resolved");
        } else {
            desk.ok(&customer(MARIA), RejectSolution::new(SECOND));
            assert_eq!(desk.status(SECOND), "open");
        }
        desk.verify();
    }
}

#[test]
fn nothing_stands_again_of_a_proposal_that_had_been_answered() {
    let desk = proposed();
    desk.ok(&customer(MARIA), RejectSolution::new(SECOND));
    merge(&desk, SECOND, TICKET);
    undo(&desk, SECOND);
    assert_eq!(desk.ticket(SECOND).proposal(), None);
}

#[test]
fn the_words_of_a_proposal_are_erased_with_the_merged_ticket() {
    let desk = TestDesk::with(confirming(Confirmation::Offered));
    desk.given_request();
    another(&desk, SECOND);
    let resolution = Resolving { code: "solved".into(), text: "a secret of hers".into() };
    desk.ok(&agent(ANNA), ProposeSolution { resolution, ..propose(SECOND) });
    merge(&desk, SECOND, TICKET);
    desk.ok(&Actor::Host, EraseTicket::new(SECOND, "she asked for it"));
    assert!(!desk.everything().contains("a secret of hers"));
    undo(&desk, SECOND);
    let ticket = desk.ticket(SECOND);
    assert_eq!(ticket.proposal().unwrap().text(), &Erasable::Erased);
    desk.verify();
}

#[test]
fn a_merge_and_its_undoing_say_what_they_did() {
    let desk = proposed();
    desk.ok(&agent(ANNA), Edit { follow: [Follower::Agent(OWNER)].into(), ..Edit::new(SECOND) });
    let merged = desk.ok(&agent(ANNA), Merge { ticket: SECOND, into: TICKET });
    let moved =
        |from: &str, to: &str, because| Step::Moved { from: from.into(), to: to.into(), because };
    let followers = vec![Follower::Agent(OWNER)];
    assert_eq!(
        merged.trace,
        [
            Step::Merged {
                ticket: SECOND,
                into: TICKET,
                brings: None,
                followers: followers.clone()
            },
            Step::ProposalRests,
            moved("pending", "closed", Moved::Merged),
        ]
    );
    let undone = desk.ok(&agent(ANNA), UndoMerge { ticket: SECOND });
    let waiting_since = desk.ticket(TICKET).waiting_since();
    assert!(waiting_since.is_some());
    assert_eq!(
        undone.trace[..3],
        [
            Step::Released { ticket: SECOND, from: TICKET, waiting_since, followers },
            moved("closed", "pending", Moved::Released),
            Step::ProposalReturns,
        ]
    );
}

#[test]
fn a_merge_says_which_question_it_brings() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    another(&desk, SECOND);
    let asked = desk.now();
    desk.pass(hours(1));
    let merged = desk.ok(&agent(ANNA), Merge { ticket: SECOND, into: TICKET });
    let brings = |step: &Step| match step {
        Step::Merged { brings, .. } => *brings,
        _ => None,
    };
    assert_eq!(merged.trace.iter().find_map(brings), Some(asked));
    let told: Vec<String> = merged.trace.iter().map(ToString::to_string).collect();
    assert!(told[0].contains(&format!("a question of {asked}")), "{told:?}");
}
