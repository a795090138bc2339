//! Runs a history whose settings have a rulebook on a desk, and holds what it writes to the laws.
//! The model beside it knows of no rules: it says only what is drawn next.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use helpdesk::conformance::history::{DESK, History, Step, View, cast};
use helpdesk::conformance::model::Model;
use helpdesk::store::{Entry, MemoryStore, Store, Wanted};
use helpdesk::{
    Actor, Agent, AgentId, Call, Cause, Command, Counter, DepartmentName, Desk, DeskError, Event,
    EventRef, Head, Key, Part, Revision, Rule, Settings, Ticket, TicketChange, fold,
};

use super::run::{Broken, law, said};
use super::{laws, service};

/// What rules did over many histories: a law about what never happens says little.
#[derive(Debug, Default)]
pub(crate) struct Seen(pub(crate) BTreeMap<String, usize>);

impl Seen {
    fn count(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            *self.0.entry(what.clone()).or_default() += times;
        }
    }
}

/// A desk, what it has written, and whose work that is.
struct Ruled {
    desk: Desk<MemoryStore>,
    model: Model,
    clock: DateTime<Utc>,
    named: Vec<Call>,
    seq: u64,
    histories: BTreeMap<Key, Vec<Event>>,
    heads: BTreeMap<Key, Head>,
    counted: BTreeMap<Counter, i64>,
    seen: Seen,
}

/// Runs a history. On failure: at which step, and what was broken.
pub(crate) fn run(history: &History) -> Result<Seen, (usize, Broken)> {
    let run = Ruled::start(history.settings());
    let mut run = run.map_err(|broken| (0, broken))?;
    let mut played = Vec::new();
    for (index, seed) in history.steps.iter().enumerate() {
        let (model, named) = (&run.model, &*run.named);
        let view = View { model, clock: run.clock, named, unruly: history.unruly };
        let step = Step::drawn(*seed, &view);
        run.take(&step).map_err(|broken| (index + 1, format!("{step}\n{broken}")))?;
        played.push(step);
    }
    let end = history.steps.len();
    if history.seed.is_multiple_of(8) {
        run.plays_the_same(history.settings(), &played).map_err(|broken| (end, broken))?;
    }
    run.finish().map_err(|broken| (end, broken))?;
    Ok(run.seen)
}

impl Ruled {
    fn start(settings: Settings) -> Result<Self, Broken> {
        law!(!settings.rules().triggers().is_empty(), "the settings of the cast do not build");
        let desk = Desk::create(MemoryStore::new(), DESK, settings.clone(), cast::start());
        let mut run = Self {
            desk: desk.map_err(said)?,
            model: Model::new(settings),
            clock: cast::start(),
            named: Vec::new(),
            seq: 0,
            histories: BTreeMap::new(),
            heads: BTreeMap::new(),
            counted: BTreeMap::new(),
            seen: Seen::default(),
        };
        for call in hire() {
            run.take(&Step::Call(Box::new(call)))?;
        }
        Ok(run)
    }

    fn take(&mut self, step: &Step) -> Result<(), Broken> {
        match step {
            Step::Call(call) => self.call(call)?,
            Step::Tick(now) => self.tick(*now)?,
        }
        self.clock = self.clock.max(step.now());
        self.written()
    }

    fn call(&mut self, call: &Call) -> Result<(), Broken> {
        let prepared = self.desk.prepare(call);
        let executed = self.desk.execute(call);
        self.model.apply(call);
        if call.context.command_id.is_some() {
            self.named.push(call.clone());
        }
        match (prepared, executed) {
            (Ok(prepared), Ok(outcome)) => {
                // A number is known once it is committed, and nothing else.
                law!(
                    prepared.outcome.events == outcome.events,
                    "A4: the dry run differs from the run"
                );
                law!(prepared.outcome.trace == outcome.trace, "A4: a dry run explains otherwise");
                law!(outcome.tries == 1, "nobody was faster, and it was decided again");
                if let Some(backlog) = &outcome.backlog {
                    law!(backlog.failed.is_empty(), "a backlog failed: {:?}", backlog.failed);
                    self.seen.count("a backlog was routed");
                }
                if laws::counts_for_nothing(call) {
                    self.machines_answer_nothing(&outcome.events)?;
                }
                self.model.learn(&outcome);
                Ok(())
            }
            (Err(DeskError::Refused(dry)), Err(DeskError::Refused(refused))) => {
                law!(dry == refused, "A4: the dry run is refused for {dry}, the run for {refused}");
                law!(refused.code() != "not_loaded", "{refused}");
                self.seen.count("refused");
                Ok(())
            }
            (dry, run) => Err(format!("the dry run says {dry:?}, the run {run:?}")),
        }
    }

