//! The help desk of an Italian software company (M. Polato 2017, 4TU.ResearchData), replayed.

mod anomalies;
mod mapping;
mod row;
mod said;
mod settings;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};

use helpdesk::command::Assign;
use helpdesk::{Actor, AgentId, Command, ReasonName, Record, Ticket, TicketId};

use self::mapping::Step;
use self::row::{Activity, Case, Column, Log};
use self::said::Rule;
use self::settings::People;
use super::args::LogFile;
use super::audit::Audit;
use super::copy::Copy;
use super::overlay::Overlay;
use super::player::Player;
use super::progress::Progress;
use super::rules::{Acted, What};
use super::summary::{self, Differences};
use super::{FINE, STOPPED, Stage, WRONG};

pub(super) use self::row::HEADER;

/// A case on its way.
#[derive(Clone, Copy, Debug)]
struct Course {
    /// The status that the log says.
    said: &'static str,
    /// The reason for waiting that the log says.
    reason: Option<&'static str>,
    /// Why the desk's status is another, since the row that made it so.
    difference: Option<Option<Rule>>,
    /// A defect tracker's verdict that waits for the ticket to be resolved.
    verdict: Option<&'static str>,
    /// Whether its rows have finished it, and no work has begun on it since.
    finished: bool,
    /// Reopenings that the rows imply.
    reopenings: u32,
}

/// What was found while the rows went by.
#[derive(Debug, Default)]
struct Findings {
    /// By activity: rows, commands, no-ops.
    activities: BTreeMap<Activity, [u64; 3]>,
    /// Exact duplicates: those that changed nothing, and those that did.
    duplicates: [u64; 2],
    /// Rows after which desk and log differed, by what explains it.
    rows: BTreeMap<Option<Rule>, u64>,
    /// Cases that ended so.
    cases: BTreeMap<Option<Rule>, u64>,
    /// What else the desk and the log do not agree on, in words.
    others: Vec<String>,
}

/// Reads the log, replays it, and checks what came of it.
pub(super) fn run(
    file: &LogFile,
    over: &Overlay,
    stage: &mut Stage<'_>,
) -> Result<u8, Box<dyn Error>> {
    let log = Log::read(&file.path, file.strict, stage.err)?;
    if log.stopped {
        writeln!(stage.err, "replay: stopped at a malformed row, as `--strict` asks")?;
        return Ok(STOPPED);
    }
    let settings = over.on(settings::of(&log)?)?;
    let stream = log.stream();
    let Some((_, _, first)) = stream.first() else {
        return Err(format!("{}: no row could be read", file.path.display()).into());
    };
    summary::settings(stage.out, settings::SAID, settings.draft())?;
    writeln!(stage.out, "{}\n{}", mapping::SAID, said::SAID)?;

    let people = People::of(&log);
    let mut player = Player::new(settings, first.at)?;
    for (id, profile) in people.agents() {
        player.desk.put_agent(Actor::Host.at(first.at), id, profile)?;
    }
    let mut courses: BTreeMap<&str, (usize, Course)> = BTreeMap::new();
    for (place, case) in log.cases.iter().enumerate() {
        courses.insert(&case.id, (place, Course::default()));
    }
    let mut findings = Findings::default();
    let mut progress = Progress::new(stage.err, stage.watched, stream.len() as u64);
    for (case, place, row) in stream {
        progress.step();
        let (Some((case_place, course)), Some(agent)) =
            (courses.get_mut(case.id.as_str()), people.agent(row.resource()))
        else {
            continue;
        };
        let id = mapping::ticket_id(case, *case_place);
        let ticket = player.ticket(id)?;
        let verdict = course.verdict;
        let step = Step { case, row, id, agent, ticket: ticket.as_deref(), verdict };
        let (mut given, mut no_ops) = (0, 0);
        for command in step.commands(&people) {
            let owner = player.ticket(id)?.and_then(|ticket| ticket.assignee());
            if matches!(command, Command::Take(_)) && owner.is_some_and(|owner| owner != agent) {
                // A rule has found somebody on the way, from whom it is taken as from anybody.
                let assign = Command::Assign(Assign::new(id, agent));
                let context = step.actor().at(row.at).correlated(case.id.as_str());
                let _refused = player.give(&context.call(assign))?;
            }
            let call = step.actor().at(row.at).correlated(case.id.as_str()).call(command);
            given += 1;
            no_ops += u64::from(player.give(&call)?.is_ok_and(|outcome| outcome.is_no_op()));
        }
        let counts = findings.activities.entry(row.activity).or_default();
        for (count, more) in counts.iter_mut().zip([1, given, no_ops]) {
            *count += more;
        }
        let above = place.checked_sub(1).and_then(|above| case.rows.get(above));
        if above.is_some_and(|above| row.repeats(above)) {
            let [idle, busy] = &mut findings.duplicates;
            *(if given == no_ops { idle } else { busy }) += 1;
        }
        let ticket = player.ticket(id)?;
        course.follow(row.activity, id, ticket.as_deref(), &mut player.acted, &mut findings);
    }
    progress.finish();
    let ending = over.end(&mut player)?;
    let audit = Audit::of(&player.desk)?;
    let copy = Copy::of(&player.desk, &audit)?;
    compare(&log, &people, &courses, &audit.tickets, &mut player.acted, &mut findings);
    let odd = anomalies::count(&log).write(stage.out, file.excerpt)?;

    let out = &mut *stage.out;
    findings.write_rows(out, &log)?;
    summary::commands(out, &player.tally)?;
    findings.write_statuses(out, &audit.tickets)?;
    ending.write(out, &player)?;
    summary::last(out, &player.tally, &audit, &copy, findings.differences())?;
    writeln!(stage.err, "{}", player.pace())?;
    let fine =
        findings.differences().unexplained == 0 && audit.is_sound() && copy.is_exact() && odd == 0;
    Ok(if fine && ending.agrees() { FINE } else { WRONG })
}

