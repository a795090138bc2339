//! Notices and receipts as they are stored, and the envelope in which notices travel.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::head::read;
use super::{CodecError, Stored};
use crate::channel::{Notice, NoticeKind, Recipient};
use crate::ids::{Correlation, Revision, TicketId, TicketNumber};
use crate::store::{Claimed, Touched};
use crate::time::whole_micros;

/// Writes a notice, as JSON text.
///
/// ```
/// use helpdesk::store::codec;
/// use helpdesk::{Notice, NoticeId, NoticeKind, Recipient, Revision, TicketId};
///
/// let id = NoticeId { ticket: TicketId::from_u128(1), revision: Revision(2), index: 0 };
/// let to = Recipient::Department("billing".into());
/// let notice = Notice { id, kind: NoticeKind::TicketOpened, to, correlation: None };
/// let stored = codec::encode_notice(&notice).unwrap();
/// assert_eq!(codec::decode_notice(&stored).unwrap(), notice);
/// ```
///
/// # Errors
///
/// [`CodecErrorKind::Unwritable`](super::CodecErrorKind::Unwritable), which no notice is.
pub fn encode_notice(notice: &Notice) -> Result<String, CodecError> {
    serde_json::to_string(notice).map_err(CodecError::unwritable(Stored::Notice))
}

/// Reads a notice. Fields that this build does not know are passed over.
///
/// # Errors
///
/// [`CodecErrorKind::Newer`](super::CodecErrorKind::Newer) where its kind or its recipient is
/// one that this build does not know: leave it to the newer build;
/// [`CodecErrorKind::Damaged`](super::CodecErrorKind::Damaged).
pub fn decode_notice(text: &str) -> Result<Notice, CodecError> {
    read(Stored::Notice, text)
}

/// Writes what a commit touched, as JSON text: the part of a receipt that is a list. The rest of
/// a receipt is a column each.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// use helpdesk::store::codec;
///
/// let once = CommandId::from_u128(99);
/// desk.reply(agent.at(now).once(once), Reply::new(id, "Unplug it."))?;
/// let touched = desk.store().receipt(desk.id(), once)?.unwrap().touched;
/// let stored = codec::encode_touched(&touched).unwrap();
/// assert_eq!(codec::decode_touched(&stored).unwrap(), touched);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
///
/// # Errors
///
/// [`CodecErrorKind::Unwritable`](super::CodecErrorKind::Unwritable), which no receipt is.
pub fn encode_touched(touched: &[Touched]) -> Result<String, CodecError> {
    serde_json::to_string(touched).map_err(CodecError::unwritable(Stored::Receipt))
}

/// Reads what a commit touched.
///
/// # Errors
///
/// [`CodecErrorKind::Newer`](super::CodecErrorKind::Newer) where it names a kind of record that
/// this build does not know; [`CodecErrorKind::Damaged`](super::CodecErrorKind::Damaged).
pub fn decode_touched(text: &str) -> Result<Vec<Touched>, CodecError> {
    read(Stored::Receipt, text)
}

