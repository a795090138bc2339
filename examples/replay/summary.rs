//! What every replay says at its end, whatever it replayed.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};

use helpdesk::{Record, SettingsDraft};

use super::audit::Audit;
use super::copy::Copy;
use super::player::Tally;

/// How what the desk did compares with what it should have done.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Differences {
    /// Tickets that ended in another status.
    pub(super) mismatched: u64,
    /// Whatever no named rule explains.
    pub(super) unexplained: u64,
}

/// What came of the commands.
pub(super) fn commands(out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    let refused = tally.refusals();
    writeln!(out, "commands   {}", tally.commands)?;
    writeln!(out, "  accepted {}, of these no-ops {}", tally.accepted, tally.no_ops)?;
    if tally.repeated > 0 {
        writeln!(out, "           and sent twice, done once {}", tally.repeated)?;
    }
    writeln!(out, "  refused  {refused}{}", if refused == 0 { "" } else { ", by code:" })?;
    for (code, (count, words)) in &tally.refused {
        writeln!(out, "    {code:<20} {count:>5}  the first: {words}")?;
    }
    Ok(())
}

/// Tickets by status, in the order of first appearance on the desk's list of statuses.
pub(super) fn statuses(
    out: &mut dyn Write,
    title: &str,
    tickets: &[Record],
    order: &[&str],
) -> io::Result<()> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for ticket in tickets.iter().filter_map(Record::ticket) {
        *counts.entry(ticket.status().name.as_str()).or_default() += 1;
    }
    let parts: Vec<String> = order
        .iter()
        .filter_map(|name| counts.get(name).map(|count| format!("{name} {count}")))
        .collect();
    writeln!(out, "{title} {}", parts.join(" · "))
}

/// The state of the history, and the line that other programs read.
pub(super) fn last(
    out: &mut dyn Write,
    tally: &Tally,
    audit: &Audit,
    copy: &Copy,
    differences: Differences,
) -> io::Result<()> {
    for (key, why) in &audit.failed {
        writeln!(out, "NOT VERIFIED {key}: {why}")?;
    }
    copy.write(out)?;
    writeln!(
        out,
        "history    {} events, {} bytes of JSON, FNV-1a {:016x}",
        audit.events, audit.bytes, audit.hash
    )?;
    writeln!(
        out,
        "replay: tickets={} events={} accepted={} refused={} mismatched={} unexplained={} verified={} copied={}",
        audit.tickets.len(),
        audit.events,
        tally.accepted,
        tally.refusals(),
        differences.mismatched,
        differences.unexplained,
        audit.verified,
        copy.tickets,
    )
}

/// The settings as JSON that can be read, and loaded: a line for each part, and one for each
/// status.
pub(super) fn settings(
    out: &mut dyn Write,
    said: &str,
    draft: &SettingsDraft,
) -> Result<(), Box<dyn Error>> {
    writeln!(out, "{said}{{")?;
    let serde_json::Value::Object(parts) = serde_json::to_value(draft)? else {
        return Err("settings are a JSON object".into());
    };
    let count = parts.len();
    for (index, (name, part)) in parts.iter().enumerate() {
        let comma = if index + 1 < count { "," } else { "" };
        let statuses = part.get("statuses").and_then(serde_json::Value::as_array);
        if let Some(statuses) = statuses {
            writeln!(out, "  \"{name}\": {{\"statuses\": [")?;
            for (index, status) in statuses.iter().enumerate() {
                let comma = if index + 1 < statuses.len() { "," } else { "" };
                writeln!(out, "    {status}{comma}")?;
            }
            writeln!(out, "  ], \"reasons\": {},", part["reasons"])?;
            writeln!(out, "  \"landmarks\": {}}}{comma}", part["landmarks"])?;
        } else {
            writeln!(out, "  \"{name}\": {part}{comma}")?;
        }
    }
    writeln!(out, "}}")?;
    Ok(())
}
