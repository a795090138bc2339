//! What tests are written with: a desk whose clock moves only when told, ids that a seed gives,
//! a store that fails at the n-th call.
//!
//! A host's test of what it does when its database lets it down:
//!
//! ```
//! use helpdesk::command::{Open, Reply};
//! use helpdesk::conformance::kit::{Fault, FaultyStore, TestDesk};
//! use helpdesk::store::{MemoryStore, Operation};
//! use helpdesk::{Actor, DeskErrorKind, DeskId, Requester, Settings};
//!
//! let store = FaultyStore::new(MemoryStore::new());
//! let mut test = TestDesk::over(store.clone(), DeskId::from_u128(1), Settings::default())?;
//! let (maria, id) = (test.ids.contact(), test.new_ticket());
//! let open = Open::new(id, Requester::Contact(maria), "The printer is on fire");
//! test.desk().open(test.context(&Actor::Customer(maria)), open)?;
//!
//! // The reply is written; that it was is never heard.
//! store.fail_at(Operation::Commit, 1, Fault::LostAnswer);
//! let reply = Reply::new(id, "We are on our way.");
//! let lost = test.desk().reply(test.context(&Actor::Host), reply.clone()).unwrap_err();
//! assert_eq!(lost.kind(), DeskErrorKind::Retry);
//! test.desk().reply(test.context(&Actor::Host), reply.clone())?;
//! assert_eq!(test.desk().ticket(id)?.unwrap().message_count(), 3, "it is there twice");
//!
//! // With a command id it is done once, and the host notices nothing.
//! store.fail_at(Operation::Commit, 1, Fault::LostAnswer);
//! let once = test.ids.command();
//! test.desk().reply(test.context(&Actor::Host).once(once), reply)?;
//! assert_eq!(test.desk().ticket(id)?.unwrap().message_count(), 4);
//! # Ok::<(), helpdesk::DeskError>(())
//! ```

mod commands;
mod desk;
mod faults;
mod ids;
mod random;

use chrono::{DateTime, Utc};

pub use commands::{COMMANDS, command_name};
pub use desk::{AdvanceError, TestDesk};
pub use faults::{Fault, FaultyStore};
pub use ids::Ids;
pub use random::Random;

/// 2026-03-02T09:00:00Z, when everything begins in these docs.
pub(super) fn monday() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_442_000, 0).unwrap_or_default()
}
