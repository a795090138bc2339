//! Deadlines: the column of what falls due, by which listings are narrowed and put in order.

use chrono::{SecondsFormat, TimeDelta};

use super::find::{asked_as, compare, tickets};
use crate::command::{Assign, Edit, MarkSpam, Open, Reply, Resolve, UnmarkSpam};
use crate::conformance::hand::{ANNA, Hand, MARIA, at};
use crate::conformance::law::{Verdict, same, unless};
use crate::sla::Metric;
use crate::sla::policy::{Obligation, SlaPolicy};
use crate::store::{AsyncStore, Query};
use crate::{
    Actor, AgentProfile, AsyncDesk, Department, DeskId, Fact, Record, Requester, SettingsDraft,
    Span, TicketId,
};

/// The ids go down while the numbers go up.
fn numbered(n: u128) -> TicketId {
    TicketId::from_u128(100 - n)
}

/// A desk of sixteen tickets that fall due at various instants: several at one, some never, some
/// not any more, some sooner or later than at first, some by what we owe one another.
async fn promising(store: &dyn AsyncStore) -> Verdict<AsyncDesk<&dyn AsyncStore>> {
    let promised = SlaPolicy::new("promised")
        .when(Fact::Department.equals("a"))
        .obligation(
            Obligation::new(Metric::FirstResponse)
                .within(Span::hours(4))
                .for_priority("critical", Span::hours(1)),
        )
        .obligation(Obligation::new(Metric::NextResponse).within(Span::hours(2)))
        .obligation(Obligation::new(Metric::TimeToAssign).within(Span::minutes(30)).internal());
    let draft = SettingsDraft {
        departments: ["a", "b"].map(Department::new).to_vec(),
        sla_policies: vec![promised],
        ..SettingsDraft::default()
    };
    let desk = AsyncDesk::create(store, DeskId::from_u128(70), draft.build()?, at(0)).await?;
    let profile = AgentProfile::new("Anna").department("a").department("b");
    desk.put_agent(Actor::Host.at(at(0)), ANNA, profile).await?;
    for n in 1..=16 {
        let mut open = Open::new(numbered(n), Requester::Contact(MARIA), "words");
        let department = if n % 5 == 0 { "b" } else { "a" };
        open.department = Some(department.into());
        // Four at each instant.
        let hour = i64::try_from((n - 1) / 4).unwrap_or(0);
        desk.open(Actor::Host.at(at(hour)), open).await?;
    }
    let (host, anna) = (|| Actor::Host.at(at(4)), || Actor::Agent(ANNA).at(at(4)));
    for n in [1, 2, 3, 4, 7, 8, 9, 10, 11] {
        desk.assign(host(), Assign::new(numbered(n), ANNA)).await?;
    }
    for n in [2, 7, 9, 11] {
        desk.reply(anna(), Reply::new(numbered(n), "answered")).await?;
    }
    for n in [7, 9] {
        let asks = Actor::Customer(MARIA).at(at(5));
        desk.reply(asks, Reply::new(numbered(n), "and now?")).await?;
    }
    for n in [3, 8, 12] {
        let edit = Edit { priority: Some("critical".into()), ..Edit::new(numbered(n)) };
        desk.edit(host(), edit).await?;
    }
    desk.resolve(anna(), Resolve::new(numbered(9), "solved")).await?;
    for n in [1, 4] {
        desk.mark_spam(host(), MarkSpam { ticket: numbered(n) }).await?;
    }
    desk.unmark_spam(host(), UnmarkSpam { ticket: numbered(4) }).await?;
    Ok(desk)
}

/// What is told apart: deadlines that tie, that passed, and tickets without.
fn told_apart(tickets: &[Record]) -> Verdict {
    let due = |record: &Record| record.ticket().and_then(|ticket| ticket.sla_due_at());
    let mut deadlines: Vec<_> = tickets.iter().filter_map(due).collect();
    let (all, some) = (tickets.len(), deadlines.len());
    deadlines.sort_unstable();
    deadlines.dedup();
    same("the tickets of the desk", all, 16)?;
    unless("too few tickets of the desk have no deadline", all - some < 4)?;
    unless("too few deadlines of the desk differ", deadlines.len() < 4)?;
    unless("too few deadlines of the desk tie", some - deadlines.len() < 2)
}

pub(super) async fn bounds_of_the_deadline_decide_what_is_found(hand: Hand<'_>) -> Verdict {
    let desk = promising(hand.store()).await?;
    let tickets = tickets(hand.store(), desk.id()).await?;
    told_apart(&tickets)?;
    let settings = desk.settings().await?;
    let mut questions: Vec<String> = [
        "sla_due_at is present",
        "sla_due_at is missing",
        "sla_due_at older than PT0S",
        "sla_due_at older than PT2H",
        "not sla_due_at older than PT2H",
        "sla_due_at younger than PT2H",
        "not sla_due_at younger than PT2H",
        "sla_due_at is present and department = a",
        "sla_due_at is missing and assignee is present",
        "sla_due_at is missing or assignee is missing",
        "status_category = new and not sla_due_at is missing",
    ]
    .map(str::to_owned)
    .into();
    // At each deadline itself, and in between.
    for half_hour in 0..18 {
        let bound = at(0) + TimeDelta::minutes(30 * half_hour);
        let bound = bound.to_rfc3339_opts(SecondsFormat::Secs, true);
        for asked in ["=", "!=", "<", "<=", ">", ">="] {
            questions.push(format!("sla_due_at {asked} {bound}"));
            questions.push(format!("not sla_due_at {asked} {bound}"));
        }
        questions.push(format!("sla_due_at < {bound} or sla_due_at is missing"));
        questions.push(format!("sla_due_at >= {bound} and status_category in (new, open)"));
        questions.push(format!("(sla_due_at > {bound} and department = a) or assignee = {ANNA}"));
    }
    for question in questions {
        for order in ["", "sla_due_at", "opened_at desc"] {
            let query = asked_as(&settings, desk.id(), &question, order)?;
            let query = Query { now: at(6), limit: 5, ..query };
            compare(hand.store(), query, &tickets, &format!("`{question}` by `{order}`")).await?;
        }
    }
    Ok(())
}

pub(super) async fn pages_join_in_the_order_of_deadlines(hand: Hand<'_>) -> Verdict {
    let desk = promising(hand.store()).await?;
    let tickets = tickets(hand.store(), desk.id()).await?;
    told_apart(&tickets)?;
    let settings = desk.settings().await?;
    let orders = [
        "sla_due_at",
        "sla_due_at desc",
        "sla_due_at, number",
        "sla_due_at desc, number desc",
        "sla_due_at, priority desc",
        "priority desc, sla_due_at",
    ];
    let filters =
        ["all()", "sla_due_at is present", "sla_due_at is missing", "assignee is missing"];
    for order in orders {
        for filter in filters {
            for limit in [1, 2, 3, 5, 17] {
                let query = asked_as(&settings, desk.id(), filter, order)?;
                let query = Query { now: at(6), limit, ..query };
                let asked = format!("`{filter}` by `{order}`, {limit} at a time,");
                compare(hand.store(), query, &tickets, &asked).await?;
            }
        }
    }
    Ok(())
}
