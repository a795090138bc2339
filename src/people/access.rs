//! Who may see and do what. Every question of sight in the crate ends in [`sees`].

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, ContactId, DepartmentName};
use crate::people::{Agent, Party, Requester, Role};

/// Which tickets a plain or light agent sees beside their own (those that they own or asked
/// for). Owners and admins see all, restricted agents only their own.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.departments = vec![Department::new("billing")];
/// desk.publish(Actor::Host.at(now), draft.clone().build().unwrap())?;
/// let transfer = Transfer { ticket: id, department: "billing".into(), agent: None };
/// desk.transfer(Actor::Host.at(now), transfer)?;
///
/// // Anna is not in billing.
/// assert!(desk.thread(&agent, id, Revision::ZERO, 10).is_err());
///
/// draft.agent_sight = AgentSight::All;
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
/// assert_eq!(desk.thread(&agent, id, Revision::ZERO, 10)?.len(), 1);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentSight {
    /// Every ticket of the desk.
    All,
    /// Tickets of the agent's departments, and tickets with no department.
    #[default]
    OwnDepartments,
}

/// The facts of a ticket that decide who sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SightOf<'a> {
    /// Who asked.
    pub(crate) requester: Requester,
    /// Who owns it.
    pub(crate) assignee: Option<AgentId>,
    /// Whose queue it is in.
    pub(crate) department: Option<&'a DepartmentName>,
}

/// An actor whose record has been looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who<'a> {
    Customer(ContactId),
    Agent(&'a Agent),
    Bot,
    AutoResponder(ContactId),
    Host,
    System,
}

impl Who<'_> {
    pub(crate) fn party(&self) -> Party {
        match self {
            Self::Customer(_) => Party::Customer,
            Self::Agent(agent) => agent.role().party(),
            Self::Bot => Party::Bot,
            Self::AutoResponder(_) => Party::AutoResponder,
            Self::Host => Party::Host,
            Self::System => Party::System,
        }
    }
}

/// Whether this actor may know that the ticket exists.
///
/// What an actor may not see is, to them, not there: the refusal is the same.
pub(crate) fn sees(who: Who<'_>, ticket: SightOf<'_>, policy: AgentSight) -> bool {
    match who {
        Who::Customer(contact) | Who::AutoResponder(contact) => {
            ticket.requester == Requester::Contact(contact)
        }
        Who::Agent(agent) => {
            let own = ticket.assignee == Some(agent.id())
                || ticket.requester == Requester::Agent(agent.id());
            own || match agent.role() {
                Role::Owner | Role::Admin => true,
                Role::Restricted => false,
                Role::Agent | Role::Light => match policy {
                    AgentSight::All => true,
                    AgentSight::OwnDepartments => {
                        ticket.department.is_none_or(|department| agent.works_in(department))
                    }
                },
            }
        }
        Who::Bot => matches!(ticket.requester, Requester::Contact(_)),
        Who::Host | Who::System => true,
    }
}

/// What a command does, as permissions see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Open,
    Reply,
    Note,
    Log,
    Edit,
    Link,
    /// Saying where a to-do stands.
    Todo,
    /// Taking a ticket for oneself.
    Take,
    /// Giving a ticket to somebody, or taking it from them.
    Assign,
    Transfer,
    Escalate,
    /// Moving the status: the workflow's own table says more.
    SetStatus,
    /// Resolving and closing: the workflow's own table says more.
    Finish,
    Reopen,
    FollowUp,
    /// Settings and agents.
    Govern,
    /// Keeping views of one's own.
    SaveViews,
    Tick,
}

impl Deed {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open such a ticket",
            Self::Reply => "write public messages",
            Self::Note => "write notes",
            Self::Log => "log conversations",
            Self::Edit => "edit tickets",
            Self::Link => "link tickets",
            Self::Todo => "mark to-dos",
            Self::Take => "take tickets",
            Self::Assign => "assign tickets",
            Self::Transfer => "transfer tickets",
            Self::Escalate => "escalate tickets",
            Self::SetStatus => "set a status",
            Self::Finish => "resolve or close tickets",
            Self::Reopen => "reopen tickets by hand",
            Self::FollowUp => "follow up a ticket",
            Self::Govern => "change settings or agents",
            Self::SaveViews => "keep views",
            Self::Tick => "tick",
        }
    }
}

/// Whether this party may do this at all, on a ticket in sight.
///
/// `asker` is true for the agent who asked, on their own internal ticket: there they may do
/// what a customer may on theirs, beside what their role allows.
pub(crate) fn may(party: Party, deed: Deed, asker: bool) -> bool {
    use Deed::{
        Edit, Escalate, Finish, FollowUp, Govern, Note, Open, Reply, SaveViews, SetStatus, Take,
        Tick, Todo, Transfer,
    };
    if asker && matches!(deed, Reply | FollowUp | SetStatus | Finish) {
        return true;
    }
    match party {
        Party::Owner | Party::Admin => deed != Tick,
        Party::Host => !matches!(deed, Take | Tick | SaveViews),
        Party::Agent | Party::RestrictedAgent => !matches!(deed, Govern | Tick),
        Party::LightAgent => matches!(deed, Open | Note | Todo | SaveViews),
        Party::Bot => {
            matches!(
                deed,
                Open | Reply
                    | Note
                    | Todo
                    | Edit
                    | Transfer
                    | Escalate
                    | SetStatus
                    | Finish
                    | FollowUp
            )
        }
        // A customer's moves of status are the workflow's to allow; by default it allows none.
        Party::Customer => matches!(deed, Open | Reply | FollowUp | SetStatus | Finish),
        Party::AutoResponder => deed == Reply,
        Party::System => deed == Tick,
    }
}