    /// Law 6: words of a machine answer nothing.
    fn machines_answer_nothing(&self, events: &[(Key, Arc<[Event]>)]) -> Result<(), Broken> {
        for event in events.iter().flat_map(|(_, events)| events.iter()) {
            if let Some(TicketChange::MessageAdded { message, .. }) = event.ticket_change() {
                law!(message.part == Part::Neither, "law 6: it counts as {:?}", message.part);
            }
        }
        Ok(())
    }

    /// A tick carries out so many time rules that set each other's time, and leaves the rest to the
    /// next; rest comes at every instant.
    fn tick(&mut self, now: DateTime<Utc>) -> Result<(), Broken> {
        self.model.tick(now);
        for times in 1.. {
            let ticked = self.desk.tick(now).map_err(said)?;
            law!(ticked.failed.is_empty(), "a tick failed: {:?}", ticked.failed);
            for outcome in &ticked.outcomes {
                law!(!outcome.is_no_op(), "a tick woke a ticket for nothing");
                law!(outcome.tries == 1, "nobody was faster, and a tick decided again");
                self.model.learn(outcome);
            }
            let Some(next) = ticked.next_wake.filter(|next| *next <= now) else { break };
            law!(
                !ticked.outcomes.is_empty(),
                "law 7: after a tick at {now} the next wake is {next}"
            );
            law!(times < 500, "law 7: at {now} the desk never comes to rest");
            self.seen.count("a tick left something to the next");
        }
        Ok(())
    }

    /// What came to the store since, a commit at a time.
    fn written(&mut self) -> Result<(), Broken> {
        let entries = self.desk.store().scan(DESK, self.seq, usize::MAX).map_err(said)?;
        for commit in entries.chunk_by(|one, two| one.seq == two.seq) {
            self.commit(commit)?;
            self.seq = commit.first().map_or(self.seq, |entry| entry.seq);
        }
        let counters: Vec<Counter> = self.counted.keys().cloned().collect();
        let found = self.desk.store().load(DESK, &Wanted::counters(counters)).map_err(said)?;
        for ((counter, counted), found) in self.counted.iter().zip(found.counters) {
            law!(*counted == found, "{counter:?} is {found}, and {counted} by the tickets");
        }
        Ok(())
    }

    fn commit(&mut self, commit: &[Entry]) -> Result<(), Broken> {
        let loads = |it: &Self| -> BTreeMap<Counter, i64> {
            let is = |counter: &Counter| matches!(counter, Counter::Load(_) | Counter::Open(..));
            let of = it.counted.iter().filter(|(counter, _)| is(counter));
            of.map(|(counter, value)| (counter.clone(), *value)).collect()
        };
        let before = loads(self);
        for entry in commit {
            let history = self.histories.entry(entry.key).or_default();
            let last = history.last().map_or(Revision::ZERO, |event| event.revision);
            let first = entry.events.first().map(|event| event.revision);
            law!(first == Some(last.next()), "law 1: revision {first:?} comes after {last}");
            history.extend(entry.events.iter().cloned());
            let head = fold(entry.key, &*history).map_err(said)?;
            let old = self.heads.insert(entry.key, head.clone());
            if let Some(Head::Ticket(ticket)) = &old {
                self.count(ticket, -1);
            }
            if let Head::Ticket(ticket) = &head {
                self.count(ticket, 1);
                let kept = self.rules_keep_their_bounds(entry);
                kept.map_err(|broken| format!("{broken}\n{}", listed(&entry.events)))?;
            }
        }
        for (counter, load) in loads(self) {
            if load > before.get(&counter).copied().unwrap_or(0) {
                self.within_capacity(&counter, load, commit)?;
            }
        }
        Ok(())
    }

    fn agent(&self, id: AgentId) -> Option<&Arc<Agent>> {
        match self.heads.get(&Key::agent(DESK, id)) {
            Some(Head::Agent(agent)) => Some(agent),
            _ => None,
        }
    }

