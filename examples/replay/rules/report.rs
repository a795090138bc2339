//! What a rulebook did to a log, told: from the steps of outcomes, and from the history, which must
//! say the same.

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use helpdesk::rules::analysis::Finding;
use helpdesk::store::{MemoryStore, Store};
use helpdesk::{Desk, Record, RulebookDraft, TicketChange};

use super::super::audit;
use super::super::player::Player;
use super::acted::{Acted, Did, What, is_of_book};
use super::{LeftOut, Rules};

/// How many commits are read at a time.
const PAGE: usize = 1000;
/// How many findings are shown.
const SHOWN: usize = 5;

/// What the history says of the rules.
#[derive(Debug, Default)]
struct Counts {
    /// Events that rules made, and those that ask something of others.
    events: u64,
    asked: u64,
    /// That time rules were looked at, or that their time will come, is no doing of theirs.
    looked_at: u64,
    refused: u64,
    cascades: u64,
    /// Tickets that a rule gave to an owner, and those that one put into a queue.
    given: u64,
    queued: u64,
    /// Owners who had not begun in time.
    not_taken: u64,
    /// Given by a rule above a capacity, knowingly: which no rule may.
    over_capacity: u64,
}

/// What is told at the end.
#[derive(Debug)]
pub(in super::super) struct Report {
    path: PathBuf,
    all: usize,
    left_out: Vec<String>,
    findings: Vec<Finding>,
    lists: Vec<(&'static str, String)>,
    history: Counts,
    /// Tickets that wait for an owner at the end.
    waiting: u64,
    over_capacity: u64,
    /// In what steps and history do not agree.
    mismatched: Vec<String>,
}

impl Counts {
    fn of(desk: &Desk<MemoryStore>) -> Result<Self, Box<dyn Error>> {
        let (mut counts, mut after) = (Self::default(), 0);
        loop {
            let page = desk.store().scan(desk.id(), after, PAGE)?;
            let Some(last) = page.last() else { return Ok(counts) };
            after = last.seq;
            for event in page.iter().flat_map(|entry| entry.events.iter()) {
                let Some(change) = event.ticket_change() else { continue };
                // It is between rules, and none's.
                counts.cascades += u64::from(matches!(change, TicketChange::CascadeStopped { .. }));
                if is_of_book(event) {
                    counts.follow(change);
                }
            }
        }
    }

