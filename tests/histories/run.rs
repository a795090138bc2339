//! Runs a history on a desk and on the model, and compares them after every step.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use helpdesk::conformance::history::{DESK, History, Step, View, cast};
use helpdesk::conformance::model::{Model, Prediction};
use helpdesk::store::{MemoryStore, Store, Wanted};
use helpdesk::{
    Call, Command, Counter, DepartmentName, Desk, DeskError, Event, ExternalRef, Head, Key,
    Outcome, Prepared, Record, Revision, Settings, Ticket, UniqueKey,
};

use super::coverage::Coverage;
use super::{laws, service};

/// What a law says when it is broken.
pub(crate) type Broken = String;

macro_rules! law {
    ($holds:expr, $($said:tt)+) => {
        if !$holds {
            return Err(format!($($said)+));
        }
    };
}
pub(crate) use law;

/// A desk, the model beside it, and what the desk's store is known to hold.
pub(crate) struct Run {
    pub(crate) desk: Desk<MemoryStore>,
    pub(crate) model: Model,
    pub(crate) clock: DateTime<Utc>,
    pub(crate) named: Vec<Call>,
    pub(crate) coverage: Coverage,
    /// Every record, as the last commit that wrote it left it.
    pub(crate) known: BTreeMap<Key, Record>,
    seq: u64,
    /// Whether stores are compared byte by byte.
    bytes: bool,
}

impl Run {
    /// A desk with agents and nothing else.
    pub(crate) fn start(settings: Settings, bytes: bool) -> Result<Self, Broken> {
        let desk = Desk::create(MemoryStore::new(), DESK, settings.clone(), cast::start())
            .map_err(|error| error.to_string())?;
        let mut run = Self {
            desk,
            model: Model::new(settings),
            clock: cast::start(),
            named: Vec::new(),
            coverage: Coverage::default(),
            known: BTreeMap::new(),
            seq: 1,
            bytes,
        };
        let record = run.record(Key::settings(DESK))?;
        run.known.extend(record.map(|record| (record.key, record)));
        for call in cast::hire() {
            run.call(&call)?;
        }
        Ok(run)
    }

    /// Draws the next step and takes it. Returns it, with what it broke if it broke a law.
    pub(crate) fn advance(&mut self, seed: u64, unruly: bool) -> (Step, Result<(), Broken>) {
        let step = self.draw(seed, unruly);
        let result = self.take(&step);
        (step, result)
    }

    /// The step that this seed gives, as things stand.
    pub(crate) fn draw(&self, seed: u64, unruly: bool) -> Step {
        let (model, named) = (&self.model, &*self.named);
        Step::drawn(seed, &View { model, clock: self.clock, named, unruly })
    }

    pub(crate) fn take(&mut self, step: &Step) -> Result<(), Broken> {
        self.coverage.steps += 1;
        match step {
            Step::Call(call) => {
                self.call(call)?;
                self.clock = self.clock.max(call.context.now);
                if call.context.command_id.is_some() {
                    self.named.push((**call).clone());
                }
                Ok(())
            }
            Step::Tick(now) => {
                self.clock = self.clock.max(*now);
                self.tick(*now)
            }
        }
    }

    fn call(&mut self, call: &Call) -> Result<(), Broken> {
        let before = self.bytes.then(|| self.serialised());
        if call.context.now.timestamp_micros() % 8 == 0 {
            // A dry run changes nothing: the real one must find everything as it was.
            if let Ok(Prepared { commit: Some(commit), outcome, .. }) = self.desk.prepare(call) {
                service::notices(&outcome, &commit.into_parts().notices)?;
            }
        }
        let result = self.desk.execute(call);
        let predicted = self.model.apply(call);
        match (result, predicted) {
            (Ok(outcome), Prediction::Changed) => {
                law!(!outcome.repeated, "not repeated, and the desk says so");
                law!(!outcome.is_no_op(), "the model changes something, the desk does not");
                self.changed(call, outcome)?;
            }
            (Ok(outcome), Prediction::NoOp) => {
                law!(!outcome.repeated, "not repeated, and the desk says so");
                let events: Vec<_> = outcome.all_events().map(|(_, event)| event).collect();
                law!(events.is_empty(), "the model changes nothing, the desk: {events:#?}");
                self.coverage.no_ops += 1;
                self.unchanged(before)?;
            }
            (Ok(outcome), Prediction::Repeated) => {
                law!(outcome.repeated, "law 7: a repeated command was carried out again");
                law!(!outcome.is_no_op(), "law 7: a repeated command tells what came of it");
                self.coverage.repeated += 1;
                self.unchanged(before)?;
            }
            (Err(DeskError::Refused(refusal)), Prediction::Refused(codes)) => {
                let code = refusal.code();
                law!(codes.contains(code), "the desk refuses with {code}, the model {codes:?}");
                *self.coverage.refusals.entry(code).or_default() += 1;
                self.unchanged(before)?;
                if let Some(id) = call.context.command_id
                    && code != "command_id_reused"
                {
                    let receipt = self.desk.store().receipt(DESK, id).map_err(said)?;
                    law!(receipt.is_none(), "a refusal is remembered");
                }
            }
            (Ok(_), Prediction::Refused(codes)) => {
                return Err(format!("the desk accepts, the model refuses with {codes:?}"));
            }
            (Err(error), predicted) => {
                return Err(format!("the desk says `{error}`, the model {predicted:?}"));
            }
        }
        self.compare_counters(call.context.now)
    }

