//! What is said on a side conversation, and with whom it is held.

use serde::{Deserialize, Serialize};

use crate::ids::ContactId;
use crate::people::Author;
use crate::ticket::{AttachmentFacts, SideId, TicketChange};

/// Something was said on a side conversation; the words, the names of files and, with the first
/// message, the subject are the personal payload.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SideSaid {
    /// On which one. The first message names it by its own place in the history.
    pub side: SideId,
    /// With whom it is held: stated by the first message, which starts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<SideStarted>,
    /// Who wrote it: the third party is the customer of their contact.
    pub author: Author,
    /// Bytes of its text, in UTF-8.
    pub bytes: u32,
    /// What came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentFacts>,
}

/// With whom a side conversation is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SideStarted {
    /// The third party.
    pub with: ContactId,
    /// Bytes of its subject; 0 where it has none.
    pub subject_bytes: u32,
}

impl TicketChange {
    /// What this event says on a side conversation, if it does.
    pub fn side_said(&self) -> Option<&SideSaid> {
        match self {
            Self::SideSaid(said) => Some(said),
            _ => None,
        }
    }

    /// The files that came with it, on whatever road.
    pub(crate) fn attachments(&self) -> &[AttachmentFacts] {
        match (self.message(), self.side_said()) {
            (Some(message), _) => &message.attachments,
            (None, Some(said)) => &said.attachments,
            (None, None) => &[],
        }
    }
}
