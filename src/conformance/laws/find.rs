//! Listings: what is found is what the conditions say, as last committed, page by page, and of
//! one desk.

use super::attached::{ATTACHED, attach};
use super::random::Chance;
use crate::command::{Assign, Edit, Open, Reopen, Resolve, Transfer};
use crate::conformance::hand::{DESK, ELSEWHERE, Hand, at, elsewhere, parts, ticket};
use crate::conformance::history::{self, History, Step, cast};
use crate::conformance::law::{Fault, Verdict, same, unless};
use crate::matching::{Listing, Order, Place, SortKey};
use crate::store::{AsyncStore, Query, Wanted};
use crate::{
    Actor, AgentId, AgentProfile, AsyncDesk, Condition, ContactId, ContactProfile, Department,
    DeskError, DeskId, Follower, Key, OrganisationId, OrganisationProfile, Record, RecordKind,
    Requester, Revision, Role, Settings, SettingsDraft, Sort, TicketId,
};

/// Every ticket of a desk, by number: the one listing that the other laws look at.
pub(in crate::conformance) fn every_ticket(
    desk: DeskId,
    after: Option<SortKey>,
    limit: usize,
) -> Verdict<Query> {
    let lexicon = Settings::default().lexicon();
    let filter = Condition::all([]).check(&lexicon, Place::View)?;
    let order = Order::check(&[], &lexicon)?;
    Ok(Query { desk, filter, order, after, now: at(0), limit })
}

/// Seven tickets, whose ids go down while their numbers go up.
async fn seven(hand: Hand<'_>) -> Verdict<Vec<Key>> {
    let keys: Vec<Key> = (1..=7).rev().map(ticket).collect();
    for key in &keys {
        hand.given(&[(*key, 0)]).await?;
    }
    Ok(keys)
}

pub(super) async fn what_is_found_is_as_last_committed(hand: Hand<'_>) -> Verdict {
    seven(hand).await?;
    hand.commit(parts(vec![hand.write(ticket(3), 1, 4)?])).await?;
    for record in hand.store().find(every_ticket(DESK, None, 99)?).await? {
        let revision = if record.key == ticket(3) { 5 } else { 1 };
        same(format!("where {} is", record.key), record.revision, Revision(revision))?;
        let loaded = hand.record(record.key).await?;
        same(format!("{} as loaded", record.key), loaded, Some(record))?;
    }
    Ok(())
}

pub(super) async fn pages_of_a_listing_join_to_the_whole(hand: Hand<'_>) -> Verdict {
    let keys = seven(hand).await?;
    for limit in 1..=8 {
        let query = every_ticket(DESK, None, limit)?;
        let all = pages(hand.store(), query, 20).await?;
        let all: Vec<Key> = all.iter().map(|record| record.key).collect();
        same(format!("pages of {limit}"), &all, &keys)?;
    }
    same("at most none", hand.store().find(every_ticket(DESK, None, 0)?).await?, [])
}

/// All pages of a listing, joined; stops beyond so many records.
async fn pages(store: &dyn AsyncStore, mut query: Query, most: usize) -> Verdict<Vec<Record>> {
    let mut all = Vec::new();
    loop {
        let page = store.find(query.clone()).await?;
        let more = page.len() == query.limit;
        query.after = page.last().and_then(|record| query.place(record)).or(query.after);
        all.extend(page);
        if !more || all.len() > most {
            return Ok(all);
        }
    }
}

pub(super) async fn a_listing_shows_one_desk(hand: Hand<'_>) -> Verdict {
    seven(hand).await?;
    hand.given(&[(elsewhere(ticket(4)), 0)]).await?;
    let keys = async |desk| {
        let found = hand.store().find(every_ticket(desk, None, 99)?).await?;
        Verdict::Ok(found.iter().map(|record| record.key).collect::<Vec<Key>>())
    };
    same("elsewhere", keys(ELSEWHERE).await?, [elsewhere(ticket(4))])?;
    same("here", keys(DESK).await?, (1..=7).rev().map(ticket).collect::<Vec<_>>())?;
    same("on a desk that is not there", keys(DeskId::from_u128(3)).await?, [])
}