    fn tick(&mut self, now: DateTime<Utc>) -> Result<(), Broken> {
        self.coverage.ticks += 1;
        let settings = self.desk.settings().map_err(said)?;
        let ticked = self.desk.tick(now).map_err(said)?;
        law!(ticked.failed.is_empty(), "a tick failed: {:?}", ticked.failed);
        self.model.tick(now);
        for (place, outcome) in ticked.outcomes.iter().enumerate() {
            law!(!outcome.is_no_op(), "a tick woke a ticket for nothing");
            self.model.learn(outcome);
            let later = ticked.outcomes.get(place + 1..).unwrap_or_default();
            self.wrote(&settings, None, outcome, later)?;
        }
        if let Some(next) = ticked.next_wake {
            law!(next > now, "law 7: after a tick at {now} the next wake is {next}");
        }
        for key in self.known.keys() {
            self.compare(*key)?;
        }
        self.compare_counters(now)
    }

    /// After a command that changed something.
    fn changed(&mut self, call: &Call, outcome: Outcome) -> Result<(), Broken> {
        self.model.learn(&outcome);
        let settings = match call.command {
            Command::PublishSettings(_) => None,
            _ => Some(self.desk.settings().map_err(said)?),
        };
        if let Some(settings) = settings {
            self.wrote(&settings, Some(call), &outcome, &[])?;
        } else {
            let settings = self.desk.settings().map_err(said)?;
            self.wrote(&settings, None, &outcome, &[])?;
        }
        for record in &outcome.records {
            self.compare(record.key)?;
        }
        Ok(())
    }

    /// What an outcome wrote, against what was there before. What others wrote `later`, before
    /// anybody looked, is told by them.
    fn wrote(
        &mut self,
        settings: &Settings,
        call: Option<&Call>,
        outcome: &Outcome,
        later: &[Outcome],
    ) -> Result<(), Broken> {
        for (key, events) in &outcome.events {
            let before = self.known.get(key);
            let mut last = before.map_or(Revision::ZERO, |record| record.revision);
            for event in events.iter() {
                law!(event.revision == last.next(), "law 1: revision {}", event.revision);
                last = event.revision;
                self.coverage.event(event);
            }
            let told = outcome.records.iter().find(|record| record.key == *key);
            let again = later.iter().any(|later| later.events.iter().any(|(it, _)| it == key));
            let stored = if again { told.cloned() } else { self.record(*key)? };
            let stored = stored.ok_or("it wrote a record that is not there")?;
            law!(stored.revision == last, "law 1: {key} is at {}, not {last}", stored.revision);
            law!(told == Some(&stored), "law 1: the outcome's record is not the store's");
            if let Some(ticket) = stored.ticket() {
                let before = before.and_then(Record::ticket).map(|ticket| &**ticket);
                let agents = |id| self.known.get(&Key::agent(DESK, id)).and_then(Record::agent);
                let contacts =
                    |id| self.known.get(&Key::contact(DESK, id)).and_then(Record::contact);
                let (agents, contacts) = (&agents, &contacts);
                let scene = laws::Scene { settings, agents, contacts, call, before, after: ticket };
                scene.check(events)?;
                if call.is_some_and(laws::counts_for_nothing) && !laws::is_beside(events) {
                    let history = self.desk.history(*key, Revision::ZERO, usize::MAX);
                    scene.counts_for_nothing(*key, &history.map_err(said)?, events)?;
                }
            }
            self.known.insert(*key, stored);
        }
        if let Some(seq) = outcome.seq {
            law!(seq > self.seq, "a commit's place is {seq}, after {}", self.seq);
            self.seq = seq;
        }
        Ok(())
    }

