//! The relay: takes notices out of the outbox, has the host deliver them, and settles them.

use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::io::{Direct, Io, at_once};
use super::thread::{refer, referred};
use super::tick::every_desk;
use super::{Desk, DeskError, DeskErrorKind};
use crate::channel::{Notice, NoticeId};
use crate::ids::{DeskId, Key, Reference, Revision, TicketNumber};
use crate::personal::Erasable;
use crate::record::Event;
use crate::settings::Settings;
use crate::store::{Claimed, Lease, Scope, Settlement, Store, StoreErrorKind};
use crate::ticket::SideId;
use crate::time::{Span, after};

/// How a relay works: how much at once, for how long, and how it tries again.
///
/// ```
/// # use helpdesk::{Relaying, Span};
/// let patient = Relaying { attempts: 20, ..Relaying::default() };
/// assert_eq!(patient.wait_after(1), Span::minutes(1));
/// assert_eq!(patient.wait_after(2), Span::minutes(2));
/// assert_eq!(patient.wait_after(3), Span::minutes(4));
/// assert_eq!(patient.wait_after(19), Span::hours(6), "and never longer");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relaying {
    /// How many notices one step takes on; at least 1. Default 100.
    pub batch: usize,
    /// How long the step has for them, before another relay may take them. Default five minutes.
    pub lease: Span,
    /// After how many attempts in all a notice is given up, those that never came to an end
    /// included; 0 counts as 1. Default 12, which takes about a day.
    pub attempts: u32,
    /// How long to wait after the first attempt that failed; doubled after each further one.
    /// Default one minute.
    pub first_wait: Span,
    /// The longest wait. Default six hours.
    pub longest_wait: Span,
}

impl Default for Relaying {
    fn default() -> Self {
        Self {
            batch: 100,
            lease: Span::minutes(5),
            attempts: 12,
            first_wait: Span::minutes(1),
            longest_wait: Span::hours(6),
        }
    }
}

impl Relaying {
    /// How long to wait after so many attempts that failed.
    pub fn wait_after(&self, attempts: u32) -> Span {
        let doublings = attempts.saturating_sub(1).min(62);
        self.first_wait.times(1 << doublings).min(self.longest_wait)
    }
}

/// A notice on its way out: what a host needs to deliver it.
///
/// It is the host's, not to be sent as it is: its event has the whole payload, and who or what
/// caused it. To a contact goes what [`text`](Self::text) gives, under the
/// [`reference`](Self::reference); the rest of the ticket, as
/// [`Desk::show`](crate::Desk::show) gives it to them. To an agent, whatever the ticket has: the
/// relay asks for their sight before it hands the notice out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dispatch {
    /// Whose notice it is.
    pub desk: DeskId,
    /// What it tells of, and whom. Its id is the same each time it comes.
    pub notice: Notice,
    /// The ticket's reference, for the subject line.
    pub reference: Reference,
    /// The event that it tells of, with the ticket's reference where its payload names it; `None`
    /// where the history does not have it.
    pub event: Option<Event>,
    /// Where its message was said, if that was split off another ticket: the event whose payload
    /// has the words.
    pub source: Option<Event>,
    /// Which attempt this is: 1 is the first.
    pub attempt: u32,
}

impl Dispatch {
    /// The words of the message that it tells of; `None` where it tells of something else.
    pub fn text(&self) -> Option<Erasable<Arc<str>>> {
        let event = self.event.as_ref()?;
        let change = event.ticket_change()?;
        if change.message().is_none() && change.side_said().is_none() {
            return None;
        }
        let personal = self.source.as_ref().unwrap_or(event).personal.as_deref();
        let text = personal.and_then(|personal| personal.text.clone());
        let refers = change.message().is_some_and(|message| message.names_reference);
        let filled = |text: Arc<str>| if refers { referred(&text, &self.reference) } else { text };
        Some(text.map(filled).into())
    }

