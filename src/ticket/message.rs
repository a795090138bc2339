//! Messages: what was said, by whom, over which channel; and what comes attached.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, Revision, TicketId};
use crate::people::{Author, Part, Sight};
use crate::time;

/// How a message travelled. One ticket may see many channels.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let call = Channel::Phone;
/// let reply = Reply { channel: Some(call.clone()), ..Reply::new(id, "Unplug it.") };
/// let replied = desk.reply(agent.at(now), reply)?;
/// assert_eq!(*replied.ticket().unwrap().channel(), call);
/// assert_eq!(Channel::Social("mastodon".into()).to_string(), "social:mastodon");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Channel {
    /// E-mail.
    #[default]
    Email,
    /// A form on a web page.
    WebForm,
    /// Live chat on the host's own pages.
    Chat,
    /// A phone call.
    Phone,
    /// A video call.
    Video,
    /// A social network, by name; 1 to 64 bytes.
    Social(Arc<str>),
    /// A messenger, by name; 1 to 64 bytes.
    Messenger(Arc<str>),
    /// The host's programming interface.
    Api,
    /// A channel of the host's own, by name; 1 to 64 bytes.
    Other(Arc<str>),
}

impl Channel {
    /// The name that the host gave it, where it has one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Social(name) | Self::Messenger(name) | Self::Other(name) => Some(name),
            Self::Email | Self::WebForm | Self::Chat | Self::Phone | Self::Video | Self::Api => {
                None
            }
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email => f.write_str("email"),
            Self::WebForm => f.write_str("web_form"),
            Self::Chat => f.write_str("chat"),
            Self::Phone => f.write_str("phone"),
            Self::Video => f.write_str("video"),
            Self::Social(name) => write!(f, "social:{name}"),
            Self::Messenger(name) => write!(f, "messenger:{name}"),
            Self::Api => f.write_str("api"),
            Self::Other(name) => write!(f, "other:{name}"),
        }
    }
}

/// Who may read a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Visibility {
    /// Everybody on the ticket, the customer too.
    Public,
    /// Agents only.
    Note,
}

/// The facts of a message; its text is the event's personal payload. With its words it is a
/// [`Post`](crate::Post).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    /// Who wrote or said it.
    pub author: Author,
    /// What it does to the conversation, from [`Author::part`]; a note does neither.
    pub part: Part,
    /// Who may read it.
    pub visibility: Visibility,
    /// How it travelled.
    pub channel: Channel,
    /// When it was said, where it was logged later; `None`: when it was recorded.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub occurred_at: Option<DateTime<Utc>>,
    /// Bytes of its text, in UTF-8.
    pub bytes: u32,
    /// The agents whom a note mentions, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<AgentId>,
    /// What came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentFacts>,
    /// The ticket that it was addressed to, where that had been merged and the message went to
    /// the survivor; `None`: the ticket whose history it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addressed_to: Option<TicketId>,
    /// Whether `{reference}` in its text stands for the ticket's reference: a rule wrote it when the
    /// ticket was opened, which gets its number in that very commit. [`Post`](crate::Post) and
    /// [`Dispatch::text`](crate::Dispatch::text) have it filled in; in the history it stands as it was
    /// written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub names_reference: bool,
}

/// What stands in a text for the reference of a ticket that has no number yet.
pub(crate) const REFERENCE_SLOT: &str = "{reference}";

/// Names a message: the ticket in whose history it is, and its place there. Of a
/// [post](crate::Post::id), for [`Split`](crate::command::Split) and
/// [`Redact`](crate::command::Redact).
///
/// It stays the same whatever becomes of the ticket: a message that is merged or split off is
/// shown elsewhere, and never moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageRef {
    /// In whose history it is.
    pub ticket: TicketId,
    /// Which event of that history.
    pub revision: Revision,
}

impl MessageRef {
    /// This event of that ticket's history.
    pub const fn new(ticket: TicketId, revision: Revision) -> Self {
        Self { ticket, revision }
    }
}

