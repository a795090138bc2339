//! The clocks of a ticket's service levels: they follow what happens to it, and tell what their
//! time has come for.

mod measure;
mod recount;
mod seen;
mod told;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::loaded::{Loaded, Passage};
use super::step::Step;
use super::work::Work;
use super::{Command, Refusal};
use crate::cause::Rule;
use crate::channel::{NoticeKind, Recipient};
use crate::ids::{DeskId, Key, Revision};
use crate::people::Organisation;
use crate::record::{Change, Event};
use crate::settings::Settings;
use crate::sla::policy::{Audience, Customer, Policies, Promise, SlaAction, Whom};
use crate::sla::{Clock, ClockChange, Clocked, Clocks, Happened, Standing, Terms, copy};
use crate::ticket::{ClocksChanged, Intent, Owing, Remedy, Scene, Ticket, TicketChange};
use crate::time::Instant;
use measure::Measure;
pub(crate) use recount::{recorded, recount};
use seen::Seen;

/// What the clocks were measured by that have told something.
struct Tellers<'m> {
    before: &'m Measure<'m>,
    /// How many of the changes to an audience were told by that; all, where it went on.
    turned: BTreeMap<Audience, usize>,
    after: &'m Measure<'m>,
}

impl<'m> Tellers<'m> {
    fn teller(&self, audience: Audience, place: usize) -> &'m Measure<'m> {
        let turned = self.turned.get(&audience);
        if turned.is_some_and(|turned| place >= *turned) { self.after } else { self.before }
    }
}

/// What clocks follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// What somebody did.
    Command,
    /// That the ticket is to follow the settings in force.
    Adoption,
    /// What the ticket did by itself.
    Time,
}

/// The event that published these settings.
pub(super) fn published(desk: DeskId, revision: Revision) -> Passage {
    let after = Revision(revision.0.saturating_sub(1));
    Passage { key: Key::settings(desk), after, to: revision }
}

/// The settings that were published so.
fn settings_of(loaded: &Loaded, passage: Passage) -> Option<&Settings> {
    match loaded.passage(passage)? {
        [Event { change: Change::Settings(settings), .. }] => Some(settings),
        _ => None,
    }
}

impl<'a> Work<'a> {
    /// The clocks follow what the command did. What is promised is looked for anew, under the
    /// settings in force; but by nothing that a ticket does by itself.
    pub(super) fn follow_command(&mut self) -> Result<(), Refusal> {
        let (by, rule) = match self.cx.call.command {
            Command::Tick(_) => (By::Time, Rule::Sla),
            Command::Adopt(_) => (By::Adoption, Rule::Adoption),
            _ => (By::Command, Rule::Sla),
        };
        let most = self.cx.settings.limits().clock_pauses;
        self.follow(by, Some(most), |work, change| work.record_by(rule, change))
    }

    /// The clocks follow what the ticket did by itself.
    pub(super) fn follow_timer(&mut self, at: Instant) -> Result<(), Refusal> {
        self.follow(By::Time, None, |work, change| work.fire(at, Rule::Sla, change))
    }

    /// What the clocks tell by themselves at this instant.
    pub(super) fn tell_clocks(&mut self, due: Instant, at: Instant) -> Result<(), Refusal> {
        let Some(measure) = self.measured()? else { return Ok(()) };
        let mut changed = ClocksChanged::default();
        for audience in Audience::ALL {
            let terms = measure.terms(audience);
            let clocks = self.ticket.clocks_so_far(audience, self.ticket.standing());
            let told =
                self.told(audience, clocks, (&terms, None), |clocks| clocks.tick(&terms, due))?;
            *changed.of_mut(audience) = told.changes;
            changed.wake = earliest(changed.wake, told.wake);
        }
        let by = Tellers { before: &measure, turned: BTreeMap::new(), after: &measure };
        self.note_clocks(changed, &by, |work, change| work.fire(at, Rule::Sla, change))
    }