/// A claimed notice in the envelope of [CloudEvents 1.0.2][spec], as JSON text of media type
/// `application/cloudevents+json`: what a host posts to a hook or puts on a bus as it is.
///
/// | attribute | here |
/// |---|---|
/// | `id` | the notice's id; the same for every delivery, so that who receives it can tell |
/// | `source` | `source`, which is the host's own URI, then `/desks/` and the desk's id |
/// | `type` | `helpdesk.notice.` and the notice's kind |
/// | `subject` | the ticket's id |
/// | `time` | `happened`: when the event took effect that the notice tells of; left out for `None` |
/// | `data` | kind, recipient, ticket, number, revision, attempt, correlation |
///
/// The words are not in it: [`Notice`] names the event whose payload has them.
///
/// [spec]: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
///
/// ```
#[doc = include_str!("../../example.txt")]
/// use helpdesk::store::codec;
///
/// let lease = Lease { until: now + TimeDelta::minutes(1), limit: 1 };
/// let claimed = desk.store().claim(Scope::One(desk.id()), now, lease)?;
/// let event = codec::cloud_event(&claimed[0], "https://help.example.com", Some(now)).unwrap();
///
/// let event: serde_json::Value = serde_json::from_str(&event).unwrap();
/// assert_eq!(event["type"], "helpdesk.notice.ticket_opened");
/// assert_eq!(event["subject"], id.to_string());
/// assert_eq!(event["time"], "2026-03-02T09:00:00Z");
/// assert_eq!(event["data"]["number"], 1);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
///
/// # Errors
///
/// [`CodecErrorKind::Unwritable`](super::CodecErrorKind::Unwritable), which no notice is.
pub fn cloud_event(
    claimed: &Claimed,
    source: &str,
    happened: Option<DateTime<Utc>>,
) -> Result<String, CodecError> {
    let Claimed { token, notice, number, attempt } = claimed;
    let kind = kind_text(notice.kind);
    let envelope = Envelope {
        specversion: "1.0",
        id: notice.id.to_string(),
        source: format!("{}/desks/{}", source.trim_end_matches('/'), token.key.desk),
        kind: format!("helpdesk.notice.{kind}"),
        subject: notice.id.ticket,
        time: happened.map(whole_micros),
        datacontenttype: "application/json",
        data: Data {
            kind,
            recipient: &notice.to,
            ticket: notice.id.ticket,
            number: *number,
            revision: notice.id.revision,
            attempt: *attempt,
            correlation: notice.correlation.as_ref(),
        },
    };
    serde_json::to_string(&envelope).map_err(CodecError::unwritable(Stored::Notice))
}

#[derive(Serialize)]
struct Envelope<'a> {
    specversion: &'static str,
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: TicketId,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<DateTime<Utc>>,
    datacontenttype: &'static str,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    kind: &'static str,
    recipient: &'a Recipient,
    ticket: TicketId,
    number: TicketNumber,
    revision: Revision,
    attempt: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation: Option<&'a Correlation>,
}

/// A kind's name, the same for ever: subscribers filter by it.
const fn kind_text(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::TicketOpened => "ticket_opened",
        NoticeKind::CustomerWrote => "customer_wrote",
        NoticeKind::ReplyToCustomer => "reply_to_customer",
        NoticeKind::Assigned => "assigned",
        NoticeKind::Queued => "queued",
        NoticeKind::Reopened => "reopened",
        NoticeKind::Woken => "woken",
        NoticeKind::OpenAgeWarning => "open_age_warning",
        NoticeKind::Merged => "merged",
        NoticeKind::OpenAgeOverdue => "open_age_overdue",
        NoticeKind::SolutionProposed => "solution_proposed",
        NoticeKind::SolutionConfirmed => "solution_confirmed",
        NoticeKind::SolutionRejected => "solution_rejected",
        NoticeKind::Reminder => "reminder",
        NoticeKind::ClosingHeld => "closing_held",
        NoticeKind::Mentioned => "mentioned",
        NoticeKind::SideMessage => "side_message",
        NoticeKind::SideReplied => "side_replied",
        NoticeKind::SlaWarning => "sla_warning",
        NoticeKind::SlaMissed => "sla_missed",
        NoticeKind::SlaEscalated => "sla_escalated",
        NoticeKind::RemedyDue => "remedy_due",
        NoticeKind::RemedyWithdrawn => "remedy_withdrawn",
        NoticeKind::RuleNotice => "rule_notice",
        NoticeKind::HostAction => "host_action",
        NoticeKind::ActionRefused => "action_refused",
        NoticeKind::CascadeStopped => "cascade_stopped",
        NoticeKind::NotTaken => "not_taken",
        NoticeKind::NotDelivered => "not_delivered",
    }
}
