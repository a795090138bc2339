//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use helpdesk::condition::ConditionSyntax;
use helpdesk::matching::Cursor;
use helpdesk::{Condition, Sort};

use super::clock::{Now, read_now};
use super::people::Who;

const CODES: &str =
    "Exit codes: 0 done, 1 refused by the rules, 2 not a command, 3 the database failed.";

/// A help desk in one SQLite file.
#[derive(Debug, Parser)]
#[command(name = "cli_sqlite", disable_help_subcommand = true, after_help = CODES)]
pub(crate) struct Cli {
    /// The database.
    #[arg(long, global = true, default_value = "helpdesk.db")]
    pub(crate) file: PathBuf,
    /// Who acts: `agent:anna`, `customer:mail@example.com` or `host`.
    #[arg(long = "as", global = true, default_value = "host", value_name = "WHO")]
    pub(crate) actor: Who,
    /// The time, as in `2026-03-02T09:00:00Z`; default: that of this machine.
    #[arg(long, global = true, value_parser = read_now)]
    pub(crate) now: Option<Now>,
    /// Names the command: sent twice under one name, it is carried out once. A UUID, or any text.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) command_id: Option<String>,
    /// Answers with one JSON document.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Makes the tables, the desk and its agents; what is there already stays.
    Init {
        /// Agents by their short names: 1 to 16 of a-z, 0-9, `.`, `_` and `-`.
        #[arg(long = "agent", value_delimiter = ',', required = true)]
        agents: Vec<super::people::Handle>,
        /// The desk's settings, as JSON; default: office hours and an answer within four of them.
        /// Of a desk that is there already, they take the place of its own.
        #[arg(long)]
        settings: Option<PathBuf>,
    },
    /// Opens a ticket.
    Open {
        text: String,
        #[arg(long)]
        subject: Option<String>,
        #[arg(long)]
        priority: Option<String>,
        /// Who asks, as an agent or the host opens it in their name.
        #[arg(long = "for", value_name = "MAIL")]
        requester: Option<String>,
    },
    /// Adds a public message.
    Reply { ticket: String, text: String },
    /// Adds a note that only agents read.
    Note { ticket: String, text: String },
    /// Lists tickets, a page at a time.
    List(List),
    /// Finds tickets by what was said on them: all words, one that ends with `*` only begins so.
    Search {
        words: helpdesk::matching::Words,
        /// How many on a page.
        #[arg(long, default_value_t = 20)]
        page: u16,
        /// What the page before told.
        #[arg(long)]
        after: Option<helpdesk::SearchCursor>,
    },
    /// Shows a ticket, what was said on it, and why its clocks are as they are.
    Show { ticket: String },
    /// Works through what waits.
    Solve {
        #[command(subcommand)]
        what: Solve,
    },
    /// Resolves a ticket.
    Resolve {
        ticket: String,
        /// How it ended.
        #[arg(long, default_value = "solved")]
        code: String,
        /// In words.
        #[arg(long, default_value = "")]
        text: String,
    },
    /// How much there is to do, and who has how much of it.
    Count {
        #[arg(long)]
        department: Option<String>,
    },
    /// Does what is due.
    Tick,
    /// Tells whoever is to be told: prints each notice and settles it.
    Notices,
    /// Looks the whole file over; with `--repair`, makes anew what follows from histories.
    Verify {
        #[arg(long)]
        repair: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Solve {
    /// Takes the next ticket to solve.
    Next,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Which: a condition, such as `status_category in (new, open) and priority >= high`.
    #[arg(default_value = "all()", value_parser = read_condition)]
    pub(crate) filter: Condition,
    /// In which order, such as `priority desc, waiting_since`; default: by number.
    #[arg(long, value_parser = read_sort)]
    pub(crate) sort: Option<Order>,
    /// How many at most.
    #[arg(long, default_value_t = 20)]
    pub(crate) page: u16,
    /// The page after this: what the page before gave as `next`.
    #[arg(long, value_name = "CURSOR")]
    pub(crate) after: Option<Cursor>,
}

/// Keys to sort by. A `Vec` would be several values to clap.
#[derive(Clone, Debug)]
pub(crate) struct Order(pub(crate) Vec<Sort>);

fn read_condition(text: &str) -> Result<Condition, ConditionSyntax> {
    text.parse()
}

fn read_sort(text: &str) -> Result<Order, ConditionSyntax> {
    Sort::list(text).map(Order)
}
