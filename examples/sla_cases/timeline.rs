//! Cases of clocks: what happened to a ticket, and how its clocks stood after that.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use helpdesk::sla::calendar::{CalendarDraft, ScheduleDraft};
use helpdesk::sla::{
    ClockState, ClockStatus, Clocks, Happened, Metric, OpenedBy, Pace, Standing, Term, Terms,
};
use helpdesk::{Calendar, Span, StatusCategory, StatusName};

use crate::Outcome;
use crate::calendar::{holidays, hours, instant};
use crate::json::{At, Json, Wrong};

/// The metrics that the format has, by the names that it gives them.
const METRICS: [(&str, Metric); 5] = [
    ("first_response", Metric::FirstResponse),
    ("next_response", Metric::NextResponse),
    ("periodic_update", Metric::PeriodicUpdate),
    ("first_resolution", Metric::FirstResolution),
    ("total_resolution", Metric::TotalResolution),
];

/// The states that the format has.
const STATES: [&str; 6] = ["idle", "running", "paused", "met", "missed", "void"];

/// A case that was read; running it cannot fail but by its answers.
pub(crate) struct Case {
    id: String,
    calendar: CalendarDraft,
    policy: Policy,
    opened: (DateTime<Utc>, OpenedBy, Standing),
    /// What came after the opening.
    events: Events,
    expected: Vec<(usize, Vec<Fact>)>,
}

struct Policy {
    targets: BTreeMap<Metric, Span>,
    in_hours: bool,
    pause_statuses: Vec<StatusName>,
    pauses: Vec<Metric>,
}

enum Event {
    Happened(Happened),
    /// A note, a bot or an auto-reply: nothing to a clock.
    Nothing,
    PolicyChanged(Policy),
    Tick,
}

struct Fact {
    /// As the file has it.
    name: String,
    metric: Metric,
    expected: Expected,
}

enum Expected {
    Due(Option<DateTime<Utc>>),
    State(String),
    Elapsed(i64),
}

/// Reads a case; a field that is not known is a mistake.
pub(crate) fn read(case: &At<'_>) -> Result<Case, Wrong> {
    let (mut id, mut calendar, mut policy) = (None, None, None);
    let (mut statuses, mut events, mut expected) = (None, None, None);
    for (field, at) in case.entries()? {
        match field {
            "id" => id = Some(at.text()?.to_owned()),
            "source" | "note" => {
                at.text()?;
            }
            "calendar" => calendar = Some(read_calendar(&at)?),
            "policy" => policy = Some(at),
            "statuses" => statuses = Some(read_statuses(&at)?),
            "events" => events = Some(at),
            "expected" => expected = Some(at),
            _ => return at.wrong("this field is not known"),
        }
    }
    let missing = |field: &str| Wrong {
        path: case.path.clone(),
        why: format!("the field `{field}` is missing"),
    };
    let statuses = statuses.ok_or_else(|| missing("statuses"))?;
    let policy = read_policy(&policy.ok_or_else(|| missing("policy"))?)?;
    let events = events.ok_or_else(|| missing("events"))?;
    let (opened, events) = read_events(&events, &statuses)?;
    let expected = expected.ok_or_else(|| missing("expected"))?;
    let expected = expected.list()?;
    let expected = expected.iter().map(|at| read_facts(at, events.len()));
    let expected = expected.collect::<Result<_, _>>()?;
    Ok(Case {
        id: id.unwrap_or_else(|| case.path.clone()),
        calendar: calendar.ok_or_else(|| missing("calendar"))?,
        policy,
        opened,
        events,
        expected,
    })
}

fn read_calendar(at: &At<'_>) -> Result<CalendarDraft, Wrong> {
    let mut schedule = ScheduleDraft::in_zone("");
    let mut zoned = false;
    for (field, at) in at.entries()? {
        match field {
            "tz" => (schedule.zone, zoned) = (at.text()?.to_owned(), true),
            "hours" => schedule.open = hours(&at)?,
            "holidays" => schedule.holidays = holidays(&at)?,
            _ => return at.wrong("this field is not known"),
        }
    }
    if !zoned {
        return at.wrong("the field `tz` is missing");
    }
    Ok(CalendarDraft { schedules: vec![schedule] })
}

