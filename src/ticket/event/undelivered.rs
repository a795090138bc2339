//! That somebody was not told: of what, who it was, and how often it was tried.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::channel::{NoticeId, NoticeKind, Recipient};

/// Somebody was to be told of something on the ticket, and was not; what the recipient's side said
/// to that, if anything, is the personal payload. A relay that is slower than its lease may have
/// delivered it all the same, as a notice may come twice.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// desk.reply(agent.at(now), Reply::new(id, "Unplug it."))?;
/// let send = |dispatch: Dispatch| match dispatch.notice.to {
///     Recipient::Contact(_) => Delivery::Bounced("550 no such user".into()),
///     _ => Delivery::Delivered,
/// };
/// while !desk.relay(now, &Relaying::default(), send)?.is_empty() {}
///
/// let history = desk.history(Key::ticket(desk.id(), id), Revision::ZERO, 10)?;
/// let event = history.last().unwrap();
/// let Some(TicketChange::NotDelivered(what)) = event.ticket_change() else { panic!() };
/// assert_eq!(what.to, Recipient::Contact(maria));
/// assert_eq!(
///     what.to_string(),
///     format!("the reply to contact {maria} could not be delivered after 1 attempt")
/// );
/// let said = event.personal.as_deref().and_then(|personal| personal.text.as_deref());
/// assert_eq!(said, Some("550 no such user"));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NotDelivered {
    /// Which notice it was: the event of the ticket that it told of, and which of its notices.
    pub notice: NoticeId,
    /// What it told of.
    pub kind: NoticeKind,
    /// Who was to be told.
    pub to: Recipient,
    /// After how many attempts a relay gave it up, those that never came to an end included; 0: the
    /// host has reported it, and how often it was tried is the host's to know.
    pub attempts: u32,
    /// Bytes of what the recipient's side said, in UTF-8; 0 where nothing is known of that.
    pub bytes: u32,
}

impl NotDelivered {
    /// The end of what is said of it: that it could not be delivered, to whom, and after how many
    /// attempts.
    pub(crate) fn outcome(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " to {} could not be delivered", self.to)?;
        match self.attempts {
            0 => Ok(()),
            1 => f.write_str(" after 1 attempt"),
            many => write!(f, " after {many} attempts"),
        }
    }
}

/// In plain words, without those of the recipient's side.
impl fmt::Display for NotDelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        self.outcome(f)
    }
}
