//! Law 12: what a desk finds is every head held against the condition, for random desks,
//! conditions, orders, pages and readers.

use chrono::TimeDelta;
use helpdesk::matching::{Cursor, Listing, Order, Place};
use helpdesk::store::{Query, Store};
use helpdesk::{
    Actor, AgentSight, Condition, CustomerSight, Erasable, Fact, Key, Origin, Record, Refusal, Row,
    SettingsDraft, Sort, Span, TicketId,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::agreement::conditions;
use super::oracle::{Known, Oracle, instant, name, person};
use super::order::sortable;
use super::random::{sorts, valid_condition};
use super::scenes::{ACME, COLLEAGUE, DOUBLE, EVIL, Shown, busy_desk, words};
use super::support::{
    ANNA, BEN, EVA, EVERY_AGENT, LIA, MARIA, OTTO, OWNER, RHEA, RUDI, TestDesk, agent, bot,
    customer,
};
use super::{draft, lexicon};

/// Every ticket of a desk, by the road that no condition is on.
fn every_ticket(desk: &TestDesk) -> Vec<Record> {
    let entries = desk.store.scan(desk.desk.id(), 0, usize::MAX).unwrap();
    let mut keys: Vec<_> = entries.iter().map(|entry| entry.key).collect();
    keys.sort();
    keys.dedup();
    let records = keys.into_iter().map(|key| desk.desk.record(key).unwrap().unwrap());
    records.filter(|record| record.ticket().is_some()).collect()
}

fn shown(record: &Record, desk: &TestDesk) -> Shown {
    Shown {
        ticket: record.ticket().unwrap().clone(),
        number: record.number,
        before: None,
        message: None,
        now: desk.now(),
    }
}

fn id(record: &Record) -> TicketId {
    record.key.as_ticket().unwrap()
}

/// Conditions on the columns that stores index, joined in twos and threes, beside another.
fn on_columns(other: BoxedStrategy<Condition>) -> BoxedStrategy<Condition> {
    let categories = ["new", "open", "waiting", "on_hold", "resolved", "closed"];
    let people = [format!("contact:{MARIA}"), format!("contact:{OTTO}"), format!("agent:{ANNA}")];
    let owners = [ANNA, BEN, EVA].map(|agent| agent.to_string());
    let column = prop_oneof![
        subsequence(categories.to_vec(), 1..4).prop_map(|set| Fact::StatusCategory.is_in(set)),
        subsequence(people.clone().to_vec(), 1..3).prop_map(|set| Fact::Requester.is_in(set)),
        subsequence(owners.to_vec(), 1..3).prop_map(|set| Fact::Assignee.is_in(set)),
        Just(Fact::Assignee.missing()),
        Just(Fact::Department.missing()),
        select(vec!["support", "billing"]).prop_map(|name| Fact::Department.equals(name)),
        Just(Fact::Organisation.missing()),
        subsequence(vec![ACME, EVIL], 1..2).prop_map(|set| Fact::Organisation.is_in(set)),
        any::<bool>().prop_map(|queued| Fact::Queued.equals(queued)),
        select(people.to_vec()).prop_map(|who| Fact::Followers.contains(who)),
        deadline(),
    ];
    let column = (column, prop::bool::weighted(0.2)).prop_map(|(column, not)| match not {
        true => Condition::not(column),
        false => column,
    });
    let joined = prop::collection::vec(column, 1..4);
    let all = joined.clone().prop_map(Condition::all);
    let any = joined.prop_map(Condition::any);
    prop_oneof![
        4 => all.clone(),
        1 => any.clone(),
        1 => (any, other.clone()).prop_map(|(any, other)| Condition::all([any, other])),
        1 => (all, other).prop_map(|(all, other)| Condition::any([all, other])),
    ]
    .boxed()
}

/// Conditions on the deadline: by bounds in the time of the desk, by age, and whether there is
/// one.
fn deadline() -> BoxedStrategy<Condition> {
    let bound = (0..3000_i64).prop_map(|hours| super::support::monday() + TimeDelta::hours(hours));
    prop_oneof![
        Just(Fact::SlaDueAt.missing()),
        Just(Fact::SlaDueAt.present()),
        bound.clone().prop_map(|at| Fact::SlaDueAt.less(at)),
        bound.clone().prop_map(|at| Fact::SlaDueAt.at_least(at)),
        bound.prop_map(|at| Fact::SlaDueAt.equals(at)),
        (0..3000_u32).prop_map(|hours| Fact::SlaDueAt.older(Span::hours(hours))),
        (0..3000_u32).prop_map(|hours| Fact::SlaDueAt.younger(Span::hours(hours))),
    ]
    .boxed()
}

#[test]
fn a_stores_find_is_every_head_held_against_the_condition() {
    let (mut pairs, mut found_any) = (0, 0);
    let mut runner = TestRunner::deterministic();
    let orders = sorts(sortable());
    let columns = on_columns(valid_condition(&words(), Place::View));
    for seed in 0..6 {
        let desk = busy_desk(seed, 40, 700);
        let tickets = every_ticket(&desk);
        let shown: Vec<Shown> = tickets.iter().map(|record| shown(record, &desk)).collect();
        let narrow = (0..700).map(|_| {
            let condition = columns.new_tree(&mut runner).unwrap().current();
            let matcher = condition.check(&lexicon(), Place::View).unwrap();
            (condition, matcher, None)
        });
        let narrow: Vec<_> = narrow.collect();
        for (round, (condition, filter, me)) in
            conditions(Place::View, 300).into_iter().chain(narrow).enumerate()
        {
            let oracle = Oracle { draft: draft(), me };
            // By number and by deadline most of all: that is where a store has a shorter way.
            let order = match round % 7 {
                0 => orders.new_tree(&mut runner).unwrap().current(),
                1 => vec![Sort::descending(Fact::Number)],
                2 => vec![Sort::ascending(Fact::SlaDueAt)],
                3 => vec![Sort::descending(Fact::SlaDueAt)],
                4 => vec![Sort::ascending(Fact::SlaDueAt), Sort::descending(Fact::Priority)],
                _ => Vec::new(),
            };
            let order = Order::check(&order, &lexicon()).unwrap();
            let mut expected: Vec<&Record> = tickets
                .iter()
                .zip(&shown)
                .filter(|(_, shown)| oracle.holds(&condition, shown))
                .map(|(record, _)| record)
                .collect();
            pairs += tickets.len();
            found_any += usize::from(!expected.is_empty() && expected.len() < tickets.len());
            let mut query = Query {
                desk: desk.desk.id(),
                filter,
                order,
                after: None,
                now: desk.now(),
                limit: 1 + round % 13,
            };
            let place = |record: &Record| query.place(record).unwrap();
            expected.sort_by(|one, two| query.order.compare(&place(one), &place(two)));
            let expected: Vec<TicketId> = expected.into_iter().map(id).collect();
            let mut found = Vec::new();
            loop {
                let page = desk.store.find(&query).unwrap();
                found.extend(page.iter().map(id));
                assert!(found.len() <= expected.len(), "{condition}: too many");
                match page.last() {
                    Some(last) if page.len() == query.limit => query.after = query.place(last),
                    _ => break,
                }
            }
            assert_eq!(found, expected, "{condition}");
        }
    }
    assert!(pairs >= 200_000, "{pairs} pairs of a head and a condition");
    assert!(found_any > 2_000, "{found_any} conditions told tickets apart");
}

/// Whether this actor reads the ticket: the other road to what they see.
fn reads(desk: &TestDesk, actor: &Actor, ticket: TicketId) -> bool {
    match desk.desk.thread(actor, desk.now(), ticket, None, 1) {
        Ok(_) => true,
        Err(error) => match error.refusal() {
            Some(Refusal::NotFound { .. }) => false,
            _ => panic!("{error}"),
        },
    }
}

#[test]
fn an_actor_finds_what_they_may_read_and_nothing_else() {
    let staff = [OWNER, ANNA, BEN, EVA, RHEA, RUDI, LIA].map(agent);
    let customers = [MARIA, DOUBLE, COLLEAGUE, OTTO].map(customer);
    let others = [Actor::AutoResponder(DOUBLE), bot(), Actor::Host];
    let sights = [
        (1, AgentSight::OwnDepartments, CustomerSight::Own),
        (2, AgentSight::All, CustomerSight::Organisation),
    ];
    for (seed, sight, customer_sight) in sights {
        let desk = busy_desk(seed, 60, 900);
        desk.publish(SettingsDraft { agent_sight: sight, customer_sight, ..draft() });
        let tickets = every_ticket(&desk);
        let mut counts = Vec::new();
        for actor in staff.iter().chain(&customers).chain(&others) {
            let listing = Listing::every().page(7);
            let mut found: Vec<TicketId> = all_pages(&desk, actor, listing);
            found.sort();
            let expected: Vec<TicketId> =
                tickets.iter().map(id).filter(|ticket| reads(&desk, actor, *ticket)).collect();
            counts.push(expected.len());
            let mut expected = expected;
            expected.sort();
            assert_eq!(found, expected, "{actor} under {sight:?} and {customer_sight:?}");
        }
        assert!(counts.iter().any(|count| *count > 0 && *count < tickets.len()), "{counts:?}");
        // Maria is known twice; a colleague sees no more than the settings say.
        let [maria, double, colleague, otto] = counts[staff.len()..][..4] else { panic!() };
        assert_eq!(maria, double);
        let seen = if customer_sight == CustomerSight::Own { 0..maria } else { 1..usize::MAX };
        assert!(otto > 0 && seen.contains(&colleague), "{counts:?}");
    }
}

#[test]
fn an_agent_who_works_where_the_settings_know_no_department_any_more_sees_the_same() {
    let desk = TestDesk::with(draft());
    desk.given_request();
    let mut fewer = draft();
    fewer.departments.retain(|department| department.name != "support");
    desk.publish(fewer);
    assert!(reads(&desk, &agent(ANNA), super::support::TICKET));
    assert_eq!(desk.find(&agent(ANNA), "all()", ""), [1]);
    assert_eq!(desk.find(&agent(BEN), "all()", ""), [0; 0]);
}

fn all_pages(desk: &TestDesk, actor: &Actor, mut listing: Listing) -> Vec<TicketId> {
    let mut found = Vec::new();
    loop {
        let page = desk.desk.find(actor, desk.now(), &listing).unwrap();
        assert!(page.rows.len() <= listing.limit);
        found.extend(page.rows.iter().map(Row::id));
        match page.next {
            // As a host hands it out and gets it back.
            Some(next) => {
                assert_eq!(page.rows.len(), listing.limit, "a page is full if there is more");
                listing.after = Some(next.to_string().parse::<Cursor>().unwrap());
            }
            None => return found,
        }
    }
}

#[test]
fn random_listings_page_by_page_are_filtered_by_sight_and_condition() {
    let desk = busy_desk(9, 40, 700);
    let tickets = every_ticket(&desk);
    let mut runner = TestRunner::deterministic();
    let asked = (valid_condition(&words(), Place::View), sorts(sortable()), 1usize..9);
    for round in 0..400 {
        let who = EVERY_AGENT[round % EVERY_AGENT.len()];
        let actor = agent(who);
        let (filter, sort, limit) = asked.new_tree(&mut runner).unwrap().current();
        let oracle = Oracle { draft: draft(), me: Some(who) };
        let listing = Listing { filter: filter.clone(), sort, after: None, limit };
        let mut expected: Vec<TicketId> = tickets
            .iter()
            .filter(|record| oracle.holds(&filter, &shown(record, &desk)))
            .map(id)
            .filter(|ticket| reads(&desk, &actor, *ticket))
            .collect();
        let mut found = all_pages(&desk, &actor, listing);
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{actor}: {filter}");
    }
}

#[test]
fn customers_ask_by_what_they_see_and_learn_nothing_else() {
    let desk = busy_desk(4, 30, 500);
    let ask = |filter: Condition, sort: Vec<Sort>| {
        let listing = Listing { filter, sort, after: None, limit: 50 };
        desk.desk.find(&customer(MARIA), desk.now(), &listing)
    };
    for fact in Fact::built_in().chain([Fact::field("order")]) {
        let by_filter = ask(fact.clone().missing(), Vec::new());
        let by_sort = ask(Condition::all([]), vec![Sort::ascending(fact.clone())]);
        // Deep inside a condition that would hide it, too.
        let hidden = Condition::any([Condition::all([]), Condition::not(fact.clone().present())]);
        let by_probe = ask(hidden, Vec::new());
        if fact.is_public() {
            assert!(by_filter.is_ok() && by_sort.is_ok() && by_probe.is_ok(), "{fact}");
        } else {
            for refused in [by_filter, by_sort, by_probe] {
                let error = refused.unwrap_err();
                let expected = Refusal::NotPublic { fact: fact.clone() };
                assert_eq!(error.refusal(), Some(&expected), "{fact}");
            }
        }
    }
}

/// What the row says of a fact; `None`: it is nowhere in it.
fn read_off(row: &Row, fact: &Fact) -> Option<Known> {
    let helpdesk::Shown::Public(ticket) = &row.shown else { panic!("{row:?}") };
    Some(match fact {
        Fact::Number => Known::Number(row.reference.number().0 as i64),
        Fact::Status => Known::Name(ticket.status.name.to_string()),
        Fact::StatusCategory => Known::Name(ticket.status.category.to_string()),
        // No other kind is shown so.
        Fact::Kind => Known::Name("customer".into()),
        Fact::Origin => Known::Name(match ticket.origin {
            Origin::CustomerWrote => "customer_wrote".into(),
            Origin::AgentReachedOut => "agent_reached_out".into(),
        }),
        Fact::Requester => Known::Name(person(ticket.requester)),
        Fact::Channel => Known::Name(ticket.channel.to_string()),
        Fact::Category => name(ticket.category.as_ref()),
        Fact::Subject => match &ticket.subject {
            Erasable::Known(text) => Known::Written(text.to_string()),
            Erasable::Erased => Known::Nothing,
        },
        Fact::Messages => Known::Number(ticket.messages.into()),
        Fact::OpenedAt => Known::At(ticket.opened_at),
        Fact::WaitingSince => instant(ticket.waiting_since),
        Fact::FirstAnsweredAt => instant(ticket.first_answered_at),
        Fact::LastAskedAt => instant(ticket.last_asked_at),
        Fact::LastAnsweredAt => instant(ticket.last_answered_at),
        Fact::ResolvedAt => instant(ticket.resolved_at),
        Fact::ClosedAt => instant(ticket.closed_at),
        Fact::ProposedAt => instant(ticket.proposed_at),
        _ => return None,
    })
}

#[test]
fn what_customers_and_bots_may_ask_by_is_what_they_are_shown() {
    let mut compared = 0;
    for seed in 20..23 {
        let desk = busy_desk(seed, 30, 500);
        let draft = SettingsDraft { customer_sight: CustomerSight::Organisation, ..draft() };
        desk.publish(draft.clone());
        let oracle = Oracle { draft, me: None };
        for actor in [MARIA, COLLEAGUE, OTTO].map(customer).into_iter().chain([bot()]) {
            let page = desk.desk.find(&actor, desk.now(), &Listing::every().page(99)).unwrap();
            for row in &page.rows {
                let record = desk.desk.record(Key::ticket(desk.desk.id(), row.id()));
                let shown = shown(&record.unwrap().unwrap(), &desk);
                for fact in Fact::built_in().filter(Fact::is_public) {
                    let known = oracle.known(&fact, &shown.ticket, &shown);
                    assert_eq!(read_off(row, &fact), Some(known), "{actor}: {fact}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 1_000, "{compared} facts were compared");
}