type Statuses = BTreeMap<String, StatusCategory>;

fn read_statuses(at: &At<'_>) -> Result<Statuses, Wrong> {
    let category = |at: &At<'_>| {
        let name = at.text()?;
        let found = StatusCategory::ALL.into_iter().find(|category| category.as_str() == name);
        found.map_or_else(|| at.wrong(format!("`{name}` is no category of statuses")), Ok)
    };
    at.entries()?.iter().map(|(name, at)| Ok(((*name).to_owned(), category(at)?))).collect()
}

/// Where a ticket stands in a status of the list.
fn standing(at: &At<'_>, statuses: &Statuses) -> Result<Standing, Wrong> {
    let name = at.text()?;
    match statuses.get(name) {
        Some(category) => Ok(Standing::new(name, *category)),
        None => at.wrong(format!("`{name}` is not among the case's `statuses`")),
    }
}

fn read_policy(at: &At<'_>) -> Result<Policy, Wrong> {
    let mut policy = Policy {
        targets: BTreeMap::new(),
        in_hours: true,
        pause_statuses: Vec::new(),
        pauses: vec![Metric::FirstResolution, Metric::TotalResolution],
    };
    for (field, at) in at.entries()? {
        match field {
            "time" => {
                policy.in_hours = match at.text()? {
                    "business" => true,
                    "calendar" => false,
                    _ => return at.wrong("it is neither `business` nor `calendar`"),
                };
            }
            "pause_statuses" => {
                // One that the case does not use may be among them.
                let names = at.list()?;
                let names = names.iter().map(|at| Ok(at.text()?.into()));
                policy.pause_statuses = names.collect::<Result<_, _>>()?;
            }
            "pauses" => {
                let metrics = at.list()?;
                let named = |at: &At<'_>| {
                    let name = at.text()?;
                    let found = METRICS.iter().find(|(metric, _)| *metric == name);
                    found.map_or_else(
                        || at.wrong(format!("`{name}` is no metric")),
                        |found| Ok(found.1),
                    )
                };
                policy.pauses = metrics.iter().map(named).collect::<Result<_, _>>()?;
            }
            _ => {
                let name = field.strip_suffix("_min");
                let found = METRICS.iter().find(|(metric, _)| name == Some(*metric));
                let Some((_, metric)) = found else {
                    return at.wrong("this field is not known");
                };
                policy.targets.insert(*metric, Span::minutes(whole(&at)?));
            }
        }
    }
    Ok(policy)
}

fn whole<N: TryFrom<u64>>(at: &At<'_>) -> Result<N, Wrong> {
    let number = match at.value {
        Json::Number(number) => number.as_u64().and_then(|number| N::try_from(number).ok()),
        _ => None,
    };
    number.map_or_else(|| at.wrong("it is not a whole number of usual size"), Ok)
}

type Opened = (DateTime<Utc>, OpenedBy, Standing);
type Events = Vec<(DateTime<Utc>, Event)>;