    fn follow(&mut self, change: &TicketChange) {
        self.events += 1;
        match change {
            TicketChange::TimeRulesLookedAt(_) => {
                self.events -= 1;
                self.looked_at += 1;
            }
            TicketChange::RuleAsked(_) => self.asked += 1,
            TicketChange::ActionRefused { .. } => self.refused += 1,
            TicketChange::Assigned { over_capacity, .. } => {
                self.over_capacity += u64::from(*over_capacity);
            }
            TicketChange::Routed(routed) => {
                let chosen = routed.decision.as_ref().and_then(|decision| decision.agent());
                self.given += u64::from(chosen.is_some());
                self.queued += u64::from(routed.decision.is_none());
            }
            TicketChange::Unassigned { because: helpdesk::Unassigning::NotTaken, .. } => {
                self.not_taken += 1;
            }
            _ => {}
        }
    }
}

impl Report {
    /// Reads back what the rules did.
    pub(super) fn new(
        rules: &Rules,
        left_out: &LeftOut,
        player: &Player,
    ) -> Result<Self, Box<dyn Error>> {
        let settings = player.desk.settings()?;
        let history = Counts::of(&player.desk)?;
        let acted = &player.acted;
        let tickets = audit::tickets(&player.desk)?;
        let heads = tickets.iter().filter_map(Record::ticket);
        let waiting = heads.filter(|ticket| ticket.routing().since().is_some()).count() as u64;
        let sum = |of: fn(&Did) -> u64| acted.rules.values().map(of).sum::<u64>();
        let mut mismatched = Vec::new();
        for (what, steps, events) in [
            ("refused actions", sum(|did| did.refused), history.refused),
            ("cascades that were stopped", acted.cascades, history.cascades),
            // Who is chosen and has it already is given nothing.
            ("tickets given", sum(|did| did.given).min(history.given), history.given),
        ] {
            if steps != events {
                mismatched.push(format!("{what}: {steps} by the steps, {events} by the history"));
            }
        }
        let over_capacity = acted.over_capacity + history.over_capacity;
        let RulebookDraft { routing, triggers, time_rules, macros } = settings.rules().draft();
        let mut lists: Vec<(&'static str, String)> = Vec::new();
        lists.extend(routing.iter().map(|rule| ("routing", rule.name.to_string())));
        lists.extend(triggers.iter().map(|rule| ("triggers", rule.name.to_string())));
        lists.extend(time_rules.iter().map(|rule| ("time_rules", rule.name.to_string())));
        lists.extend(macros.iter().map(|rule| ("macros", rule.name.to_string())));
        let left_out = left_out.iter().map(|(list, index, why)| {
            format!("{list}[{index}] `{}`: {why}", rules.name(list, *index))
        });
        let left_out: Vec<String> = left_out.collect();
        Ok(Self {
            path: rules.path.clone(),
            all: lists.len() + left_out.len(),
            left_out,
            findings: settings.rules().analyse(),
            lists,
            history,
            waiting,
            over_capacity,
            mismatched,
        })
    }

    /// The same, of the rules that the settings of the desk have.
    pub(in super::super) fn of(rules: &Rules, player: &Player) -> Result<Self, Box<dyn Error>> {
        let lexicon = player.desk.settings()?.lexicon();
        let known = rules.known_to(&lexicon);
        let (_, left_out) = known.map_err(|_| "the rulebook was built, and cannot be again")?;
        Self::new(rules, &left_out, player)
    }

    /// Whether steps and history say the same, and nobody was given more than they can have.
    pub(in super::super) fn agrees(&self) -> bool {
        self.mismatched.is_empty() && self.over_capacity == 0
    }

    pub(in super::super) fn write(&self, out: &mut dyn Write, acted: &Acted) -> io::Result<()> {
        let (all, here) = (self.all, self.lists.len());
        writeln!(out, "rules of {}: {here} of its {all} are for this log", self.path.display())?;
        for left_out in &self.left_out {
            writeln!(out, "  left out: {left_out}")?;
        }
        for finding in self.findings.iter().take(SHOWN) {
            writeln!(out, "  look at: {finding}")?;
        }
        if let Some(more) = self.findings.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            writeln!(out, "  look at: {more} more")?;
        }
        writeln!(
            out,
            "  {:<10} {:<34} {:>7} {:>7} {:>7} {:>7} {:>7}",
            "list", "rule", "ran", "done", "refused", "given", "nobody"
        )?;
        let mut total = Did::default();
        for (list, name) in &self.lists {
            let did = acted.rules.get(&(*list, name.as_str().into())).cloned().unwrap_or_default();
            let Did { ran, done, refused, given, nobody } = did;
            writeln!(
                out,
                "  {list:<10} {name:<34} {ran:>7} {done:>7} {refused:>7} {given:>7} {nobody:>7}"
            )?;
            total.ran += ran;
            total.done += done;
            total.refused += refused;
            total.given += given;
            total.nobody += nobody;
        }
        let Counts { events, asked, looked_at, cascades, queued, not_taken, .. } = self.history;
        writeln!(
            out,
            "  {events} events are theirs, {asked} of which ask others for something, and {queued} \
             put a ticket into a queue;\n  beside {looked_at} of when the time of time rules comes"
        )?;
        for (code, count) in &acted.codes {
            writeln!(out, "  refused as {code}: {count}")?;
        }
        writeln!(
            out,
            "  owners: {} were looked for and found, {} not; {not_taken} had not begun in time; {} \
             tickets wait for one at the end",
            total.given, total.nobody, self.waiting
        )?;
        self.write_differences(out, acted)?;
        for mismatched in &self.mismatched {
            writeln!(out, "  MISMATCHED {mismatched}")?;
        }
        writeln!(
            out,
            "rules: ran={} done={} refused={} cascades={cascades} given={} nobody={} waiting={} \
             over_capacity={} mismatched={}\n",
            total.ran,
            total.done,
            total.refused,
            total.given,
            total.nobody,
            self.waiting,
            self.over_capacity,
            self.mismatched.len()
        )
    }

    fn write_differences(&self, out: &mut dyn Write, acted: &Acted) -> io::Result<()> {
        let count = |what: &What| acted.explained.get(what).map_or(0, |tickets| tickets.len());
        let counts = What::ALL.iter().map(|what| (what.name(), count(what)));
        let counts: Vec<String> = counts
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        let counts = if counts.is_empty() { "none".to_owned() } else { counts.join(" · ") };
        writeln!(
            out,
            "  tickets that are otherwise than the log has them, as a rule changed that: {counts}"
        )?;
        writeln!(
            out,
            "  commands of the log refused on tickets that rules changed: {}",
            acted.refusals
        )
    }
}
