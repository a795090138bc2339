//! How SQLite carries out the statements of the store: none reads a whole table, and what is asked
//! for all day is found by the index that was made for it.

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{EraseTicket, Open, Reply, Take};
use helpdesk::matching::{Cursor, Listing};
use helpdesk::sla::{Metric, policy::Obligation};
use helpdesk::store::sqlite::{Plan, SqliteStore, plans};
use helpdesk::store::{Lease, Roster, Scope, Settlement, Store, Wanted};
use helpdesk::*;

use crate::folder::Folder;

const DESK: DeskId = DeskId::from_u128(1);
const ANNA: AgentId = AgentId::from_u128(8);

fn monday() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// A desk with a little of everything that is found by an index.
fn desk(folder: &Folder) -> Desk<SqliteStore> {
    let store = folder.store();
    let mut draft = SettingsDraft {
        departments: vec![Department::new("support"), Department::new("billing")],
        ..SettingsDraft::default()
    };
    let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4));
    draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    let settings = draft.build().unwrap();
    let desk = Desk::create(store, DESK, settings, monday()).unwrap();
    let anna = AgentProfile::new("Anna").department("support").email("anna@example.com");
    desk.put_agent(Actor::Host.at(monday()), ANNA, anna).unwrap();
    for n in 1..6_u128 {
        let asks = Requester::Contact(ContactId::from_u128(n));
        let mut open = Open::new(TicketId::from_u128(n), asks, "It burns");
        open.department = Some("support".into());
        open.about = [About::new("order", n.to_string())].into();
        open.external_refs = [ExternalRef::new("jira", "acme", n.to_string())].into();
        desk.open(Actor::Host.at(monday()), open).unwrap();
    }
    desk.take(Actor::Agent(ANNA).at(monday()), Take { ticket: TicketId::from_u128(1) }).unwrap();
    desk
}

/// That one of these steps finds what it looks for by this index, and none reads a table whole
/// or puts rows in order itself.
fn by_index(plans: &[Plan], index: &str) {
    let steps = || plans.iter().flat_map(|plan| &plan.steps);
    let search = |step: &&String| step.starts_with("SEARCH") && step.contains(index);
    assert!(steps().any(|step| search(&step)), "nothing is found by {index}: {plans:#?}");
    for step in steps() {
        assert!(!step.starts_with("SCAN"), "{step} in {plans:#?}");
        assert!(!step.contains("TEMP B-TREE"), "{step} in {plans:#?}");
    }
}

fn pages(desk: &Desk<SqliteStore>, filter: &str, sort: &str) -> Vec<Plan> {
    plans(|| {
        let mut listing = Listing::of(filter.parse().unwrap()).page(2);
        if !sort.is_empty() {
            listing = listing.sorted(sort).unwrap();
        }
        let page = desk.find(&Actor::Host, monday(), &listing).unwrap();
        if let Some(next) = page.next {
            desk.find(&Actor::Host, monday(), &listing.after(next)).unwrap();
        }
    })
}

#[test]
fn listings_are_found_by_the_index_of_what_they_are_about() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let agent = format!("assignee = agent:{ANNA}");
    let contact = format!("requester = contact:{}", ContactId::from_u128(2));
    for (filter, sort, index) in [
        ("all()", "", "records_number (desk=? AND number>?)"),
        ("all()", "number desc", "records_number (desk=? AND number<?)"),
        (&*agent, "", "records_assignee (desk=? AND assignee=? AND done=? AND number>?)"),
        ("assignee is missing", "", "records_assignee (desk=? AND assignee=? AND done=?"),
        ("department = support and status_category = new", "", "records_department (desk=?"),
        (&*contact, "", "records_requester (desk=? AND requester=? AND number>?)"),
        ("status_category = new", "number desc", "records_category (desk=? AND category=?"),
        ("about contains order:2", "", "PRIMARY KEY (desk=? AND what=? AND value=?"),
        ("all()", "sla_due_at", "records_category_due (desk=? AND category=?"),
        ("all()", "sla_due_at desc", "records_category_due (desk=? AND category=?"),
        (&*agent, "sla_due_at", "records_assignee_due (desk=? AND assignee=? AND done=?"),
        (
            "department = support",
            "sla_due_at",
            "records_department_due (desk=? AND department=? AND standing=? AND (due_at,id)>(?,?)",
        ),
        ("sla_due_at < 2026-03-03T09:00:00Z", "updated_at", "records_category_due (desk=?"),
    ] {
        by_index(&pages(&desk, filter, sort), index);
    }
}