    /// What a ticket counts for, by what is said of counters.
    fn count(&mut self, ticket: &Ticket, by: i64) {
        if ticket.status().category.is_done() {
            return;
        }
        let department: Option<DepartmentName> = ticket.department().cloned();
        let mut add = |counter, by| *self.counted.entry(counter).or_default() += by;
        add(Counter::Unfinished(department.clone()), by);
        match ticket.assignee() {
            None => add(Counter::Queued(department), by),
            Some(owner) => {
                add(Counter::Load(owner), by * i64::from(ticket.burden().weight));
                let channel = ticket.burden().channel.clone();
                channel.into_iter().for_each(|channel| add(Counter::Open(owner, channel), by));
            }
        }
    }

    /// Law 10: nobody is given more than they can have, but by somebody who says so; and the rules
    /// give work to those only who take it.
    fn within_capacity(
        &mut self,
        counter: &Counter,
        load: i64,
        commit: &[Entry],
    ) -> Result<(), Broken> {
        let (Counter::Load(id) | Counter::Open(id, _)) = *counter else { return Ok(()) };
        let Some(agent) = self.agent(id).cloned() else { return Err(format!("no agent {id}")) };
        let events = || commit.iter().flat_map(|entry| entry.events.iter());
        let given = events().filter_map(|event| match event.ticket_change() {
            Some(TicketChange::Assigned { to, over_capacity, .. }) if *to == id => {
                Some((event, *over_capacity))
            }
            _ => None,
        });
        let given: Vec<_> = given.collect();
        let overridden = given.iter().any(|(_, over)| *over);
        let capacity = match counter {
            Counter::Open(_, channel) => agent.channel_capacity().get(channel).copied(),
            _ => agent.capacity(),
        };
        let room = capacity.is_none_or(|capacity| load <= i64::from(capacity));
        let full = capacity.is_some_and(|capacity| load == i64::from(capacity));
        law!(
            room || overridden,
            "law 10: {counter:?} is {load} of {capacity:?}:\n{}",
            told(commit)
        );
        if full && matches!(counter, Counter::Open(..)) {
            self.seen.count("somebody was filled with a channel");
        }
        for (event, over) in given {
            let by = &event.cause.rule;
            if !matches!(by, Some(Rule::Routing(_) | Rule::Trigger(_) | Rule::TimeRule(_))) {
                continue;
            }
            self.seen.count("a rule gave somebody a ticket");
            law!(!over, "law 10: a rule filled {id} beyond their capacity");
            let takes = agent.is_active() && agent.is_available();
            let takes = takes && agent.can_own(None);
            law!(takes, "R2: a rule gave {id} work, who takes none:\n{}", told(commit));
        }
        Ok(())
    }

    /// Law 7 and A2: of one cause each trigger runs once; what is caused is caused by something
    /// before it; cascades end.
    fn rules_keep_their_bounds(&mut self, entry: &Entry) -> Result<(), Broken> {
        let settings = self.heads.get(&Key::settings(DESK));
        let Some(Head::Settings(settings)) = settings else { return Err("no settings".into()) };
        let depth = settings.settings.draft().limits.cascade_depth;
        let mut ran: HashSet<(&Rule, Option<EventRef>)> = HashSet::new();
        let mut last: Option<&Rule> = None;
        for event in entry.events.iter() {
            let Cause { actor, rule, parent, depth: found, .. } = &*event.cause;
            if let Some(parent) = parent.filter(|parent| parent.key == entry.key) {
                law!(parent.revision < event.revision, "A3: {parent:?} causes what was before it");
            }
            let Some(rule @ (Rule::Trigger(_) | Rule::TimeRule(_))) = rule else {
                last = None;
                continue;
            };
            law!(parent.is_some() || *actor == Actor::System, "A3: nothing causes {rule:?}");
            // The events of a run stand together, the first of them after what set the rule off.
            if matches!(rule, Rule::Trigger(_)) && last != Some(rule) {
                law!(ran.insert((rule, *parent)), "law 7: {rule:?} ran twice for {parent:?}");
                law!(parent.is_some(), "A3: nothing set {rule:?} off");
            }
            last = Some(rule);
            if let Some(TicketChange::MessageAdded { message, .. }) = event.ticket_change() {
                law!(message.part == Part::Neither, "law 6: what a rule wrote is an answer");
            }
            // Between two levels there are no more events than a few of each action.
            law!(usize::from(*found) <= 64, "A2: {found} events stand before it");
            let kind = match event.ticket_change() {
                Some(TicketChange::ActionRefused { code, .. }) => format!("refused: {code}"),
                Some(TicketChange::CascadeStopped { depth: at, .. }) => {
                    law!(u32::from(*at) == depth, "A2: it was stopped at {at}, not {depth}");
                    "a cascade was stopped".to_owned()
                }
                Some(change) => {
                    format!("{change:?}").split([' ', '(', '{']).next().unwrap_or("").into()
                }
                None => continue,
            };
            let by = if matches!(rule, Rule::Trigger(_)) { "trigger" } else { "time rule" };
            self.seen.count(format!("{by}: {kind}"));
        }
        Ok(())
    }

