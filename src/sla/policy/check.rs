//! Checks policies against the settings around them: every mistake, each with the path to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};

use super::SlaPolicy;
use super::compiled::{Policies, Promise};
use super::obligation::{Audience, Obligation, PausedIn, SlaAction};
use crate::ids::{CalendarName, CustomerGroupName, PriorityName, SlaLevelName, name_problem};
use crate::matching::{Lexicon, Place};
use crate::problem::{Mistake, Problems};
use crate::sla::{Calendar, Pace, Target, Term, Terms, Warning};
use crate::time::Span;
use crate::workflow::StatusCategory;

/// The most policies of a desk.
const MOST_POLICIES: usize = 1_000;
/// The most warnings of an obligation, and the most levels.
const MOST_TOLD: usize = 16;
/// The most business days of a target.
const MOST_DAYS: u16 = 10_000;
/// The most actions of a warning, and of a level.
const MOST_ACTIONS: usize = 20;
/// The first of the days whose hours are looked at, counted from the first of 1970: 2026 begins.
const YEARS_FROM: i64 = 20_454;
/// The most bytes of a remedy.
const MOST_REMEDY: usize = 200;

/// What the checks must know of the settings around the policies.
pub(crate) struct Around<'a> {
    /// The calendars that there are, those with mistakes in them too.
    pub(crate) names: BTreeSet<&'a CalendarName>,
    /// Those without.
    pub(crate) calendars: &'a BTreeMap<CalendarName, Calendar>,
    pub(crate) levels: &'a [SlaLevelName],
    pub(crate) groups: &'a [CustomerGroupName],
    pub(crate) lexicon: &'a Lexicon,
}

/// Whether business days never have more open time than that, whenever they begin: of two ordinary
/// years, which hold every week that a calendar can have.
fn are_never_longer(calendar: &Calendar, days: u16, than: Span) -> bool {
    let mut at = DateTime::UNIX_EPOCH + TimeDelta::days(YEARS_FROM);
    let until = at + TimeDelta::days(2 * 366);
    while let Some(opens) = calendar.next_open(at).filter(|opens| *opens < until) {
        let Ok(end) = calendar.end_of_business_day(opens, days) else { return false };
        if calendar.between(opens, end) > TimeDelta::from(than) {
            return false;
        }
        let Some(closes) = calendar.next_close(opens) else { return false };
        at = closes;
    }
    true
}

/// Looks everything up and reports every mistake; the policies are right only if none was.
pub(crate) fn check(
    policies: &[SlaPolicy],
    path: &str,
    around: &Around<'_>,
    problems: &mut Problems,
) -> Policies {
    let mut walk = Walk { around, problems };
    walk.at_most(path, policies.len(), MOST_POLICIES, "sla_policies");
    let names = policies.iter().map(|policy| policy.name.as_str());
    walk.problems.names("SLA policy", names, |index| format!("{path}[{index}].name"));
    let promises = policies
        .iter()
        .enumerate()
        .filter_map(|(index, policy)| walk.policy(policy, &format!("{path}[{index}]")));
    Policies::new(promises.collect())
}

struct Walk<'a, 'p> {
    around: &'a Around<'a>,
    problems: &'p mut Problems,
}

impl Walk<'_, '_> {
    fn at_most(&mut self, path: &str, found: usize, most: usize, limit: &'static str) {
        if found > most {
            let (most, found) = (most as u64, found as u64);
            self.problems.at(path, Mistake::OverLimit { limit, most, found });
        }
    }

    fn unknown(&mut self, path: String, what: &'static str, name: impl fmt::Display) {
        self.problems.at(path, Mistake::Unknown { what, name: name.to_string() });
    }

    fn out_of_range(&mut self, path: String, found: impl fmt::Display, expected: &'static str) {
        self.problems.at(path, Mistake::OutOfRange { found: found.to_string(), expected });
    }

