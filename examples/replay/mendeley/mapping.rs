//! What each comment and each turn asks of the desk.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use helpdesk::command::{Assign, Note, Open, Reply, Resolve, Resolving, Unassign};
use helpdesk::{Actor, Author, Command, ContactId, FieldValue, Origin, Requester, TicketId};

use super::read::{Comment, Issue, Log, Role, Turn, person};
use super::settings::{NOT_STATED, PROJECT, People};

/// The mapping in words, for the reader of the report.
pub(super) const SAID: &str = "\
mapping    comments and turns to commands:
  an issue's first comment       open: by the reporter; or, where somebody else writes it, by that
                                   agent, who reaches out to the reporter
  a public comment
    by the reporter              reply, by the contact
    by the assignee, by others   reply, by the agent
    by others who never own an   reply, by the host: they may be colleagues of the reporter, so
      issue or write a note        it neither asks nor answers
  a private comment              note, by the agent
    by a reporter                note, by the host: customers write none
  a turn                         assign, by the host; of nobody: unassign; of the same assignee as
                                   before, it changes nothing
  the end of the last turn       resolve, by its assignee
  no words                       the publisher writes `.`, which a desk takes for words as they
                                   are; an empty text, which it refuses, is written the same way
";

/// A step of an issue.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    Open(&'a Comment),
    Comment(&'a Comment),
    Turn(&'a Turn),
    Resolve(&'a Turn),
}

/// Every step as one stream by time: a merge of the issues, each in the order of its files, which
/// alone breaks ties between comments. At one instant an issue is opened first, then comes the
/// turn, then what is said, then the end.
pub(super) fn stream(log: &Log) -> Vec<(DateTime<Utc>, usize, Step<'_>)> {
    let mut stream = Vec::new();
    for (index, issue) in log.issues.iter().enumerate() {
        let mut clock = DateTime::<Utc>::MIN_UTC;
        for (place, comment) in issue.comments.iter().enumerate() {
            // A comment cannot come before the one above it.
            clock = clock.max(comment.at);
            let (rank, step) = match place {
                0 => (0, Step::Open(comment)),
                _ => (2, Step::Comment(comment)),
            };
            stream.push((clock, rank, place, index, step));
        }
        let opened = issue.comments.first().map(|first| first.at);
        let mut clock = opened.unwrap_or(DateTime::<Utc>::MIN_UTC);
        for (place, turn) in issue.turns.iter().enumerate() {
            // Nobody has a turn at what nobody has opened.
            clock = clock.max(turn.started);
            stream.push((clock, 1, place, index, Step::Turn(turn)));
            clock = clock.max(turn.ended);
        }
        if let Some(last) = issue.turns.last() {
            stream.push((clock, 3, 0, index, Step::Resolve(last)));
        }
    }
    stream.sort_by_key(|(clock, rank, place, index, _)| (*clock, *index, *rank, *place));
    stream.into_iter().map(|(clock, _, _, index, step)| (clock, index, step)).collect()
}

/// A ticket's id: its place in time, as a UUIDv7 has it, and its place in the file.
pub(super) fn ticket_id(issue: &Issue, place: usize) -> TicketId {
    let mut entropy = [0; 10];
    for (to, from) in entropy.iter_mut().rev().zip((place as u64).to_le_bytes()) {
        *to = from;
    }
    TicketId::v7(issue.comments.first().map(|first| first.at).unwrap_or_default(), entropy)
}

/// A comment's words.
pub(super) fn words(comment: &Comment) -> Cow<'_, str> {
    if comment.body.trim().is_empty() { Cow::Borrowed(".") } else { Cow::Borrowed(&comment.body) }
}

/// An issue, and who takes part in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub(super) people: &'a People,
    pub(super) issue: &'a Issue,
    pub(super) ticket: TicketId,
    pub(super) requester: ContactId,
}

impl Scene<'_> {
    /// Who acts in a step.
    pub(super) fn actor(&self, step: Step<'_>) -> Actor {
        let agent = |name: &str| self.people.agent(name).map_or(Actor::Host, Actor::Agent);
        match step {
            Step::Open(comment) | Step::Comment(comment) => match comment.role {
                Role::Reporter => {
                    let own = person(&comment.author) == person(&self.issue.reporter);
                    let writes = own && !comment.private;
                    if writes { Actor::Customer(self.requester) } else { Actor::Host }
                }
                Role::Assignee | Role::Others => agent(&comment.author),
            },
            Step::Turn(_) => Actor::Host,
            Step::Resolve(turn) => turn.assignee.as_deref().map_or(Actor::Host, agent),
        }
    }

    /// Whose words a comment is in the thread.
    pub(super) fn author(&self, comment: &Comment) -> Author {
        match self.actor(Step::Comment(comment)) {
            Actor::Customer(contact) => Author::Customer(contact),
            Actor::Agent(agent) => Author::Agent(agent),
            _ => Author::Host,
        }
    }

    /// What a step asks of the desk.
    pub(super) fn command(&self, step: Step<'_>) -> Command {
        let ticket = self.ticket;
        match step {
            Step::Open(comment) => {
                let requester = Requester::Contact(self.requester);
                let mut open = Open::new(ticket, requester, words(comment));
                if comment.role != Role::Reporter {
                    open.origin = Origin::AgentReachedOut;
                }
                open.priority = Some(self.issue.priority.as_str().into());
                open.category = Some(self.issue.kind.as_str().into());
                let project = FieldValue::Text(self.issue.project.as_str().into());
                open.fields.insert(PROJECT.into(), project);
                Command::Open(open)
            }
            Step::Comment(comment) if comment.private => {
                Command::Note(Note::new(ticket, words(comment)))
            }
            Step::Comment(comment) => Command::Reply(Reply::new(ticket, words(comment))),
            Step::Turn(turn) => match turn.assignee.as_deref().and_then(|it| self.people.agent(it))
            {
                Some(agent) => Command::Assign(Assign::new(ticket, agent)),
                None => Command::Unassign(Unassign { ticket }),
            },
            Step::Resolve(_) => {
                let resolution = Resolving::new(NOT_STATED);
                Command::Resolve(Resolve { ticket, resolution })
            }
        }
    }
}
