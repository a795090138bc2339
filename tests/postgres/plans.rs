//! Nothing that a desk does all day reads a table whole: what the server itself says of the statements
//! that the store sends, over tables that are filled.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use helpdesk::command::{Note, Reply, Take};
use helpdesk::matching::{Listing, Order, Place};
use helpdesk::store::{
    AsyncStore, AsyncTextStore, Lease, PgStore, Query, Roster, Scope, Settlement, TextQuery, Wanted,
};
use helpdesk::{
    Actor, AsyncDesk, Condition, Counter, ExternalRef, Key, Revision, Search, Sight, TicketId,
    TicketNumber, UniqueKey,
};

use crate::scene::*;
use crate::server::{Pool, Schema, block_on, server};

/// Fills the tables: with copies of a ticket, on columns of their own.
async fn fill(schema: &Schema) {
    let client = schema.client().await;
    let text = "
        INSERT INTO ~records (desk, kind, id, revision, number, schema, head, category, done,
            department, standing, assignee, requester, organisation, due_at, status, priority,
            level, since)
        SELECT r.desk, 4, md5(n::text)::uuid, 1, 1000 + n, r.schema,
            replace(r.head, r.id::text, md5(n::text)::uuid::text),
            (ARRAY['new', 'open', 'waiting', 'closed', 'closed', 'closed'])[1 + n % 6], n % 6 > 2,
            (ARRAY['', 'support', 'billing', 'sales'])[1 + n % 4], (ARRAY[0, 1, 1, 2, 2, 2])[1 + n % 6],
            CASE WHEN n % 6 IN (1, 2, 3) THEN md5((n % 40)::text)::uuid
                ELSE '00000000-0000-0000-0000-000000000000' END,
            decode('00' || md5((n % 2000)::text), 'hex'),
            CASE WHEN n % 3 = 0 THEN md5((n % 300)::text)::uuid END,
            CASE WHEN n % 2 = 0 THEN 1772442000000000 + n * 1000000::bigint END,
            CASE WHEN n % 6 = 0 THEN 'new' END,
            CASE WHEN n % 6 = 0 THEN (ARRAY['normal', 'high', 'low'])[1 + n % 3] END,
            CASE WHEN n % 6 = 0 THEN '' END,
            CASE WHEN n % 6 = 0 THEN 1772442000000000 + n * 1000000::bigint END
        FROM ~records r, generate_series(1, 20000) n WHERE r.kind = 4 AND r.number = 1;
        INSERT INTO ~events SELECT r.desk, r.kind, r.id, r.revision, 1000 + r.number, 0, 'x', 1, '{}',
            NULL FROM ~records r WHERE r.number > 1000;
        INSERT INTO ~commits SELECT r.desk, 1000000 + r.number, r.id, 0, '[]' FROM ~records r
            WHERE r.number > 1000;
        INSERT INTO ~wakes SELECT r.desk, r.kind, r.id, w.at, w.at FROM ~records r,
            LATERAL (SELECT 1900000000000000 + r.number AS at) w WHERE r.number > 1000;
        INSERT INTO ~notices (desk, ticket, revision, number, notice, attempts, held_until)
            SELECT r.desk, r.id, 1, r.number, 'x', 1, 1900000000000000 FROM ~records r
            WHERE r.number > 1000;
        INSERT INTO ~marks SELECT r.desk, 3, convert_to('jira:acme:' || r.number, 'UTF8'), r.number,
            r.id FROM ~records r WHERE r.number > 1000;
        INSERT INTO ~keys SELECT r.desk, 'external:jira:acme:' || r.number, 4, r.id FROM ~records r
            WHERE r.number > 1000;
        INSERT INTO ~counters SELECT r.desk, 'load:' || r.id, 1 FROM ~records r WHERE r.number > 1000;
        INSERT INTO ~words SELECT r.desk, w, 0, r.number, 1, r.id, 1 FROM ~records r,
            unnest(ARRAY['printer', 'burns', 'help', 'room' || r.number % 1000]) w
            WHERE r.number > 1000;
        INSERT INTO ~lists (desk, round, form, born, low)
            SELECT desk, 1, 1, 1, max(seq) FROM ~commits GROUP BY desk;
        SELECT setval('~commit_seq', max(seq)) FROM ~commits;
    ";
    client.batch_execute(&text.replace('~', &schema.table(""))).await.unwrap();
    client.batch_execute("ANALYZE").await.unwrap();
}

/// The plans that the server told of since they were last asked for.
struct Plans(Arc<Mutex<Vec<String>>>);

