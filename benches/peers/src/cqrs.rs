//! The workload on cqrs-es: a ticket as an aggregate, three commands, three events.

use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, RwLock};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use cqrs_es::event_sink::EventSink;
use cqrs_es::mem_store::MemStore;
use cqrs_es::{
    Aggregate, AggregateContext, AggregateError, CqrsFramework, DomainEvent, EventEnvelope,
    EventStore,
};
use serde::{Deserialize, Serialize};

use crate::workload::Case;

/// A ticket as the peer folds it.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Ticket {
    subject: String,
    requester: String,
    status: Status,
    messages: u32,
}

#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
enum Status {
    #[default]
    None,
    New,
    Answered,
    Closed,
}

pub(crate) enum Command {
    Create { subject: String, body: String, requester: String },
    Reply { text: String },
    Close { resolution: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Event {
    Created { subject: String, body: String, requester: String },
    Replied { text: String },
    Closed { resolution: String },
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        match self {
            Self::Created { .. } => "created",
            Self::Replied { .. } => "replied",
            Self::Closed { .. } => "closed",
        }
        .into()
    }

    fn event_version(&self) -> String {
        "1".into()
    }
}

/// A command that does not fit the ticket's status.
#[derive(Debug, thiserror::Error)]
#[error("the ticket is not in a status for this")]
pub(crate) struct Refused;

impl Aggregate for Ticket {
    const TYPE: &'static str = "ticket";
    type Command = Command;
    type Event = Event;
    type Error = Refused;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refused> {
        let event = match (command, self.status) {
            (Command::Create { subject, body, requester }, Status::None) => {
                Event::Created { subject, body, requester }
            }
            (Command::Reply { text }, Status::New | Status::Answered) => Event::Replied { text },
            (Command::Close { resolution }, Status::New | Status::Answered) => {
                Event::Closed { resolution }
            }
            _ => return Err(Refused),
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Created { subject, requester, .. } => {
                (self.subject, self.requester) = (subject, requester);
                (self.status, self.messages) = (Status::New, 1);
            }
            Event::Replied { .. } => {
                self.status = Status::Answered;
                self.messages += 1;
            }
            Event::Closed { .. } => self.status = Status::Closed,
        }
    }
}

/// The peer's own memory store.
pub(crate) fn run_shipped(cases: &[Case]) -> Result<Duration, Box<dyn Error>> {
    run(MemStore::default(), cases)
}

/// The same store, not printing.
pub(crate) fn run_quiet(cases: &[Case]) -> Result<Duration, Box<dyn Error>> {
    run(QuietStore::default(), cases)
}

fn run<S: EventStore<Ticket>>(store: S, cases: &[Case]) -> Result<Duration, Box<dyn Error>> {
    let mut commands = Vec::with_capacity(3 * cases.len());
    for (at, case) in cases.iter().enumerate() {
        let (subject, body) = (case.subject.clone(), case.body.clone());
        // Ids as they are used with it: a text, as long as a UUID's.
        let id = format!("{at:036}");
        let create = Command::Create { subject, body, requester: case.address() };
        commands.push((id.clone(), create));
        commands.push((id.clone(), Command::Reply { text: case.reply.clone() }));
        commands.push((id, Command::Close { resolution: "solved".into() }));
    }
    let framework = CqrsFramework::new(store, Vec::new(), ());
    block_on(async {
        let begin = Instant::now();
        for (id, command) in commands {
            framework.execute(&id, command).await?;
        }
        Ok(begin.elapsed())
    })
}

/// Nothing in memory ever waits, so an executor would only add to the peer's time.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

/// What `MemStore` of cqrs-es 0.5 does, step by step, but for its printing.
#[derive(Default)]
struct QuietStore {
    events: Arc<RwLock<HashMap<String, Vec<EventEnvelope<Ticket>>>>>,
}

struct QuietContext {
    id: String,
    ticket: Ticket,
    sequence: usize,
}

impl AggregateContext<Ticket> for QuietContext {
    fn aggregate(&mut self) -> &mut Ticket {
        &mut self.ticket
    }
}

type Outcome<T> = Result<T, AggregateError<Refused>>;

impl QuietStore {
    fn committed(&self, id: &str) -> Vec<EventEnvelope<Ticket>> {
        self.events.read().unwrap().get(id).into_iter().flatten().cloned().collect()
    }
}

impl EventStore<Ticket> for QuietStore {
    type AC = QuietContext;

    async fn load_events(&self, id: &str) -> Outcome<Vec<EventEnvelope<Ticket>>> {
        Ok(self.committed(id))
    }

    async fn load_aggregate(&self, id: &str) -> Outcome<QuietContext> {
        let mut ticket = Ticket::default();
        let mut sequence = 0;
        for envelope in self.load_events(id).await? {
            sequence = envelope.sequence;
            ticket.apply(envelope.payload);
        }
        Ok(QuietContext { id: id.to_string(), ticket, sequence })
    }

    async fn commit(
        &self,
        events: Vec<Event>,
        context: QuietContext,
        metadata: HashMap<String, String>,
    ) -> Outcome<Vec<EventEnvelope<Ticket>>> {
        let QuietContext { id, mut sequence, .. } = context;
        let wrapped: Vec<EventEnvelope<Ticket>> = events
            .into_iter()
            .map(|payload| {
                sequence += 1;
                let metadata = metadata.clone();
                EventEnvelope { aggregate_id: id.clone(), sequence, payload, metadata }
            })
            .collect();
        let mut all = self.committed(&id);
        all.extend(wrapped.iter().cloned());
        self.events.write().unwrap().insert(id, all);
        Ok(wrapped)
    }
}
