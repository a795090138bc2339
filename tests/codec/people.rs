//! Samples of contacts and organisations, and of what tickets and settings say of them.

use std::sync::Arc;

use helpdesk::{
    Actor, Author, Change, ContactChange, ContactFacts, ContactId, ContactMember, CustomerSight,
    Event, FieldDef, FieldFact, FieldKind, FieldValue, Head, Identity, IdentityKind, Key, Opened,
    OrganisationChange, OrganisationId, Personal, SettingsDraft, TicketChange, fold,
};

use crate::samples::{ANNA, DESK, MARIA, TICKET, event, opened, plain};

const ACME: OrganisationId = OrganisationId::from_u128(0x06);

/// All of it.
pub(crate) fn history() -> Vec<Event> {
    let mut all = contact_history();
    all.extend(organisation_history());
    all.push(organised_opening());
    all.push(settings_of_people());
    all
}

/// What it folds to, also where the words were erased.
pub(crate) fn heads() -> Vec<(Key, Head)> {
    let (ticket, settings) = (Key::ticket(DESK, TICKET), Key::settings(DESK));
    let mut heads = vec![
        (ticket, fold(ticket, [&organised_opening()]).unwrap()),
        (settings, fold(settings, [&settings_of_people()]).unwrap()),
    ];
    let (contact, organisation) = (Key::contact(DESK, MARIA), Key::organisation(DESK, ACME));
    for (key, mut history) in [(contact, contact_history()), (organisation, organisation_history())]
    {
        for length in 1..=history.len() {
            heads.push((key, fold(key, &history[..length]).unwrap()));
        }
        history.iter_mut().for_each(|event| event.personal = None);
        heads.push((key, fold(key, &history[..2]).unwrap()));
        heads.push((key, fold(key, &history[..history.len().min(5)]).unwrap()));
    }
    heads
}

/// Settings that say of contacts and organisations what there is to say.
fn settings_of_people() -> Event {
    let field = || vec![FieldDef::new("badge", FieldKind::Text { max_bytes: 9 }).personal()];
    let mut draft = SettingsDraft {
        customer_sight: CustomerSight::Organisation,
        contact_fields: field(),
        organisation_fields: field(),
        customer_groups: vec!["gold".into()],
        ..SettingsDraft::default()
    };
    (draft.limits.identities, draft.limits.contact_merges, draft.limits.domains) = (5, 6, 7);
    let settings = Change::Settings(Arc::new(draft.build().unwrap()));
    event(1, plain(Actor::Host), settings, None)
}

/// Of each kind one.
pub(crate) fn identities() -> Vec<Identity> {
    vec![
        Identity::email("Maria@example.com"),
        Identity::phone("+39 (06) 698-12345"),
        Identity::social("mastodon", "@maria:example.com"),
        Identity::other("customer_number", "4711: \"ü\""),
    ]
}

pub(crate) const IDENTITY_KINDS: [IdentityKind; 4] =
    [IdentityKind::Email, IdentityKind::Phone, IdentityKind::Social, IdentityKind::Other];

/// Everything that happens to a contact.
pub(crate) fn contact_history() -> Vec<Event> {
    let (double, other) = (ContactId::from_u128(0xC2), ContactId::from_u128(0xC3));
    let visitor = ContactFacts { visitor: Some("visitor-7f3a9c".into()), ..Default::default() };
    let named = ContactFacts {
        has_name: true,
        identities: IDENTITY_KINDS.to_vec(),
        organisation: Some(ACME),
        by_domain: true,
        fields: vec![
            ("floor".into(), FieldFact::Value(FieldValue::Integer(3))),
            ("badge".into(), FieldFact::Personal),
        ],
        ..visitor.clone()
    };
    let words = Personal {
        name: Some("Maria".into()),
        identities: identities(),
        location: Some("Rome".into()),
        time_zone: Some("Europe/Rome".into()),
        language: Some("it".into()),
        fields: vec![("badge".into(), FieldValue::Text("blue".into()))],
        ..Personal::default()
    };
    let text = || Personal { text: Some("Words".into()), ..Personal::default() };
    let member = |contact, into| ContactMember { contact, into };
    let changes = [
        (ContactChange::Described(visitor), Some(Personal::default())),
        (ContactChange::Described(named), Some(words)),
        (ContactChange::Noted { author: Author::Agent(ANNA), bytes: 5 }, Some(text())),
        (ContactChange::Blocked { bytes: 5 }, Some(text())),
        (
            ContactChange::Absorbed { members: vec![member(double, MARIA), member(other, double)] },
            None,
        ),
        (ContactChange::Released { contacts: vec![double, other] }, None),
        (ContactChange::MergedInto { into: double }, None),
        (ContactChange::MergeUndone { members: vec![member(other, MARIA)] }, None),
        (ContactChange::Unblocked { bytes: 5 }, Some(text())),
    ];
    let events = changes.into_iter().enumerate().map(|(place, (change, personal))| {
        event(place as u64 + 1, plain(Actor::Host), Change::Contact(change), personal)
    });
    events.collect()
}

/// An organisation of which nothing is known but the name, and then everything.
pub(crate) fn organisation_history() -> Vec<Event> {
    let whole = OrganisationChange {
        group: Some("gold".into()),
        contract: Some("premium".into()),
        domains: vec!["acme.example".into(), "example.com".into()],
        fields: vec![("badge".into(), FieldFact::Personal)],
    };
    let fields = vec![("badge".into(), FieldValue::Text("blue".into()))];
    let changes = [(OrganisationChange::default(), Vec::new()), (whole, fields)];
    let events = changes.into_iter().enumerate().map(|(place, (change, fields))| {
        let personal = Personal { name: Some("Acme".into()), fields, ..Personal::default() };
        let change = Change::Organisation(change);
        event(place as u64 + 1, plain(Actor::Host), change, Some(personal))
    });
    events.collect()
}

/// An opening by somebody of an organisation.
fn organised_opening() -> Event {
    let opened = Opened { organisation: Some(ACME), ..opened() };
    let change = Change::Ticket(TicketChange::Opened(Box::new(opened)));
    let personal = Personal { subject: Some("Printer".into()), ..Personal::default() };
    event(1, plain(Actor::Customer(MARIA)), change, Some(personal))
}