    /// At the end: what is still to happen happens, or the rules set each other's time for ever; and
    /// every history folds to its head.
    fn finish(&mut self) -> Result<(), Broken> {
        for _ in 0..40 {
            let Some(wake) = self.desk.next_wake(self.clock).map_err(said)? else { break };
            self.take(&Step::Tick(self.clock.max(wake)))?;
        }
        for (key, history) in &self.histories {
            let revision = self.desk.verify(*key).map_err(|error| format!("law 1: {error}"))?;
            let last = history.last().map(|event| event.revision);
            law!(Some(revision) == last, "law 1: {key} has {revision} events");
            let history = self.desk.history(*key, Revision::ZERO, usize::MAX).map_err(said)?;
            let kept = laws::timers_fire_once(&history, *key)
                .and_then(|()| service::told_once(&history, *key))
                .and_then(|()| laws::erased_is_gone(&history, *key));
            kept.map_err(|broken| format!("{broken}\n{}", listed(&history)))?;
        }
        Ok(())
    }

    /// The same calls on another desk come to the same, to the last word.
    fn plays_the_same(&self, settings: Settings, steps: &[Step]) -> Result<(), Broken> {
        let desk = Desk::create(MemoryStore::new(), DESK, settings, cast::start());
        let desk = desk.map_err(said)?;
        let hired = hire().into_iter().map(|call| Step::Call(Box::new(call)));
        for step in hired.chain(steps.iter().cloned()) {
            match step {
                // What is refused is refused again.
                Step::Call(call) => drop(desk.execute(&call)),
                Step::Tick(now) => {
                    while desk.tick(now).map_err(said)?.next_wake.is_some_and(|next| next <= now) {}
                }
            }
        }
        let written = |desk: &Desk<MemoryStore>| -> Result<Vec<_>, Broken> {
            let entries = desk.store().scan(DESK, 0, usize::MAX).map_err(said)?;
            Ok(entries.into_iter().map(|entry| (entry.seq, entry.key, entry.events)).collect())
        };
        let (one, two) = (written(&self.desk)?, written(&desk)?);
        for (one, two) in one.iter().zip(&two) {
            law!(one == two, "law 5: it comes about otherwise:\n{one:?}\n{two:?}");
        }
        law!(one.len() == two.len(), "law 5: {} commits, and then {}", one.len(), two.len());
        Ok(())
    }
}

/// The cast, of whom some can have so many tickets of a channel only.
fn hire() -> Vec<Call> {
    let mut calls = cast::hire();
    for index in [2, 6] {
        let profile = cast::profile(index).channel_capacity("email", 1).channel_capacity("chat", 1);
        let command = Command::PutAgent { id: cast::agent(index), profile };
        calls.push(Actor::Host.at(cast::start()).call(command));
    }
    calls
}

/// A commit, for a test that failed.
fn told(commit: &[Entry]) -> String {
    let of = |entry: &Entry| format!("{}\n{}", entry.key, listed(&entry.events));
    commit.iter().map(of).collect::<Vec<_>>().join("\n")
}

/// Events in a line each, for a test that failed.
fn listed(events: &[Event]) -> String {
    let line = |event: &Event| {
        let Cause { rule, parent, depth, .. } = &*event.cause;
        let change: String = format!("{:?}", event.change).chars().take(110).collect();
        let parent = parent.map(|parent| parent.revision);
        format!("{} {change} by {rule:?} after {parent:?} at {depth}", event.revision)
    };
    events.iter().map(line).collect::<Vec<_>>().join("\n")
}
