//! The day as a support lead wants to see it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use helpdesk::{Actor, Origin, Record, Ticket, TicketKind};

use super::super::summary;
use super::cast::{self, DEPARTMENTS, MEMBERS};
use super::life::Life;

pub(super) const STATUSES: [&str; 9] = [
    "new",
    "open",
    "in_progress",
    "answered",
    "pending",
    "suspended",
    "postponed",
    "resolved",
    "closed",
];

fn heads(tickets: &[Record]) -> impl Iterator<Item = &Arc<Ticket>> {
    tickets.iter().filter_map(Record::ticket)
}

/// What the day was like.
pub(super) fn evening(
    out: &mut dyn Write,
    tickets: &[Record],
    lives: &[Life],
    timers: &BTreeMap<&'static str, u64>,
) -> io::Result<()> {
    let internal = heads(tickets).filter(|ticket| ticket.kind() == TicketKind::Internal).count();
    let outreach =
        heads(tickets).filter(|ticket| ticket.origin() == Origin::AgentReachedOut).count();
    let follow_ups = heads(tickets).filter(|ticket| ticket.follows().is_some()).count();
    writeln!(
        out,
        "came in    {} tickets; {internal} among colleagues, {outreach} begun by agents, \
         {follow_ups} follow-ups",
        tickets.len()
    )?;
    let mut channels: BTreeMap<String, u64> = BTreeMap::new();
    for life in lives {
        *channels.entry(life.channel.to_string()).or_default() += 1;
    }
    let channels: Vec<String> =
        channels.iter().map(|(channel, count)| format!("{channel} {count}")).collect();
    writeln!(out, "           by channel: {}", channels.join(" · "))?;
    summary::statuses(out, "at 24:00  ", tickets, &STATUSES)?;
    for (name, _) in DEPARTMENTS {
        let of: Vec<Record> = tickets
            .iter()
            .filter(|record| {
                record.ticket().and_then(|ticket| ticket.department()).is_some_and(|is| *is == name)
            })
            .cloned()
            .collect();
        summary::statuses(out, &format!("  {name:<12} {:>3}:", of.len()), &of, &STATUSES)?;
    }
    first_answers(out, tickets)?;
    let sum = |count: fn(&Ticket) -> u32| heads(tickets).map(|ticket| count(ticket)).sum::<u32>();
    writeln!(
        out,
        "on the way {} messages, {} notes, reopened {}, escalated {}, transferred {}",
        sum(Ticket::message_count),
        sum(Ticket::note_count),
        sum(Ticket::reopen_count),
        sum(Ticket::escalation_count),
        sum(Ticket::transfer_count)
    )?;
    for (name, count) in timers {
        writeln!(out, "           {count} {name}")?;
    }
    agents(out, tickets)
}

fn first_answers(out: &mut dyn Write, tickets: &[Record]) -> io::Result<()> {
    let asked = || {
        heads(tickets).filter(|ticket| {
            ticket.kind() == TicketKind::Customer && ticket.origin() == Origin::CustomerWrote
        })
    };
    let mut minutes: Vec<i64> = asked()
        .filter_map(|ticket| Some((ticket.first_answered_at()? - ticket.opened_at()).num_minutes()))
        .collect();
    minutes.sort_unstable();
    // The nearest rank: the least value that so many in a hundred do not exceed.
    let rank = |hundredths: usize| {
        let place = (minutes.len() * hundredths).div_ceil(100).saturating_sub(1);
        minutes.get(place).copied().unwrap_or(0)
    };
    let none = asked().count() - minutes.len();
    writeln!(
        out,
        "answered   half of the customers within {} minutes, nine in ten within {}, {none} not yet",
        rank(50),
        rank(90)
    )
}

fn agents(out: &mut dyn Write, tickets: &[Record]) -> io::Result<()> {
    writeln!(
        out,
        "  {:<8} {:<12} {:>9} {:>5} {:>8}",
        "agent", "department", "finished", "has", "room for"
    )?;
    for (index, member) in MEMBERS.iter().enumerate() {
        let id = cast::agent_id(index);
        let by = Actor::Agent(id);
        let finished = heads(tickets)
            .filter(|ticket| ticket.status().category.is_done())
            .filter(|ticket| ticket.resolution().is_some_and(|resolution| *resolution.by() == by))
            .count();
        let has = heads(tickets).filter(|ticket| ticket.burdens() == Some(id)).count();
        let department = member.department.map_or("all", cast::department);
        let room = member.capacity.map_or_else(|| "any".to_owned(), |tickets| tickets.to_string());
        writeln!(out, "  {:<8} {department:<12} {finished:>9} {has:>5} {room:>8}", member.name)?;
    }
    writeln!(out)
}

/// What the desk did by itself afterwards, while nobody touched it.
pub(super) fn at_rest(
    out: &mut dyn Write,
    tickets: &[Record],
    timers: &BTreeMap<&'static str, u64>,
) -> io::Result<()> {
    writeln!(out, "left alone until nothing happens by itself any more:")?;
    for (name, count) in timers {
        writeln!(out, "           {count} {name}")?;
    }
    summary::statuses(out, "at rest   ", tickets, &STATUSES)?;
    writeln!(out)
}
