//! What is attached to tickets, for listings that ask for it: some of it stays, some of it goes.

use crate::command::Edit;
use crate::conformance::hand::at;
use crate::conformance::law::Verdict;
use crate::store::AsyncStore;
use crate::{About, Actor, AsyncDesk, ExternalRef, TicketId};

/// Attaches to tickets by number, and detaches some of it again.
pub(super) async fn attach(desk: &AsyncDesk<&dyn AsyncStore>) -> Verdict {
    let order = |id: &str| About::new("order", id);
    for (n, come, go) in [
        (2, vec![order("7"), order("8").role("cause"), About::new("asset", "7")], vec![]),
        (3, vec![order("7"), order("7").role("cause")], vec![]),
        (5, vec![order("8")], vec![]),
        (9, vec![order("7").role("cause")], vec![]),
        // It is about the same still, in one role less.
        (3, vec![], vec![order("7")]),
        (2, vec![order("9")], vec![order("7")]),
    ] {
        let mut edit = Edit::new(TicketId::from_u128(n));
        edit.add_about = come.into_iter().collect();
        edit.remove_about = go.into_iter().collect();
        desk.edit(Actor::Host.at(at(0)), edit).await?;
    }
    let theirs = |scope: &str, id: &str| ExternalRef::new("jira", scope, id);
    for (n, come, go) in [
        (2, vec![theirs("a", "7"), theirs("b", "7")], vec![]),
        (6, vec![theirs("a", "8")], vec![]),
        (2, vec![], vec![theirs("a", "7")]),
        // What was given up is another's now.
        (7, vec![theirs("a", "7")], vec![]),
    ] {
        let mut edit = Edit::new(TicketId::from_u128(n));
        edit.add_external_refs = come.into_iter().collect();
        edit.remove_external_refs = go.into_iter().collect();
        desk.edit(Actor::Host.at(at(0)), edit).await?;
    }
    Ok(())
}

/// What is asked about it.
pub(super) const ATTACHED: [&str; 14] = [
    "about contains order:7",
    "about contains order:8",
    "about contains order:9",
    "about contains cause/order:7",
    "about contains order",
    "about contains order:7 and about contains order:8",
    "about contains order:7 or about contains asset:7",
    "not about contains order:7",
    "about contains order:7 or department is missing",
    "external_refs contains jira:a:7",
    "external_refs contains jira:b:7 or external_refs contains jira:a:8",
    "external_refs contains jira:a:7 or about contains order:9",
    "external_refs contains jira:a",
    "external_refs is missing and about is present",
];