impl Message {
    /// Who may read it: those whose sight of the ticket is at least this.
    pub fn sight(&self) -> Sight {
        match self.visibility {
            Visibility::Public => Sight::Public,
            Visibility::Note => Sight::Full,
        }
    }
}

/// What the crate keeps of an attached file; its name is the event's personal payload, and
/// its bytes are the host's. These are facts, which stay when the message is erased: by the key
/// the host then finds the bytes to delete ([`Desk::erased_files`](crate::Desk::erased_files)).
/// So a key should say nothing of a person, nor a digest of content that is easily guessed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AttachmentFacts {
    /// Media type, such as `image/png`.
    pub media_type: Arc<str>,
    /// Size in bytes.
    pub bytes: u64,
    /// The host's digest of the content, such as `sha256:…`, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Arc<str>>,
    /// Under which key the host keeps the bytes.
    pub key: Arc<str>,
}

/// A file that comes with a message, as a host names it in a command. The host keeps the bytes.
///
/// How many, and how large, is said by [`Limits`](crate::Limits).
///
/// ```
#[doc = include_str!("../example.txt")]
/// let photo = Attachment {
///     name: "fire.jpg".into(),
///     media_type: "image/jpeg".into(),
///     bytes: 240_000,
///     digest: None,
///     key: "uploads/1f3a".into(),
/// };
/// let reply = Reply { attachments: vec![photo], ..Reply::new(id, "See for yourself.") };
/// desk.reply(customer.at(now), reply)?;
///
/// let thread = desk.thread(&agent, now, id, None, 10)?.posts;
/// assert_eq!(thread[1].message.attachments[0].bytes, 240_000);
/// assert_eq!(&*thread[1].file_names[0], "fire.jpg");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attachment {
    /// The file's name.
    pub name: Arc<str>,
    /// Media type, such as `image/png`.
    pub media_type: Arc<str>,
    /// Size in bytes.
    pub bytes: u64,
    /// The host's digest of the content, such as `sha256:…`, where it has one.
    #[serde(default)]
    pub digest: Option<Arc<str>>,
    /// Under which key the host keeps the bytes.
    pub key: Arc<str>,
}

impl Attachment {
    pub(crate) fn facts(&self) -> AttachmentFacts {
        AttachmentFacts {
            media_type: self.media_type.clone(),
            bytes: self.bytes,
            digest: self.digest.clone(),
            key: self.key.clone(),
        }
    }
}

/// A subject for a request that came without one: its first line with words in it, cut at a
/// word's end where it is longer than 80 characters.
pub(crate) fn derived_subject(text: &str, max_bytes: usize) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let cut = |end: usize| line.get(..end).unwrap_or(line);
    // An ellipsis takes three bytes.
    let room = max_bytes.saturating_sub(3);
    let end = line
        .char_indices()
        .map(|(start, c)| start + c.len_utf8())
        .take(80)
        .take_while(|end| *end <= room)
        .last()
        .unwrap_or(0);
    if end == line.len() {
        return line.to_owned();
    }
    let head = cut(end);
    let word = head.rfind(char::is_whitespace).filter(|at| *at > 0).unwrap_or(head.len());
    format!("{}…", head.get(..word).unwrap_or(head).trim_end())
}

#[cfg(test)]
mod tests {
    use super::derived_subject;

    #[test]
    fn a_short_first_line_is_the_subject() {
        assert_eq!(derived_subject("\n  Printer on fire \nhelp", 998), "Printer on fire");
    }

    #[test]
    fn a_long_line_is_cut_at_a_word() {
        let text = "word ".repeat(40);
        let subject = derived_subject(&text, 998);
        assert!(subject.ends_with("word…"), "{subject}");
        assert!(subject.chars().count() <= 81);
    }

    #[test]
    fn never_longer_than_the_limit_and_never_inside_a_character() {
        for max in 16..40 {
            let subject = derived_subject(&"ضصثقفغعهخح".repeat(20), max);
            assert!(subject.len() <= max, "{} > {max}", subject.len());
        }
    }
}
