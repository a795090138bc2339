//! The clock that was missed by most of its own time, and why: its ledger, and who had the ticket.

use std::error::Error;
use std::io::{self, Write};

use chrono::{DateTime, Utc};
use helpdesk::sla::{ClockStatus, Ledger};
use helpdesk::store::MemoryStore;
use helpdesk::{Actor, Desk, OwnerSlice, Span};

use super::agree::{Agreement, Whose};
use super::{audience, shown, span};

/// How many lines of a ledger are written, of its beginning and of its end: some run for a year.
const FIRST: usize = 25;
const LAST: usize = 10;

/// A clock that was missed, explained.
#[derive(Debug)]
pub(super) struct Worst {
    over: Span,
    whose: Whose,
    policy: String,
    priority: String,
    status: ClockStatus,
    ledger: Ledger,
    /// With the owner's name.
    slices: Vec<(OwnerSlice, Option<String>)>,
}

impl Worst {
    pub(super) fn of(
        desk: &Desk<MemoryStore>,
        agreement: &Agreement,
        end: DateTime<Utc>,
    ) -> Result<Option<Self>, Box<dyn Error>> {
        let Some((over, whose)) = agreement.worst.clone() else { return Ok(None) };
        let Whose { ticket, audience, metric, .. } = whose;
        let service = desk.service(&Actor::Host, end, ticket)?;
        let clock = service.of(audience, metric);
        let ledger = clock.and_then(|clock| clock.ledger());
        let Some((clock, ledger)) = clock.zip(ledger) else { return Ok(None) };
        let mut slices = Vec::new();
        for slice in desk.owners(&Actor::Host, end, ticket, audience, metric)? {
            let agent = slice.owner.map(|owner| desk.agent(owner)).transpose()?.flatten();
            slices.push((slice, agent.map(|agent| agent.name().to_owned())));
        }
        let head = desk.ticket(ticket)?;
        Ok(Some(Self {
            over: span(over),
            whose,
            policy: service.policy.as_ref().map(ToString::to_string).unwrap_or_default(),
            priority: head.map(|ticket| ticket.priority().name.to_string()).unwrap_or_default(),
            status: clock.status,
            ledger,
            slices,
        }))
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { over, whose, policy, priority, status, ledger, slices } = self;
        let (reference, metric) = (&whose.reference, whose.metric);
        let to = audience(whose.audience);
        writeln!(
            out,
            "  the worst of those that heads still show: {reference}, {metric}, {to}\n    missed by \
             {over} of its own time; under the policy {policy}, at priority {priority}"
        )?;
        if let Some((target, due)) = status.target.zip(status.due) {
            writeln!(out, "    given {target}, which is until {}", shown(due))?;
        }
        let ledger = ledger.to_string();
        let lines: Vec<&str> = ledger.lines().collect();
        let left_out = lines.len().saturating_sub(FIRST + LAST);
        for (at, line) in lines.iter().enumerate() {
            if at < FIRST || at >= FIRST + left_out {
                writeln!(out, "    {line}")?;
            } else if at == FIRST {
                writeln!(out, "    ... and {left_out} lines more ...")?;
            }
        }
        writeln!(out, "    and who had it")?;
        for (slice, name) in slices {
            let (from, to, ran) = (shown(slice.from), shown(slice.to), slice.ran.to_string());
            let owner = name.as_deref().unwrap_or("nobody");
            let department = slice.department.as_ref();
            let department = department.map(|name| format!(", in {name}")).unwrap_or_default();
            writeln!(out, "    {from}  {to}  {ran:<16} {owner}{department}")?;
        }
        Ok(())
    }
}
