//! What may be done with contacts, beside saying what they are: a struct for each command.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, ContactId};

/// Merges a contact into another: one person, known twice.
///
/// The merged one keeps its record and its identities, and points to the other, which speaks for
/// it from now on: [`Desk::contact_by`](crate::Desk::contact_by) gives that one, whoever acts as
/// one of the two sees the tickets of both, and organisation and blocking are those of the one
/// that was merged into. Nothing on any ticket is rewritten. Where the one to merge into was
/// merged itself, the one that speaks for it is meant; merging what is merged already changes
/// nothing. A contact without a record gets one.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but owners, admins, agents and the host.
/// - [`MergeIntoSelf`](crate::Refusal::MergeIntoSelf): into itself, or into what was merged into
///   it.
/// - [`ContactMerged`](crate::Refusal::ContactMerged): it was merged into another; undo that
///   first.
/// - [`LimitExceeded`](crate::Refusal::LimitExceeded): the one merged into would have more members
///   than [`Limits::contact_merges`](crate::Limits::contact_merges).
///
/// # Examples
///
/// ```
#[doc = include_str!("../example.txt")]
/// // Maria wrote by chat before anybody knew who she was.
/// let (visitor, chat) = (ContactId::from_u128(70), TicketId::from_u128(2));
/// let open = Open::new(chat, Requester::Contact(visitor), "Is anybody there?");
/// desk.open(Actor::Customer(visitor).at(now), open)?;
/// assert!(desk.thread(&customer, now, chat, None, 10).is_err());
///
/// desk.merge_contacts(agent.at(now), MergeContacts::new(visitor, maria))?;
/// assert_eq!(desk.contact(visitor)?.unwrap().merged_into(), Some(maria));
/// assert_eq!(desk.thread(&customer, now, chat, None, 10)?.posts.len(), 1);
///
/// // It was somebody else after all.
/// desk.undo_contact_merge(agent.at(now), UndoContactMerge { contact: visitor })?;
/// assert!(desk.thread(&customer, now, chat, None, 10).is_err());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MergeContacts {
    /// The contact that is merged.
    pub contact: ContactId,
    /// The contact that speaks for both from now on.
    pub into: ContactId,
}

impl MergeContacts {
    /// The first contact into the second, which speaks for both.
    pub fn new(contact: ContactId, into: ContactId) -> Self {
        Self { contact, into }
    }
}

/// Undoes a merge: the contact stands for itself again, with those that had been merged into it.
///
/// What came since (identities, notes, a block) stays with the contact whose record has it.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but owners, admins, agents and the host.
/// - [`ContactNotMerged`](crate::Refusal::ContactNotMerged): the contact was not merged into another.
///
/// [`MergeContacts`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UndoContactMerge {
    /// The contact that was merged.
    pub contact: ContactId,
}

/// Blocks a contact, or lifts the block: what they ask for is refused.
///
/// A blocked contact opens no ticket, replies on none and moves none, nor does an auto-responder or
/// a guest in their name, and nobody opens one on their behalf
/// ([`Blocked`](crate::Refusal::Blocked)). They still read what they see. Agents may still reach
/// out to them, and log what was said, unless that would open a new ticket. Of contacts that were merged, the block of the one that
/// speaks for them counts, and this is about that one. A contact without a record gets one. Where
/// the contact is as it should be already, nothing changes.
///
/// A block is the contact's, by its id, and stays when what is personal of the record is
/// [erased](EraseContact). An address is not blocked: released, it may be that of another contact.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but agents who are not light ones, and
///   the host.
/// - [`Empty`](crate::Refusal::Empty): no reason.
///
/// # Examples
///
/// ```
#[doc = include_str!("../example.txt")]
/// let block = BlockContact::new(maria, true, "Sends advertisements.");
/// desk.block_contact(agent.at(now), block)?;
///
/// let refused = desk.reply(customer.at(now), Reply::new(id, "Buy now!")).unwrap_err();
/// assert_eq!(refused.refusal().unwrap().code(), "blocked");
/// desk.reply(agent.at(now), Reply::new(id, "No, thank you."))?;
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BlockContact {
    /// Which contact.
    pub contact: ContactId,
    /// Whether they are to be blocked, or no longer.
    pub blocked: bool,
    /// Why, for the colleagues; must not be empty.
    pub reason: String,
}

impl BlockContact {
    /// Blocks this contact, or no longer, for this reason.
    pub fn new(contact: ContactId, blocked: bool, reason: impl Into<String>) -> Self {
        Self { contact, blocked, reason: reason.into() }
    }
}

