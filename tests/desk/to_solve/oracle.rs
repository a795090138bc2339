//! The order of work against a plain sort over all tickets, written from the words of the
//! documentation: over random histories of all commands, and random settings of the order.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use helpdesk::conformance::history::{DESK, Step, cast};
use helpdesk::conformance::strategies;
use helpdesk::matching::WorkOrder;
use helpdesk::store::{MemoryStore, Store, Wanted};
use helpdesk::{
    Actor, Agent, Desk, DeskError, Key, RecordKind, Requester, Role, SettingsDraft, Span,
    StatusCategory, Ticket, TicketId,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

/// Everything by which two tickets are told apart, first things first.
type Place = (usize, Reverse<usize>, DateTime<Utc>, Reverse<usize>, DateTime<Utc>, TicketId);

fn place(draft: &SettingsDraft, ticket: &Ticket) -> Option<Place> {
    let to_solve = &draft.to_solve;
    let category = ticket.status().category;
    let finished = matches!(category, StatusCategory::Resolved | StatusCategory::Closed);
    if ticket.assignee().is_some()
        || finished
        || ticket.is_spam()
        || ticket.merged_into().is_some()
        || ticket.postponed_until().is_some()
    {
        return None;
    }
    let name = &ticket.status().name;
    let rank = match to_solve.statuses.as_slice() {
        [] => {
            let draft = draft.workflow.statuses.iter().find(|status| status.name == *name)?;
            let served = [StatusCategory::New, StatusCategory::Open].contains(&draft.category);
            served.then_some(0)?
        }
        groups => groups.iter().position(|group| group.contains(name))?,
    };
    let scale = &draft.priorities;
    let priority = scale.iter().position(|step| *step == ticket.priority().name);
    let since = ticket.waiting_since().unwrap_or(ticket.unresolved_since());
    let lowest = scale.first().unwrap();
    let name = priority.map_or(lowest, |at| &scale[at]);
    let below = scale.len() - 1 - priority.unwrap_or(0);
    let hours = (0..below).fold(1_u32, |hours, _| (hours * 4).min(72)).min(72);
    let patience = to_solve.patience.get(name).copied().unwrap_or(Span::hours(hours));
    let ends = since + chrono::TimeDelta::microseconds(patience.as_micros());
    let at = match to_solve.order {
        WorkOrder::LongestUnanswered => since,
        _ => ticket.sla_due_at().map_or(ends, |due| due.min(ends)),
    };
    let level = ticket.promised().and_then(|promised| promised.level.as_ref());
    let level = level.and_then(|it| draft.sla_levels.iter().position(|step| *step == it.name));
    let level = match to_solve.order {
        WorkOrder::SlaLevel => level.map_or(0, |level| level + 1),
        _ => 0,
    };
    let priority = priority.map_or(0, |priority| priority + 1);
    Some((rank, Reverse(level), at, Reverse(priority), since, ticket.id()))
}

fn may_take(agent: &Agent, ticket: &Ticket) -> bool {
    // Restricted agents see what they asked for themselves, and no queue.
    let own = ticket.requester() == Requester::Agent(agent.id());
    (agent.role() != Role::Restricted || own)
        && ticket.department().is_none_or(|department| agent.departments().contains(department))
}

/// What a history leaves, asked by its settings in other orders of work.
fn agrees(desk: &Desk<MemoryStore>, now: DateTime<Utc>, limit: usize) -> TestCaseResult {
    let settings = desk.settings().unwrap();
    let entries = desk.store().scan(DESK, 0, usize::MAX).unwrap();
    let mut keys: Vec<Key> = entries.iter().map(|entry| entry.key).collect();
    keys.sort_unstable();
    keys.dedup();
    let records = desk.store().load(DESK, &Wanted::records(keys)).unwrap().records;
    let records: Vec<_> = records.into_iter().flatten().collect();
    let tickets = records.iter().filter_map(|record| record.ticket());
    let mut all: Vec<(Place, &Ticket)> =
        tickets.filter_map(|ticket| Some((place(settings.draft(), ticket)?, &**ticket))).collect();
    all.sort_by_key(|(place, _)| *place);
    let agents = records.iter().filter(|record| record.key.kind == RecordKind::Agent);
    let agents = agents.filter_map(|record| record.agent()).filter(|agent| agent.is_active());
    let mut asked: Vec<(Actor, Vec<TicketId>)> = agents
        .filter(|agent| agent.role() != Role::Light)
        .map(|agent| {
            let theirs = all.iter().filter(|(_, ticket)| may_take(agent, ticket));
            (Actor::Agent(agent.id()), theirs.map(|(_, ticket)| ticket.id()).collect())
        })
        .collect();
    asked.push((Actor::Host, all.iter().map(|(_, ticket)| ticket.id()).collect()));
    for (actor, expected) in asked {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = desk.to_solve(&actor, now, after.as_ref(), limit).unwrap();
            for entry in &page.entries {
                let (place, _) =
                    all.iter().find(|(_, ticket)| ticket.id() == entry.row.id()).unwrap();
                prop_assert_eq!((entry.turn.at, entry.turn.waiting_since), (place.2, place.4));
                found.push(entry.row.id());
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        prop_assert_eq!(&found, &expected, "{}", actor);
    }
    Ok(())
}

fn orders() -> impl Strategy<Value = (WorkOrder, u8, Option<u32>)> {
    let order = prop_oneof![
        Just(WorkOrder::EarliestObligation),
        Just(WorkOrder::SlaLevel),
        Just(WorkOrder::LongestUnanswered)
    ];
    (order, 0_u8..4, proptest::option::of(1_u32..200))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_listing_is_a_plain_sort_of_all_tickets(
        history in strategies::histories(80),
        (order, served, patience) in orders(),
        limit in 1_usize..6,
    ) {
        let desk =
            Desk::create(MemoryStore::new(), DESK, history.settings(), cast::start()).unwrap();
        let mut now = cast::start();
        for step in history.play() {
            now = step.now();
            match step {
                Step::Tick(now) => drop(desk.tick(now).unwrap()),
                Step::Call(call) => {
                    let result = desk.execute(&call);
                    prop_assert!(matches!(result, Ok(_) | Err(DeskError::Refused(_))));
                }
            }
        }
        agrees(&desk, now, limit)?;
        // And by other settings, of which no ticket has heard yet.
        let mut draft = desk.settings().unwrap().draft().clone();
        draft.to_solve.order = order;
        let unfinished = draft.workflow.statuses.iter().filter(|status| !status.category.is_done());
        let names: Vec<_> = unfinished.map(|status| status.name.clone()).collect();
        draft.to_solve.statuses = match served {
            0 => Vec::new(),
            1 => vec![names],
            2 => names.into_iter().rev().map(|name| vec![name]).collect(),
            _ => names.chunks(2).map(<[_]>::to_vec).collect(),
        };
        draft.to_solve.patience.clear();
        if let (Some(hours), Some(name)) = (patience, draft.priorities.last()) {
            draft.to_solve.patience.insert(name.clone(), Span::hours(hours));
        }
        desk.publish(Actor::Host.at(now), draft.build().unwrap()).unwrap();
        agrees(&desk, now, limit)?;
    }
}