    /// After a command that was refused, repeated or changed nothing: not a byte differs.
    fn unchanged(&self, before: Option<String>) -> Result<(), Broken> {
        let written = self.desk.store().scan(DESK, self.seq, 1).map_err(said)?;
        law!(written.is_empty(), "law 2: nothing should have been written: {written:?}");
        let keys: Vec<Key> = self.known.keys().copied().collect();
        let found = self.desk.store().load(DESK, &Wanted::records(keys)).map_err(said)?;
        for (known, found) in self.known.values().zip(&found.records) {
            law!(found.as_ref() == Some(known), "law 2: {} is not what it was", known.key);
        }
        if let Some(before) = before {
            law!(before == self.serialised(), "law 2: the store's bytes differ");
        }
        Ok(())
    }

    fn compare(&self, key: Key) -> Result<(), Broken> {
        let record = self.record(key)?;
        if let Some(agent) = record.as_ref().and_then(Record::agent) {
            let model = self.model.views(agent.id());
            law!(
                agent.views() == model,
                "{key} keeps {:?}, the model says {model:?}",
                agent.views()
            );
        }
        let differences = match record.as_ref().map(|record| &record.head) {
            Some(Head::Contact(contact)) => self.model.contact_differences(contact),
            Some(Head::Organisation(it)) => self.model.organisation_differences(it),
            _ => Vec::new(),
        };
        law!(differences.is_empty(), "{key} differs:\n  {}", differences.join("\n  "));
        let Some(ticket) = record.as_ref().and_then(Record::ticket) else { return Ok(()) };
        let differences = self.model.differences(ticket);
        law!(differences.is_empty(), "{key} differs:\n  {}", differences.join("\n  "));
        Ok(())
    }

    fn compare_counters(&self, now: DateTime<Utc>) -> Result<(), Broken> {
        let agents: Vec<_> = (0..cast::AGENTS).map(cast::agent).collect();
        let departments: Vec<Option<DepartmentName>> = {
            let known = self.model.settings().draft().departments.iter();
            known.map(|department| Some(department.name.clone())).chain([None]).collect()
        };
        let loads = agents.iter().map(|id| Counter::Load(*id));
        let backlog = departments.iter().flat_map(|department| {
            [Counter::Unfinished(department.clone()), Counter::Queued(department.clone())]
        });
        let counters = loads.chain(backlog).collect::<Vec<_>>();
        let found = self.desk.store().load(DESK, &Wanted::counters(counters)).map_err(said)?;
        let counted = found.counters.get(agents.len()..).unwrap_or_default();
        for (department, counted) in departments.iter().zip(counted.chunks(2)) {
            let (unfinished, queued) = self.model.backlog(department.as_ref());
            law!(
                *counted == [unfinished, queued],
                "{department:?} has {counted:?} by the counters, {unfinished} and {queued} by the model"
            );
        }
        for (agent, load) in agents.iter().zip(&found.counters) {
            let model = self.model.load(*agent);
            law!(*load == model, "{agent} owns {load} by the counter, {model} by the model");
        }
        let (wake, model) = (self.desk.next_wake(now).map_err(said)?, self.model.next_wake());
        law!(wake == model, "the next wake is {wake:?}, the model says {model:?}");
        Ok(())
    }

    /// At the end: everything that is still to happen happens, once, and every history folds
    /// to its head.
    pub(crate) fn finish(&mut self) -> Result<(), Broken> {
        for key in self.known.keys() {
            self.compare(*key)?;
        }
        self.external_keys()?;
        let mut rings = 0;
        while let Some(wake) = self.desk.next_wake(self.clock).map_err(said)? {
            // A wake may have passed while nobody ticked.
            self.clock = self.clock.max(wake);
            self.tick(self.clock)?;
            rings += 1;
            law!(rings < 200, "law 7: the desk never comes to rest");
        }
        for (key, record) in &self.known {
            let revision = self.desk.verify(*key).map_err(|error| format!("law 1: {error}"))?;
            law!(revision == record.revision, "law 1: {key} has {revision} events");
            let history = self.desk.history(*key, Revision::ZERO, usize::MAX).map_err(said)?;
            laws::timers_fire_once(&history, *key)?;
            service::told_once(&history, *key)?;
            laws::erased_is_gone(&history, *key)?;
            if let Some(ticket) = record.ticket() {
                self.words_are_there(ticket, &history)?;
                laws::at_rest(ticket, self.model.settings())?;
                let now = self.clock.max(ticket.updated_at());
                service::ledgers_sum(&self.desk, now, ticket.id())?;
                if let Some(model) = self.model.tickets().get(&ticket.id()) {
                    service::remedies(&history, ticket.id(), model)?;
                }
            }
        }
        self.external_keys()?;
        self.coverage.histories += 1;
        Ok(())
    }