#[test]
fn whose_turn_it_is_is_found_by_the_queues() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let asked = plans(|| {
        let mut after: Option<Cursor> = None;
        for _ in 0..2 {
            let agent = Actor::Agent(ANNA);
            after = desk.to_solve(&agent, monday(), after.as_ref(), 1).unwrap().next;
        }
    });
    by_index(&asked, "records_turn_due (desk=? AND department=? AND status=? AND priority=?");
    by_index(&asked, "records_turn_since (desk=? AND department=? AND status=? AND priority=?");
    let next = plans(|| {
        desk.take_next(Actor::Agent(ANNA).at(monday())).unwrap();
    });
    by_index(&next, "records_turn_since");
}

#[test]
fn wakes_notices_and_keys_are_found_by_theirs() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let store = desk.store();
    let later = monday() + TimeDelta::days(30);
    let lease = Lease { until: later + TimeDelta::minutes(1), limit: 3 };
    let due = |scope| plans(|| drop(store.due(scope, later, lease).unwrap()));
    by_index(&due(Scope::All), "records_wake (visible_at>?)");
    by_index(&due(Scope::One(DESK)), "records_desk_wake (desk=? AND visible_at>?)");
    let lease = Lease { limit: 1, ..lease };
    let claim = |scope| plans(|| drop(store.claim(scope, later, lease).unwrap()));
    by_index(&claim(Scope::All), "notices_ready (held_until<?)");
    by_index(&claim(Scope::One(DESK)), "notices_desk_ready (desk=? AND held_until<?)");
    let claimed = store.claim(Scope::All, later, lease).unwrap();
    let settled = plans(|| {
        assert!(store.settle(claimed[0].token, Settlement::Delivered).unwrap());
    });
    by_index(&settled, "notices_ticket (desk=? AND ticket=?)");
    let keys = [
        UniqueKey::Number(TicketNumber(1)),
        UniqueKey::from(ExternalRef::new("jira", "acme", "1")),
    ];
    let resolved = plans(|| drop(store.resolve(DESK, &keys).unwrap()));
    by_index(&resolved, "records_number (desk=? AND number=?)");
    by_index(&resolved, "PRIMARY KEY (desk=? AND name=?)");
}

#[test]
fn nothing_that_a_desk_does_reads_a_table_whole() {
    let folder = Folder::new();
    let all = plans(|| {
        let desk = desk(&folder);
        let (agent, id) = (Actor::Agent(ANNA), TicketId::from_u128(1));
        let once = CommandId::from_u128(99);
        desk.reply(agent.at(monday()).once(once), Reply::new(id, "Unplug it.")).unwrap();
        desk.store().receipt(DESK, once).unwrap().unwrap();
        let wanted = Wanted {
            records: vec![Key::ticket(DESK, id)],
            counters: vec![Counter::Load(ANNA)],
            roster: Some(Roster::Department("support".into())),
            channel: Some("email".into()),
        };
        assert_eq!(desk.store().load(DESK, &wanted).unwrap().roster.records.len(), 1);
        desk.history(Key::ticket(DESK, id), Revision::ZERO, 2).unwrap();
        desk.store().scan(DESK, 1, 2).unwrap();
        let erase = EraseTicket { ticket: id, reason: "asked for".to_owned() };
        desk.erase_ticket(Actor::Host.at(monday()), erase).unwrap();
        desk.tick(monday() + TimeDelta::days(90)).unwrap();
        desk.relay(monday(), &Relaying::default(), |_| Delivery::Delivered).unwrap();
    });
    assert!(all.len() > 25, "{} statements are not all", all.len());
    for Plan { statement: text, steps, .. } in &all {
        for step in steps {
            assert!(!step.starts_with("SCAN"), "{step}: {text}");
            assert!(!step.contains("TEMP B-TREE"), "{step}: {text}");
        }
    }
}