    fn policy(&mut self, policy: &SlaPolicy, path: &str) -> Option<Promise> {
        let at = |part: &str| format!("{path}.{part}");
        let place = |level| self.around.levels.iter().position(|known| known == level);
        let rank = policy.level.as_ref().map(|level| (level, place(level)));
        if let Some((level, None)) = rank {
            self.unknown(at("level"), "service level", level);
        }
        for (index, group) in policy.groups.iter().enumerate() {
            if !self.around.groups.contains(group) {
                self.unknown(at(&format!("groups[{index}]")), "customer group", group);
            }
        }
        let contracts = policy.contracts.iter().map(|contract| contract.as_str());
        self.problems.names("contract", contracts, |index| at(&format!("contracts[{index}]")));
        let (when, lexicon) = (at("when"), self.around.lexicon);
        let matcher = policy.when.check_into(lexicon, Place::Rule, &when, self.problems);
        // It would be looked for anew by each event, and another be found.
        for fact in policy.when.facts().filter(|fact| fact.is_of_service()) {
            self.problems.at(&*when, Mistake::FollowsFromIt { fact: fact.to_string() });
        }
        if policy.obligations.is_empty() {
            self.problems.at(at("obligations"), Mistake::Empty { what: "obligation" });
        }
        let mut seen = BTreeSet::new();
        for (index, obligation) in policy.obligations.iter().enumerate() {
            let path = at(&format!("obligations[{index}]"));
            let (metric, audience) = (obligation.metric, obligation.audience);
            if !seen.insert((metric, audience)) {
                let name = match audience {
                    Audience::Customer => metric.as_str().to_owned(),
                    Audience::Internal => format!("internal {}", metric.as_str()),
                };
                self.problems.at(&*path, Mistake::Twice { what: "obligation", name });
            }
            self.obligation(obligation, &path);
        }
        let terms = Audience::ALL.map(|audience| self.terms(policy, audience));
        let rank = rank.and_then(|(_, place)| u8::try_from(place?).ok());
        let priorities = self.around.lexicon.priorities.clone();
        Some(Promise { policy: policy.clone(), matcher: matcher?, rank, priorities, terms })
    }

    fn obligation(&mut self, it: &Obligation, path: &str) {
        let at = |part: &str| format!("{path}.{part}");
        if let Some(name) = it.calendar.as_ref().filter(|it| !self.around.names.contains(it)) {
            self.unknown(at("calendar"), "calendar", name);
        }
        if it.within.is_none() && it.by_priority.is_empty() {
            self.problems.at(at("within"), Mistake::Empty { what: "target" });
        }
        if let Some(target) = it.within {
            self.target(target, it, at("within"));
        }
        for (priority, target) in &it.by_priority {
            let path = at(&format!("by_priority.{priority}"));
            if !self.around.lexicon.priorities.contains(priority) {
                self.unknown(path.clone(), "priority", priority);
            }
            self.target(*target, it, path);
        }
        self.pauses(it, path);
        self.at_most(&at("warnings"), it.warnings.len(), MOST_TOLD, "warnings");
        let mut seen = BTreeSet::new();
        for (index, warn) in it.warnings.iter().enumerate() {
            let path = at(&format!("warnings[{index}]"));
            if !seen.insert(warn.at) {
                let name = match warn.at {
                    Warning::Percent(percent) => format!("at {percent} %"),
                    Warning::Left(left) => format!("with {left} left"),
                };
                self.problems.at(format!("{path}.at"), Mistake::Twice { what: "warning", name });
            }
            self.warning(warn.at, it, format!("{path}.at"));
            self.actions(&warn.then, &format!("{path}.then"));
        }
        self.at_most(&at("levels"), it.levels.len(), MOST_TOLD, "levels");
        let mut before = None;
        for (index, level) in it.levels.iter().enumerate() {
            let path = at(&format!("levels[{index}]"));
            if before.is_some_and(|before| level.after <= before) {
                self.out_of_range(
                    format!("{path}.after"),
                    level.after,
                    "later than the level before",
                );
            }
            before = Some(level.after);
            self.actions(&level.then, &format!("{path}.then"));
        }
        if let Some(remedy) = &it.remedy {
            if it.audience == Audience::Internal {
                let mistake = "nothing is owed to a customer for what is promised among ourselves";
                self.problems.at(at("remedy"), Mistake::Contradiction(mistake));
            }
            if remedy.trim().is_empty() || remedy.len() > MOST_REMEDY {
                let found = format!("{} bytes", remedy.len());
                self.out_of_range(at("remedy"), found, "1 to 200 bytes that are not all blank");
            }
        }
    }