/// Conditions over every column that stores index, alone and together, and over facts that only
/// the head has. Joined at random, they make the questions of [`conditions_decide_what_is_found`].
fn questions() -> Vec<String> {
    let (contact, agent) = (cast::contact(1), cast::agent(2));
    let fixed = [
        "all()",
        "any()",
        "status_category = new",
        "status_category in (open, waiting)",
        "status_category in (resolved, closed)",
        "status_category != closed",
        "not status_category in (new, open, waiting, on_hold)",
        "status = open",
        "status != new",
        "assignee is missing",
        "assignee is present",
        "department is missing",
        "department is present",
        "queued = true",
        "queued = false",
        "priority >= high",
        "priority in (low, medium)",
        "kind = internal",
        "origin = agent_reached_out",
        "number > 2",
        "number = 1",
        "messages > 1",
        "notes = 0",
        "reopened >= 1",
        "overdue = true",
        "tags is present",
        "subject contains p",
        "channel = email",
        "waiting_since is present",
        "waiting_since older than PT24H",
        "opened_at younger than PT2160H",
        "resolved_at is present",
        "category is missing",
        "sla_due_at is present",
        "sla_due_at is missing",
        "sla_due_at older than PT1H",
    ];
    let people = [
        format!("requester = contact:{contact}"),
        format!("requester in (contact:{contact}, agent:{agent})"),
        format!("requester != contact:{contact}"),
        format!("assignee = {agent}"),
        format!("assignee in ({agent}, {})", cast::agent(0)),
        format!("assignee != {agent}"),
        format!("assignee = {agent} or requester = agent:{agent}"),
        format!("assignee = {agent} and status_category = open"),
    ];
    fixed.map(str::to_owned).into_iter().chain(people).collect()
}

/// Orders over every type of fact, with ties, and with what is missing.
const ORDERS: [&str; 14] = [
    "",
    "number desc",
    "opened_at",
    "opened_at desc, number",
    "updated_at desc",
    "priority desc, waiting_since",
    "waiting_since desc",
    "status, number desc",
    "department desc, assignee",
    "subject",
    "messages desc, overdue",
    "resolved_at",
    "sla_due_at",
    "sla_due_at desc, priority",
];

pub(super) async fn conditions_decide_what_is_found(hand: Hand<'_>) -> Verdict {
    for seed in 1..=3 {
        // A desk of its own for each history, in one store.
        let history = History::drawn(seed, 120);
        let desk = DeskId::from_u128(100 + u128::from(seed));
        let settings = history.settings();
        let asked = AsyncDesk::create(hand.store(), desk, settings.clone(), cast::start()).await?;
        let mut chance = Chance::new(seed);
        for (place, step) in history.play().into_iter().enumerate() {
            let now = step.now();
            match step {
                Step::Tick(now) => drop(asked.tick(now).await?),
                Step::Call(call) => match asked.execute(&call).await {
                    Ok(_) | Err(DeskError::Refused(_)) => {}
                    Err(error) => return Err(error.into()),
                },
            }
            if place % 8 == 0 {
                let tickets = tickets(hand.store(), desk).await?;
                for _ in 0..6 {
                    let (filter, order) = question(&mut chance);
                    let settings = asked.settings().await?;
                    let query = asked_as(&settings, desk, &filter, order)?;
                    let query = Query { now, limit: chance.index(4), ..query };
                    compare(hand.store(), query, &tickets, &format!("`{filter}` by `{order}`"))
                        .await?;
                }
            }
        }
    }
    same("the desk that histories are about", history::DESK, DESK)
}

/// Two questions at most, joined or denied.
fn question(chance: &mut Chance) -> (String, &'static str) {
    let questions = questions();
    let mut one = || chance.pick(&questions).unwrap_or_default();
    let (first, second) = (one(), one());
    let filter = match chance.index(4) {
        0 => first,
        1 => format!("not ({first})"),
        2 => format!("({first}) or ({second})"),
        _ => format!("({first}) and ({second})"),
    };
    (filter, chance.pick(&ORDERS).unwrap_or_default())
}

pub(super) fn asked_as(
    settings: &Settings,
    desk: DeskId,
    filter: &str,
    order: &str,
) -> Verdict<Query> {
    let lexicon = settings.lexicon();
    let wrong = |error: &dyn std::fmt::Display| Fault(format!("`{filter}`: {error}"));
    let filter: Condition = filter.parse().map_err(|error| wrong(&error))?;
    let filter = filter.check(&lexicon, Place::View).map_err(|error| wrong(&error))?;
    let order = Order::check(&Sort::list(order)?, &lexicon)?;
    Ok(Query { desk, filter, order, after: None, now: at(0), limit: 99 })
}

/// Every ticket of a desk, by the road that no condition is on.
pub(super) async fn tickets(store: &dyn AsyncStore, desk: DeskId) -> Verdict<Vec<Record>> {
    let entries = store.scan(desk, 0, usize::MAX).await?;
    let keys = entries.iter().map(|entry| entry.key);
    let mut keys: Vec<Key> = keys.filter(|key| key.kind == RecordKind::Ticket).collect();
    keys.sort_unstable();
    keys.dedup();
    let found = store.load(desk, Wanted::records(keys)).await?;
    Ok(found.records.into_iter().flatten().collect())
}