impl Plans {
    /// Holds them against what they may not do, and asks for one that uses this index.
    fn hold(&self, what: &str, index: &str) {
        let plans: Vec<String> = self.0.lock().unwrap().drain(..).collect();
        assert!(!plans.is_empty(), "the server told of no plan for {what}");
        let mut used = false;
        for plan in &plans {
            for line in plan.lines().filter(|line| line.contains("Seq Scan on")) {
                // A handful of rows: desks, who is on a roster, and where lists of words are.
                let small =
                    ["desks", "rosters", "lists", "ahead"].iter().any(|it| line.contains(it));
                assert!(small, "{what} reads a table whole: {line}\n{plan}");
            }
            used |= plan.contains(index);
        }
        assert!(used, "{what} does not go by {index}:\n{}", plans.join("\n"));
    }
}

#[test]
fn nothing_that_a_desk_does_reads_a_table_whole() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        desk(&schema).await;
        fill(&schema).await;
        let plans = Plans(Arc::default());
        let told = "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 \
                    -c auto_explain.log_nested_statements=on -c client_min_messages=log";
        let dsn = format!("{} options='{told}'", schema.dsn);
        let pool = Pool::told(&dsn, plans.0.clone());
        let store = PgStore::open(pool, schema.options()).await.unwrap();
        let desk = AsyncDesk::open_existing(store.clone(), DESK).await.unwrap();
        plans.0.lock().unwrap().clear();
        let now = monday();
        // Often enough for plans that are made once and kept.
        for round in 0..8_u128 {
            desk.ticket(TICKET).await.unwrap();
            plans.hold("a ticket", "records_pkey");
            let counters = vec![Counter::Queued(None)];
            let roster = Some(Roster::Everybody);
            let records = vec![Key::settings(DESK), key()];
            let wanted = Wanted { records, counters, roster, channel: Some("web".into()) };
            store.load(DESK, wanted).await.unwrap();
            plans.hold("a roster", "counters_pkey");
            desk.history(key(), Revision::ZERO, 10).await.unwrap();
            plans.hold("a history", "events_pkey");
            store.receipt(DESK, ONCE).await.unwrap();
            plans.hold("a receipt", "commits_command");
            let keys = vec![
                UniqueKey::Number(TicketNumber(1)),
                UniqueKey::from(ExternalRef::new("jira", "acme", "1007")),
            ];
            assert!(store.resolve(DESK, keys).await.unwrap().iter().all(Option::is_some));
            plans.hold("a unique key", "keys_pkey");
            store.scan(DESK, 3, 2).await.unwrap();
            plans.hold("the log", "commits_pkey");

            for (filter, sort, index) in [
                ("all()", "number desc", "records_category"),
                ("all()", "number", "records_category"),
                ("status_category = new", "number", "records_category"),
                (
                    "requester = contact:00000000-0000-0000-0000-000000000007",
                    "number",
                    "records_requester",
                ),
                ("external_refs contains jira:acme:1007", "number", "marks_pkey"),
                ("all()", "sla_due_at", "records_category_due"),
                ("department is missing", "sla_due_at", "records_department_due"),
                (
                    "department is missing and assignee is missing and status_category in (new, open)",
                    "number",
                    "records_department",
                ),
                (
                    "assignee = agent:00000000-0000-0000-0000-000000000008",
                    "number",
                    "records_assignee",
                ),
            ] {
                let listing = Listing::of(filter.parse().unwrap()).sorted(sort).unwrap().page(5);
                desk.find(&Actor::Host, now, &listing).await.unwrap();
                plans.hold(&format!("`{filter}` by {sort}"), index);
            }
            desk.to_solve(&ANNA, now, None, 5).await.unwrap();
            plans.hold("the order of work", "records_turn_since");

            for words in ["printer", "burns room7 room700*", "help roo*"] {
                for filter in [
                    "all()",
                    "requester = contact:00000000-0000-0000-0000-000000000007",
                    "external_refs contains jira:acme:1007",
                    "department is missing",
                ] {
                    store.texts(sought(&desk, words, filter).await).await.unwrap();
                    plans.hold(&format!("`{words}` among `{filter}`"), "words_pkey");
                }
            }

            let lease = Lease { until: now + TimeDelta::minutes(1), limit: 5 };
            store.due(Scope::All, now, lease).await.unwrap();
            plans.hold("what is due", "wakes_all");
            store.due(Scope::One(DESK), now, lease).await.unwrap();
            plans.hold("what is due on a desk", "wakes_");
            for scope in [Scope::All, Scope::One(DESK)] {
                let later = now + TimeDelta::hours(i64::try_from(round).unwrap());
                let one = Lease { until: later + TimeDelta::minutes(1), limit: 1 };
                for claimed in store.claim(scope, later, one).await.unwrap() {
                    plans.hold("a notice", "notices_");
                    let again = Settlement::Retry(later);
                    assert!(store.settle(claimed.token, again).await.unwrap());
                    plans.hold("what became of a notice", "notices_ticket");
                }
            }
            plans.0.lock().unwrap().clear();

            let id = 100 + round;
            desk.open(Actor::Customer(MARIA).at(now), request(id)).await.unwrap();
            plans.hold("an opening", "records_pkey");
            let ticket = TicketId::from_u128(id);
            desk.take(ANNA.at(now), Take { ticket }).await.unwrap();
            plans.hold("taking", "counters_pkey");
            desk.reply(ANNA.at(now), Reply::new(ticket, "Unplug it.")).await.unwrap();
            desk.note(ANNA.at(now), Note::new(ticket, "Hm.")).await.unwrap();
            plans.hold("a reply", "marks_ticket");
            // What was just said is read into the lists first.
            let search = Search::new("unplug burns".parse().unwrap());
            let found = desk.search(&Actor::Customer(MARIA), now, &search).await.unwrap();
            assert_eq!(found.hits.len(), 1 + usize::try_from(round).unwrap());
            plans.hold("reading on", "commits_pkey");
        }
        let listed = desk.find(&Actor::Host, now, &Listing::every().page(100)).await.unwrap();
        assert_eq!(listed.rows.len(), 100);
    });
}

