//! Who acts on a desk and who asks: actors and authors, agents, contacts and their organisations,
//! and what each may see and do.

mod access;
mod actor;
mod agent;
pub(crate) mod command;
mod contact;
mod guest;
mod organisation;

pub use access::{AgentSight, CustomerSight, Sight};
pub(crate) use access::{Customer, Deed, SightOf, SightPolicy, Who, may, sight};
pub use actor::{Actor, Author, Follower, Part, Party, Requester};
pub use agent::{Agent, AgentChange, AgentProfile, Role};
pub use contact::{Contact, ContactChange, ContactFacts, ContactMember, ContactProfile};
pub use guest::{Grant, GuestRight, WeakSecret};
pub use organisation::{Organisation, OrganisationChange, OrganisationProfile};