    fn target(&mut self, target: Target, it: &Obligation, path: String) {
        match target {
            Target::Within(Span::ZERO) => {
                self.out_of_range(path, target, "longer than nothing");
            }
            Target::Within(_) => {}
            Target::BusinessDays(days) => {
                if !(1..=MOST_DAYS).contains(&days) {
                    self.out_of_range(path.clone(), days, "1 to 10,000 business days");
                }
                if it.calendar.is_none() {
                    let mistake = "which days are business days, only a calendar says";
                    self.problems.at(path, Mistake::Contradiction(mistake));
                }
            }
        }
    }

    fn pauses(&mut self, it: &Obligation, path: &str) {
        let mut seen = BTreeSet::new();
        for (index, pause) in it.pauses.iter().enumerate() {
            let path = format!("{path}.pauses[{index}]");
            let PausedIn { status, reason } = pause;
            match self.around.lexicon.statuses.get(status) {
                None => self.unknown(format!("{path}.status"), "status", status),
                Some(category @ (StatusCategory::Resolved | StatusCategory::Closed)) => {
                    let what = "a clock that stands still: what runs on there has ended";
                    let category = category.as_str();
                    self.problems.at(format!("{path}.status"), Mistake::NotHere { category, what });
                }
                Some(_) => {}
            }
            if let Some(reason) =
                reason.as_ref().filter(|it| !self.around.lexicon.reasons.contains(*it))
            {
                self.unknown(format!("{path}.reason"), "reason", reason);
            }
            if !seen.insert(pause) {
                let name = status.to_string();
                self.problems.at(path, Mistake::Twice { what: "pause", name });
            }
        }
    }

    fn warning(&mut self, at: Warning, it: &Obligation, path: String) {
        match at {
            Warning::Percent(1..=99) => {}
            Warning::Percent(percent) => self.out_of_range(path, percent, "1 to 99 percent"),
            Warning::Left(left) => {
                let mut targets = it.within.iter().chain(it.by_priority.values());
                let never = |target: &Target| match target {
                    Target::Within(span) => left >= *span,
                    // How long they are depends on when it begins: it comes, if it ever does.
                    Target::BusinessDays(days) => {
                        let calendar = it.calendar.as_ref();
                        let calendar = calendar.and_then(|name| self.around.calendars.get(name));
                        calendar.is_some_and(|calendar| are_never_longer(calendar, *days, left))
                    }
                };
                if left == Span::ZERO || targets.any(never) {
                    let expected = "longer than nothing and shorter than every target";
                    self.out_of_range(path, left, expected);
                }
            }
        }
    }

    fn actions(&mut self, actions: &[SlaAction], path: &str) {
        self.at_most(path, actions.len(), MOST_ACTIONS, "actions");
        for (index, action) in actions.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match action {
                SlaAction::Notify(_) => {}
                SlaAction::RaisePriority(priority) => {
                    if !self.around.lexicon.priorities.contains(priority) {
                        self.unknown(path, "priority", priority);
                    }
                }
                SlaAction::AddTag(tag) => {
                    if let Some(why) = name_problem(tag.as_str()) {
                        self.problems.at(path, Mistake::BadName { name: tag.to_string(), why });
                    }
                }
                SlaAction::Escalate(department) => {
                    if !self.around.lexicon.departments.contains(department) {
                        self.unknown(path, "department", department);
                    }
                }
            }
        }
    }

    /// What a policy promises to an audience, for each priority, lowest first.
    fn terms(&self, policy: &SlaPolicy, audience: Audience) -> (Vec<Arc<Terms>>, Arc<Terms>) {
        let of = |priority: Option<&PriorityName>| {
            let mut terms = Terms::none();
            for it in policy.obligations.iter().filter(|it| it.audience == audience) {
                terms = terms.with(it.metric, self.term(it, priority));
            }
            Arc::new(terms)
        };
        let scale = self.around.lexicon.priorities.iter();
        (scale.map(|priority| of(Some(priority))).collect(), of(None))
    }

    fn term(&self, it: &Obligation, priority: Option<&PriorityName>) -> Term {
        let calendar = it.calendar.as_ref().and_then(|name| self.around.calendars.get(name));
        let pauses = it.pauses.iter().map(|it| (it.status.clone(), it.reason.clone()));
        Term {
            target: priority.map_or(it.within, |priority| it.target(priority)),
            pace: calendar.map_or(Pace::Real, |calendar| Pace::Open(calendar.clone())),
            pauses: pauses.collect(),
            warnings: it.warnings.iter().map(|warn| warn.at).collect(),
            levels: it.levels.iter().map(|level| level.after).collect(),
        }
    }
}
