//! The workload on cqrs-es in memory.

use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, RwLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use cqrs_es::mem_store::MemStore;
use cqrs_es::{Aggregate, AggregateContext, AggregateError, EventEnvelope, EventStore};

use crate::ticket::{self, Event, Refused, Ticket};
use crate::workload::Case;

/// The peer's own memory store.
pub(crate) fn run_shipped(cases: &[Case]) -> Result<Duration, Box<dyn Error>> {
    run(MemStore::default(), cases)
}

/// The same store, not printing.
pub(crate) fn run_quiet(cases: &[Case]) -> Result<Duration, Box<dyn Error>> {
    run(QuietStore::default(), cases)
}

fn run<S: EventStore<Ticket>>(store: S, cases: &[Case]) -> Result<Duration, Box<dyn Error>> {
    Ok(block_on(ticket::lived(store, ticket::lives(cases, 0)))?)
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