    /// The side conversation whose message it tells of; `None` where it tells of something else.
    ///
    /// A host that puts it, with the notice's ticket, into what it sends to the third party knows
    /// where their answer belongs. The ticket's reference tells them no more than that there is a
    /// ticket; a host may leave it out.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let vendor = ContactId::from_u128(30);
    /// let start = StartSide::new(id, vendor, "Is model 7 known to burn?");
    /// desk.start_side(agent.at(now), start)?;
    ///
    /// let mut sent = Vec::new();
    /// let mut send = |dispatch: Dispatch| {
    ///     if let (Recipient::Contact(to), Some(side)) = (&dispatch.notice.to, dispatch.side()) {
    ///         sent.push((*to, side, dispatch.text().unwrap().as_str().to_owned()));
    ///     }
    ///     Delivery::Delivered
    /// };
    /// while !desk.relay(now, &Relaying::default(), &mut send)?.is_empty() {}
    ///
    /// let side = desk.ticket(id)?.unwrap().sides()[0].id();
    /// assert_eq!(sent, [(vendor, side, "Is model 7 known to burn?".to_owned())]);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn side(&self) -> Option<SideId> {
        Some(self.event.as_ref()?.ticket_change()?.side_said()?.side)
    }
}

/// What became of a delivery.
///
/// What is given up is kept on the ticket, for those who work on it
/// ([`TicketChange::NotDelivered`](crate::TicketChange::NotDelivered)), and of what was to go to a
/// contact the owner is told, or the queue
/// ([`NoticeKind::NotDelivered`](crate::NoticeKind::NotDelivered)). What comes back after it was
/// [`Delivered`](Self::Delivered), the host [reports](crate::command::ReportUndelivered).
///
/// ```
#[doc = include_str!("../example.txt")]
/// desk.reply(agent.at(now), Reply::new(id, "Unplug it."))?;
///
/// let mut told = Vec::new();
/// let mut send = |dispatch: Dispatch| match dispatch.notice.to {
///     Recipient::Contact(_) => Delivery::Bounced("550 no such user".into()),
///     _ => {
///         told.push(dispatch.notice.kind);
///         Delivery::Delivered
///     }
/// };
/// while !desk.relay(now, &Relaying::default(), &mut send)?.is_empty() {}
/// assert_eq!(told, [NoticeKind::TicketOpened, NoticeKind::NotDelivered]);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// The host's channel has it.
    Delivered,
    /// Not now: to be tried again, until the attempts are used up.
    Failed,
    /// Never, such as to an address that does not exist: given up at once.
    Impossible,
    /// Never, and this is what the recipient's side said: given up at once. Of what is longer than
    /// [`Limits::text_bytes`](crate::Limits::text_bytes), the beginning is kept, and nothing where it was
    /// not to a contact. It is personal, and goes with what is erased of the ticket, or
    /// [of the contact](crate::Desk::erase_requester).
    Bounced(String),
}

/// What came of a step of the relay.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Relayed {
    /// The notices that were delivered.
    pub delivered: Vec<NoticeId>,
    /// Those to be tried again, and when. The later notices of their tickets wait for them.
    pub retried: Vec<(NoticeId, DateTime<Utc>)>,
    /// Those that were given up: nobody will be told. Their tickets say so, but for those of them that are
    /// among the [failed](Self::failed), too.
    pub given_up: Vec<NoticeId>,
    /// Those that were withheld, and are gone: whoever they were for may not see, or not any more,
    /// what they tell of, or is told of it under another id; or it is so no more.
    pub withheld: Vec<NoticeId>,
    /// Those whose lease had ended when they were settled: another relay has taken them on since,
    /// whose they are to settle, and they come again; or they were erased meanwhile.
    pub late: Vec<NoticeId>,
    /// Those that could not be read or settled, and why; a notice whose event cannot be read is
    /// also tried again, or given up. So is told why it could not be kept on its ticket that one was
    /// given up: that one is not settled, and comes again when its lease ends; but where its ticket will
    /// never take it, as it cannot be read, it is given up without. They hold up no other ticket's.
    pub failed: Vec<(NoticeId, DeskError)>,
    /// When to relay again for what this step leaves unsettled: the earliest instant at which one
    /// of these notices can be taken on again. `None`: it leaves none. Those that came
    /// [late](Self::late) are not this relay's any more: when they come again if the other one
    /// stops, too, its lease says. They are among what a host relays for from time to time.
    pub retry_at: Option<DateTime<Utc>>,
}

