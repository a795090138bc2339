//! Who acts on a desk: actors and authors, agents, and what each may see and do.

mod access;
mod actor;
mod agent;

pub use access::AgentSight;
pub(crate) use access::{Deed, SightOf, Who, may, sees};
pub use actor::{Actor, Author, Follower, Part, Party, Requester};
pub use agent::{Agent, AgentChange, AgentProfile, Role};