fn read_events(list: &At<'_>, statuses: &Statuses) -> Result<(Opened, Events), Wrong> {
    let (mut opened, mut events): (Option<Opened>, Events) = (None, Vec::new());
    for event in list.list()? {
        let (mut at, mut kind, mut by, mut status, mut policy) = (None, None, None, None, None);
        for (field, value) in event.entries()? {
            match field {
                "at" => at = Some((instant(&value)?, value)),
                "kind" => kind = Some(value),
                "by" => by = Some(value),
                "status" => status = Some(value),
                "policy" => policy = Some(value),
                _ => return value.wrong("this field is not known"),
            }
        }
        let Some((at, at_field)) = at else { return event.wrong("the field `at` is missing") };
        let Some(kind) = kind else { return event.wrong("the field `kind` is missing") };
        let name = kind.text()?;
        let fields = [("by", &by), ("status", &status), ("policy", &policy)];
        let wanted: &[&str] = match name {
            "created" => &["by", "status"],
            "status" => &["status"],
            "policy_changed" => &["policy"],
            _ => &[],
        };
        for (field, value) in fields {
            match (value, wanted.contains(&field)) {
                (None, true) => return event.wrong(format!("the field `{field}` is missing")),
                (Some(value), false) => return value.wrong(format!("`{name}` has no such field")),
                (Some(_), true) | (None, false) => {}
            }
        }
        let last = events.last().map(|(at, _)| *at).or(opened.as_ref().map(|(at, ..)| *at));
        if last.is_some_and(|last| at < last) {
            return at_field.wrong("it is before the event before it");
        }
        if (name == "created") == opened.is_some() {
            return kind.wrong("`created` is the first event, and no other");
        }
        let stands = |status: &Option<At<'_>>| match status {
            Some(status) => standing(status, statuses),
            None => event.wrong("the field `status` is missing"),
        };
        let what = match name {
            "created" => {
                let by = match by.as_ref().map(At::text).transpose()? {
                    Some("customer") => OpenedBy::Customer,
                    Some("agent") => OpenedBy::Agent,
                    _ => return event.wrong("`by` is neither `customer` nor `agent`"),
                };
                opened = Some((at, by, stands(&status)?));
                continue;
            }
            "customer_message" => Event::Happened(Happened::CustomerWrote),
            "agent_reply" => Event::Happened(Happened::AgentReplied),
            "internal_note" | "bot_reply" | "auto_reply" => Event::Nothing,
            "status" => Event::Happened(Happened::Moved(stands(&status)?)),
            "policy_changed" => match &policy {
                Some(policy) => Event::PolicyChanged(read_policy(policy)?),
                None => return event.wrong("the field `policy` is missing"),
            },
            "tick" => Event::Tick,
            _ => return kind.wrong(format!("`{name}` is no kind of event")),
        };
        events.push((at, what));
    }
    match opened {
        Some(opened) => Ok((opened, events)),
        None => list.wrong("it has no event"),
    }
}

fn read_facts(at: &At<'_>, events: usize) -> Result<(usize, Vec<Fact>), Wrong> {
    let (mut after, mut facts) = (None, Vec::new());
    for (name, at) in at.entries()? {
        if name == "after_event" {
            let number: usize = whole(&at)?;
            if number > events {
                return at.wrong("there are not so many events");
            }
            after = Some(number);
            continue;
        }
        let metric = METRICS.iter().find(|(metric, _)| {
            name.strip_prefix(metric).is_some_and(|asked| asked.starts_with('_'))
        });
        let Some((metric_name, metric)) = metric else { return at.wrong("this fact is not known") };
        let expected = match name.get(metric_name.len()..) {
            Some("_due") if matches!(at.value, Json::Null) => Expected::Due(None),
            Some("_due") => Expected::Due(Some(instant(&at)?)),
            Some("_state") => {
                let state = at.text()?;
                if !STATES.contains(&state) {
                    return at.wrong(format!("`{state}` is no state of a clock"));
                }
                Expected::State(state.to_owned())
            }
            Some("_elapsed_s") => Expected::Elapsed(at.micros()?),
            _ => return at.wrong("this fact is not known"),
        };
        facts.push(Fact { name: name.to_owned(), metric: *metric, expected });
    }
    match after {
        Some(after) => Ok((after, facts)),
        None => at.wrong("the field `after_event` is missing"),
    }
}