impl Relayed {
    /// Whether there was nothing to take on.
    pub fn is_empty(&self) -> bool {
        let Self { delivered, retried, given_up, withheld, late, failed, retry_at: _ } = self;
        let settled = delivered.is_empty() && retried.is_empty() && given_up.is_empty();
        settled && withheld.is_empty() && late.is_empty() && failed.is_empty()
    }

    fn again(&mut self, at: DateTime<Utc>) {
        self.retry_at = Some(self.retry_at.map_or(at, |earliest| earliest.min(at)));
    }
}

impl<S: Store> Desk<S> {
    /// Delivers notices: claims some, hands each to the host, and settles it.
    ///
    /// One step: of each ticket at most the oldest notice, at most
    /// [`batch`](Relaying::batch) in all. A host repeats it until nothing is left, whenever a
    /// command has been carried out, at [`retry_at`](Relayed::retry_at), of which
    /// [`next_wake`](Self::next_wake) knows nothing, and from time to time, for what another process
    /// put off. Any number of processes may relay at once. A notice comes at least once: it comes again where
    /// a relay stopped before it had settled it.
    ///
    /// What is given up is kept on its ticket, once, before it is settled; of what was to go to a
    /// contact, the owner is told, or the queue ([`Delivery`]).
    ///
    /// Nobody is told of what they may not see: whoever has lost sight of the ticket since the
    /// notice was written, or of the message because it was split off, is passed over
    /// ([`withheld`](Relayed::withheld)); and so is what is so no more: that a ticket came in, or
    /// that its requester wrote, which was marked as spam since, and a merge that was undone. Nor is one person told of one answer twice who asks or
    /// follows under several ids that were [merged](crate::command::MergeContacts): it goes to the
    /// requester, or to the first of the followers.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// desk.reply(agent.at(now), Reply::new(id, "Unplug it."))?;
    ///
    /// let mut sent = Vec::new();
    /// let mut send = |dispatch: Dispatch| {
    ///     // The host's mail goes here.
    ///     let text = dispatch.text().map_or(String::new(), |text| text.as_str().to_owned());
    ///     sent.push(format!("[{}] {text}", dispatch.reference));
    ///     Delivery::Delivered
    /// };
    /// while !desk.relay(now, &Relaying::default(), &mut send)?.is_empty() {}
    /// assert_eq!(sent, ["[HD-1] It burns. Help!", "[HD-1] Unplug it."]);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store could not say what there is to deliver. What fails for
    /// one notice is in [`Relayed::failed`].
    pub fn relay(
        &self,
        now: DateTime<Utc>,
        how: &Relaying,
        mut deliver: impl FnMut(Dispatch) -> Delivery,
    ) -> Result<Relayed, DeskError> {
        let scope = Scope::One(self.id);
        at_once(self.flow().relay(scope, now, how, |dispatch| ready(deliver(dispatch))))
    }

    /// Delivers notices of every desk in the store, as [`relay`](Self::relay) does those of one:
    /// for hosts with many tenants. [`Dispatch::desk`] says whose a notice is.
    ///
    /// # Errors
    ///
    /// As [`relay`](Self::relay).
    pub fn relay_all(
        store: &S,
        now: DateTime<Utc>,
        how: &Relaying,
        mut deliver: impl FnMut(Dispatch) -> Delivery,
    ) -> Result<Relayed, DeskError> {
        let flow = every_desk(Direct(store));
        at_once(flow.relay(Scope::All, now, how, |dispatch| ready(deliver(dispatch))))
    }
}

