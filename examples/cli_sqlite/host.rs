//! The desk in its file, who acts on it and when: what every command but `init` begins with.

use helpdesk::store::sqlite::{Options, SqliteStore};
use helpdesk::{Actor, CommandId, ContactId, Context, Desk, DeskId, Identity, Reference, TicketId};

use super::args::Cli;
use super::clock::{self, Now};
use super::failure::Failure;
use super::people::{Who, command_id, contact_id};

/// A file holds one desk.
pub(crate) const DESK: DeskId = DeskId::from_u128(1);

pub(crate) struct Host {
    pub(crate) desk: Desk<SqliteStore>,
    pub(crate) actor: Actor,
    /// The mail address of the customer who acts.
    pub(crate) mail: Option<String>,
    pub(crate) now: Now,
    pub(crate) command: Option<CommandId>,
}

impl Host {
    pub(crate) fn open(cli: &Cli) -> Result<Self, Failure> {
        let store = SqliteStore::open(&cli.file, Options::default())?;
        let desk = Desk::open_existing(store, DESK)?;
        let actor = actor(&desk, &cli.actor)?;
        let now = cli.now.unwrap_or_else(clock::now);
        let mail = match &cli.actor {
            Who::Customer(mail) => Some(mail.clone()),
            Who::Host | Who::Agent(_) => None,
        };
        Ok(Self { desk, actor, mail, now, command: cli.command_id.as_deref().map(command_id) })
    }

    /// Who acts, when, and under which name.
    pub(crate) fn context(&self) -> Context {
        Context { command_id: self.command, ..self.actor.at(self.now) }
    }

    /// What a contact is called on the command line; who has no address, by their id.
    pub(crate) fn contact(&self, id: ContactId) -> Result<String, Failure> {
        let contact = self.desk.contact(id)?;
        let identities = contact.iter().flat_map(|contact| contact.identities());
        let mail = identities.filter_map(|identity| match identity {
            Identity::Email(address) => Some(format!("customer:{address}")),
            _ => None,
        });
        Ok(mail.into_iter().next().unwrap_or_else(|| format!("contact:{id}")))
    }

    /// The ticket of this reference or id. One that the actor may not know of is not there.
    pub(crate) fn ticket(&self, name: &str) -> Result<TicketId, Failure> {
        if let Ok(id) = name.parse() {
            return Ok(id);
        }
        let reference: Reference =
            name.parse().map_err(|error| Failure::argument("<TICKET>", error))?;
        let found = self.desk.by_reference(&self.actor, self.now, &reference)?;
        found.ok_or_else(|| Failure::no_ticket(name))
    }
}

/// The actor of this name. A customer who is not on record yet has the id that they will have.
fn actor(desk: &Desk<SqliteStore>, who: &Who) -> Result<Actor, Failure> {
    Ok(match who {
        Who::Host => Actor::Host,
        Who::Agent(handle) => Actor::Agent(handle.id()),
        Who::Customer(mail) => {
            let known = desk.contact_by(&Identity::email(mail.as_str()))?;
            Actor::Customer(known.map_or_else(|| contact_id(mail), |contact| contact.id()))
        }
    })
}
