//! A report that somebody was not told.

use serde::{Deserialize, Serialize};

use crate::channel::Notice;

/// Reports that a notice was not delivered, after the host's channel had taken it: a mail that
/// bounced hours later.
///
/// It is kept on the notice's ticket ([`TicketChange::NotDelivered`](crate::TicketChange::NotDelivered)),
/// for those who work on it: customers do not see it. Where the notice was to a contact, the owner
/// is told, or the queue
/// ([`NoticeKind::NotDelivered`](crate::NoticeKind::NotDelivered)); on a merged ticket also those
/// whose work the ticket is that goes on. Where it was to an agent, to a department or to the desk,
/// nobody is told, or telling that would go on for ever.
///
/// It moves nothing, in every status: not the status, no clock and no deadline; to agents who say what
/// they have seen, it is news. Triggers do not look
/// at it: one that wrote to the customer would set itself off by its own words. The host gives it,
/// and no agent. A [relay](crate::Desk::relay) that gives a notice up gives it by itself, as
/// [`Actor::System`](crate::Actor::System).
///
/// To see whether a notice was reported before, a history would have to be read: each report is
/// kept. A host that may hear of one bounce twice gives the command the notice's own id
/// ([`NoticeId::report_id`](crate::NoticeId::report_id)), and it is kept once.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere), but for
/// [`Merged`](crate::Refusal::Merged):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by everybody but the host and
///   [`Actor::System`](crate::Actor::System).
/// - [`NoSuchEvent`](crate::Refusal::NoSuchEvent): the notice tells of an event that its ticket has
///   not come to.
/// - [`BadName`](crate::Refusal::BadName): it is to a department whose name cannot be one.
///
/// A text that is longer than [`Limits::text_bytes`](crate::Limits::text_bytes) is cut; one that was not
/// said by a contact's side is not kept. A report that comes after its ticket was erased brings words
/// anew, which are erased as others are.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// desk.take(agent.at(now), Take { ticket: id })?;
/// desk.reply(agent.at(now), Reply::new(id, "Unplug it."))?;
///
/// // The mail server takes it.
/// let mut sent = Vec::new();
/// let mut send = |dispatch: Dispatch| {
///     sent.push(dispatch.notice);
///     Delivery::Delivered
/// };
/// while !desk.relay(now, &Relaying::default(), &mut send)?.is_empty() {}
///
/// // And sends it back, twice.
/// let notice = sent.into_iter().find(|it| it.to == Recipient::Contact(maria)).unwrap();
/// let later = Actor::Host.at(now + TimeDelta::hours(3)).once(notice.id.report_id(desk.id()));
/// let report = ReportUndelivered::new(notice).text("550 no such user");
/// let reported = desk.report_undelivered(later.clone(), report.clone())?;
/// assert_eq!(reported.ticket().unwrap().status().name, "answered");
/// assert!(desk.report_undelivered(later.clone(), report)?.repeated);
///
/// let mut told = Vec::new();
/// desk.relay(later.now, &Relaying::default(), |dispatch| {
///     told.push((dispatch.notice.kind, dispatch.notice.to));
///     Delivery::Delivered
/// })?;
/// assert_eq!(told, [(NoticeKind::NotDelivered, Recipient::Agent(anna))]);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReportUndelivered {
    /// What was not delivered, and to whom. Its id names the ticket.
    pub notice: Notice,
    /// After how many attempts a relay gave it up; 0: the host's channel did, which had taken it.
    #[serde(default)]
    pub attempts: u32,
    /// What the recipient's side said, where that is a contact's; where it is blank, nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl ReportUndelivered {
    /// This notice was not delivered, and it is not known what was said to it.
    pub fn new(notice: Notice) -> Self {
        Self { notice, attempts: 0, text: None }
    }

    /// The same, with what the recipient's side said.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }
}
