//! The order of work: what waits in queues, and whose turn it is.

use chrono::TimeDelta;

use super::find::{asked_as, compare, tickets};
use crate::command::{
    Assign, Edit, MarkSpam, Merge, Open, Postpone, Reply, Resolve, Take, Transfer, Unassign,
    UndoMerge, UnmarkSpam,
};
use crate::conformance::hand::{ANNA, Hand, MARIA, MICRO, at};
use crate::conformance::law::{Verdict, unless};
use crate::matching::{Order, WorkOrder};
use crate::sla::Metric;
use crate::sla::policy::{Obligation, SlaPolicy};
use crate::store::{AsyncStore, Query};
use crate::{
    Actor, AgentProfile, AsyncDesk, Department, DeskId, Fact, Requester, SettingsDraft, Span,
    TicketId, ToSolve,
};

const TICKETS: u128 = 40;

/// The ids go down while the numbers go up.
fn numbered(n: u128) -> TicketId {
    TicketId::from_u128(100 - n)
}

fn draft() -> SettingsDraft {
    let answer = |hours| Obligation::new(Metric::FirstResponse).within(Span::hours(hours));
    // Later than the patience of its highest priority ends, and sooner than that of the lowest.
    let gold = SlaPolicy::new("gold")
        .when(Fact::Department.equals("a"))
        .level("gold")
        .obligation(answer(4).for_priority("critical", Span::minutes(30)));
    let silver = SlaPolicy::new("silver")
        .when(Fact::Priority.is_in(["low", "high"]))
        .level("silver")
        .obligation(answer(8));
    SettingsDraft {
        departments: ["a", "b"].map(Department::new).to_vec(),
        sla_levels: vec!["silver".into(), "gold".into()],
        sla_policies: vec![gold, silver],
        ..SettingsDraft::default()
    }
}

/// A desk of tickets of which some wait in queues: opened at a few instants, so that they tie; taken
/// and given back, moved, answered, asked again, postponed, resolved, spam, merged and apart again.
async fn working(store: &dyn AsyncStore) -> Verdict<AsyncDesk<&dyn AsyncStore>> {
    let desk = AsyncDesk::create(store, DeskId::from_u128(80), draft().build()?, at(0)).await?;
    let profile = AgentProfile::new("Anna").department("a").department("b");
    desk.put_agent(Actor::Host.at(at(0)), ANNA, profile).await?;
    let priorities = ["low", "medium", "high", "critical"];
    let departments = [Some("a"), None, Some("b")];
    for n in 1..=TICKETS {
        let place = usize::try_from(n).unwrap_or(0);
        let mut open = Open::new(numbered(n), Requester::Contact(MARIA), "words");
        open.department = departments.get(place % 3).copied().flatten().map(Into::into);
        open.priority = priorities.get(place / 2 % 4).copied().map(Into::into);
        // Some tie, and some come right after another.
        let hour = at(i64::try_from(place / 10).unwrap_or(0));
        let now = if place % 8 == 7 { hour + MICRO } else { hour };
        desk.open(Actor::Host.at(now), open).await?;
    }
    let (host, anna) = (|| Actor::Host.at(at(5)), || Actor::Agent(ANNA).at(at(5)));
    for n in 1..=8 {
        desk.take(anna(), Take { ticket: numbered(n) }).await?;
    }
    for n in 1..=4 {
        desk.unassign(anna(), Unassign { ticket: numbered(n) }).await?;
    }
    for n in [9, 10, 11, 12] {
        desk.reply(anna(), Reply::new(numbered(n), "answered")).await?;
    }
    for n in [10, 11] {
        let asks = Actor::Customer(MARIA).at(at(6));
        desk.reply(asks, Reply::new(numbered(n), "and now?")).await?;
    }
    for n in [13, 14] {
        let edit = Edit { priority: Some("critical".into()), ..Edit::new(numbered(n)) };
        desk.edit(host(), edit).await?;
    }
    for n in [15, 16] {
        desk.transfer(host(), Transfer::new(numbered(n), if n == 15 { "b" } else { "a" })).await?;
    }
    for n in [17, 18] {
        let postpone = Postpone::new(numbered(n), at(5) + TimeDelta::days(2), "look_again");
        desk.postpone(anna(), postpone).await?;
    }
    for n in [19, 20] {
        desk.mark_spam(host(), MarkSpam { ticket: numbered(n) }).await?;
    }
    desk.unmark_spam(host(), UnmarkSpam { ticket: numbered(20) }).await?;
    desk.resolve(anna(), Resolve::new(numbered(21), "solved")).await?;
    desk.assign(host(), Assign::new(numbered(22), ANNA)).await?;
    for n in [23, 24] {
        desk.merge(host(), Merge::new(numbered(n), numbered(n + 2))).await?;
    }
    desk.undo_merge(host(), UndoMerge { ticket: numbered(24) }).await?;
    // What an agent began and gave back, and the customer went on with.
    for n in [TICKETS + 1, TICKETS + 2] {
        let open = Open::new(numbered(n), Requester::Contact(MARIA), "How is it?");
        desk.open(anna(), open).await?;
        desk.unassign(anna(), Unassign { ticket: numbered(n) }).await?;
        let asks = Actor::Customer(MARIA).at(at(6));
        desk.reply(asks, Reply::new(numbered(n), "it burns")).await?;
    }
    Ok(desk)
}

