//! A host on sqlx: its own rows and a ticket's events in one transaction, on PostgreSQL.
//!
//! The desk reads over a connection of `tokio-postgres`, which the crate brings; what it decided is
//! written by sqlx. [`AsyncDesk::prepare`] decides and writes nothing, [`commit_statement`] is the one
//! statement that a commit is, [`CommitParameters`] are the two texts that it takes, and [`judge`] says
//! what its answer means. A driver needs no more than that.
//!
//! ```text
//! DATABASE_URL=postgres://shop@localhost/shop cargo run --manifest-path examples/sqlx/Cargo.toml
//! ```
//!
//! On SQLite a host with rows of its own in the desk's file uses rusqlite for these transactions
//! (`examples/own_transaction.rs`); sqlx may read and write the same file beside it.

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Open, Reply};
use helpdesk::store::CommitError;
use helpdesk::store::postgres::{
    self, CommitParameters, Options, PgStore, Single, commit_statement, is_race, judge,
};
use helpdesk::{
    Actor, AgentId, AgentProfile, AsyncDesk, Call, Command, ContactId, DeskError, DeskId, Outcome,
    Prepared, Requester, Settings, TicketId,
};
use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, Postgres, Transaction};

type Failure = Box<dyn Error>;
type Desk = AsyncDesk<PgStore<Single>>;

/// The schema with the desk's tables, and that with the shop's.
const DESK: &str = "shop_desk";
const SHOP: &str = "shop_orders";

/// How often the shop decides anew before it gives up.
const TRIES: u32 = 8;

