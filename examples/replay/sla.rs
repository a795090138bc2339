//! Service levels on a replay: a settings file's promises on the desk of a log, and what came of them.

mod agree;
mod runs;
mod table;
mod worst;

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use helpdesk::sla::policy::Audience;
use helpdesk::store::MemoryStore;
use helpdesk::{Desk, Record, Settings, SettingsDraft, Span};

use self::agree::Agreement;
use self::runs::Runs;
use self::worst::Worst;
use super::audit;

/// What a settings file says of service levels.
#[derive(Debug)]
pub(super) struct Promises {
    path: PathBuf,
    draft: SettingsDraft,
}

impl Promises {
    /// Reads a settings file; a mistake is told with its place in the file.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
        let draft = serde_json::from_str(&text).map_err(|error| format!("{shown}: {error}"))?;
        Ok(Self { path: path.to_owned(), draft })
    }

    /// The settings of a log with these promises. The names of priorities and departments come
    /// along that the log lacks, so that one file serves several logs: after the log's own, whose
    /// scale stays as it is. Whatever is wrong then is told with its path in the settings.
    fn on(&self, settings: &Settings) -> Result<Settings, String> {
        let mut draft = settings.draft().clone();
        let file = self.draft.clone();
        for priority in file.priorities {
            if !draft.priorities.contains(&priority) {
                draft.priorities.push(priority);
            }
        }
        for department in file.departments {
            if draft.departments.iter().all(|it| it.name != department.name) {
                draft.departments.push(department);
            }
        }
        draft.customer_groups = file.customer_groups;
        draft.calendars = file.calendars;
        draft.sla_levels = file.sla_levels;
        draft.sla_policies = file.sla_policies;
        draft.build().map_err(|error| {
            let problems = error.problems().iter();
            let shown = self.path.display();
            problems.map(|it| format!("{shown}: {it}")).collect::<Vec<_>>().join("\nreplay: ")
        })
    }
}

/// The settings of a log, with promises where there are any.
pub(super) fn promised(
    promises: Option<&Promises>,
    settings: Settings,
) -> Result<Settings, Box<dyn Error>> {
    Ok(match promises {
        Some(promises) => promises.on(&settings)?,
        None => settings,
    })
}

/// What came of the promises, and whether desk and history agree on that.
#[derive(Debug)]
pub(super) struct Levels {
    path: PathBuf,
    settings: Arc<Settings>,
    /// The last instant at which anything happened: how clocks stand is told as of then.
    end: DateTime<Utc>,
    runs: Runs,
    agreement: Agreement,
    worst: Option<Worst>,
}

impl Levels {
    /// Lets the desk tell what has come due until the last thing happened on it, and reads it all
    /// back: the history once, then every clock that is on a head. `None`: nothing was promised.
    pub(super) fn of(
        promises: Option<&Promises>,
        desk: &Desk<MemoryStore>,
    ) -> Result<Option<Self>, Box<dyn Error>> {
        let Some(promises) = promises else { return Ok(None) };
        let tickets = audit::tickets(desk)?;
        let changed = tickets.iter().filter_map(Record::ticket).map(|ticket| ticket.updated_at());
        let end = changed.max().unwrap_or_default();
        while desk.next_wake(end)?.is_some_and(|wake| wake <= end) {
            let ticked = desk.tick(end)?;
            if let Some((key, error)) = ticked.failed.first() {
                return Err(format!("{key}: {error}").into());
            }
        }
        let settings = desk.settings()?;
        let runs = Runs::of(desk, &settings, end)?;
        let agreement = Agreement::of(desk, &settings, &audit::tickets(desk)?, &runs, end)?;
        let worst = Worst::of(desk, &agreement, end)?;
        let path = promises.path.clone();
        Ok(Some(Self { path, settings, end, runs, agreement, worst }))
    }
}

/// Writes the report, where anything was promised.
pub(super) fn write(out: &mut dyn Write, levels: Option<&Levels>) -> io::Result<()> {
    let Some(levels) = levels else { return Ok(()) };
    let Levels { path, settings, end, runs, agreement, worst } = levels;
    writeln!(out, "service levels of {}, as of {}", path.display(), shown(*end))?;
    for gap in settings.gaps() {
        writeln!(out, "  not covered: {gap}")?;
    }
    for finding in settings.sla_policies().analyse(&settings.lexicon()) {
        writeln!(out, "  look at: {finding}")?;
    }
    if let Some(worst) = worst {
        worst.write(out)?;
    }
    table::write(out, settings, runs)?;
    agreement.write(out, runs)
}

/// Whether all that tells of service levels agrees.
pub(super) fn agree(levels: Option<&Levels>) -> bool {
    levels.is_none_or(|levels| levels.agreement.mismatched.is_empty())
}

/// Both audiences, as the report calls them.
const AUDIENCES: [(Audience, &str); 2] =
    [(Audience::Customer, "to the customer"), (Audience::Internal, "among ourselves")];

fn audience(audience: Audience) -> &'static str {
    AUDIENCES.into_iter().find(|(it, _)| *it == audience).map_or("", |(_, name)| name)
}

fn shown(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// So many microseconds as a span, to be read.
fn span(micros: i64) -> Span {
    Span::try_from(chrono::TimeDelta::microseconds(micros)).unwrap_or_default()
}