/// Orders of work, of which no two are the same on that desk.
fn orders() -> Verdict<Vec<(String, Order)>> {
    let groups = |groups: &[&[&str]]| -> Vec<Vec<_>> {
        groups.iter().map(|group| group.iter().map(|name| (*name).into()).collect()).collect()
    };
    let served = [
        groups(&[]),
        groups(&[&["open"], &["in_progress"]]),
        groups(&[&["answered", "postponed"], &["new"]]),
    ];
    let mut orders = Vec::new();
    for order in [WorkOrder::EarliestObligation, WorkOrder::SlaLevel, WorkOrder::LongestUnanswered]
    {
        for statuses in &served {
            let to_solve = ToSolve { statuses: statuses.clone(), order, ..ToSolve::default() };
            let asked = format!("{order:?} of {statuses:?}");
            let settings = SettingsDraft { to_solve, ..draft() }.build()?;
            orders.push((asked, Order::of_turns(settings.turns().clone())));
        }
    }
    // Whoever can wait for an hour at most is never met by a deadline first.
    let mut hasty = draft();
    for name in ["low", "medium", "high", "critical"] {
        hasty.to_solve.patience.insert(name.into(), Span::minutes(20));
    }
    let hasty = Order::of_turns(hasty.build()?.turns().clone());
    orders.push(("one patience for all".into(), hasty));
    Ok(orders)
}

pub(super) async fn the_order_of_work_shows_what_has_a_turn(hand: Hand<'_>) -> Verdict {
    let desk = working(hand.store()).await?;
    let tickets = tickets(hand.store(), desk.id()).await?;
    let settings = desk.settings().await?;
    let filters = [
        "all()".to_owned(),
        "department = a".into(),
        "department is missing".into(),
        "department in (a, b) or department is missing".into(),
        format!("requester = agent:{ANNA} or department in (b) or assignee = {ANNA}"),
        "priority >= high and department = b".into(),
        "status_category = open".into(),
        "sla_due_at is missing".into(),
        "waiting_since older than PT4H".into(),
        "assignee is present".into(),
        "status_category = closed".into(),
    ];
    let mut shown = 0;
    for (named, order) in orders()? {
        for filter in &filters {
            let query = Query {
                now: at(6),
                order: order.clone(),
                ..asked_as(&settings, desk.id(), filter, "")?
            };
            shown += tickets.iter().filter(|record| query.matches(record)).count();
            let asked = format!("`{filter}` in the order of work, {named},");
            compare(hand.store(), query, &tickets, &asked).await?;
        }
    }
    unless("too few tickets of the desk have a turn", shown < 300)
}

pub(super) async fn pages_join_in_the_order_of_work(hand: Hand<'_>) -> Verdict {
    let desk = working(hand.store()).await?;
    let tickets = tickets(hand.store(), desk.id()).await?;
    let settings = desk.settings().await?;
    for (named, order) in orders()? {
        for (filter, limit) in [("all()", 1), ("all()", 4), ("department in (a, b)", 3)] {
            let query = Query {
                now: at(6),
                limit,
                order: order.clone(),
                ..asked_as(&settings, desk.id(), filter, "")?
            };
            let asked = format!("`{filter}` in the order of work, {named}, {limit} at a time,");
            compare(hand.store(), query, &tickets, &asked).await?;
        }
    }
    Ok(())
}
