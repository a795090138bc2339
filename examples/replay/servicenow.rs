//! The incidents of an IT company's ServiceNow (C. Amaral and others 2018, UCI 498), replayed.

mod figures;
mod mapping;
mod row;
mod settings;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};

use helpdesk::{
    Actor, Moved, Outcome, Record, Requester, Step as Reason, Ticket, TicketChange, TicketId,
};

use self::mapping::Step;
use self::row::{Case, Log, Names, Row, Standing, State};
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

/// What was found while the rows went by.
#[derive(Debug, Default)]
struct Findings {
    /// By state: rows, touches among them, commands, no-ops.
    states: BTreeMap<State, [u64; 4]>,
    /// Incidents whose first row is past New, after which the desk's ticket is there, too.
    jumps: u64,
    /// Rows with the state -100, after which the ticket is in the state from before.
    invalid: u64,
    /// By the incident: rows whose time the desk raised to what the ticket had seen.
    raised: BTreeMap<String, u64>,
    /// Rows that changed something on a closed ticket, which stayed closed.
    after_close: u64,
    /// Tickets that the desk closed without their being resolved before.
    closed_outright: u64,
    /// Tickets that ended otherwise than the last row of their incident says.
    mismatched: u64,
    /// What the desk and the log do not agree on, in words.
    others: Vec<String>,
}

/// Reads the log, replays it, and checks what came of it.
pub(super) fn run(
    file: &LogFile,
    over: &Overlay,
    stage: &mut Stage<'_>,
) -> Result<u8, Box<dyn Error>> {
    let log = Log::read(&file.path, file.strict, stage.err)?;
    if log.rows.stopped {
        writeln!(stage.err, "replay: stopped at a malformed row, as `--strict` asks")?;
        return Ok(STOPPED);
    }
    let Some(first) = log.cases.iter().map(row::opening).min() else {
        return Err(format!("{}: no row could be read", file.path.display()).into());
    };
    let settings = over.on(settings::of(&log)?)?;
    summary::settings(stage.out, settings::SAID, settings.draft())?;
    writeln!(stage.out, "{}", mapping::SAID)?;

    let mut player = Player::new(settings, first)?;
    for (id, profile) in settings::agents(&log) {
        player.desk.put_agent(Actor::Host.at(first), id, profile)?;
    }
    let mut findings = Findings::default();
    let mut standings: Vec<Option<Standing>> = vec![None; log.cases.len()];
    let stream = log.stream();
    let mut progress = Progress::new(stage.err, stage.watched, stream.len() as u64);
    for (place, step) in stream {
        progress.step();
        let (Some(case), Some(before)) = (log.cases.get(place), standings.get_mut(place)) else {
            continue;
        };
        let id = mapping::ticket_id(case, place);
        match (step.checked_sub(1), before.as_ref()) {
            (None, _) => *before = open(&mut player, &log.names, case, id)?,
            (Some(at), Some(standing)) => {
                *before = Some(findings.follow(&mut player, &log.names, case, at, id, standing)?);
            }
            (Some(_), None) => {}
        }
    }
    progress.finish();
    let ending = over.end(&mut player)?;
    let audit = Audit::of(&player.desk)?;
    let copy = Copy::of(&player.desk, &audit)?;
    findings.compare(&log, &audit.tickets, &mut player.acted);
    let odd = figures::count(&log).write(stage.out, file.excerpt)?;

    let out = &mut *stage.out;
    findings.write(out, &log, &audit.tickets)?;
    summary::commands(out, &player.tally)?;
    let unexplained = findings.others.len() as u64 + player.refused_as_the_log_stands();
    let differences = Differences { mismatched: findings.mismatched, unexplained };
    ending.write(out, &player)?;
    summary::last(out, &player.tally, &audit, &copy, differences)?;
    writeln!(stage.err, "{}", player.pace())?;
    let fine = unexplained == 0 && audit.is_sound() && copy.is_exact() && odd == 0;
    Ok(if fine && ending.agrees() { FINE } else { WRONG })
}

/// Opens an incident; gives what it is then.
fn open(
    player: &mut Player,
    names: &Names,
    case: &Case,
    id: TicketId,
) -> Result<Option<Standing>, Box<dyn Error>> {
    let Some(first) = case.rows.first() else { return Ok(None) };
    let context = Actor::Host.at(row::opening(case)).correlated(&*case.number);
    let done = player.give(&context.call(mapping::open(names, case, first, id)))?;
    Ok(done.is_ok().then(|| mapping::opened(first)))
}

/// Where the last run of rows that are Closed begins, if the incident ends so.
fn last_close(case: &Case) -> Option<usize> {
    let rest = case.rows.iter().rev().take_while(|row| row.now.state == State::Closed).count();
    (rest > 0).then(|| case.rows.len() - rest)
}

