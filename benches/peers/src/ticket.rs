//! A ticket as an aggregate of cqrs-es: three commands, three events, and the workload in them.

use std::time::{Duration, Instant};

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, AggregateError, CqrsFramework, DomainEvent, EventStore};
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

/// Every ticket's life as commands, each with its ticket's id; `first` is the first ticket's.
pub(crate) fn lives(cases: &[Case], first: usize) -> Vec<(String, Command)> {
    let mut commands = Vec::with_capacity(3 * cases.len());
    for (at, case) in cases.iter().enumerate() {
        let (subject, body) = (case.subject.clone(), case.body.clone());
        // Ids as they are used with it: a text, as long as a UUID's.
        let id = format!("{:036}", first + at);
        let create = Command::Create { subject, body, requester: case.address() };
        commands.push((id.clone(), create));
        commands.push((id.clone(), Command::Reply { text: case.reply.clone() }));
        commands.push((id, Command::Close { resolution: "solved".into() }));
    }
    commands
}

/// Executes commands on a store, one after the other, and says how long that took.
pub(crate) async fn lived<S: EventStore<Ticket>>(
    store: S,
    commands: Vec<(String, Command)>,
) -> Result<Duration, AggregateError<Refused>> {
    let framework = CqrsFramework::new(store, Vec::new(), ());
    let begin = Instant::now();
    for (id, command) in commands {
        framework.execute(&id, command).await?;
    }
    Ok(begin.elapsed())
}
