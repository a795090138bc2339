//! Who acts in the model, what they see, and what they may do: P2 and P3 of the requirements.

use chrono::{DateTime, Utc};

use super::{Model, ModelTicket, Voice};
use crate::command::{Edit, SaidBy};
use crate::{
    Actor, AgentId, AgentSight, Command, ContactId, CustomerSight, DepartmentName, Follower, Party,
    Requester, Role,
};

impl Model {
    /// The part that an actor plays; `None` where an agent is not on record or has left.
    pub(super) fn party(&self, actor: &Actor) -> Option<Party> {
        Some(match actor {
            Actor::Customer(_) => Party::Customer,
            Actor::Bot(_) => Party::Bot,
            Actor::AutoResponder(_) => Party::AutoResponder,
            Actor::Guest(_) => Party::Guest,
            Actor::Host => Party::Host,
            Actor::System => Party::System,
            Actor::Agent(id) => {
                let agent = self.agents.get(id).filter(|agent| !agent.deactivated)?;
                match agent.role {
                    Role::Owner => Party::Owner,
                    Role::Admin => Party::Admin,
                    Role::Agent => Party::Agent,
                    Role::Restricted => Party::RestrictedAgent,
                    Role::Light => Party::LightAgent,
                }
            }
        })
    }

    /// Whether an actor may know of a ticket.
    pub(super) fn sees(
        &self,
        actor: &Actor,
        party: Party,
        now: DateTime<Utc>,
        ticket: &ModelTicket,
    ) -> bool {
        match actor {
            Actor::Customer(contact) | Actor::AutoResponder(contact) => match ticket.requester {
                // One person, however often they are known: their own, where they have a copy,
                // and, where the desk wants it so, the colleagues'.
                Requester::Contact(asker) => {
                    let they = self.same_person(*contact);
                    let copied =
                        |who: &ContactId| ticket.followers.contains(&Follower::Contact(*who));
                    let theirs = self.belongs_to(*contact);
                    they.contains(&asker)
                        || they.iter().any(copied)
                        || self.settings.customer_sight() == CustomerSight::Organisation
                            && theirs.is_some()
                            && ticket.organisation == theirs
                }
                Requester::Agent(_) => false,
            },
            // Internal tickets are seen by agents only.
            Actor::Bot(_) => matches!(ticket.requester, Requester::Contact(_)),
            Actor::Guest(guest) => ticket.admission(*guest, now).is_some(),
            Actor::Host | Actor::System => true,
            Actor::Agent(id) => {
                if ticket.owner == Some(*id) || ticket.requester == Requester::Agent(*id) {
                    return true;
                }
                match party {
                    Party::Owner | Party::Admin => true,
                    Party::Agent | Party::LightAgent => {
                        self.settings.agent_sight() == AgentSight::All
                            || self.works_in(*id, ticket.department.as_ref())
                    }
                    _ => false,
                }
            }
        }
    }

    /// Whether this is who asked, however they are known.
    pub(super) fn asked(&self, actor: &Actor, ticket: &ModelTicket) -> bool {
        match (actor, ticket.requester) {
            (Actor::Agent(id), Requester::Agent(asker)) => *id == asker,
            (Actor::Customer(id), Requester::Contact(asker)) => {
                self.same_person(*id).contains(&asker)
            }
            _ => false,
        }
    }

    /// Whether an agent works in a department; everybody works where there is none.
    pub(super) fn works_in(&self, id: AgentId, department: Option<&DepartmentName>) -> bool {
        let Some(department) = department else { return true };
        self.agents.get(&id).is_some_and(|agent| agent.departments.contains(department))
    }

    /// Whether an agent may own tickets at all: on record, not gone, not a light one.
    pub(super) fn is_worker(&self, id: AgentId) -> bool {
        let agent = self.agents.get(&id);
        agent.is_some_and(|agent| !agent.deactivated && agent.role != Role::Light)
    }

    /// Whether an agent has room for one ticket more.
    pub(super) fn has_room(&self, id: AgentId) -> bool {
        let capacity = self.agents.get(&id).and_then(|agent| agent.capacity);
        capacity.is_none_or(|capacity| self.load(id) < i64::from(capacity))
    }

    pub(super) fn tier(&self, department: Option<&DepartmentName>) -> u8 {
        let known = &self.settings.draft().departments;
        let found = known.iter().find(|known| Some(&known.name) == department);
        found.map_or(0, |department| department.tier)
    }

    pub(super) fn knows_department(&self, department: &DepartmentName) -> bool {
        self.settings.draft().departments.iter().any(|known| known.name == *department)
    }
}