impl Findings {
    /// Goes on by a row; gives what the incident is after it.
    fn follow(
        &mut self,
        player: &mut Player,
        names: &Names,
        case: &Case,
        place: usize,
        id: TicketId,
        before: &Standing,
    ) -> Result<Standing, Box<dyn Error>> {
        let Some(row) = case.rows.get(place) else { return Ok(*before) };
        let now = figures::carried(Some(before), row);
        let closed_code = (last_close(case) == Some(place)).then_some(row.closed_code);
        let step = Step { names, ticket: id, before: *before, now, closed_code };
        let actor = Actor::Agent(settings::agent(row.updated_by));
        let commands = step.commands();
        let (given, mut no_ops, mut raised) = (commands.len() as u64, 0, false);
        for command in commands {
            let context = actor.at(row.at).correlated(&*case.number);
            match player.give(&context.call(command))? {
                Ok(outcome) => {
                    let mut steps = outcome.trace.iter();
                    no_ops += u64::from(outcome.is_no_op());
                    raised |= steps.any(|it| matches!(it, Reason::TimeRaised { .. }));
                    self.closed_outright += u64::from(closes_outright(&outcome));
                }
                Err(_) => player.acted.refused(id),
            }
        }
        let above = place.checked_sub(1).and_then(|above| case.rows.get(above));
        let touch = above.is_some_and(|above| figures::is_touch(&above.now, &row.now));
        let counts = self.states.entry(row.now.state).or_default();
        for (count, more) in counts.iter_mut().zip([1, u64::from(touch), given, no_ops]) {
            *count += more;
        }
        if raised {
            *self.raised.entry(case.number.to_string()).or_default() += 1;
        }
        self.jumps += u64::from(above.is_none() && now.state != State::New);
        self.invalid += u64::from(row.now.state == State::Invalid);
        let stays_closed = before.state == State::Closed && now.state == State::Closed;
        self.after_close += u64::from(stays_closed && given > 0);
        if touch && given > 0 {
            self.others.push(format!("{}: {given} commands for a touch", case.number));
        }
        let ticket = player.ticket(id)?;
        if let Some(difference) = difference(names, &now, id, ticket.as_deref(), &mut player.acted)
        {
            self.others.push(format!("{} after row {}: {difference}", case.number, place + 1));
        }
        Ok(now)
    }

    /// Compares what the desk holds at the end with the last row of each incident.
    fn compare(&mut self, log: &Log, tickets: &[Record], acted: &mut Acted) {
        let tickets: BTreeMap<_, _> =
            tickets.iter().filter_map(Record::ticket).map(|ticket| (ticket.id(), ticket)).collect();
        for (place, case) in log.cases.iter().enumerate() {
            let Some(last) = case.rows.last() else { continue };
            let id = mapping::ticket_id(case, place);
            let ticket = tickets.get(&id).map(|ticket| &***ticket);
            let differs = difference(&log.names, &last.now, id, ticket, acted)
                .or_else(|| ticket.and_then(|ticket| at_the_end(&log.names, case, last, ticket)));
            if let Some(difference) = differs {
                self.mismatched += 1;
                // Whatever the state -100 is, no ticket can end in it.
                if last.now.state != State::Invalid {
                    self.others.push(format!("{} at the end: {difference}", case.number));
                }
            }
        }
        let documented = figures::raised(log);
        let found = self.raised.iter().map(|(number, count)| (number.as_str(), *count));
        if !found.eq(documented.iter().map(|(number, count)| (*number, *count))) {
            self.others.push(format!("the time was raised in {:?}", self.raised));
        }
    }