/// The pages of a listing, against every ticket held against the condition.
pub(super) async fn compare(
    store: &dyn AsyncStore,
    query: Query,
    tickets: &[Record],
    asked: &str,
) -> Verdict {
    let mut expected: Vec<(SortKey, Key)> = Vec::new();
    for record in tickets.iter().filter(|record| query.matches(record)) {
        let place = query.place(record).ok_or_else(|| Fault("a ticket has no place".into()))?;
        expected.push((place, record.key));
    }
    expected.sort_by(|(one, _), (two, _)| query.order.compare(one, two));
    let expected: Vec<Key> = expected.into_iter().map(|(_, key)| key).collect();
    let query = Query { limit: query.limit.max(1), ..query };
    let found = pages(store, query, tickets.len()).await?;
    let found: Vec<Key> = found.iter().map(|record| record.key).collect();
    same(format!("what {asked} finds"), found, expected)
}

pub(super) async fn pages_join_in_every_order(hand: Hand<'_>) -> Verdict {
    let history = History::drawn(11, 120);
    let (desk, settings) = (DeskId::from_u128(50), history.settings());
    let asked = AsyncDesk::create(hand.store(), desk, settings, cast::start()).await?;
    let mut now = cast::start();
    for step in history.play() {
        now = step.now();
        if let Step::Call(call) = step {
            match asked.execute(&call).await {
                Ok(_) | Err(DeskError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    let tickets = tickets(hand.store(), desk).await?;
    let settings = asked.settings().await?;
    for order in ORDERS {
        for limit in 1..=tickets.len() + 1 {
            let query = asked_as(&settings, desk, "all()", order)?;
            let query = Query { now, limit, ..query };
            let asked = format!("everything by `{order}`, {limit} at a time,");
            compare(hand.store(), query, &tickets, &asked).await?;
        }
    }
    Ok(())
}

/// A desk with tickets of every kind that columns tell apart, some of which have moved.
async fn every_kind(store: &dyn AsyncStore) -> Verdict<(AsyncDesk<&dyn AsyncStore>, Vec<AgentId>)> {
    let now = at(0);
    let draft = SettingsDraft {
        departments: ["a", "b", "c"].map(Department::new).to_vec(),
        ..SettingsDraft::default()
    };
    let settings = draft.build()?;
    let desk = AsyncDesk::create(store, DeskId::from_u128(60), settings, now).await?;
    let agents: Vec<AgentId> = (1..=3).map(|n| AgentId::from_u128(0xA0 + n)).collect();
    let roles = [(Role::Agent, "a"), (Role::Restricted, "a"), (Role::Agent, "b")];
    for (agent, (role, department)) in agents.iter().zip(roles) {
        let profile = AgentProfile::new(department).role(role).department(department);
        desk.put_agent(Actor::Host.at(now), *agent, profile).await?;
    }
    // The first two contacts belong to an organisation each, the third to none.
    for n in 1..=2 {
        let organisation = OrganisationId::from_u128(n);
        let profile = OrganisationProfile::new("an organisation");
        desk.put_organisation(Actor::Host.at(now), organisation, profile).await?;
        let profile = ContactProfile::default().organisation(organisation);
        desk.put_contact(Actor::Host.at(now), contact(n), profile).await?;
    }
    let departments = [None, Some("a"), Some("b"), Some("c")];
    let mut n = 0;
    for (place, department) in departments.into_iter().enumerate() {
        for requester in 0..4 {
            n += 1;
            let asks = match requester {
                0 => agents.get(place % 3).map(|agent| Requester::Agent(*agent)),
                other => Some(Requester::Contact(ContactId::from_u128(other))),
            };
            let Some(requester) = asks else { continue };
            let mut open = Open::new(TicketId::from_u128(n), requester, "words");
            open.department = department.map(Into::into);
            desk.open(Actor::Host.at(now), open).await?;
        }
    }
    let host = || Actor::Host.at(now);
    // What moves: to another department, to another owner, to its end and back.
    for (n, department) in [(1, "a"), (6, "b"), (10, "c"), (14, "a")] {
        let ticket = TicketId::from_u128(n);
        let transfer = Transfer { ticket, department: department.into(), agent: None };
        desk.transfer(host(), transfer).await?;
    }
    for (n, agent) in [(1, 0), (2, 1), (3, 2), (5, 0), (7, 1), (9, 2), (14, 0), (5, 1), (2, 0)] {
        let Some(agent) = agents.get(agent) else { continue };
        desk.assign(host(), Assign::new(TicketId::from_u128(n), *agent)).await?;
    }
    for n in [3, 4, 7, 8, 12, 14] {
        desk.resolve(host(), Resolve::new(TicketId::from_u128(n), "solved")).await?;
    }
    for n in [7, 8] {
        let reason = "not solved".into();
        desk.reopen(host(), Reopen { ticket: TicketId::from_u128(n), reason }).await?;
    }
    // Who follows comes and goes; each ticket stands under all of them.
    for (n, follow, unfollow) in [
        (2, &[1, 2][..], &[][..]),
        (6, &[2, 3], &[]),
        (11, &[1], &[]),
        (2, &[3], &[1]),
        (6, &[], &[2]),
    ] {
        let who = |these: &[u128]| these.iter().map(|n| Follower::Contact(contact(*n))).collect();
        let ticket = Edit::new(TicketId::from_u128(n));
        let edit = Edit { follow: who(follow), unfollow: who(unfollow), ..ticket };
        desk.edit(host(), edit).await?;
    }
    attach(&desk).await?;
    Ok((desk, agents))
}

pub(super) async fn a_ticket_is_found_once_by_every_road(hand: Hand<'_>) -> Verdict {
    let (desk, agents) = every_kind(hand.store()).await?;
    let tickets = tickets(hand.store(), desk.id()).await?;
    let settings = desk.settings().await?;
    let mut questions: Vec<String> = Vec::new();
    for agent in &agents {
        let (owner, asker) = (format!("assignee = {agent}"), format!("requester = agent:{agent}"));
        questions.extend([
            owner.clone(),
            asker.clone(),
            format!("{owner} or {asker}"),
            format!("{owner} or {asker} or department is missing or department in (a, b)"),
            format!("({owner} or department = a) and status_category in (new, open)"),
            format!("{owner} or assignee is missing or requester = contact:{}", contact(1)),
        ]);
    }
    let plain = [
        "department is missing",
        "department = a",
        "department in (b, c)",
        "department = c or department is missing",
        "department != a",
        "assignee is missing",
        "assignee is missing and department is missing",
        "queued = true and department = b",
        "status_category = resolved",
        "status_category = resolved or department = a",
        "kind = internal",
        "organisation is missing",
        "organisation is missing and department is missing",
        "organisation != 00000000-0000-0000-0000-000000000001",
    ];
    for n in 1..=3 {
        let organisation = OrganisationId::from_u128(n);
        questions.extend([
            format!("organisation = {organisation}"),
            format!("organisation = {organisation} or requester = contact:{}", contact(3)),
            format!("organisation = {organisation} and status_category = new"),
            format!("organisation in ({organisation}, {})", OrganisationId::from_u128(1)),
            format!("organisation = {organisation} or organisation is missing"),
        ]);
    }
    questions.extend(plain.map(str::to_owned));
    for n in 1..=3 {
        let follows = format!("followers contains contact:{}", contact(n));
        questions.extend([
            follows.clone(),
            format!("{follows} or requester = contact:{}", contact(n)),
            format!("{follows} and followers contains contact:{}", contact(2)),
            format!("{follows} and department = b"),
            format!("not {follows}"),
        ]);
    }
    questions.extend(ATTACHED.map(str::to_owned));
    for question in questions {
        for order in ["", "number desc", "department, requester desc"] {
            for limit in [2, 99] {
                let query = asked_as(&settings, desk.id(), &question, order)?;
                let told = format!("`{question}` by `{order}`, {limit} at a time,");
                compare(hand.store(), Query { limit, ..query }, &tickets, &told).await?;
            }
        }
    }
    // And as people list, sight and all.
    let customers = [1, 2, 3].map(|n| Actor::Customer(contact(n)));
    for actor in agents.into_iter().map(Actor::Agent).chain(customers) {
        let (mut found, mut listing) = (Vec::new(), Listing::every().page(3));
        loop {
            let page = desk.find(&actor, at(0), &listing).await?;
            found.extend(page.rows.iter().map(|row| Key::ticket(desk.id(), row.id())));
            let Some(next) = page.next else { break };
            unless("a listing goes on and on", found.len() > tickets.len())?;
            listing = listing.after(next);
        }
        let mut seen = Vec::new();
        for record in &tickets {
            let Some(id) = record.key.as_ticket() else { continue };
            if desk.thread(&actor, at(0), id, None, 1).await.is_ok() {
                seen.push((record.number, record.key));
            }
        }
        seen.sort_unstable();
        let seen: Vec<Key> = seen.into_iter().map(|(_, key)| key).collect();
        same(format!("what {actor} finds"), found, seen)?;
    }
    Ok(())
}

fn contact(n: u128) -> ContactId {
    ContactId::from_u128(n)
}