impl Default for Course {
    fn default() -> Self {
        Self {
            said: said::FIRST,
            reason: None,
            difference: None,
            verdict: None,
            finished: false,
            reopenings: 0,
        }
    }
}

impl Course {
    /// Goes on by a row, after which the desk's ticket was as it is.
    fn follow(
        &mut self,
        activity: Activity,
        id: TicketId,
        ticket: Option<&Ticket>,
        acted: &mut Acted,
        findings: &mut Findings,
    ) {
        let found = ticket.map_or("absent", |ticket| ticket.status().name.as_str());
        let before = self.said;
        self.said = said::after(activity, before);
        self.reason = said::reason(activity, self.reason);
        if mapping::is_work(activity) {
            self.reopenings += u32::from(self.finished);
            self.finished = false;
        } else if matches!(activity, Activity::ResolveTicket | Activity::Closed) {
            self.finished = true;
        }
        self.verdict = match activity {
            Activity::ResolveTicket => None,
            _ => mapping::verdict(activity).or(self.verdict),
        };
        self.difference = if self.said == found {
            let reason = ticket.and_then(Ticket::reason).map(ReasonName::as_str);
            if reason != self.reason && !acted.explains(id, What::Status) {
                let subject = ticket.map(|ticket| ticket.subject().as_str()).unwrap_or_default();
                let (activity, said) = (activity.name(), self.reason);
                findings.others.push(format!(
                    "{subject}: waits for {reason:?} after {activity}, which says {said:?}"
                ));
            }
            None
        } else if acted.explains(id, What::Status) {
            None
        } else {
            // What explained it goes on explaining it, until a row bears a status.
            let earlier = self.difference.filter(|_| self.said == before).flatten();
            Some(earlier.or_else(|| Rule::of(activity, self.said, found)))
        };
        if let Some(rule) = self.difference {
            *findings.rows.entry(rule).or_default() += 1;
        }
    }
}