impl ModelTicket {
    /// The contact whose words a command carries, if it carries any.
    pub(super) fn speaks(
        &self,
        actor: &Actor,
        command: &Command,
        now: DateTime<Utc>,
    ) -> Option<ContactId> {
        match (command, actor) {
            (Command::Reply(_), Actor::Customer(contact)) => Some(*contact),
            (Command::Reply(_), Actor::Guest(guest)) => Some(self.admission(*guest, now)?.contact),
            (Command::LogConversation(log), _) if log.said_by == SaidBy::Requester => {
                match self.requester {
                    Requester::Contact(contact) => Some(contact),
                    Requester::Agent(_) => None,
                }
            }
            _ => None,
        }
    }

    /// In which part an actor speaks: T3, "does this count as an answer?".
    pub(super) fn voice(&self, actor: &Actor) -> Voice {
        match actor {
            Actor::Customer(_) | Actor::Guest(_) => Voice::Asks,
            Actor::Agent(id) if self.requester == Requester::Agent(*id) => Voice::Asks,
            Actor::Agent(_) => Voice::Answers,
            Actor::Bot(_) | Actor::AutoResponder(_) | Actor::Host | Actor::System => Voice::Neither,
        }
    }
}

/// Whether a party gives such commands at all. `asker`: who asked, of whatever role, may write
/// and finish; contacts with a copy may write.
pub(super) fn may(party: Party, command: &Command, asker: bool) -> bool {
    use Party::{
        Admin, Agent, AutoResponder, Bot, Customer, Guest, Host, LightAgent, Owner, RestrictedAgent,
    };
    let workers = [Owner, Admin, Agent, RestrictedAgent];
    // Everybody who works on tickets, and the host.
    let staff = || Party::STAFF.contains(&party);
    match command {
        Command::Tick(_) | Command::Adopt(_) => party == Party::System,
        // Who sends, and nobody else, knows what came back.
        Command::ReportUndelivered(_) => [Host, Party::System].contains(&party),
        Command::PutAgent { .. }
        | Command::PublishSettings(_)
        | Command::Redact(_)
        | Command::EraseTicket(_)
        | Command::Hold(_)
        | Command::EraseAgent(_)
        | Command::EraseContact(_) => [Owner, Admin, Host].contains(&party),
        // Of other agents.
        Command::SetAvailability(_) => [Owner, Admin, Host].contains(&party),
        Command::Route(_) => staff() || party == Party::System,
        Command::CreateDesk(_) => party == Host,
        // Only an agent has views of their own.
        Command::SaveViews(_) => workers.contains(&party) || party == LightAgent,
        Command::Open(_) => staff() || [LightAgent, Bot, Customer].contains(&party),
        // Guests, if it was granted.
        Command::Reply(_) => {
            staff() || asker || [Bot, Customer, AutoResponder, Guest].contains(&party)
        }
        Command::FollowUp(_) => staff() || asker || party == Bot,
        Command::Note(_) | Command::MarkTodo(_) => staff() || [LightAgent, Bot].contains(&party),
        Command::PutContact { .. }
        | Command::MergeContacts(_)
        | Command::UndoContactMerge(_)
        | Command::NoteContact(_) => [Owner, Admin, Agent, Host].contains(&party),
        Command::PutOrganisation { .. } => [Owner, Admin, Host].contains(&party),
        Command::BlockContact(_) => staff(),
        // A person takes a ticket for themselves.
        Command::Take(_) => workers.contains(&party),
        // Customers, where they say no more than who follows.
        Command::Edit(edit) if party == Customer => {
            let bare = Edit::new(edit.ticket);
            let (follow, unfollow) = (edit.follow.clone(), edit.unfollow.clone());
            *edit != bare && *edit == Edit { follow, unfollow, ..bare }
        }
        Command::Edit(_) | Command::Transfer(_) | Command::Escalate(_) => staff() || party == Bot,
        // Here the workflow's table says more; a host may open it to customers and bots.
        Command::SetStatus(_) | Command::Postpone(_) | Command::Resolve(_) | Command::Close(_) => {
            staff() || asker || party == Bot
        }
        Command::GrantAccess(_)
        | Command::RevokeAccess(_)
        | Command::LogConversation(_)
        | Command::Assign(_)
        | Command::Unassign(_)
        | Command::Merge(_)
        | Command::UndoMerge(_)
        | Command::Split(_)
        | Command::Link(_)
        | Command::Unlink(_)
        | Command::Reopen(_)
        | Command::ApplyMacro(_) => staff(),
        Command::ProposeSolution(_)
        | Command::MarkSpam(_)
        | Command::UnmarkSpam(_)
        | Command::StartSide(_)
        | Command::ReplySide(_)
        | Command::CloseSide(_) => staff() || party == Bot,
        // The word of who asked, and of nobody else.
        Command::ConfirmSolution(_) | Command::RejectSolution(_) => asker,
    }
}
