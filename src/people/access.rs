//! Who may see and do what. Every question of sight in the crate ends in [`sight`].

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, ContactId, DepartmentName, GuestId, OrganisationId};
use crate::people::{Agent, Contact, Follower, Grant, GuestRight, Party, Requester, Role};
use crate::time::Instant;

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
/// assert!(desk.thread(&agent, now, id, None, 10).is_err());
///
/// draft.agent_sight = AgentSight::All;
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
/// assert_eq!(desk.thread(&agent, now, id, None, 10)?.posts.len(), 1);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AgentSight {
    /// Every ticket of the desk.
    All,
    /// Tickets of the agent's departments, and tickets with no department.
    #[default]
    OwnDepartments,
}

/// Which tickets a customer sees beside their own. Nobody but agents ever sees internal ones.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.customer_sight = CustomerSight::Organisation;
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let (acme, otto) = (OrganisationId::from_u128(5), ContactId::from_u128(9));
/// desk.put_organisation(Actor::Host.at(now), acme, OrganisationProfile::new("Acme"))?;
/// for (who, name) in [(maria, "Maria"), (otto, "Otto")] {
///     let profile = ContactProfile::new(name).organisation(acme);
///     desk.put_contact(Actor::Host.at(now), who, profile)?;
/// }
/// let theirs = TicketId::from_u128(2);
/// desk.open(customer.at(now), Open::new(theirs, Requester::Contact(maria), "No paper"))?;
/// assert_eq!(desk.thread(&Actor::Customer(otto), now, theirs, None, 10)?.posts.len(), 1);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CustomerSight {
    /// None.
    #[default]
    Own,
    /// Those of the organisation that they belong to now, of whoever belonged to it when the
    /// ticket was opened.
    Organisation,
}

impl CustomerSight {
    pub(crate) fn is_own(&self) -> bool {
        matches!(self, Self::Own)
    }
}

/// What the settings say of who sees what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SightPolicy {
    pub(crate) agents: AgentSight,
    pub(crate) customers: CustomerSight,
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
    /// Who follows it.
    pub(crate) followers: &'a [Follower],
    /// Who was let in to it.
    pub(crate) grants: &'a [Grant],
    /// The organisation that the requester belonged to.
    pub(crate) organisation: Option<OrganisationId>,
}

impl<'a> SightOf<'a> {
    /// What this guest was granted, if it still holds.
    pub(crate) fn grant(&self, guest: GuestId, now: Instant) -> Option<&'a Grant> {
        self.grants.iter().find(|grant| grant.guest == guest && grant.holds(now))
    }
}

/// A contact who acts, with what is on record of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Customer<'a> {
    /// As whom they act.
    pub(crate) id: ContactId,
    /// The record; of one that was merged, that of the contact that speaks for it. `None`: there
    /// is none.
    pub(crate) record: Option<&'a Contact>,
}

impl<'a> Customer<'a> {
    /// Whether this is they, however they were known.
    pub(crate) fn is(&self, contact: ContactId) -> bool {
        self.ids().any(|id| id == contact)
    }

    /// All that they are known as: as whom they act, first.
    pub(crate) fn ids(&self) -> impl Iterator<Item = ContactId> + 'a {
        let id = self.id;
        let others = self.record.into_iter().flat_map(Contact::ids).filter(move |it| *it != id);
        [id].into_iter().chain(others)
    }

    /// Whether they are among these, however they were known.
    pub(crate) fn follows(&self, followers: &[Follower]) -> bool {
        let contact = |follower: &Follower| match follower {
            Follower::Contact(contact) => Some(*contact),
            Follower::Agent(_) => None,
        };
        followers.iter().filter_map(contact).any(|contact| self.is(contact))
    }

    /// The organisation that they belong to.
    pub(crate) fn organisation(&self) -> Option<OrganisationId> {
        self.record.and_then(Contact::organisation)
    }
}

