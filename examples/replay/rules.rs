//! A rulebook on a replay: its rules act on the desk of a log, beside what the log says.

mod acted;
mod report;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use helpdesk::matching::Lexicon;
use helpdesk::{Mistake, Problem, Record, RulebookDraft, Settings};

pub(super) use self::acted::{Acted, What};
pub(super) use self::report::Report;
use super::audit;
use super::player::Player;

/// What a file says that rules do.
#[derive(Debug)]
pub(super) struct Rules {
    path: PathBuf,
    draft: RulebookDraft,
}

/// Rules of which a log does not know a name, by their place in the file.
type LeftOut = Vec<(&'static str, usize, String)>;

impl Rules {
    /// Reads a rulebook; a mistake is told with its place in the file.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
        let draft = serde_json::from_str(&text).map_err(|error| format!("{shown}: {error}"))?;
        Ok(Self { path: path.to_owned(), draft })
    }

    /// The settings of a log with these rules, but for those that are not for this log: they name
    /// something that it does not know, such as the departments of another. The report lists them.
    /// Whatever else is wrong is told with its path in the file.
    pub(super) fn on(&self, settings: &Settings) -> Result<Settings, String> {
        let shown = self.path.display();
        let told = |problems: &[Problem]| {
            let problems = problems.iter();
            problems.map(|it| format!("{shown}: {it}")).collect::<Vec<_>>().join("\nreplay: ")
        };
        let (rules, left_out) = self.known_to(&settings.lexicon()).map_err(|it| told(&it))?;
        if rules == RulebookDraft::default() && !left_out.is_empty() {
            return Err(format!("{shown}: the log knows not all names of any of its rules"));
        }
        let mut draft = settings.draft().clone();
        draft.rules = rules;
        draft.build().map_err(|error| told(error.problems()))
    }

    /// The rules whose every name is known, and those that are left out.
    fn known_to(&self, lexicon: &Lexicon) -> Result<(RulebookDraft, LeftOut), Vec<Problem>> {
        let Err(error) = self.draft.clone().build(lexicon) else {
            return Ok((self.draft.clone(), LeftOut::new()));
        };
        let (unknown, wrong): (Vec<Problem>, Vec<Problem>) = error
            .problems()
            .iter()
            .cloned()
            .partition(|problem| is_anothers(problem.mistake()) && place(problem).is_some());
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let mut left_out = LeftOut::new();
        for problem in &unknown {
            let Some((list, index)) = place(problem) else { continue };
            if left_out.iter().all(|(of, at, _)| (*of, *at) != (list, index)) {
                left_out.push((list, index, problem.mistake().to_string()));
            }
        }
        let gone = |list: &str| -> BTreeSet<usize> {
            left_out.iter().filter(|(of, ..)| *of == list).map(|(_, at, _)| *at).collect()
        };
        let RulebookDraft { routing, triggers, time_rules, macros } = &self.draft;
        let rules = RulebookDraft {
            routing: without(routing, &gone("routing")),
            triggers: without(triggers, &gone("triggers")),
            time_rules: without(time_rules, &gone("time_rules")),
            macros: without(macros, &gone("macros")),
        };
        Ok((rules, left_out))
    }

    /// The name of the rule at this place of a list.
    fn name(&self, list: &str, index: usize) -> &str {
        let RulebookDraft { routing, triggers, time_rules, macros } = &self.draft;
        let name = match list {
            "routing" => routing.get(index).map(|it| &it.name),
            "triggers" => triggers.get(index).map(|it| &it.name),
            "time_rules" => time_rules.get(index).map(|it| &it.name),
            _ => macros.get(index).map(|it| &it.name),
        };
        name.map_or("", |name| name.as_str())
    }
}

/// Whether it is a name that another log's settings may know; slots and the like are always the same.
fn is_anothers(mistake: &Mistake) -> bool {
    let of_settings = [
        "department",
        "category",
        "priority",
        "impact",
        "urgency",
        "status",
        "reason",
        "resolution code",
        "service level",
        "SLA policy",
        "field",
        "option",
    ];
    matches!(mistake, Mistake::Unknown { what, .. } if of_settings.contains(what))
}

/// The rule that a problem is in: its list, and its place there.
fn place(problem: &Problem) -> Option<(&'static str, usize)> {
    let (list, rest) = problem.path().split_once('[')?;
    let list =
        ["routing", "triggers", "time_rules", "macros"].into_iter().find(|it| *it == list)?;
    Some((list, rest.split_once(']')?.0.parse().ok()?))
}

fn without<T: Clone>(rules: &[T], places: &BTreeSet<usize>) -> Vec<T> {
    let kept = rules.iter().enumerate().filter(|(place, _)| !places.contains(place));
    kept.map(|(_, rule)| rule.clone()).collect()
}

/// Lets come due what does until the last thing happened on the desk.
pub(super) fn come_to_rest(player: &mut Player) -> Result<(), Box<dyn std::error::Error>> {
    let tickets = audit::tickets(&player.desk)?;
    let changed = tickets.iter().filter_map(Record::ticket).map(|ticket| ticket.updated_at());
    let end = changed.max().unwrap_or_default();
    while player.desk.next_wake(end)?.is_some_and(|wake| wake <= end) {
        let ticked = player.tick(end)?;
        if let Some((key, error)) = ticked.failed.first() {
            return Err(format!("{key}: {error}").into());
        }
    }
    Ok(())
}
