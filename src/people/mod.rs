//! Who acts on a desk: actors and authors, agents, and what each may see and do.

mod access;
mod actor;
mod agent;
mod guest;

pub use access::{AgentSight, Sight};
pub(crate) use access::{Deed, SightOf, Who, may, sight};
pub use actor::{Actor, Author, Follower, Part, Party, Requester};
pub use agent::{Agent, AgentChange, AgentProfile, Role};
pub use guest::{Grant, GuestRight, WeakSecret};
