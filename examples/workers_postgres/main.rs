//! Workers on one PostgreSQL database: each opens tickets, carries out what is due, and relays notices
//! as CloudEvents, one JSON document a line.
//!
//! ```sh
//! export DATABASE_URL='host=/var/run/postgresql user=helpdesk dbname=helpdesk'
//! cargo run --example workers_postgres                          # until it is stopped
//! cargo run --example workers_postgres -- --workers 3 --until-idle > notices.jsonl
//! ```
//!
//! Here they are tasks of one process, each with a connection of its own; several processes do as well,
//! and any number of both may be stopped at any time. Each takes what the others have not: what is due
//! and notices are leased in the database. A worker that is stopped half-way leaves its leases to end,
//! and another goes on; so a notice may come twice, under one id.
//!
//! Notices go to standard output; what was tried again, given up or failed is told on standard error.
//! Exit codes: 0 done, 2 not a command, 3 the database failed.

mod connection;
mod outbox;
mod worker;

use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use clap::Parser;
use helpdesk::store::PgStore;
use helpdesk::store::postgres::{self, Options};
use helpdesk::{Actor, AgentId, AgentProfile, AsyncDesk, DeskError, DeskId, NoticeKind, Settings};
use tokio::sync::Notify;

use self::connection::Own;
use self::worker::Worker;

/// The channel that says that there is something to do.
const CHANNEL: &str = "helpdesk_work";

const DESK: DeskId = DeskId::from_u128(1);

const ANNA: AgentId = AgentId::from_u128(8);

const NEEDED: &str = "usage: this needs a PostgreSQL server (12 or later), and a database of it in \
    which it may make tables: name it by --database or by DATABASE_URL, such as \
    'host=/var/run/postgresql user=helpdesk dbname=helpdesk'";

/// Workers on a help desk in a PostgreSQL database.
#[derive(Debug, Parser)]
#[command(
    name = "workers_postgres",
    after_help = "Exit codes: 0 done, 2 not a command, 3 the database failed."
)]
struct Args {
    /// The database, as `host=… user=… dbname=…` or a URL; default: what `DATABASE_URL` says.
    #[arg(long)]
    database: Option<String>,
    /// The schema of the tables, which are made where they are missing.
    #[arg(long, default_value = "helpdesk")]
    schema: String,
    /// How many workers.
    #[arg(long, default_value_t = 2)]
    workers: u32,
    /// How many tickets each opens.
    #[arg(long, default_value_t = 2)]
    tickets: u32,
    /// How many seconds a worker sleeps at most, told or not.
    #[arg(long, default_value_t = 5)]
    poll: u32,
    /// Ends when a worker finds nothing that is due within `--poll`.
    #[arg(long)]
    until_idle: bool,
    /// Whoever is to get notices of this kind cannot be reached: they are given up.
    #[arg(long, value_name = "KIND", value_parser = kind)]
    unreachable: Option<NoticeKind>,
}

/// By the name that a CloudEvent has it under, such as `ticket_opened`.
fn kind(text: &str) -> Result<NoticeKind, String> {
    serde_json::from_value(text.into()).map_err(|_| "there is no notice of this kind".to_owned())
}

fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os()))
}

/// Carries out one command line, its first word the program's name, and gives the exit code.
pub(crate) fn run(line: impl IntoIterator<Item = OsString>) -> u8 {
    let args = match Args::try_parse_from(line) {
        Ok(args) => args,
        Err(told) => {
            let _ = told.print();
            return if told.use_stderr() { 2 } else { 0 };
        }
    };
    let Some(database) = args.database.clone().or_else(|| std::env::var("DATABASE_URL").ok())
    else {
        eprintln!("{NEEDED}");
        return 2;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let worked = match runtime {
        Ok(runtime) => runtime.block_on(work(&args, &database)),
        Err(error) => Err(error.into()),
    };
    let Err(error) = worked else { return 0 };
    eprintln!("{}", with_causes(&*error));
    3
}

/// Makes the tables and the desk where they are missing, and lets the workers work.
async fn work(args: &Args, database: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut options = Options::default();
    options.schema = args.schema.clone();
    options.channel = Some(CHANNEL.to_owned());
    let hint = Arc::new(Notify::new());
    let mut client = connection::connect(database, &hint).await?;
    postgres::migrate(&mut client, &options).await?;
    drop(client);

    let mut workers = tokio::task::JoinSet::new();
    for number in 0..args.workers {
        let hint = Arc::new(Notify::new());
        let store = PgStore::open(Own::new(database, &hint), options.clone()).await?;
        let worker = Worker {
            desk: desk(store).await?,
            number,
            tickets: args.tickets,
            poll: Duration::from_secs(u64::from(args.poll.max(1))),
            until_idle: args.until_idle,
            unreachable: args.unreachable,
            hint,
        };
        workers.spawn(worker.work());
    }
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    Ok(())
}

/// The desk and its agent, created where they are missing: by whoever comes first.
async fn desk(store: PgStore<Own>) -> Result<AsyncDesk<PgStore<Own>>, DeskError> {
    let now = now();
    let desk = AsyncDesk::create_or_open(store, DESK, Settings::default(), now).await?;
    // As she is already, nothing changes.
    desk.put_agent(Actor::Host.at(now), ANNA, AgentProfile::new("Anna")).await?;
    Ok(desk)
}

/// The crate reads no clock; a host does. Hosts on one database have theirs set by the same source.
fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// An error in one line: `Display` of each, from the outermost to the first cause.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