/// Carries out a command together with rows of the shop's own: all of it, or nothing.
///
/// `rows` may be called several times; what an earlier call wrote has been rolled back by then. A
/// transaction that is dropped is rolled back: so each `?` and each `continue` leaves nothing behind.
async fn together(
    desk: &Desk,
    shop: &PgPool,
    call: &Call,
    rows: impl AsyncFn(&mut Transaction<'_, Postgres>) -> Result<(), sqlx::Error>,
) -> Result<Outcome, Failure> {
    let statement = commit_statement(DESK)?;
    let mut tries = 0;
    loop {
        tries += 1;
        // A refusal ends it here, before the shop has written anything.
        let Prepared { commit, mut outcome } = desk.prepare(call).await?;
        let mut transaction = shop.begin().await?;
        rows(&mut transaction).await?;
        // None: the command changes nothing, or was carried out before.
        let Some(commit) = commit else {
            transaction.commit().await?;
            return Ok(outcome);
        };
        let parameters = CommitParameters::of(&commit)?;
        let answer = sqlx::query_scalar::<_, String>(AssertSqlSafe(statement.as_str()))
            .bind(&parameters.desk)
            .bind(&parameters.commit)
            .fetch_one(&mut *transaction)
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            // The database lets one of two go first, and wants the other begun anew.
            Err(sqlx::Error::Database(error))
                if error.code().is_some_and(|code| is_race(&code)) && tries < TRIES =>
            {
                println!("  begun anew: {error}");
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        match judge(&commit, &answer) {
            Ok(receipt) => {
                transaction.commit().await?;
                outcome.complete(&receipt);
                return Ok(outcome);
            }
            // Somebody was faster: what was decided no longer holds.
            Err(error) if error.is_conflict() && tries < TRIES => {
                println!("  prepared anew: {error}");
            }
            // The same command was carried out meanwhile: prepared anew, it is told as repeated.
            Err(CommitError::Seen(_)) if tries < TRIES => {}
            Err(error) => return Err(DeskError::from(error).into()),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        return Err("DATABASE_URL is to name a PostgreSQL database that may be written to".into());
    };
    let now: DateTime<Utc> = "2026-03-02T09:00:00Z".parse()?;

    let shop = PgPool::connect(&url).await?;
    for schema in [DESK, SHOP] {
        let gone = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
        sqlx::raw_sql(AssertSqlSafe(gone)).execute(&shop).await?;
    }
    let own = "CREATE SCHEMA shop_orders; \
               CREATE TABLE shop_orders.orders (id text PRIMARY KEY, state text, ticket text); \
               INSERT INTO shop_orders.orders VALUES ('4711', 'sent', NULL)";
    sqlx::raw_sql(own).execute(&shop).await?;

    let (mut client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let mut options = Options::default();
    options.schema = DESK.to_owned();
    postgres::migrate(&mut client, &options).await?;
    let store = PgStore::open(Single::new(client), options).await?;
    let desk = AsyncDesk::create(store, DeskId::from_u128(1), Settings::default(), now).await?;
    let (maria, anna) = (ContactId::from_u128(7), AgentId::from_u128(8));
    desk.put_agent(Actor::Host.at(now), anna, AgentProfile::new("Anna")).await?;
    let (customer, agent) = (Actor::Customer(maria), Actor::Agent(anna));

    println!("Maria complains about order 4711: the ticket and the order's new state, at once.");
    let id = TicketId::v7(now, [42; 10]);
    let open = Open::new(id, Requester::Contact(maria), "It never came.").subject("Order 4711");
    let call = customer.at(now).call(Command::Open(open));
    let opened = together(&desk, &shop, &call, async |rows| {
        let set = "UPDATE shop_orders.orders SET state = 'disputed', ticket = $1 WHERE id = '4711'";
        sqlx::query(set).bind(id.to_string()).execute(&mut **rows).await.map(drop)
    })
    .await?;
    let reference = opened.reference().ok_or("a committed ticket has a number")?;
    println!("  committed: {reference}, order {}", state(&shop).await?);
    assert_eq!((reference.to_string().as_str(), &*state(&shop).await?), ("HD-1", "disputed"));

    println!("Anna refunds it, and the shop's own row fails: she has answered nothing.");
    let answer = Command::Reply(Reply::new(id, "We have refunded it."));
    let call = agent.at(now + TimeDelta::minutes(5)).call(answer);
    let failed = together(&desk, &shop, &call, async |rows| {
        let again = "INSERT INTO shop_orders.orders VALUES ('4711', 'twice', NULL)";
        sqlx::query(again).execute(&mut **rows).await.map(drop)
    });
    println!("  rolled back: {}", failed.await.err().ok_or("the order's id is taken")?);
    assert_eq!((messages(&desk, id).await?, &*state(&shop).await?), (1, "disputed"));

    println!("Meanwhile Maria asks again: what was decided for Anna is decided anew.");
    let asked = std::sync::atomic::AtomicBool::new(false);
    let answered = together(&desk, &shop, &call, async |rows| {
        let set = "UPDATE shop_orders.orders SET state = 'refunded' WHERE id = '4711'";
        sqlx::query(set).execute(&mut **rows).await?;
        // In another process, between the decision and the commit:
        if !asked.swap(true, std::sync::atomic::Ordering::Relaxed) {
            let later = customer.at(now + TimeDelta::minutes(4));
            let hello = desk.reply(later, Reply::new(id, "Hello?")).await;
            hello.map_err(|error| sqlx::Error::Protocol(error.to_string()))?;
        }
        Ok(())
    })
    .await?;
    let status = answered.ticket().ok_or("it is a ticket")?.status().name.clone();
    println!("  committed: {reference} {status}, order {}", state(&shop).await?);
    assert_eq!((messages(&desk, id).await?, &*state(&shop).await?), (3, "refunded"));

    println!("Somebody else's customer would reopen it, and is refused before a row is written.");
    let stranger = Actor::Customer(ContactId::from_u128(70)).at(now + TimeDelta::minutes(10));
    let call = stranger.call(Command::Reply(Reply::new(id, "Me, too.")));
    let refused = together(&desk, &shop, &call, async |_| {
        Err(sqlx::Error::Protocol("nobody comes here".into()))
    });
    let refused = refused.await.err().ok_or("a stranger's reply is refused")?;
    println!("  refused: {refused}");
    assert!(matches!(refused.downcast_ref(), Some(DeskError::Refused(_))), "{refused}");
    assert_eq!((messages(&desk, id).await?, &*state(&shop).await?), (3, "refunded"));
    Ok(())
}

async fn state(shop: &PgPool) -> Result<String, sqlx::Error> {
    let text = "SELECT state FROM shop_orders.orders WHERE id = '4711'";
    sqlx::query_scalar(text).fetch_one(shop).await
}

async fn messages(desk: &Desk, id: TicketId) -> Result<u32, DeskError> {
    Ok(desk.ticket(id).await?.map_or(0, |ticket| ticket.message_count()))
}