/// Compares what the desk holds at the end with what the rows of each case say.
fn compare(
    log: &Log,
    people: &People,
    courses: &BTreeMap<&str, (usize, Course)>,
    tickets: &[Record],
    acted: &mut Acted,
    findings: &mut Findings,
) {
    let tickets: BTreeMap<_, _> =
        tickets.iter().filter_map(Record::ticket).map(|ticket| (ticket.id(), ticket)).collect();
    for (place, case) in log.cases.iter().enumerate() {
        let Some((_, course)) = courses.get(case.id.as_str()) else { continue };
        if let Some(rule) = course.difference {
            *findings.cases.entry(rule).or_default() += 1;
        }
        let id = mapping::ticket_id(case, place);
        let Some(ticket) = tickets.get(&id) else {
            findings.others.push(format!("{}: no ticket", case.id));
            continue;
        };
        let (found, implied) = (ticket.reopen_count(), course.reopenings);
        if found != implied {
            let id = &case.id;
            findings.others.push(format!("{id}: reopened {found} times, its rows say {implied}"));
        }
        if ticket.assignee() != owner(case, people) && !acted.explains(id, What::Owner) {
            findings.others.push(format!("{}: not the owner that its rows say", case.id));
        }
        let Some(last) = case.rows.iter().rev().find(|row| !row.activity.is_the_trackers()) else {
            continue;
        };
        let seriousness = settings::named("seriousness", last.get(Column::Seriousness2));
        let workgroup = settings::named("workgroup", last.get(Column::Workgroup));
        let fields = mapping::fields(last).all(|(name, value)| {
            ticket.field(&name.into()).and_then(|field| field.known()) == Some(&value)
        });
        let department = ticket.department().is_some_and(|department| *department == *workgroup);
        let same = [
            (What::Priority, ticket.priority().name == *seriousness),
            (What::Department, department),
            (What::Field, fields),
        ];
        if same.into_iter().any(|(what, same)| !same && !acted.explains(id, what)) {
            findings.others.push(format!("{}: not the values of its last row", case.id));
        }
    }
}

/// Who owns a ticket in the end, by its rows.
fn owner(case: &Case, people: &People) -> Option<AgentId> {
    let (mut owner, mut workgroup) = (None, None);
    for row in case.rows.iter().filter(|row| !row.activity.is_the_trackers()) {
        let here = row.get(Column::Workgroup);
        let moved = workgroup.replace(here).is_some_and(|before| before != here);
        if moved || row.activity == Activity::TakeInCharge {
            owner = people.agent(row.resource());
        }
    }
    owner
}

impl Findings {
    fn differences(&self) -> Differences {
        let none = |by: &BTreeMap<Option<Rule>, u64>| by.get(&None).copied().unwrap_or(0);
        Differences {
            mismatched: self.cases.values().sum(),
            unexplained: none(&self.rows) + none(&self.cases) + self.others.len() as u64,
        }
    }

    fn write_rows(&self, out: &mut dyn Write, log: &Log) -> io::Result<()> {
        writeln!(out, "rows       {} read, {} malformed", log.rows, log.malformed)?;
        writeln!(out, "  {:<24} {:>6} {:>9} {:>7}", "activity", "rows", "commands", "no-ops")?;
        for (activity, [rows, commands, no_ops]) in &self.activities {
            writeln!(out, "  {:<24} {rows:>6} {commands:>9} {no_ops:>7}", activity.name())?;
        }
        let [idle, busy] = self.duplicates;
        writeln!(out, "  exact duplicates: {idle} changed nothing, {busy} repeated a note")
    }

    fn write_statuses(&self, out: &mut dyn Write, tickets: &[Record]) -> io::Result<()> {
        let order = ["new", "open", "in_progress", "pending", "suspended", "resolved", "closed"];
        summary::statuses(out, "tickets   ", tickets, &order)?;
        let heads = || tickets.iter().filter_map(Record::ticket);
        let times: u32 = heads().map(|ticket| ticket.reopen_count()).sum();
        let cases = heads().filter(|ticket| ticket.reopen_count() > 0).count();
        writeln!(out, "reopened   {times} times in {cases} tickets")?;
        let Differences { mismatched, unexplained } = self.differences();
        writeln!(out, "in another status than the log says, and why:")?;
        for rule in Rule::ALL.map(Some).into_iter().chain([None]) {
            let count = |by: &BTreeMap<Option<Rule>, u64>| by.get(&rule).copied().unwrap_or(0);
            let (name, words) =
                rule.map_or(("unexplained", "no rule"), |rule| (rule.name(), rule.words()));
            let (rows, ends) = (count(&self.rows), count(&self.cases));
            writeln!(
                out,
                "  {name:<16} after {rows:>3} rows, at the end of {ends} cases: {words}"
            )?;
        }
        writeln!(out, "  {mismatched} tickets end so; {unexplained} differences have no rule")?;
        for other in &self.others {
            writeln!(out, "  UNEXPLAINED {other}")?;
        }
        Ok(())
    }
}
