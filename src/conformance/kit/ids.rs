//! Ids for tests: the same seed gives the same ids, in the same order.

use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

use super::Random;
use crate::{AgentId, CommandId, ContactId, DeskId, OrganisationId, TicketId};

/// Ids for tests: the same seed gives the same ids, in the same order, of the form that a host
/// would make. A failing test then fails with the same ids again.
///
/// ```
/// use helpdesk::conformance::kit::Ids;
///
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let (mut ids, mut again) = (Ids::seeded(7), Ids::seeded(7));
/// let (first, second) = (ids.ticket(now), ids.ticket(now));
/// assert_ne!(first, second);
/// assert_eq!([first, second], [again.ticket(now), again.ticket(now)]);
/// assert_eq!(first.as_uuid().get_version_num(), 7);
///
/// assert_eq!(ids.agent(), again.agent());
/// assert_ne!(Ids::seeded(8).contact(), Ids::seeded(9).contact());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ids {
    random: Random,
}

impl Ids {
    /// The ids of this seed, from the first.
    pub fn seeded(seed: u64) -> Self {
        Self { random: Random::new(seed) }
    }

    /// A ticket's id: a UUIDv7 for this instant.
    pub fn ticket(&mut self, now: DateTime<Utc>) -> TicketId {
        let [a, b, c, d, e, f, g, h] = self.random.number().to_be_bytes();
        let [i, j, ..] = self.random.number().to_be_bytes();
        TicketId::v7(now, [a, b, c, d, e, f, g, h, i, j])
    }

    /// A contact's id.
    pub fn contact(&mut self) -> ContactId {
        self.uuid().into()
    }

    /// An organisation's id.
    pub fn organisation(&mut self) -> OrganisationId {
        self.uuid().into()
    }

    /// An agent's id.
    pub fn agent(&mut self) -> AgentId {
        self.uuid().into()
    }

    /// A command's id: see [`Context::once`](crate::Context::once).
    pub fn command(&mut self) -> CommandId {
        self.uuid().into()
    }

    /// A desk's id.
    pub fn desk(&mut self) -> DeskId {
        self.uuid().into()
    }

    /// A UUID of the form that random ones have (version 4).
    pub fn uuid(&mut self) -> Uuid {
        let (high, low) = (self.random.number(), self.random.number());
        let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
        Builder::from_random_bytes(bytes).into_uuid()
    }
}