/// Writes a note about a contact, for colleagues: no customer ever reads it.
///
/// It is read with [`Desk::contact_notes`](crate::Desk::contact_notes), and survives a merge: of
/// contacts that were merged, the notes of all are read together. A note about one that was merged
/// is written to the record of the one that speaks for it. A contact without a record gets one.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but owners, admins, agents and the host.
/// - [`Empty`](crate::Refusal::Empty): no text.
///
/// # Examples
///
/// ```
#[doc = include_str!("../example.txt")]
/// let note = NoteContact::new(maria, "Prefers to be called in the morning.");
/// desk.note_contact(agent.at(now), note)?;
///
/// let page = desk.contact_notes(&agent, now, maria, None, 10)?;
/// assert_eq!(page.notes[0].text.as_str(), "Prefers to be called in the morning.");
/// assert!(desk.contact_notes(&customer, now, maria, None, 10).is_err());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NoteContact {
    /// Which contact.
    pub contact: ContactId,
    /// What is to be remembered; must not be empty.
    pub text: String,
}

impl NoteContact {
    /// This note about this contact.
    pub fn new(contact: ContactId, text: impl Into<String>) -> Self {
        Self { contact, text: text.into() }
    }
}

/// Erases what is on record of a person, who wants to be forgotten: names, identities, whatever
/// else is personal, notes, and reasons in words for blocking. Their tickets are another matter:
/// [`Desk::erase_requester`](crate::Desk::erase_requester) erases them too, and then does this.
///
/// Contacts that were merged are one person: whichever of them is named, the record of each is
/// erased, in one commit; to keep one of them, undo its merge first. Each becomes a visitor again,
/// of no organisation, and what it was recognised by is free: another contact may be put on record
/// with the same address. Each history gets an event
/// ([`ContactChange::Erased`](crate::ContactChange::Erased)) with what was erased and why.
///
/// Facts stay: the ids, who was merged into whom, how many notes there are, that the contact is
/// [blocked](BlockContact) and since when, and in the history the kinds of identities, the
/// organisations, and values of fields that are neither free text nor personal by their
/// definition. Reasons for erasing stay, too, and are no place for what is personal.
///
/// Doing it twice changes nothing, unless something personal was put on record since; nor does it
/// for a contact without a record. A [hold](crate::command::Hold) is of a ticket, and does not
/// keep this from being done.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but owners, admins and the host.
/// - [`Empty`](crate::Refusal::Empty): no reason.
/// - [`HistoryUnreadable`](crate::Refusal::HistoryUnreadable): a newer build has written to one
///   of the records.
///
/// # Examples
///
/// ```
#[doc = include_str!("../example.txt")]
/// let address = Identity::email("maria@example.com");
/// let profile = ContactProfile::new("Maria").identity(address.clone());
/// desk.put_contact(agent.at(now), maria, profile.clone())?;
///
/// let erase = EraseContact::new(maria, "Asked for on 1 March.");
/// desk.erase_contact(Actor::Host.at(now), erase.clone())?;
/// let contact = desk.contact(maria)?.unwrap();
/// assert!(contact.is_erased() && contact.name().is_none() && contact.visitor().is_some());
/// assert!(desk.erase_contact(Actor::Host.at(now), erase)?.is_no_op());
///
/// // Somebody else has the address now.
/// desk.put_contact(agent.at(now), ContactId::from_u128(70), profile)?;
/// assert_eq!(desk.contact_by(&address)?.unwrap().id(), ContactId::from_u128(70));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EraseContact {
    /// Which contact: any of those that were merged.
    pub contact: ContactId,
    /// Why, for the record; must not be empty, and not be personal.
    pub reason: String,
}

impl EraseContact {
    /// All of this person, for this reason.
    pub fn new(contact: ContactId, reason: impl Into<String>) -> Self {
        Self { contact, reason: reason.into() }
    }
}

/// Says whether an agent takes work: what routing asks before it gives them a ticket.
///
/// It is the agent's own word, or that of whoever governs the desk. What they own stays theirs, and
/// a hand may give them more; see [`Desk::set_availability`](crate::Desk::set_availability), which
/// also gives those who are back what waits. Saying what is so already changes nothing.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): of another agent, by anyone but owners, admins and
///   the host.
/// - [`NoSuchAgent`](crate::Refusal::NoSuchAgent): the agent is not on record.
///
/// # Examples
///
/// ```
#[doc = include_str!("../example.txt")]
/// desk.set_availability(agent.at(now), SetAvailability { agent: anna, available: false })?;
/// assert!(!desk.agent(anna)?.unwrap().is_available());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SetAvailability {
    /// Which agent.
    pub agent: AgentId,
    /// Whether they take work.
    pub available: bool,
}
