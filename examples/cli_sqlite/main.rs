//! A help desk on the command line, in one SQLite file: what a team of five would use.
//!
//! ```sh
//! alias hd='cargo run --quiet --example cli_sqlite --'
//! hd init --agent anna,ben
//! hd open --as customer:maria@example.com "The printer is on fire"
//! hd list --as agent:anna 'status_category = new' --sort 'waiting_since'
//! hd solve next --as agent:anna
//! hd reply --as agent:anna HD-1 "Unplug it."
//! hd show --as customer:maria@example.com HD-1
//! hd resolve --as agent:anna HD-1
//! hd count
//! hd tick && hd notices            # from time to time
//! ```
//!
//! Each run is a process of its own that opens the file, does one thing, and ends; any number of
//! them may run at once. `--json` answers with one document, for programs. Exit codes: 0 done,
//! 1 refused by the rules, 2 not a command, 3 the database failed.

mod args;
mod clock;
mod failure;
mod host;
mod outbox;
mod people;
mod print;
mod read;
mod work;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use self::args::{Cli, Solve, Verb};
use self::failure::Failure;
use self::host::Host;
use self::print::Answer;

fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os(), &mut io::stdout().lock(), &mut io::stderr().lock()))
}

/// Carries out one command line, its first word the program's name, and gives the exit code.
pub(crate) fn run(
    args: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    // Also where the line cannot be read otherwise, who asked for JSON gets that.
    let json = args.iter().any(|arg| arg == "--json");
    let result = match Cli::try_parse_from(&args) {
        Ok(cli) => carry_out(&cli, out),
        Err(help) if !help.use_stderr() => {
            write!(out, "{help}").map(|()| false).map_err(Failure::from)
        }
        Err(error) => {
            let text = error.to_string();
            let text = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
            Err(Failure::Usage(text.to_owned()))
        }
    };
    let failure = match result {
        Ok(false) => return 0,
        Ok(true) => return 3,
        Err(failure) => failure,
    };
    // Where nothing can be written, the exit code says it.
    let _ = if json { writeln!(err, "{}", failure.json()) } else { writeln!(err, "{failure}") };
    failure.exit_code()
}

/// Whether some of it failed, as the answer says.
fn carry_out(cli: &Cli, out: &mut dyn Write) -> Result<bool, Failure> {
    let answer = answer(cli)?;
    if cli.json {
        writeln!(out, "{}", answer.json)?
    } else {
        write!(out, "{}", answer.text)?
    }
    Ok(answer.partly)
}

fn answer(cli: &Cli) -> Result<Answer, Failure> {
    if let Verb::Init { agents, settings } = &cli.verb {
        return work::init(cli, agents, settings.as_deref());
    }
    let host = Host::open(cli)?;
    match &cli.verb {
        Verb::Init { .. } => Ok(Answer::default()),
        Verb::Open { text, subject, priority, requester } => {
            let what = work::Asked { text, subject, priority, requester };
            work::open(&host, &what)
        }
        Verb::Reply { ticket, text } => work::reply(&host, ticket, text),
        Verb::Note { ticket, text } => work::note(&host, ticket, text),
        Verb::List(list) => read::list(&host, list),
        Verb::Search { words, page, after } => read::search(&host, words, *page, *after),
        Verb::Show { ticket } => read::show(&host, ticket),
        Verb::Solve { what: Solve::Next } => work::solve_next(&host),
        Verb::Resolve { ticket, code, text } => work::resolve(&host, ticket, code, text),
        Verb::Count { department } => read::count(&host, department.as_deref()),
        Verb::Tick => work::tick(&host),
        Verb::Notices => outbox::notices(&host),
        Verb::Verify { repair } => read::verify(&host, *repair),
    }
}
