//! A host with one timer for all deadlines: it sets it from `next_wake`, and never polls.
//!
//! ```sh
//! cargo run --example sla_tick
//! ```
//!
//! The clock here is simulated: it jumps to the next command or to the next wake, whichever comes
//! first. A real host does the same in one task: it sleeps until `next_wake`, or until a command
//! was given, which may have moved it; then it ticks, delivers what is to be told, and asks again.
//! A wake that comes late, or twice, changes nothing: all is dated by when it was due.

use std::error::Error;

use chrono::{DateTime, Utc};
use helpdesk::command::{Open, Reply, Resolve};
use helpdesk::sla::policy::{Audience, Obligation, SlaAction, SlaPolicy, Whom};
use helpdesk::sla::{Clocked, Metric};
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, AgentId, AgentProfile, Calendar, Command, ContactId, Desk, DeskCalendar, DeskId,
    Outcome, Requester, Settings, SettingsDraft, Span, TicketChange, TicketId,
};

const PROMISED: [Metric; 2] = [Metric::FirstResponse, Metric::TotalResolution];

/// In office hours: an answer within two, a solution within eight in which we were to act.
fn settings() -> Result<Settings, Box<dyn Error>> {
    let office: Calendar = "zone Etc/UTC; open mon-fri 09:00-12:00, 13:00-17:00".parse()?;
    let [answer, solution] = PROMISED.map(|metric| Obligation::new(metric).in_calendar("office"));
    let answer = answer
        .within(Span::hours(2))
        .warn_at_percent(75)
        .escalate_after(Span::minutes(30), [SlaAction::Notify(Whom::Desk)])
        .remedy("5 % of the month's fee");
    let solution =
        solution.within(Span::hours(8)).paused_in("answered").warn_with_left(Span::hours(1));
    let draft = SettingsDraft {
        calendars: vec![DeskCalendar::new("office", office.draft().clone())],
        sla_policies: vec![SlaPolicy::new("standard").obligation(answer).obligation(solution)],
        open_age: None,
        auto_close: None,
        ..SettingsDraft::default()
    };
    Ok(draft.build()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let friday = "2026-03-06T14:30:00Z".parse()?;
    let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings()?, friday)?;
    let (maria, anna, id) =
        (ContactId::from_u128(7), AgentId::from_u128(8), TicketId::from_u128(1));
    desk.put_agent(Actor::Host.at(friday), anna, AgentProfile::new("Anna"))?;
    let (customer, agent) = (Actor::Customer(maria), Actor::Agent(anna));

    // What people will do; a real host does not know it beforehand.
    let open = Open::new(id, Requester::Contact(maria), "It burns. Help!");
    let commands = [
        ("2026-03-06T14:30:00Z", &customer, Command::Open(open)),
        ("2026-03-09T09:20:00Z", &agent, Command::Reply(Reply::new(id, "Unplug it."))),
        ("2026-03-09T13:30:00Z", &customer, Command::Reply(Reply::new(id, "I did."))),
        ("2026-03-10T14:00:00Z", &agent, Command::Resolve(Resolve::new(id, "solved"))),
    ];
    let (mut wakes, mut wake) = (0, None);
    for (at, actor, command) in commands {
        let now = at.parse()?;
        // Until then, the timer rings as often as the desk wants it to.
        while let Some(at) = wake.filter(|wake| *wake <= now) {
            wake = ring(&desk, at)?;
            wakes += 1;
        }
        tell(&desk.execute(&actor.at(now).call(command))?);
        wake = desk.next_wake(now)?;
    }
    while let Some(at) = wake {
        wake = ring(&desk, at)?;
        wakes += 1;
    }
    println!("The timer rang {wakes} times, never for nothing; now it is off.");
    Ok(())
}

/// The timer rings: what is due happens. Gives the instant for which to set the timer next.
fn ring(
    desk: &Desk<MemoryStore>,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Box<dyn Error>> {
    let ticked = desk.tick(now)?;
    // Here the host delivers its notices, and looks into `ticked.failed`.
    assert!(ticked.outcomes.iter().any(|outcome| !outcome.is_no_op()), "woken for nothing");
    ticked.outcomes.iter().for_each(tell);
    Ok(ticked.next_wake)
}

/// Prints what became of the clocks, each thing with its own instant.
fn tell(outcome: &Outcome) {
    let shown = |at: DateTime<Utc>| at.format("%a %H:%M");
    for (_, event) in outcome.all_events() {
        let Some(TicketChange::ClocksChanged(changed)) = event.ticket_change() else { continue };
        let changes = changed.of(Audience::Customer).iter();
        for change in changes.filter(|change| PROMISED.contains(&change.metric)) {
            let what = match change.what {
                Clocked::Started { due: Some(due), .. } => format!("is due {}", shown(due)),
                Clocked::Paused => "stands still".to_owned(),
                Clocked::Resumed { due: Some(due) } => format!("runs on, due {}", shown(due)),
                Clocked::Warned { .. } => "is due soon".to_owned(),
                Clocked::Missed => "is missed".to_owned(),
                Clocked::Escalated { level } => format!("is escalated, level {}", level + 1),
                Clocked::Ended { verdict: Some(verdict), .. } => format!("has ended: {verdict}"),
                _ => continue,
            };
            println!("{}  the {} {what}", shown(change.at), change.metric);
        }
        for remedy in &changed.remedies {
            println!("{}  a remedy is owed for the {}", shown(event.at), remedy.metric);
        }
    }
}
