//! A host's own rows and a ticket's events in one transaction: a shop's orders, in the same SQLite
//! file.
//!
//! [`Desk::prepare`] decides and writes nothing; [`SqliteStore::commit_in`] writes what was decided
//! in a transaction that the host opened, and that the host commits or rolls back. Between the two
//! somebody may be faster: then the commit is refused, and the host prepares anew. A host that
//! opens its immediate transaction first and prepares inside it is never refused so, and lets nobody
//! else write while it decides.

use std::error::Error;
use std::fmt;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Open, Reply};
use helpdesk::store::CommitError;
use helpdesk::store::sqlite::rusqlite::{self, Connection, Transaction, TransactionBehavior};
use helpdesk::store::sqlite::{Options, SqliteStore};
use helpdesk::{
    Actor, AgentId, AgentProfile, Call, Command, ContactId, Desk, DeskError, DeskId, Outcome,
    Prepared, Requester, Settings, TicketId,
};

/// How often the shop decides anew before it gives up.
const TRIES: u32 = 8;

/// Why the shop could not do it. Its own transaction is rolled back in each case.
#[derive(Debug)]
enum Failure {
    /// The help desk: the rules say no, or its store failed.
    Desk(DeskError),
    /// The shop's own rows.
    Rows(rusqlite::Error),
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        Self::Desk(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Rows(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Desk(error) => error.fmt(f),
            Self::Rows(error) => error.fmt(f),
        }
    }
}

impl Error for Failure {}