/// Words, in the texts of five tickets of which this is true.
async fn sought(desk: &Desk, words: &str, filter: &str) -> TextQuery {
    let lexicon = desk.settings().await.unwrap().lexicon();
    let filter: Condition = filter.parse().unwrap();
    let query = Query {
        desk: DESK,
        filter: filter.check(&lexicon, Place::View).unwrap(),
        order: Order::check(&[], &lexicon).unwrap(),
        after: None,
        limit: 5,
        now: monday(),
    };
    TextQuery { words: words.parse().unwrap(), sight: Sight::Full, query, before: None }
}

/// How many rows of these tables the server read by what it told, with how often each was read.
fn read(plans: &Plans, tables: &[&str]) -> u64 {
    let mut sum = 0.0;
    for plan in plans.0.lock().unwrap().drain(..) {
        for line in plan.lines().filter(|line| tables.iter().any(|it| line.contains(it))) {
            let number = |of: &str| -> Option<f64> {
                let rest = &line[line.rfind(of)? + of.len()..];
                rest.split(|c: char| !c.is_ascii_digit() && c != '.').next()?.parse().ok()
            };
            // A node that was never reached tells of no rows.
            if let (Some(rows), Some(loops)) = (number(" rows="), number(" loops=")) {
                sum += (rows.max(1.0)) * loops;
            }
        }
    }
    sum as u64
}

#[test]
fn a_customer_who_looks_for_frequent_words_passes_over_the_tickets_of_others() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        desk(&schema).await;
        fill(&schema).await;
        let plans = Plans(Arc::default());
        let told = "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 \
                    -c auto_explain.log_analyze=on -c client_min_messages=log";
        let pool = Pool::told(&format!("{} options='{told}'", schema.dsn), plans.0.clone());
        let store = PgStore::open(pool, schema.options()).await.unwrap();
        let desk = AsyncDesk::open_existing(store, DESK).await.unwrap();
        let now = monday();
        for id in 100..104 {
            desk.open(Actor::Customer(MARIA).at(now), request(id)).await.unwrap();
        }
        let search = Search::new("burns help".parse().unwrap());
        let hers = desk.search(&Actor::Customer(MARIA), now, &search).await.unwrap();
        assert_eq!(hers.hits.len(), 4);
        plans.0.lock().unwrap().clear();
        let again = desk.search(&Actor::Customer(MARIA), now, &search).await.unwrap();
        assert_eq!(again, hers);
        let read = read(&plans, &["words_pkey", "records_", "marks_pkey"]);
        assert!((1..200).contains(&read), "{read} rows are more than a customer has");
        // Who may see all of them stops at the end of the page.
        let all = sought(&desk, "burns help", "all()").await;
        plans.0.lock().unwrap().clear();
        let hits = desk.store().texts(all).await.unwrap();
        assert_eq!(hits.len(), 5);
        let read = self::read(&plans, &["words_pkey", "records_", "marks_pkey"]);
        assert!((1..300).contains(&read), "{read} rows are more than a page has");
    });
}

#[test]
fn who_listens_is_told_of_notices_and_wakes() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let mut options = schema.options();
        options.channel = Some("helpdesk_work".to_owned());
        let quiet = desk(&schema).await;
        let store = PgStore::open(Pool::new(&schema.dsn), options).await.unwrap();
        let loud = AsyncDesk::open_existing(store, DESK).await.unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let pool = Pool::told(&schema.dsn, heard.clone());
        let listening = helpdesk::store::postgres::Connections::get(&pool).await.unwrap();
        listening.client().batch_execute("LISTEN helpdesk_work").await.unwrap();
        quiet.open(Actor::Customer(MARIA).at(monday()), request(2)).await.unwrap();
        loud.open(Actor::Customer(MARIA).at(monday()), request(3)).await.unwrap();
        for _ in 0..50 {
            listening.client().batch_execute("SELECT 1").await.unwrap();
            if !heard.lock().unwrap().is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(*heard.lock().unwrap(), [DESK.to_string()]);
    });
}
