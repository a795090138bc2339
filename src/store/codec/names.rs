//! Unique keys and counters as one column of text each: stable, and readable in a database's
//! own shell.

use std::fmt::Display;
use std::str::FromStr;

use super::{CodecError, CodecErrorKind, Stored};
use crate::decide::{Counter, UniqueKey};
use crate::ids::{AgentId, DepartmentName, TicketNumber};
use crate::subject::ExternalRef;

/// A unique key as text, the same for ever.
///
/// ```
/// use helpdesk::store::codec;
/// use helpdesk::{ExternalRef, Identity, TicketNumber, UniqueKey};
///
/// let number = UniqueKey::Number(TicketNumber(1042));
/// assert_eq!(codec::unique_key_text(&number), "number:1042");
/// assert_eq!(codec::parse_unique_key("number:1042").unwrap(), number);
///
/// let email = UniqueKey::AgentEmail("anna@example.com".into());
/// assert_eq!(codec::unique_key_text(&email), "agent_email:anna@example.com");
///
/// let phone = UniqueKey::identity(&Identity::phone("+39 06 69812345"));
/// assert_eq!(codec::unique_key_text(&phone), "identity:phone:+390669812345");
/// let theirs = UniqueKey::from(ExternalRef::new("jira", "acme", "OPS-17"));
/// assert_eq!(codec::unique_key_text(&theirs), "external:jira:acme:OPS-17");
/// ```
pub fn unique_key_text(key: &UniqueKey) -> String {
    match key {
        UniqueKey::Number(number) => format!("number:{number}"),
        UniqueKey::AgentEmail(address) => format!("agent_email:{address}"),
        UniqueKey::Identity(identity) => format!("identity:{identity}"),
        UniqueKey::Domain(domain) => format!("domain:{domain}"),
        UniqueKey::External(reference) => format!("external:{reference}"),
    }
}

/// Reads a unique key's text back.
///
/// # Errors
///
/// [`CodecErrorKind::Newer`] where it begins with a word that this build does not know;
/// [`CodecErrorKind::Damaged`] where it is no key, or not written as
/// [`unique_key_text`] writes it: two texts are never the same key.
pub fn parse_unique_key(text: &str) -> Result<UniqueKey, CodecError> {
    match split(text, Stored::UniqueKey)? {
        ("number", number) => {
            exactly(number, Stored::UniqueKey).map(|number| UniqueKey::Number(TicketNumber(number)))
        }
        ("agent_email", address) => Ok(UniqueKey::AgentEmail(address.into())),
        ("identity", identity) => Ok(UniqueKey::Identity(identity.into())),
        ("domain", domain) => Ok(UniqueKey::Domain(domain.into())),
        ("external", reference) => {
            let (provider, rest) = split(reference, Stored::UniqueKey)?;
            let (scope, id) = split(rest, Stored::UniqueKey)?;
            Ok(UniqueKey::from(ExternalRef::new(provider, scope, id)))
        }
        (word, _) => Err(CodecError::new(CodecErrorKind::Newer, Stored::UniqueKey).tagged(word)),
    }
}

/// A counter as text, the same for ever.
///
/// ```
/// use helpdesk::store::codec;
/// use helpdesk::{AgentId, Counter};
///
/// let load = Counter::Load(AgentId::from_u128(8));
/// assert_eq!(codec::counter_text(&load), "load:00000000-0000-0000-0000-000000000008");
/// assert_eq!(codec::parse_counter(&codec::counter_text(&load)).unwrap(), load);
/// ```
pub fn counter_text(counter: &Counter) -> String {
    match counter {
        Counter::Load(agent) => format!("load:{agent}"),
        Counter::Open(agent, channel) => format!("open:{agent}:{channel}"),
        Counter::Given(agent) => format!("given:{agent}"),
        Counter::Freed(agent) => format!("freed:{agent}"),
        Counter::Unfinished(department) => format!("unfinished:{}", or_none(department)),
        Counter::Queued(department) => format!("queued:{}", or_none(department)),
    }
}

/// Reads a counter's text back.
///
/// # Errors
///
/// [`CodecErrorKind::Newer`] where it begins with a word that this build does not know;
/// [`CodecErrorKind::Damaged`] where it is no counter, or not written as [`counter_text`]
/// writes it: two texts are never the same counter.
pub fn parse_counter(text: &str) -> Result<Counter, CodecError> {
    match split(text, Stored::Counter)? {
        ("load", of) => Ok(Counter::Load(agent(of)?)),
        ("open", rest) => {
            let (of, channel) = split(rest, Stored::Counter)?;
            Ok(Counter::Open(agent(of)?, channel.into()))
        }
        ("given", of) => Ok(Counter::Given(agent(of)?)),
        ("freed", of) => Ok(Counter::Freed(agent(of)?)),
        ("unfinished", name) => Ok(Counter::Unfinished(department(name))),
        ("queued", name) => Ok(Counter::Queued(department(name))),
        (word, _) => Err(CodecError::new(CodecErrorKind::Newer, Stored::Counter).tagged(word)),
    }
}

/// No department has an empty name, so that nothing is that of none.
fn or_none(department: &Option<DepartmentName>) -> &str {
    department.as_ref().map_or("", DepartmentName::as_str)
}

fn department(name: &str) -> Option<DepartmentName> {
    (!name.is_empty()).then(|| name.into())
}

fn agent(text: &str) -> Result<AgentId, CodecError> {
    exactly(text, Stored::Counter).map(AgentId::from_uuid)
}

fn split(text: &str, what: Stored) -> Result<(&str, &str), CodecError> {
    text.split_once(':').ok_or_else(|| CodecError::damaged(what))
}

/// Reads a text that is the one way to write its value.
fn exactly<T: FromStr + Display>(text: &str, what: Stored) -> Result<T, CodecError>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let value: T = text.parse().map_err(|error| CodecError::damaged(what).because(error))?;
    if value.to_string() == text { Ok(value) } else { Err(CodecError::damaged(what)) }
}
