//! Identities: the addresses, numbers and names by which a contact is recognised.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{label_problem, name_problem};

/// Something by which a contact is recognised: one contact of a desk has it.
///
/// Two that differ only in how they are written are the same: letter case does not count in
/// e-mail addresses and on social networks, nor do blanks and punctuation in telephone numbers.
///
/// ```
/// # use helpdesk::Identity;
/// let email = Identity::email("Maria@Example.com");
/// assert!(email.is_same(&Identity::email("maria@example.com")));
///
/// let phone = Identity::phone("+39 (06) 698-12345");
/// assert!(phone.is_same(&Identity::phone("+390669812345")));
/// assert!(!phone.is_same(&email));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Identity {
    /// An e-mail address, such as `maria@example.com`; at most 254 bytes.
    Email(Arc<str>),
    /// A telephone number in international form, such as `+39 06 69812345`: a plus sign and 3 to
    /// 15 digits (E.164), with blanks, dots, hyphens, slashes and brackets as one likes.
    Phone(Arc<str>),
    /// An account on a social network.
    Social {
        /// The network, such as `mastodon`: 1 to 64 bytes, no colon.
        network: Arc<str>,
        /// The account's name there; 1 to 254 bytes.
        handle: Arc<str>,
    },
    /// Something of the host's own, such as a customer number. Letter case counts.
    Other {
        /// What it is, such as `customer_number`: 1 to 64 bytes, no colon.
        kind: Arc<str>,
        /// The value; 1 to 254 bytes.
        value: Arc<str>,
    },
}

/// What kind of identity it is: what stays known of one that was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IdentityKind {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// An account on a social network.
    Social,
    /// Something of the host's own.
    Other,
}

impl Identity {
    /// An e-mail address.
    pub fn email(address: impl Into<Arc<str>>) -> Self {
        Self::Email(address.into())
    }

    /// A telephone number.
    pub fn phone(number: impl Into<Arc<str>>) -> Self {
        Self::Phone(number.into())
    }

    /// An account on a social network.
    pub fn social(network: impl Into<Arc<str>>, handle: impl Into<Arc<str>>) -> Self {
        Self::Social { network: network.into(), handle: handle.into() }
    }

    /// Something of the host's own.
    pub fn other(kind: impl Into<Arc<str>>, value: impl Into<Arc<str>>) -> Self {
        Self::Other { kind: kind.into(), value: value.into() }
    }

    /// What kind it is.
    pub fn kind(&self) -> IdentityKind {
        match self {
            Self::Email(_) => IdentityKind::Email,
            Self::Phone(_) => IdentityKind::Phone,
            Self::Social { .. } => IdentityKind::Social,
            Self::Other { .. } => IdentityKind::Other,
        }
    }

    /// Whether the two are the same, however they are written.
    pub fn is_same(&self, other: &Self) -> bool {
        self.normal() == other.normal()
    }

    /// The domain of an e-mail address, in lower case.
    pub fn domain(&self) -> Option<Arc<str>> {
        match self {
            Self::Email(address) => {
                address.rsplit_once('@').map(|(_, domain)| normal_domain(domain))
            }
            Self::Phone(_) | Self::Social { .. } | Self::Other { .. } => None,
        }
    }

    /// The one way to write it: by this, two are the same.
    pub(crate) fn normal(&self) -> Self {
        match self {
            Self::Email(address) => Self::Email(address.to_lowercase().into()),
            Self::Phone(number) => {
                let kept = number.chars().filter(|c| *c == '+' || c.is_ascii_digit());
                Self::Phone(kept.collect::<String>().into())
            }
            Self::Social { network, handle } => Self::Social {
                network: network.to_lowercase().into(),
                handle: handle.to_lowercase().into(),
            },
            Self::Other { .. } => self.clone(),
        }
    }

    /// What keeps it from being one, if anything.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        match self {
            Self::Email(address) if address.len() > 254 => Some("is longer than 254 bytes"),
            Self::Email(address) => label_problem(address).or_else(|| {
                let halves = address.rsplit_once('@');
                let whole = halves.is_some_and(|(who, at)| !who.is_empty() && !at.is_empty());
                (!whole).then_some("is no e-mail address")
            }),
            Self::Phone(number) => phone_problem(number),
            Self::Social { network: named, handle: value } | Self::Other { kind: named, value } => {
                name_problem(named)
                    .or_else(|| named.contains(':').then_some("has a colon in its kind"))
                    .or_else(|| (value.len() > 254).then_some("is longer than 254 bytes"))
                    .or_else(|| label_problem(value))
            }
        }
    }

    /// The text that is told in a refusal.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Email(text) | Self::Phone(text) => text,
            Self::Social { handle: text, .. } | Self::Other { value: text, .. } => text,
        }
    }
}

/// A domain as keys have it.
pub(crate) fn normal_domain(domain: &str) -> Arc<str> {
    domain.to_lowercase().into()
}

fn phone_problem(number: &str) -> Option<&'static str> {
    let Some(rest) = number.strip_prefix('+') else { return Some("does not begin with `+`") };
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    let others = rest.chars().filter(|c| !c.is_ascii_digit());
    if number.len() > 64 || others.into_iter().any(|c| !" .-/()".contains(c)) {
        Some("is no telephone number")
    } else if !(3..=15).contains(&digits) {
        Some("does not have 3 to 15 digits")
    } else {
        label_problem(number)
    }
}

/// As a database's key writes it: the kind, a colon, the value.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(address) => write!(f, "email:{address}"),
            Self::Phone(number) => write!(f, "phone:{number}"),
            Self::Social { network, handle } => write!(f, "social:{network}:{handle}"),
            Self::Other { kind, value } => write!(f, "other:{kind}:{value}"),
        }
    }
}