/// An actor whose record has been looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who<'a> {
    Customer(Customer<'a>),
    Agent(&'a Agent),
    Bot,
    AutoResponder(Customer<'a>),
    /// A guest, at an instant: a grant ends.
    Guest(GuestId, Instant),
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
            Self::Guest(..) => Party::Guest,
            Self::Host => Party::Host,
            Self::System => Party::System,
        }
    }

    /// Whether they stand outside of the desk, and know nothing of a ticket but what is public.
    pub(crate) fn is_outside(&self) -> bool {
        match self {
            Self::Customer(_) | Self::AutoResponder(_) | Self::Guest(..) => true,
            Self::Agent(_) | Self::Bot | Self::Host | Self::System => false,
        }
    }
}

/// How much of a ticket somebody sees: each all that the ones before it do.
///
/// Every road to a ticket (commands, listings, threads, activity, notices) asks one function for
/// it, and what a road shows is by this alone.
///
/// ```
#[doc = include_str!("../example.txt")]
/// assert_eq!(desk.sight(&customer, now, id)?, Sight::Public);
/// assert_eq!(desk.sight(&agent, now, id)?, Sight::Full);
/// assert!(Sight::Public < Sight::Full);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// That it is there, what it is called by (its reference), and its status.
    Status,
    /// What its requester sees: public messages, where it moved, public facts
    /// ([`Fact::is_public`](crate::Fact::is_public)).
    Public,
    /// Everything: notes, who works on it, what caused each change.
    Full,
}

/// How much of the ticket this actor sees; `None`: to them it is not there, and the refusal is
/// the same as if it were not.
pub(crate) fn sight(who: Who<'_>, ticket: SightOf<'_>, policy: SightPolicy) -> Option<Sight> {
    let level = match who {
        Who::Agent(_) | Who::Host | Who::System => Sight::Full,
        Who::Customer(_) | Who::AutoResponder(_) | Who::Bot => Sight::Public,
        Who::Guest(guest, now) => {
            let rights = &ticket.grant(guest, now)?.rights;
            if rights.contains(&GuestRight::View) { Sight::Public } else { Sight::Status }
        }
    };
    sees(who, ticket, policy).then_some(level)
}

fn sees(who: Who<'_>, ticket: SightOf<'_>, policy: SightPolicy) -> bool {
    match who {
        Who::Customer(customer) | Who::AutoResponder(customer) => match ticket.requester {
            Requester::Contact(contact) => {
                customer.is(contact)
                    || customer.follows(ticket.followers)
                    || match policy.customers {
                        CustomerSight::Own => false,
                        CustomerSight::Organisation => {
                            let organisation = customer.organisation();
                            organisation.is_some() && ticket.organisation == organisation
                        }
                    }
            }
            Requester::Agent(_) => false,
        },
        Who::Agent(agent) => {
            let own = ticket.assignee == Some(agent.id())
                || ticket.requester == Requester::Agent(agent.id());
            own || match agent.role() {
                Role::Owner | Role::Admin => true,
                Role::Restricted => false,
                Role::Agent | Role::Light => match policy.agents {
                    AgentSight::All => true,
                    AgentSight::OwnDepartments => {
                        ticket.department.is_none_or(|department| agent.works_in(department))
                    }
                },
            }
        }
        Who::Bot => matches!(ticket.requester, Requester::Contact(_)),
        Who::Guest(guest, now) => ticket.grant(guest, now).is_some(),
        Who::Host | Who::System => true,
    }
}

/// What a command does, as permissions see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Open,
    Reply,
    Note,
    /// Letting guests in, and out.
    Grant,
    Log,
    Edit,
    /// Saying who follows, and nothing else; whom a contact may name is not asked here.
    Follow,
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
    /// Merging, and undoing a merge.
    Merge,
    Split,
    /// Settings and agents.
    Govern,
    /// Saying whether another agent takes work; one's own word is not asked for here.
    SetAvailability,
    /// Keeping views of one's own.
    SaveViews,
    /// Saying what contacts are, merging them, and notes about them.
    KeepContacts,
    BlockContact,
    /// Saying what organisations are.
    KeepOrganisations,
    Tick,
    /// Following settings that were published since.
    Adopt,
    /// Having an owner looked for by the rules.
    Route,
    /// Erasing what is personal.
    Erase,
    /// Legal hold, and release from it.
    Hold,
    /// Proposing a solution: the workflow's own table says more.
    Propose,
    /// The word of who asked on a proposed solution.
    Confirm,
    /// Marking as spam, and taking the mark back.
    Spam,
    /// Talking with third parties; what a third party may is not asked here.
    Side,
    /// Applying macros: of what they do, each is asked for itself.
    ApplyMacro,
    /// Reporting what was not delivered.
    ReportUndelivered,
}

