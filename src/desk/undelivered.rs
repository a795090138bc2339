//! What was not delivered: relays put it on record when they give it up, and timelines tell it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::DeskError;
use super::flow::Flow;
use super::io::Io;
use crate::channel::Notice;
use crate::decide::{Command, Refusal};
use crate::ids::{Key, Revision};
use crate::people::Actor;
use crate::personal::{Erasable, Personal};
use crate::ticket::NotDelivered;
use crate::ticket::command::ReportUndelivered;

/// Something that somebody was to be told, and was not, as a [timeline](crate::Desk::timeline) tells
/// it to those who work on the ticket.
///
/// As text, it is in plain words:
///
/// ```
#[doc = include_str!("../example.txt")]
/// desk.reply(agent.at(now), Reply::new(id, "Unplug it."))?;
/// let send = |dispatch: Dispatch| match dispatch.notice.to {
///     Recipient::Contact(_) => Delivery::Bounced("550 no such user".into()),
///     _ => Delivery::Delivered,
/// };
/// while !desk.relay(now, &Relaying::default(), send)?.is_empty() {}
///
/// let page = desk.timeline(&agent, now, maria, None, 20)?;
/// let Happening::NotDelivered(what) = &page.entries.last().unwrap().what else { panic!() };
/// assert_eq!(
///     what.to_string(),
///     format!(
///         "the reply of 2026-03-02 09:00 UTC to contact {maria} could not be delivered \
///          after 1 attempt: 550 no such user"
///     )
/// );
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Undelivered {
    /// What it was, who was to be told, and after how many attempts it was given up.
    pub what: NotDelivered,
    /// When that had happened which it told of; `None` where the history does not have it.
    pub of: Option<DateTime<Utc>>,
    /// What the recipient's side said; `None` where nothing is known of that.
    pub said: Option<Erasable<Arc<str>>>,
}

impl Undelivered {
    /// What an event says of it. When that had happened which the notice told of, another says.
    pub(super) fn of(what: &NotDelivered, personal: Option<&Personal>) -> Self {
        let said = personal.and_then(|personal| personal.text.clone());
        let said = (what.bytes > 0).then(|| Erasable::from(said));
        Self { what: what.clone(), of: None, said }
    }
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what.kind)?;
        if let Some(of) = self.of {
            write!(f, " of {} UTC", of.format("%Y-%m-%d %H:%M"))?;
        }
        self.what.outcome(f)?;
        match &self.said {
            Some(Erasable::Known(said)) => write!(f, ": {said}"),
            Some(Erasable::Erased) | None => Ok(()),
        }
    }
}

impl<I: Io> Flow<I> {
    /// Keeps on the ticket that a notice is given up; once, however often it comes to that. Gives
    /// why that was not possible.
    pub(super) async fn report_given_up(
        &self,
        now: DateTime<Utc>,
        notice: Notice,
        attempts: u32,
        text: Option<String>,
    ) -> Option<DeskError> {
        let context = Actor::System.at(now).once(notice.id.report_id(self.id));
        let context = match &notice.correlation {
            Some(correlation) => context.correlated(correlation.clone()),
            None => context,
        };
        let report = ReportUndelivered { notice, attempts, text };
        let call = context.call(Command::ReportUndelivered(report));
        match self.carry_out(&call).await {
            // Another attempt was the last, before: that is on record.
            Ok(_) | Err(DeskError::Refused(Refusal::CommandIdReused)) => None,
            Err(error) => Some(error),
        }
    }

    /// When that happened which a notice told of.
    pub(super) async fn told_of(
        &self,
        what: &NotDelivered,
    ) -> Result<Option<DateTime<Utc>>, DeskError> {
        let key = Key::ticket(self.id, what.notice.ticket);
        let before = Revision(what.notice.revision.0.saturating_sub(1));
        let event = self.io.history(key, before, 1).await?.into_iter().next();
        Ok(event.map(|event| event.at))
    }
}