    fn follow(
        &mut self,
        by: By,
        most: Option<u32>,
        record: impl FnOnce(&mut Self, TicketChange),
    ) -> Result<(), Refusal> {
        let policies = self.cx.settings.sla_policies();
        if policies.is_empty() && self.ticket.promised().is_none() {
            return Ok(());
        }
        let from = std::mem::replace(&mut self.followed, self.events.len());
        let stood = self.stood.take();
        self.stood = Some(self.ticket.standing());
        let waited = std::mem::replace(&mut self.waited, self.ticket.clocks_wait_since());
        let adopts = by == By::Adoption;
        if self.ticket.clocks_rest() || (from == self.events.len() && !adopts) {
            return Ok(());
        }
        let is_done = self.ticket.status().category.is_done();
        // What finished work was promised stands; when it is taken up again, it follows.
        if adopts && is_done && self.ticket.timers().sla.is_none() {
            return Ok(());
        }
        let measured = self.measured()?;
        // What was opened before there were policies has none until it adopts them, or is work
        // again, having been finished, spam or part of another ticket: then it is promised what
        // others are.
        let begins = measured.is_none();
        let was_done = stood.as_ref().is_some_and(|stood| stood.category.is_done());
        let is_back = begins && by == By::Command && was_done;
        let recounts = !is_done && (adopts || is_back);
        if begins && self.before.is_some() && !recounts {
            return Ok(());
        }
        let now = if adopts { None } else { self.events.last().map(|event| event.at) };
        let now = now.unwrap_or(self.now);
        let next = match &measured {
            // What a ticket does by itself is looked at under the settings that armed it.
            Some(measure) if by == By::Time => Some(self.promise_still(&measure.promised)?),
            Some(_) | None => Some(self.promise()),
        };
        let first = match (&measured, &next) {
            (Some(measure), _) | (None, Some(measure)) => measure,
            (None, None) => return Ok(()),
        };
        let last = next.as_ref().unwrap_or(first);
        let events = self.events.get(from..).unwrap_or_default();
        let seen = |event| Seen::of(event, &self.ticket, waited);
        let mut seen: Vec<_> = events.iter().flat_map(seen).collect();
        // What is told late corrects what has ended since.
        let replied = |seen: &Seen| matches!(seen, Seen::Happened(Happened::AgentReplied));
        let late = seen.iter().any(|(at, seen)| *at < now && replied(seen));
        let mut changed = ClocksChanged::default();
        let mut by = Tellers { before: first, turned: BTreeMap::new(), after: last };
        for audience in Audience::ALL {
            let terms = first.terms(audience);
            let terms = if late { self.judging(terms, audience)? } else { terms };
            let terms = self.reporting(terms, audience);
            let there = self.ticket.has_clocks(audience);
            // What was never promised among ourselves has no clocks.
            let have = match audience {
                Audience::Customer => true,
                Audience::Internal => policies.have_internal(),
            };
            let (clocks, mut changes) = if there {
                let standing = stood.clone().unwrap_or_else(|| self.ticket.standing());
                (self.ticket.clocks_so_far(audience, standing), Vec::new())
            } else if have && recounts {
                // What has just happened is part of the history.
                seen.clear();
                self.recounted(&terms, now)?
            } else if have && begins {
                let (at, by) = (self.ticket.opened_at(), self.ticket.opened_by());
                Clocks::opened(&terms, at, by, self.opening_standing())
            } else {
                continue;
            };
            let next = self.reporting(last.terms(audience), audience);
            let turned = Cell::new(None);
            let told = self.told(audience, clocks, (&next, most), |clocks| {
                let mut changes = Vec::new();
                for (at, seen) in &seen {
                    changes.extend(seen.clone().change(clocks, &terms, *at));
                }
                if !first.is_like(last) {
                    changes.extend(clocks.tick(&terms, now));
                    turned.set(Some(changes.len()));
                    changes.extend(clocks.retarget(&terms, &next, now));
                }
                changes.extend(clocks.tick(&next, now));
                changes
            })?;
            if let Some(turned) = turned.get() {
                by.turned.insert(audience, changes.len().saturating_add(turned));
            }
            changes.extend(told.changes);
            changed.wake = earliest(changed.wake, told.wake);
            *changed.of_mut(audience) = changes;
        }
        let promised = Some(&last.promised).filter(|it| begins || **it != first.promised);
        if let Some(promised) = promised {
            self.trace(Step::Promised { policy: promised.policy.clone() });
        }
        changed.promised = promised.cloned();
        self.note_clocks(changed, &by, record)
    }

    /// The clocks of a ticket that had none when all of this happened: what has ended was promised
    /// nothing, and what runs is measured from its beginning.
    fn recounted(
        &self,
        terms: &Terms,
        now: Instant,
    ) -> Result<(Clocks, Vec<ClockChange>), Refusal> {
        let untold = terms.without_targets();
        let counted = recount(self.key, self.history()?, &untold);
        let counted = counted.map_err(|why| Refusal::HistoryUnreadable { why })?;
        let (mut clocks, mut changes) = counted.ok_or(Refusal::NotLoaded)?;
        changes.extend(clocks.retarget(&untold, terms, now));
        Ok((clocks, changes))
    }

