//! Every value of the vocabularies that what is stored is made of.

use chrono::{DateTime, NaiveDate, Utc};
use helpdesk::{
    Actor, AgentId, Author, Channel, ContactId, DeskId, FieldKind, FieldValue, Follower, Moved,
    Part, PriorityBy, RecordKind, Role, Rule, TicketId, Unassigning, WaitsFor,
};

pub(crate) const DESK: DeskId = DeskId::from_u128(0xD);
pub(crate) const TICKET: TicketId = TicketId::from_u128(0x71);
pub(crate) const MARIA: ContactId = ContactId::from_u128(0xC1);
pub(crate) const ANNA: AgentId = AgentId::from_u128(0xA1);
pub(crate) const BEN: AgentId = AgentId::from_u128(0xA2);

pub(crate) fn monday() -> DateTime<Utc> {
    "2026-03-02T09:00:00.000001Z".parse().unwrap()
}

/// Those who act, as schema 0 had them; guests came later.
pub(crate) fn actors() -> Vec<Actor> {
    vec![
        Actor::Customer(MARIA),
        Actor::Agent(ANNA),
        Actor::Bot("greeter".into()),
        Actor::AutoResponder(MARIA),
        Actor::Host,
        Actor::System,
    ]
}

pub(crate) fn authors() -> Vec<Author> {
    vec![
        Author::Customer(MARIA),
        Author::Agent(ANNA),
        Author::LightAgent(BEN),
        Author::Bot("greeter".into()),
        Author::AutoResponder(MARIA),
        Author::Host,
    ]
}

pub(crate) fn channels() -> Vec<Channel> {
    vec![
        Channel::Email,
        Channel::WebForm,
        Channel::Chat,
        Channel::Phone,
        Channel::Video,
        Channel::Social("mastodon".into()),
        Channel::Messenger("signal".into()),
        Channel::Api,
        Channel::Other("fax \"2\"\n".into()),
    ]
}

/// What came to be after the first golden lines were written, which never change.
pub(crate) const LATER_RULES: [Rule; 4] =
    [Rule::Retention, Rule::OnMerge, Rule::Reminder, Rule::Sla];

pub(crate) const RULES: [Rule; 8] = [
    Rule::OnCustomerReply,
    Rule::OnAgentReply,
    Rule::OnTake,
    Rule::OwnerOnReopen,
    Rule::Wake,
    Rule::AutoClose,
    Rule::OpenAge,
    Rule::Adoption,
];

pub(crate) const KINDS: [RecordKind; 5] = [
    RecordKind::Settings,
    RecordKind::Agent,
    RecordKind::Contact,
    RecordKind::Organisation,
    RecordKind::Ticket,
];

pub(crate) const MOVES: [Moved; 10] = [
    Moved::ByHand,
    Moved::Postponed,
    Moved::Resolved,
    Moved::Closed,
    Moved::Reopened,
    Moved::CustomerReplied,
    Moved::AgentReplied,
    Moved::Taken,
    Moved::Woken,
    Moved::AutoClosed,
];

/// Those that came later than the samples of the first form.
pub(crate) const LATER_MOVES: [Moved; 3] = [Moved::Merged, Moved::Absorbed, Moved::Released];

pub(crate) const UNASSIGNINGS: [Unassigning; 4] = [
    Unassigning::ByHand,
    Unassigning::Transferred,
    Unassigning::NotEligible,
    Unassigning::AtCapacity,
];

pub(crate) const PRIORITY_BY: [PriorityBy; 4] =
    [PriorityBy::Default, PriorityBy::Hand, PriorityBy::Matrix, PriorityBy::Inherited];

pub(crate) const PARTS: [Part; 3] = [Part::Asks, Part::Answers, Part::Neither];

pub(crate) const ROLES: [Role; 5] =
    [Role::Owner, Role::Admin, Role::Agent, Role::Restricted, Role::Light];

pub(crate) fn values() -> Vec<FieldValue> {
    vec![
        FieldValue::Text("für Ÿvonne, 🔥".into()),
        FieldValue::Integer(i64::MIN),
        FieldValue::Boolean(true),
        FieldValue::Date(NaiveDate::from_ymd_opt(2026, 2, 28).unwrap()),
        FieldValue::Choice("blue".into()),
    ]
}

pub(crate) fn field_kinds() -> Vec<FieldKind> {
    vec![
        FieldKind::Text { max_bytes: 200 },
        FieldKind::Integer { min: i64::MIN, max: i64::MAX },
        FieldKind::Boolean,
        FieldKind::Date,
        FieldKind::Choice { options: vec!["blue".into(), "red".into()] },
    ]
}

pub(crate) const FOLLOWERS: [Follower; 2] = [Follower::Contact(MARIA), Follower::Agent(BEN)];

pub(crate) const WAITS: [WaitsFor; 3] = [WaitsFor::Customer, WaitsFor::ThirdParty, WaitsFor::Desk];