/// Whether what a ticket did not take, it never will: it refuses, or cannot be read.
fn is_for_ever(error: &DeskError) -> bool {
    match error {
        DeskError::Refused(_) | DeskError::Replay(_) => true,
        DeskError::Store(error) => error.kind() == StoreErrorKind::Corrupt,
        DeskError::Contended { .. } => false,
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn relay<F: Future<Output = Delivery>>(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        how: &Relaying,
        mut deliver: impl FnMut(Dispatch) -> F,
    ) -> Result<Relayed, DeskError> {
        let lease = Lease { until: after(now, how.lease), limit: how.batch.max(1) };
        let mut relayed = Relayed::default();
        let mut known = BTreeMap::new();
        for claimed in self.io.claim(scope, now, lease).await? {
            let (id, desk) = (claimed.notice.id, claimed.token.key.desk);
            let flow = Self { id: desk, ..*self };
            let step = flow.pass_on(now, how, claimed, &mut known, &mut deliver, &mut relayed);
            // What fails for one ticket holds up no other.
            if let Err(error) = step.await {
                relayed.failed.push((id, error));
                relayed.again(lease.until);
            }
        }
        Ok(relayed)
    }

    /// Delivers one notice and settles it; where it cannot, its lease is left to end.
    async fn pass_on<F: Future<Output = Delivery>>(
        &self,
        now: DateTime<Utc>,
        how: &Relaying,
        claimed: Claimed,
        known: &mut BTreeMap<DeskId, Arc<Settings>>,
        deliver: &mut impl FnMut(Dispatch) -> F,
        relayed: &mut Relayed,
    ) -> Result<(), DeskError> {
        let Claimed { token, notice, number, attempt } = claimed;
        let id = notice.id;
        let again = || match attempt < how.attempts {
            true => Settlement::Retry(after(now, how.wait_after(attempt))),
            false => Settlement::GivenUp,
        };
        let (mut attempts, mut said) = (attempt, None);
        let dispatch = self.dispatch(known, notice.clone(), number, attempt).await;
        let mut failed = Vec::new();
        let settlement = match dispatch {
            // The store is not there: the notice comes again when its lease ends.
            Err(error) if error.kind() == DeskErrorKind::Retry => return Err(error),
            Ok(None) => {
                let gone = self.io.settle(token, Settlement::GivenUp).await?;
                if gone {
                    relayed.withheld.push(id)
                } else {
                    relayed.late.push(id)
                }
                return Ok(());
            }
            // An attempt that never came to an end counts, too; this one is not made.
            _ if attempt > how.attempts.max(1) => {
                attempts = attempt - 1;
                Settlement::GivenUp
            }
            Ok(Some(dispatch)) => match deliver(dispatch).await {
                Delivery::Delivered => Settlement::Delivered,
                Delivery::Failed => again(),
                Delivery::Impossible => Settlement::GivenUp,
                Delivery::Bounced(text) => {
                    said = Some(text);
                    Settlement::GivenUp
                }
            },
            Err(error) => {
                failed.push((id, error));
                again()
            }
        };
        // First, so that whoever stops in between does it again. Where it can never be kept, it is given
        // up without.
        if settlement == Settlement::GivenUp {
            match self.report_given_up(now, notice, attempts, said).await {
                Some(error) if !is_for_ever(&error) => return Err(error),
                never => failed.extend(never.map(|error| (id, error))),
            }
        }
        match (self.io.settle(token, settlement).await?, settlement) {
            (false, _) => relayed.late.push(id),
            (true, Settlement::Delivered) => relayed.delivered.push(id),
            (true, Settlement::Retry(at)) => {
                relayed.retried.push((id, at));
                relayed.again(at);
            }
            (true, Settlement::GivenUp) => relayed.given_up.push(id),
        }
        relayed.failed.append(&mut failed);
        Ok(())
    }

    /// The notice with what a host needs to deliver it; `None` where whoever is to be told may not
    /// see what it tells of.
    async fn dispatch(
        &self,
        known: &mut BTreeMap<DeskId, Arc<Settings>>,
        notice: Notice,
        number: TicketNumber,
        attempt: u32,
    ) -> Result<Option<Dispatch>, DeskError> {
        let settings = match known.get(&self.id) {
            Some(settings) => settings.clone(),
            None => {
                let settings = self.settings().await?;
                known.entry(self.id).or_insert(settings).clone()
            }
        };
        let before = Revision(notice.id.revision.0.saturating_sub(1));
        let key = Key::ticket(self.id, notice.id.ticket);
        let mut event = self.io.history(key, before, 1).await?.into_iter().next();
        if !self.may_be_told(&notice, event.as_ref(), &settings).await? {
            return Ok(None);
        }
        let source = match &event {
            Some(event) => self.source(event).await?,
            None => None,
        };
        let reference = Reference::new(settings.reference_prefix().clone(), number);
        if let Some(event) = &mut event {
            refer(event, &reference);
        }
        Ok(Some(Dispatch { desk: self.id, notice, reference, event, source, attempt }))
    }
}