/// Carries out a command together with rows of the shop's own: all of it, or nothing.
///
/// `rows` is told what comes of the command, the number of a new ticket too. It may be called several
/// times; what an earlier call wrote has been rolled back by then.
fn together(
    desk: &Desk<SqliteStore>,
    shop: &mut Connection,
    call: &Call,
    rows: impl Fn(&Transaction<'_>, &Outcome) -> Result<(), rusqlite::Error>,
) -> Result<Outcome, Failure> {
    let mut tries = 0;
    loop {
        tries += 1;
        // A refusal ends it here, before the shop has written anything.
        let Prepared { commit, mut outcome } = desk.prepare(call)?;
        // Immediate: one that begins by reading may write no more where somebody else has written since.
        let transaction = shop.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // None: the command changes nothing, or was carried out before.
        let written = commit.map(|commit| desk.store().commit_in(&transaction, commit));
        match written.transpose() {
            Ok(receipt) => {
                if let Some(receipt) = receipt {
                    outcome.complete(&receipt);
                }
                rows(&transaction, &outcome)?;
                transaction.commit()?;
                return Ok(outcome);
            }
            // Somebody was faster: what was decided no longer holds. Dropping the transaction rolls it
            // back.
            Err(error) if error.is_conflict() && tries < TRIES => {
                println!("  prepare anew: {error}");
            }
            // The same command was carried out meanwhile: prepared anew, it is told as repeated.
            Err(CommitError::Seen(_)) if tries < TRIES => {}
            Err(error) => return Err(DeskError::from(error).into()),
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("helpdesk-shop-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let result = day(&folder.join("shop.db"));
    std::fs::remove_dir_all(&folder)?;
    result
}

/// A day of the shop, on this file.
fn day(file: &Path) -> Result<(), Box<dyn Error>> {
    let now: DateTime<Utc> = "2026-03-02T09:00:00Z".parse()?;
    SqliteStore::migrate(file, &Options::default())?;
    let store = SqliteStore::open(file, Options::default())?;
    let desk = Desk::create(store, DeskId::from_u128(1), Settings::default(), now)?;
    let (maria, anna) = (ContactId::from_u128(7), AgentId::from_u128(8));
    desk.put_agent(Actor::Host.at(now), anna, AgentProfile::new("Anna"))?;
    let (customer, agent) = (Actor::Customer(maria), Actor::Agent(anna));

    // The shop's own table, in the same file, by the shop's own connection.
    let mut shop = Connection::open(file)?;
    shop.execute_batch("CREATE TABLE orders (id TEXT PRIMARY KEY, state TEXT, ticket TEXT)")?;
    shop.execute("INSERT INTO orders VALUES ('4711', 'sent', NULL)", [])?;
    let id = TicketId::v7(now, [42; 10]);

    println!("Maria complains about order 4711: the ticket and the order's new state, at once.");
    let open = Open::new(id, Requester::Contact(maria), "It never came.").subject("Order 4711");
    let call = customer.at(now).call(Command::Open(open));
    let opened = together(&desk, &mut shop, &call, |rows, opened| {
        let set = "UPDATE orders SET state = 'disputed', ticket = ?1 WHERE id = '4711'";
        let reference = opened.reference().map(|reference| reference.to_string());
        rows.execute(set, [reference]).map(drop)
    })?;
    let reference = opened.reference().ok_or("a committed ticket has a number")?;
    println!("  committed: {reference}, order {}", state(&shop)?);
    assert_eq!(reference.to_string(), "HD-1");
    assert_eq!(state(&shop)?, "disputed");
    let ticket = "SELECT ticket FROM orders WHERE id = '4711'";
    assert_eq!(shop.query_row(ticket, [], |row| row.get::<_, String>(0))?, "HD-1");

    println!("Anna refunds it, and the shop's own row fails: she has answered nothing.");
    let answer = Command::Reply(Reply::new(id, "We have refunded it."));
    let call = agent.at(now + TimeDelta::minutes(5)).call(answer.clone());
    let failed = together(&desk, &mut shop, &call, |rows, _| {
        rows.execute("UPDATE orders SET state = 'refunded' WHERE id = '4711'", [])?;
        rows.execute("INSERT INTO orders VALUES ('4711', 'twice', NULL)", []).map(drop)
    });
    let Err(Failure::Rows(why)) = failed else { return Err("the order's id is taken".into()) };
    println!("  rolled back: {why}");
    assert_eq!((messages(&desk, id)?, &*state(&shop)?), (1, "disputed"));

    println!("The rows are right and come first, and the commit is refused: they go, too.");
    let prepared = desk.prepare(&call)?;
    // Meanwhile, in another process:
    let later = now + TimeDelta::minutes(6);
    desk.reply(customer.at(later), Reply::new(id, "Hello?"))?;
    let transaction = shop.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("UPDATE orders SET state = 'refunded' WHERE id = '4711'", [])?;
    let commit = prepared.commit.ok_or("there is something to write")?;
    let stale = desk.store().commit_in(&transaction, commit);
    let Err(error @ CommitError::Stale { .. }) = stale else { return Err("it is stale".into()) };
    transaction.rollback()?;
    println!("  rolled back: {error}");
    assert_eq!((messages(&desk, id)?, &*state(&shop)?), (2, "disputed"));

    println!("Prepared anew, on what is there by now:");
    let call = agent.at(now + TimeDelta::minutes(7)).call(answer);
    let refund = |rows: &Transaction<'_>, _: &Outcome| {
        rows.execute("UPDATE orders SET state = 'refunded' WHERE id = '4711'", []).map(drop)
    };
    let answered = together(&desk, &mut shop, &call, refund)?;
    let status = answered.ticket().ok_or("it is a ticket")?.status().name.clone();
    println!("  committed: {reference} {status}, order {}", state(&shop)?);
    assert_eq!((messages(&desk, id)?, &*state(&shop)?), (3, "refunded"));

    println!("Decided inside the transaction, where nobody can be faster:");
    let thanks = Command::Reply(Reply::new(id, "Thank you!"));
    let call = customer.at(now + TimeDelta::minutes(9)).call(thanks);
    let transaction = shop.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let commit = desk.prepare(&call)?.commit.ok_or("there is something to write")?;
    desk.store().commit_in(&transaction, commit)?;
    transaction.execute("UPDATE orders SET state = 'settled' WHERE id = '4711'", [])?;
    assert_eq!(messages(&desk, id)?, 3, "it is not committed");
    transaction.commit()?;
    println!("  committed: order {}", state(&shop)?);
    assert_eq!((messages(&desk, id)?, &*state(&shop)?), (4, "settled"));

    println!("Somebody else's customer would reopen the order, and is refused first.");
    let stranger = Actor::Customer(ContactId::from_u128(70));
    let call =
        stranger.at(now + TimeDelta::minutes(10)).call(Command::Reply(Reply::new(id, "Me, too.")));
    let refused = together(&desk, &mut shop, &call, |rows, _| {
        rows.execute("UPDATE orders SET state = 'disputed' WHERE id = '4711'", []).map(drop)
    });
    let Err(Failure::Desk(DeskError::Refused(why))) = refused else {
        return Err("a stranger's reply is refused".into());
    };
    println!("  refused: {}", why.code());
    assert_eq!((messages(&desk, id)?, &*state(&shop)?), (4, "settled"));
    Ok(())
}

fn state(shop: &Connection) -> Result<String, rusqlite::Error> {
    shop.query_row("SELECT state FROM orders WHERE id = '4711'", [], |row| row.get(0))
}

fn messages(desk: &Desk<SqliteStore>, id: TicketId) -> Result<u32, DeskError> {
    Ok(desk.ticket(id)?.map_or(0, |ticket| ticket.message_count()))
}