impl Policy {
    /// In the open hours of a calendar; in all time where the case has none.
    fn terms(&self, calendar: Option<&Calendar>) -> Terms {
        let calendar = calendar.filter(|_| self.in_hours);
        METRICS.iter().fold(Terms::none(), |terms, (_, metric)| {
            let paused = self.pauses.contains(metric);
            let statuses = self.pause_statuses.iter().filter(|_| paused);
            let term = Term {
                target: self.targets.get(metric).map(|span| (*span).into()),
                pace: calendar.map_or(Pace::Real, |calendar| Pace::Open(calendar.clone())),
                pauses: statuses.map(|status| (status.clone(), None)).collect(),
                ..Term::default()
            };
            terms.with(*metric, term)
        })
    }
}

impl Case {
    pub(crate) fn run(self) -> Outcome {
        let id = self.id;
        let policies = self.events.iter().filter_map(|(_, event)| match event {
            Event::PolicyChanged(policy) => Some(policy),
            Event::Happened(_) | Event::Nothing | Event::Tick => None,
        });
        // What is measured in all time asks no calendar.
        let in_hours = self.policy.in_hours || policies.into_iter().any(|it| it.in_hours);
        let calendar = match self.calendar.build() {
            Ok(calendar) => Some(calendar),
            Err(_) if !in_hours => None,
            Err(refused) => return Outcome::Skipped { id, reason: refused.to_string() },
        };
        let mut terms = self.policy.terms(calendar.as_ref());
        let (at, by, standing) = self.opened;
        let (mut clocks, _) = Clocks::opened(&terms, at, by, standing);
        let mut differences = Vec::new();
        let mut compare = |number: usize, clocks: &Clocks, terms: &Terms, now| {
            let here = self.expected.iter().filter(|(after, _)| *after == number);
            for fact in here.flat_map(|(_, facts)| facts) {
                let (expected, found) = fact.answer(clocks, terms, now);
                if expected != found {
                    let name = format!("after event {number}, {}: ", fact.name);
                    differences.push((name + &expected, found));
                }
            }
        };
        compare(0, &clocks, &terms, at);
        for (number, (at, event)) in (1..).zip(self.events) {
            match event {
                Event::Happened(what) => {
                    clocks.happened(&terms, at, what);
                }
                Event::Nothing => {}
                Event::PolicyChanged(policy) => {
                    let next = policy.terms(calendar.as_ref());
                    clocks.retarget(&terms, &next, at);
                    terms = next;
                }
                Event::Tick => {
                    clocks.tick(&terms, at);
                }
            }
            compare(number, &clocks, &terms, at);
        }
        if differences.is_empty() {
            return Outcome::Passed;
        }
        let (expected, found): (Vec<_>, Vec<_>) = differences.into_iter().unzip();
        Outcome::Failed { id, expected: expected.join("; "), found: found.join("; ") }
    }
}

impl Fact {
    /// What was expected, and what came out.
    fn answer(&self, clocks: &Clocks, terms: &Terms, now: DateTime<Utc>) -> (String, String) {
        let status = clocks.status(terms, self.metric, now);
        let told = |at: &DateTime<Utc>| at.to_rfc3339();
        let none = || "none".to_owned();
        match &self.expected {
            Expected::Due(due) => {
                let found = status.and_then(|status| status.due);
                (due.as_ref().map_or_else(none, told), found.as_ref().map_or_else(none, told))
            }
            Expected::State(state) => (state.clone(), named(status).to_owned()),
            Expected::Elapsed(micros) => {
                let found = status.map_or(0, |status| status.elapsed.as_micros());
                let seconds = |micros: i64| format!("{} s", micros as f64 / 1e6);
                (seconds(*micros), seconds(found))
            }
        }
    }
}

/// The state as the format calls it.
fn named(status: Option<ClockStatus>) -> &'static str {
    let Some(status) = status else { return "idle" };
    match status.state {
        ClockState::Running => "running",
        ClockState::Paused => "paused",
        ClockState::Met => "met",
        ClockState::Missed => "missed",
        ClockState::Void => "void",
        ClockState::Ended => "ended without a target",
    }
}
