//! Ids read back from the text that they are written as, such as a piece of a web address.

/// A text is not an id of this kind.
///
/// ```
/// # use helpdesk::{SideId, TicketId};
/// let id = TicketId::from_u128(42);
/// assert_eq!(id.to_string().parse(), Ok(id));
/// assert_eq!(
///     "HD-1".parse::<TicketId>().unwrap_err().to_string(),
///     "`HD-1` is not a `TicketId`: expected a UUID"
/// );
/// assert_eq!(
///     "-4".parse::<SideId>().unwrap_err().to_string(),
///     "`-4` is not a `SideId`: expected a whole number"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a `{kind}`: expected {expected}")]
pub struct NotAnId {
    kind: &'static str,
    expected: &'static str,
    /// What was there, shortened.
    text: String,
}

impl NotAnId {
    pub(crate) fn of(kind: &'static str, expected: &'static str, text: &str) -> Self {
        Self { kind, expected, text: text.chars().take(80).collect() }
    }

    /// The name of the type of id that it is not, such as `TicketId`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

/// The number that an id is: digits, and nothing else.
pub(crate) fn number(kind: &'static str, text: &str) -> Result<u64, NotAnId> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number.ok_or_else(|| NotAnId::of(kind, "a whole number", text))
}