    /// Law 3: of what was erased no word is there, and of all else every word, wherever it is
    /// stored.
    fn words_are_there(&self, ticket: &Ticket, history: &[Event]) -> Result<(), Broken> {
        let Some(model) = self.model.tickets().get(&ticket.id()) else { return Ok(()) };
        for event in history {
            let (there, at) = (event.is_personal(), event.revision);
            let model = self.model.has_words(model, at);
            law!(
                there == model,
                "law 3: words of event {at} of {}: {there}, the model says {model}",
                ticket.id()
            );
        }
        Ok(())
    }

    /// T10: what another system calls a ticket is that ticket's key, and nobody else's.
    fn external_keys(&self) -> Result<(), Broken> {
        let mut keys = Vec::new();
        for (provider, scope) in [("jira", ""), ("jira", "acme"), ("shop", ""), ("shop", "acme")] {
            let ids = ["1", "2", "3", "4:5", "5", "6", "7", "8"];
            keys.extend(ids.map(|id| ExternalRef::new(provider, scope, id)));
        }
        let unique: Vec<UniqueKey> = keys.iter().cloned().map(UniqueKey::from).collect();
        let owners = self.desk.store().resolve(DESK, &unique).map_err(said)?;
        for (reference, owner) in keys.iter().zip(owners) {
            let mut tickets = self.model.tickets().values();
            let model = tickets.find(|ticket| ticket.external_refs.contains(reference));
            let model = model.map(|ticket| Key::ticket(DESK, ticket.id));
            law!(owner == model, "{owner:?} is called {reference}, the model says {model:?}");
        }
        Ok(())
    }

    fn record(&self, key: Key) -> Result<Option<Record>, Broken> {
        self.desk.record(key).map_err(said)
    }

    /// Every byte that the store shows.
    pub(crate) fn serialised(&self) -> String {
        let mut all = Vec::new();
        let agents = (0..=cast::AGENTS).map(|index| Key::agent(DESK, cast::agent(index)));
        let keys: Vec<Key> = self.known.keys().copied().chain(agents).collect();
        for key in keys {
            let record = self.desk.record(key).unwrap();
            let history = self.desk.history(key, Revision::ZERO, usize::MAX).unwrap();
            let head = record.map(|record| (record.revision, record.number, record.head));
            all.push(serde_json::to_string(&(key, head, history)).unwrap());
        }
        let wake = self.desk.next_wake(self.clock).unwrap();
        let tickets = self.desk.store().tickets(DESK);
        let written = self.desk.store().scan(DESK, 0, usize::MAX).unwrap().len();
        all.push(serde_json::to_string(&(wake, tickets, written)).unwrap());
        all.join("\n")
    }
}

pub(crate) fn said(error: impl std::fmt::Display) -> Broken {
    error.to_string()
}

/// Whether the stores of this history are compared byte by byte.
fn by_bytes(history: &History) -> bool {
    history.seed.is_multiple_of(64)
}

/// Runs a history. On failure: at which step, and what was broken.
pub(crate) fn run(history: &History) -> Result<Coverage, (usize, Broken)> {
    let run = Run::start(history.settings(), by_bytes(history));
    let mut run = run.map_err(|broken| (0, broken))?;
    for (index, seed) in history.steps.iter().enumerate() {
        run.advance(*seed, history.unruly).1.map_err(|broken| (index + 1, broken))?;
    }
    run.finish().map_err(|broken| (history.steps.len(), broken))?;
    Ok(run.coverage)
}

/// The steps that a history takes, up to the one that breaks a law, to be printed.
pub(crate) fn told(history: &History) -> String {
    let Ok(mut run) = Run::start(history.settings(), by_bytes(history)) else {
        return String::new();
    };
    let mut told = Vec::new();
    for seed in &history.steps {
        let (step, result) = run.advance(*seed, history.unruly);
        told.push(step.to_string());
        if result.is_err() {
            break;
        }
    }
    told.join("\n  ")
}