    /// Records what became of the clocks, if anything did, tells whom it concerns, and does what is
    /// wanted then.
    fn note_clocks(
        &mut self,
        mut changed: ClocksChanged,
        by: &Tellers<'_>,
        record: impl FnOnce(&mut Self, TicketChange),
    ) -> Result<(), Refusal> {
        let quiet = changed.promised.is_none()
            && Audience::ALL.iter().all(|audience| changed.of(*audience).is_empty());
        if quiet && changed.wake == self.ticket.timers().sla {
            return Ok(());
        }
        let mut told: BTreeSet<(NoticeKind, Recipient)> = BTreeSet::new();
        let (mut intents, mut remedies, mut withdrawn) = (Vec::new(), Vec::new(), Vec::new());
        let mut owing = self.ticket.owed().to_vec();
        for audience in Audience::ALL {
            // As they were before each of the changes, where that is looked at.
            let misses = changed.of(audience).iter().any(|it| it.what == Clocked::Missed);
            let clocks = misses.then(|| self.ticket.clocks(audience)).flatten();
            let mut clocks: Vec<Clock> = clocks.iter().flat_map(Clocks::iter).cloned().collect();
            for (place, change) in changed.of(audience).iter().enumerate() {
                let obligation = by.teller(audience, place).obligation(change.metric, audience);
                let before = clocks.iter().find(|clock| clock.metric() == change.metric);
                let first = before.is_none_or(|clock| !clock.told().ever_missed());
                copy(&mut clocks, *change);
                withdrawn.extend(Owing::follow(&mut owing, audience, change));
                let (kind, then): (NoticeKind, &[SlaAction]) = match change.what {
                    Clocked::Warned { warning } => {
                        let warn = obligation.and_then(|it| it.warnings.get(usize::from(warning)));
                        (NoticeKind::SlaWarning, warn.map_or(&[], |warn| &warn.then))
                    }
                    Clocked::Escalated { level } => {
                        let level = obligation.and_then(|it| it.levels.get(usize::from(level)));
                        (NoticeKind::SlaEscalated, level.map_or(&[], |level| &level.then))
                    }
                    Clocked::Missed => (NoticeKind::SlaMissed, &[]),
                    Clocked::Started { .. }
                    | Clocked::Paused
                    | Clocked::Resumed { .. }
                    | Clocked::Retargeted { .. }
                    | Clocked::Rebegun { .. }
                    | Clocked::Ended { .. }
                    | Clocked::Reopened { .. }
                    | Clocked::Condensed { .. } => continue,
                };
                told.insert((kind, self.workers()));
                for action in then {
                    if let SlaAction::Notify(whom) = action {
                        told.insert((kind, self.recipient(whom)));
                    }
                }
                let (metric, due) = (change.metric, change.at);
                let intent = |action: &SlaAction| Intent {
                    metric: Some(metric),
                    audience,
                    action: action.clone(),
                };
                intents.extend(then.iter().map(intent));
                let words = obligation.and_then(|it| it.remedy.clone());
                if words.is_some() && first && change.what == Clocked::Missed {
                    let remedy = Remedy { metric, audience, words };
                    owing.push(Owing { due, remedy: remedy.clone() });
                    remedies.push(remedy);
                    told.insert((NoticeKind::RemedyDue, Recipient::Desk));
                }
            }
        }
        if !withdrawn.is_empty() {
            told.insert((NoticeKind::RemedyWithdrawn, Recipient::Desk));
        }
        (changed.remedies, changed.withdrawn) = (remedies, withdrawn);
        changed.intents.clone_from(&intents);
        record(self, TicketChange::ClocksChanged(Box::new(changed)));
        for (kind, to) in told {
            self.tell(kind, to);
        }
        self.followed = self.events.len();
        self.do_intents(&intents)
    }

    pub(super) fn recipient(&self, whom: &Whom) -> Recipient {
        match whom {
            Whom::Assignee => self.workers(),
            Whom::Department => self.queue(),
            Whom::Desk => Recipient::Desk,
            Whom::Agent(agent) => Recipient::Agent(*agent),
        }
    }

    /// Where the ticket stood when it was opened.
    fn opening_standing(&self) -> Standing {
        let opened = self.events.first().and_then(Event::ticket_change);
        match opened {
            Some(TicketChange::Opened(opened)) => Standing {
                status: opened.status.name.clone(),
                reason: None,
                category: opened.status.category,
            },
            _ => self.ticket.standing(),
        }
    }
}

/// What is promised of a ticket whose requester is of this organisation.
pub(crate) fn promised_of<'p>(
    policies: &'p Policies,
    ticket: &Ticket,
    organisation: Option<&Organisation>,
    now: Instant,
) -> Option<&'p Promise> {
    policies.of(&Scene::of(ticket, now), customer_of(organisation))
}

/// What policies ask of an organisation.
fn customer_of(organisation: Option<&Organisation>) -> Customer<'_> {
    Customer {
        group: organisation.and_then(|it| it.group()),
        contract: organisation.and_then(|it| it.contract()),
    }
}

fn earliest(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
