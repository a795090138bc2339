//! Who may read what, by the requirements (P1, P3, P5, T1, T8), and by none of the rules: facts of
//! tickets as the host sees them, and a few lines of who is who.

use std::collections::{BTreeMap, BTreeSet};

use helpdesk::{
    Actor, AgentSight, ContactId, CustomerSight, Follower, GuestRight, Requester, Revision, Role,
    SideId, Ticket, TicketId,
};

use crate::world::World;

/// Whose a text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A message of this ticket, in this event.
    Said { ticket: TicketId, revision: Revision, public: bool },
    /// Something else of this ticket.
    Fact { ticket: TicketId, public: bool },
    /// What is said beside a ticket, to a third party.
    Beside { ticket: TicketId, side: SideId },
    /// A note about a contact: for agents who keep contacts.
    AboutContact,
    /// A department's view; `None`: the desk's.
    View(Option<&'static str>),
    /// What something is promised to tickets as: for who sees any of them in full.
    Promise,
    /// The host's alone: no road that takes an actor tells of it.
    Host,
}

/// How much of a ticket somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Status,
    Public,
    Full,
}

/// The marks in a text: numbers between tildes.
pub fn marks(text: &str) -> BTreeSet<u32> {
    text.split('~').filter_map(|part| part.parse().ok()).collect()
}

/// What one actor may know of a world.
pub struct Oracle<'a> {
    pub world: &'a World,
    actor: Actor,
    levels: BTreeMap<TicketId, Level>,
    /// What tickets that they see in full say of others: agents see links and merges at both
    /// ends.
    mentioned: String,
}

impl<'a> Oracle<'a> {
    pub fn of(world: &'a World, actor: &Actor) -> Self {
        let tickets = world.tickets().into_iter();
        let levels: BTreeMap<TicketId, Level> = tickets
            .filter_map(|id| Some((id, level(world, actor, &world.desk.ticket(id))?)))
            .collect();
        let full = levels.iter().filter(|(_, level)| **level == Level::Full);
        let mentioned = full
            .map(|(id, _)| format!("{:?}{:?}", world.desk.ticket(*id), world.desk.history(*id)))
            .collect();
        Self { world, actor: actor.clone(), levels, mentioned }
    }

    fn sees(&self, ticket: TicketId, level: Level) -> bool {
        self.levels.get(&ticket).is_some_and(|seen| *seen >= level)
    }

    /// The tickets that are not to be named to them.
    pub fn hidden_tickets(&self) -> Vec<TicketId> {
        let ids = self.world.tickets().into_iter();
        ids.filter(|id| !self.levels.contains_key(id))
            .filter(|id| !self.mentioned.contains(&id.to_string()))
            .collect()
    }

    pub fn may_read(&self, mark: u32) -> bool {
        let role = match &self.actor {
            Actor::Agent(id) => Some(crate::profile(*id).role),
            _ => None,
        };
        match self.world.marks[&mark] {
            Whose::Said { ticket, revision, public } => {
                let at = self.world.stands_at(ticket, revision);
                let level = if public { Level::Public } else { Level::Full };
                // Who sees the whole history finds it where it was, too.
                self.sees(at, level) || self.sees(ticket, Level::Full)
            }
            Whose::Fact { ticket, public } => {
                let level = if public { Level::Public } else { Level::Full };
                let heirs = self.world.heirs(ticket);
                heirs.into_iter().any(|heir| self.sees(heir, level))
            }
            Whose::Beside { ticket, side } => {
                self.sees(ticket, Level::Full) || self.is_third_party(ticket, side)
            }
            Whose::AboutContact => match role {
                Some(Role::Owner | Role::Admin | Role::Agent) => true,
                Some(_) | None => false,
            },
            Whose::View(department) => match &self.actor {
                Actor::Agent(id) => department
                    .is_none_or(|name| crate::profile(*id).departments.contains(&name.into())),
                _ => false,
            },
            Whose::Promise => self.levels.values().any(|level| *level == Level::Full),
            Whose::Host => false,
        }
    }

    fn is_third_party(&self, ticket: TicketId, side: SideId) -> bool {
        let with = self.world.third_party(ticket, side);
        match &self.actor {
            Actor::Customer(contact) | Actor::AutoResponder(contact) => {
                with.is_some_and(|with| self.world.known_as(*contact).contains(&with))
            }
            _ => false,
        }
    }

    /// Whether a message is in some contact's timeline: guests read none, and internal tickets
    /// are no contact's.
    pub fn in_timelines(&self, mark: u32) -> bool {
        let Whose::Said { ticket, revision, .. } = self.world.marks[&mark] else { return false };
        let at = self.world.desk.ticket(self.world.stands_at(ticket, revision));
        let asked = matches!(at.requester(), Requester::Contact(_));
        asked && !matches!(self.actor, Actor::Guest(_))
    }

    /// The messages that are theirs wherever they stand: none of them may be missing.
    pub fn must_read(&self) -> impl Iterator<Item = u32> {
        self.world.marks.iter().filter_map(|(mark, whose)| match *whose {
            Whose::Said { ticket, revision, public } => {
                let level = if public { Level::Public } else { Level::Full };
                self.sees(self.world.stands_at(ticket, revision), level).then_some(*mark)
            }
            Whose::Beside { .. } => self.may_read(*mark).then_some(*mark),
            _ => None,
        })
    }
}

fn level(world: &World, actor: &Actor, ticket: &Ticket) -> Option<Level> {
    let internal = matches!(ticket.requester(), Requester::Agent(_));
    match actor {
        Actor::Customer(contact) | Actor::AutoResponder(contact) => {
            let theirs = world.known_as(*contact);
            let asked = |id: ContactId| ticket.requester() == Requester::Contact(id);
            let copied = |id: ContactId| ticket.followers().contains(&Follower::Contact(id));
            let colleagues = world.customer_sight == CustomerSight::Organisation
                && world.belongs_to(*contact).is_some()
                && world.belongs_to(*contact) == ticket.organisation();
            let own = theirs.iter().any(|id| asked(*id) || copied(*id));
            (!internal && (own || colleagues)).then_some(Level::Public)
        }
        Actor::Agent(id) => {
            let profile = crate::profile(*id);
            let own = ticket.assignee() == Some(*id) || ticket.requester() == Requester::Agent(*id);
            let works = match ticket.department() {
                None => true,
                Some(name) => profile.departments.contains(name),
            };
            let sees = match profile.role {
                Role::Owner | Role::Admin => true,
                Role::Restricted => own,
                Role::Agent | Role::Light => own || works || world.agent_sight == AgentSight::All,
            };
            sees.then_some(Level::Full)
        }
        Actor::Guest(guest) => {
            let now = world.desk.now();
            let grants = ticket.grants().iter();
            let grant = grants.filter(|_| !internal).find(|grant| grant.guest == *guest)?;
            let level = match grant.rights.contains(&GuestRight::View) {
                true => Level::Public,
                false => Level::Status,
            };
            (grant.until > now).then_some(level)
        }
        Actor::Bot(_) => (!internal).then_some(Level::Public),
        _ => panic!("the law is not about {actor}"),
    }
}
