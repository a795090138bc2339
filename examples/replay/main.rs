//! Replays a help desk: a generated day, or one of three real logs, through the public desk; then checks it.

mod args;
mod audit;
mod copy;
mod day;
mod dice;
mod figures;
mod input;
mod italian;
mod mendeley;
mod overlay;
mod player;
mod progress;
mod rules;
mod servicenow;
mod sla;
mod summary;

use std::error::Error;
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use args::Job;
use overlay::Overlay;

/// Everything was as it should be.
const FINE: u8 = 0;
/// The replay found a difference that no rule explains, a head that is not the fold of its
/// history, or a count that is not as documented.
const WRONG: u8 = 1;
/// There was nothing to replay: a mistake in the arguments, no such file, a file of another
/// kind, or a malformed row under `--strict`.
const STOPPED: u8 = 2;

/// Where a run reads its surroundings and writes its words; a test brings its own.
pub(crate) struct Stage<'a> {
    /// The report: the same bytes for the same input.
    pub(crate) out: &'a mut dyn Write,
    /// What is about this run: malformed rows, progress, how long it took.
    pub(crate) err: &'a mut dyn Write,
    /// Whether somebody watches `err`.
    pub(crate) watched: bool,
    /// The folder that holds logs.
    pub(crate) data: Option<PathBuf>,
}

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let watched = std::io::stderr().is_terminal();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut err = std::io::stderr().lock();
    let data = std::env::var_os("HELPDESK_DATA").map(PathBuf::from);
    let code = run(&args, &mut Stage { out: &mut out, err: &mut err, watched, data });
    let _ = out.flush();
    ExitCode::from(code)
}

/// The whole program; gives its exit status.
pub(crate) fn run(args: &[OsString], stage: &mut Stage<'_>) -> u8 {
    let done = match args::parse(args, stage.data.as_deref()) {
        Ok(Job::Help) => {
            stage.out.write_all(args::HELP.as_bytes()).map(|()| FINE).map_err(Into::into)
        }
        Ok(Job::Day { seed, over }) => {
            Overlay::read(&over).map_err(Into::into).and_then(|over| day::run(seed, &over, stage))
        }
        Ok(Job::Log(log)) => replay_log(&log, stage),
        Err(mistake) => {
            let _ = writeln!(stage.err, "replay: {mistake}\nTry --help.");
            return STOPPED;
        }
    };
    done.unwrap_or_else(|error| {
        // A reader that has gone, as in `| head`, is no mistake of ours.
        let cause = error.downcast_ref::<std::io::Error>();
        if cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe) {
            return FINE;
        }
        let _ = writeln!(stage.err, "replay: {error}");
        STOPPED
    })
}

/// Replays a log, whichever of those that are known its columns say it is.
fn replay_log(log: &args::LogFile, stage: &mut Stage<'_>) -> Result<u8, Box<dyn Error>> {
    let over = Overlay::read(&log.over)?;
    match args::Known::of(&log.path)? {
        args::Known::Italian => italian::run(log, &over, stage),
        args::Known::ServiceNow => servicenow::run(log, &over, stage),
        args::Known::Mendeley => mendeley::run(log, &over, stage),
    }
}