impl Deed {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open such a ticket",
            Self::Reply => "write public messages",
            Self::Note => "write notes",
            Self::Grant => "let guests in",
            Self::Log => "log conversations",
            Self::Edit => "edit tickets",
            Self::Follow => "say that these follow or do not",
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
            Self::Merge => "merge tickets",
            Self::Split => "split tickets",
            Self::Govern => "change settings or agents",
            Self::SetAvailability => "say whether others take work",
            Self::SaveViews => "keep views",
            Self::KeepContacts => "keep records of contacts",
            Self::BlockContact => "block contacts",
            Self::KeepOrganisations => "keep records of organisations",
            Self::Tick => "tick",
            Self::Adopt => "adopt settings",
            Self::Route => "have tickets routed",
            Self::Erase => "erase what is personal",
            Self::Hold => "put tickets on legal hold or release them",
            Self::Propose => "propose solutions here",
            Self::Confirm => "confirm or reject solutions",
            Self::Spam => "mark spam",
            Self::Side => "write on side conversations",
            Self::ApplyMacro => "apply macros",
            Self::ReportUndelivered => "report what was not delivered",
        }
    }
}

/// Whether this party may do this at all, on a ticket in sight.
///
/// `asker` is true for the contact who asked, and for the agent who did, on their own internal
/// ticket: what only they may do is theirs, whatever their role. A contact who follows a
/// ticket reads it and writes on it.
pub(crate) fn may(party: Party, deed: Deed, asker: bool) -> bool {
    use Deed::{
        Adopt, Confirm, Edit, Erase, Escalate, Finish, Follow, FollowUp, Govern, Hold,
        KeepContacts, KeepOrganisations, Note, Open, Propose, Reply, ReportUndelivered, Route,
        SaveViews, SetAvailability, SetStatus, Side, Spam, Take, Tick, Todo, Transfer,
    };
    if asker && matches!(deed, Reply | FollowUp | SetStatus | Finish | Confirm) {
        return true;
    }
    match party {
        Party::Owner | Party::Admin => !matches!(deed, Adopt | Tick | Confirm | ReportUndelivered),
        Party::Host => !matches!(deed, Adopt | Take | Tick | SaveViews | Confirm),
        Party::Agent => !matches!(
            deed,
            Adopt
                | Govern
                | SetAvailability
                | KeepOrganisations
                | Tick
                | Erase
                | Hold
                | Confirm
                | ReportUndelivered
        ),
        Party::RestrictedAgent => !matches!(
            deed,
            Adopt
                | Govern
                | SetAvailability
                | KeepContacts
                | KeepOrganisations
                | Tick
                | Erase
                | Hold
                | Confirm
                | ReportUndelivered
        ),
        Party::LightAgent => matches!(deed, Open | Note | Todo | SaveViews),
        Party::Bot => {
            matches!(
                deed,
                Open | Reply
                    | Note
                    | Todo
                    | Edit
                    | Follow
                    | Transfer
                    | Escalate
                    | SetStatus
                    | Finish
                    | FollowUp
                    | Propose
                    | Spam
                    | Side
            )
        }
        // Of the asker's moves of status, the workflow allows by default none.
        Party::Customer => matches!(deed, Open | Reply | Follow),
        // What their grant says.
        Party::AutoResponder | Party::Guest => deed == Reply,
        Party::System => matches!(deed, Adopt | Route | Tick | ReportUndelivered),
    }
}