    fn write(&self, out: &mut dyn Write, log: &Log, tickets: &[Record]) -> io::Result<()> {
        writeln!(out, "rows       {} read, {} malformed", log.rows.read, log.rows.malformed)?;
        writeln!(
            out,
            "  {:<24} {:>6} {:>8} {:>9} {:>7}",
            "incident_state", "rows", "touches", "commands", "no-ops"
        )?;
        for (state, [rows, touches, commands, no_ops]) in &self.states {
            let name = state.name();
            writeln!(out, "  {name:<24} {rows:>6} {touches:>8} {commands:>9} {no_ops:>7}")?;
        }
        writeln!(out, "  and {} openings, a command each", log.cases.len())?;
        let order = ["new", "open", "in_progress", "pending", "suspended", "resolved", "closed"];
        summary::statuses(out, "tickets   ", tickets, &order)?;
        let heads = || tickets.iter().filter_map(Record::ticket);
        let times: u32 = heads().map(|ticket| ticket.reopen_count()).sum();
        let cases = heads().filter(|ticket| ticket.reopen_count() > 0).count();
        writeln!(out, "reopened   {times} times in {cases} tickets")?;
        let raised: u64 = self.raised.values().sum();
        let early = log.cases.iter().filter(|case| row::opening(case) < case.opened_at).count();
        writeln!(out, "oddities of the log, and what the desk makes of them:")?;
        for (name, count, words) in [
            ("jump", self.jumps, "first seen past New: opened, and moved there at the first row"),
            ("early", early as u64, "first updated before `opened_at`: opened then"),
            ("state -100", self.invalid, "rows after which the ticket is as it was before"),
            ("time raised", raised, "rows before what the ticket had seen: that time counts"),
            ("after close", self.after_close, "rows that change a closed ticket, which stays so"),
            (
                "caller",
                kept(log, |row| row.caller),
                "incidents that get another: it stays the first",
            ),
            ("channel", kept(log, |row| row.contact), "incidents that get another: so does that"),
            ("unresolved", self.closed_outright, "closed outright, with how it ended"),
        ] {
            writeln!(out, "  {name:<12} {count:>6}  {words}")?;
        }
        writeln!(
            out,
            "compared   after every row with the row, at the end with the last one: status, reason, \
             group,\n           person, priority, impact, urgency, category, subcategory, reopenings"
        )?;
        for other in &self.others {
            writeln!(out, "  UNEXPLAINED {other}")?;
        }
        Ok(())
    }
}

/// In how many incidents this changes, which stays with a ticket as it was opened.
fn kept<T: PartialEq>(log: &Log, of: impl Fn(&Row) -> T) -> u64 {
    let changes = |case: &&Case| {
        case.rows.windows(2).any(|rows| match rows {
            [before, now] => of(before) != of(now),
            _ => false,
        })
    };
    log.cases.iter().filter(changes).count() as u64
}

/// Whether a ticket was closed that was unresolved.
fn closes_outright(outcome: &Outcome) -> bool {
    outcome.all_events().any(|(_, event)| match event.ticket_change() {
        Some(TicketChange::StatusChanged(change)) => {
            change.because == Moved::Closed && !change.from.category.is_done()
        }
        _ => false,
    })
}

/// In what a ticket is otherwise than its incident, and no rule has changed it.
fn difference(
    names: &Names,
    now: &Standing,
    id: TicketId,
    ticket: Option<&Ticket>,
    acted: &mut Acted,
) -> Option<String> {
    let Some(ticket) = ticket else { return Some("no ticket".to_owned()) };
    let text = |name: row::Name| name.known().map(|name| names.text(name));
    let reason = ticket.reason().map(|reason| reason.as_str());
    let group = settings::department(names, now.group);
    let subcategory = mapping::subcategory(names, now.subcategory);
    let field = ticket.field(&settings::SUBCATEGORY.into());
    let same = [
        ("status", settings::status(now.state) == Some((ticket.status().name.as_str(), reason))),
        ("group", ticket.department().is_some_and(|department| *department == *group)),
        ("person", ticket.assignee() == now.person.known().map(settings::agent)),
        ("priority", ticket.priority().name == *names.text(now.priority)),
        ("impact", ticket.impact().is_some_and(|impact| *impact == *names.text(now.impact))),
        ("urgency", ticket.urgency().is_some_and(|urgency| *urgency == *names.text(now.urgency))),
        ("category", ticket.category().map(|it| it.as_str()) == text(now.category)),
        ("subcategory", field.and_then(|field| field.known()) == subcategory.as_ref()),
        ("reopenings", ticket.reopen_count() == now.reopen_count),
    ];
    let by_rule = |name| match name {
        "status" => Some(What::Status),
        "group" => Some(What::Department),
        "person" => Some(What::Owner),
        "priority" => Some(What::Priority),
        "category" => Some(What::Category),
        "subcategory" => Some(What::Field),
        _ => None,
    };
    let different = same.into_iter().filter(|(_, same)| !same);
    let mut odd =
        different.filter(|(name, _)| !by_rule(name).is_some_and(|what| acted.explains(id, what)));
    let (name, _) = odd.next()?;
    Some(format!("another {name} than {now:?}"))
}

/// In what a ticket is otherwise at the end, beside what every row says.
fn at_the_end(names: &Names, case: &Case, last: &Row, ticket: &Ticket) -> Option<String> {
    let code = settings::resolution(names, last.closed_code);
    let recorded = ticket.resolution().map(|resolution| resolution.code().as_str());
    if last.now.state == State::Closed && recorded != Some(code) {
        return Some(format!("resolution {recorded:?}, where the log has {code}"));
    }
    let opened = row::opening(case);
    let first = case.rows.first().unwrap_or(last);
    let same = ticket.opened_at() == opened
        && ticket.requester() == Requester::Contact(settings::contact(first.caller))
        && *ticket.channel() == mapping::channel(first.contact);
    (!same).then(|| format!("not as it was opened at {opened}"))
}
