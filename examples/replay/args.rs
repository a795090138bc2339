//! What a run is asked for, and which logs it knows.

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::overlay::Files;
use super::{input, italian, mendeley, servicenow};

pub(super) const HELP: &str = "\
Replays a help desk through the library, and checks what came of it.

Usage: replay [--sla SETTINGS] [--rules RULEBOOK] [--seed N]
       replay [--sla SETTINGS] [--rules RULEBOOK] [--strict] [--excerpt] FILE
       replay [--sla SETTINGS] [--rules RULEBOOK] [--strict] [--excerpt] --log NAME

Without FILE, a generated desk day: the same seed gives the same bytes.

  FILE        a log, compressed by gzip or not; its columns say which one it is
  --log NAME  the log of this name in the folder HELPDESK_DATA: italian, servicenow, mendeley
  --seed N    the seed of the generated day; default 578
  --strict    stop at the first malformed row
  --excerpt   the file is a part of the log: its counts are shown, and not compared with
              those that are documented for the whole
  --sla SETTINGS
              service levels, from a settings file as the crate reads them (JSON): they hold on
              the desk, and at the end the report tells how they were kept, and explains the
              worst miss segment by segment. Only calendars, sla_levels, sla_policies and customer_groups are the
              file's; its priorities and departments are added to the log's, behind them, so that
              one file may name those of several logs. All else is the log's own.
              examples/replay/sla.json is one for the three logs and the generated day
  --rules RULEBOOK
              rules, from a file as the crate reads them (JSON): they act on the desk beside what
              the log says, and the report tells what each did. Rules that name something the log
              does not know are left out, and told, so that one file may serve several logs. What
              a rule changed need not be as the log has it, and is counted apart; all else must.
              examples/replay/rules.json is one for the three logs and the generated day
  --help      this text

Exit status: 0 if all is well; 1 if a difference has no explanation, a head is not the fold
of its history, a count is not as documented, what tells of service levels or of rules does not agree
with itself, or a rule gave an agent more than they can have; 2 if there was nothing to replay, or
the settings or the rules are wrong.
";

const DEFAULT_SEED: u64 = 578;

/// What a run is asked for.
#[derive(Debug)]
pub(super) enum Job {
    Help,
    Day { seed: u64, over: Files },
    Log(LogFile),
}

/// A log to replay, and how.
#[derive(Debug)]
pub(super) struct LogFile {
    pub(super) path: PathBuf,
    /// Stop at the first malformed row.
    pub(super) strict: bool,
    /// It is a part of the log: nothing is documented of its counts.
    pub(super) excerpt: bool,
    /// What is laid over its settings.
    pub(super) over: Files,
}

/// The logs that can be replayed. Another one is a variant here and a module beside `italian`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// The help desk of an Italian software company, 2010 to 2014.
    Italian,
    /// The incidents of an IT company's ServiceNow, 2016 and 2017.
    ServiceNow,
    /// The conversations of a software vendor's help desk, 2022 and 2023.
    Mendeley,
}

impl Known {
    const ALL: [Self; 3] = [Self::Italian, Self::ServiceNow, Self::Mendeley];

    fn name(self) -> &'static str {
        match self {
            Self::Italian => "italian",
            Self::ServiceNow => "servicenow",
            Self::Mendeley => "mendeley",
        }
    }

    /// Where its file is in the folder of logs, compressed or not.
    fn file_name(self) -> &'static str {
        match self {
            Self::Italian => "helpdesk_italian_finale.csv",
            Self::ServiceNow => "uci498_servicenow_incident_event_log.csv",
            Self::Mendeley => "text/mendeley_helpdesk_comments.csv",
        }
    }

    fn header(self) -> &'static [&'static str] {
        match self {
            Self::Italian => &italian::HEADER,
            Self::ServiceNow => &servicenow::HEADER,
            Self::Mendeley => &mendeley::HEADER,
        }
    }

    /// Which log a file is, by its columns.
    pub(super) fn of(path: &Path) -> Result<Self, Box<dyn Error>> {
        let header = input::header(path)?;
        let is = |known: &Self| header.iter().eq(known.header().iter().map(|name| name.as_bytes()));
        Self::ALL.into_iter().find(is).ok_or_else(|| {
            let shown = path.display();
            format!("{shown}: its columns are those of no log that is known here").into()
        })
    }
}

pub(super) fn parse(args: &[OsString], data: Option<&Path>) -> Result<Job, String> {
    let (mut seed, mut path, mut strict, mut excerpt) = (None, None, false, false);
    let mut over = Files::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let mut value = |name: &str| {
            let value = rest.next().and_then(|value| value.to_str());
            value.ok_or_else(|| format!("`{name}` needs a value"))
        };
        match arg.to_str() {
            Some("--help" | "-h") => return Ok(Job::Help),
            Some("--strict") => strict = true,
            Some("--excerpt") => excerpt = true,
            Some("--seed") => {
                let text = value("--seed")?;
                seed = Some(text.parse().map_err(|_| format!("`{text}` is not a seed"))?);
            }
            Some(name @ ("--sla" | "--rules")) => {
                let file = if name == "--sla" { &mut over.sla } else { &mut over.rules };
                let path = rest.next().ok_or_else(|| format!("`{name}` needs a value"))?;
                if file.replace(PathBuf::from(path)).is_some() {
                    return Err(format!("one `{name}` at a time"));
                }
            }
            Some("--log") => {
                let file = find(value("--log")?, data)?;
                only(path.replace(file))?;
            }
            Some(flag) if flag.starts_with('-') => {
                return Err(format!("unknown argument `{flag}`"));
            }
            _ => only(path.replace(PathBuf::from(arg)))?,
        }
    }
    match (path, seed) {
        (Some(_), Some(_)) => Err("`--seed` is for the generated day, not for a log".into()),
        (Some(path), None) => Ok(Job::Log(LogFile { path, strict, excerpt, over })),
        (None, _) if strict || excerpt => {
            Err("`--strict` and `--excerpt` are for a log, and none was named".into())
        }
        (None, seed) => Ok(Job::Day { seed: seed.unwrap_or(DEFAULT_SEED), over }),
    }
}

fn only(before: Option<PathBuf>) -> Result<(), String> {
    match before {
        None => Ok(()),
        Some(_) => Err("one log at a time".into()),
    }
}

fn find(name: &str, data: Option<&Path>) -> Result<PathBuf, String> {
    let known = Known::ALL.into_iter().find(|known| known.name() == name);
    let known = known.ok_or_else(|| format!("no log `{name}` is known here"))?;
    let folder = data.ok_or("`--log` looks in the folder HELPDESK_DATA, which is not set")?;
    Ok(input::compressed_or_not(folder.join(known.file_name())))
}
