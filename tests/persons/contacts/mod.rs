//! Contacts and organisations as records: who somebody is, to whom they belong, who is the same.

mod blocking;
mod merging;
mod notes;
mod organisations;
mod profiles;
mod timeline;

use std::sync::Arc;

use crate::support::*;
use helpdesk::{
    Actor, Command, Contact, ContactId, ContactProfile, DeskError, Identity, OrganisationId,
    OrganisationProfile, Outcome,
};

const ACME: OrganisationId = OrganisationId::from_u128(0xACE);
const EVIL: OrganisationId = OrganisationId::from_u128(0xE71);
const LEA: ContactId = ContactId::from_u128(0x1EA);

fn email(address: &str) -> Identity {
    Identity::email(address)
}

fn put(desk: &TestDesk, id: ContactId, profile: ContactProfile) -> Outcome {
    desk.ok(&Actor::Host, Command::PutContact { id, profile })
}

fn refused_put(desk: &TestDesk, id: ContactId, profile: ContactProfile) -> &'static str {
    code(desk.run(&Actor::Host, Command::PutContact { id, profile }))
}

fn put_organisation(desk: &TestDesk, id: OrganisationId, profile: OrganisationProfile) -> Outcome {
    desk.ok(&Actor::Host, Command::PutOrganisation { id, profile })
}

fn code(result: Result<Outcome, DeskError>) -> &'static str {
    let error = result.unwrap_err();
    error.refusal().unwrap_or_else(|| panic!("{error}")).code()
}

fn contact(desk: &TestDesk, id: ContactId) -> Arc<Contact> {
    desk.desk.contact(id).unwrap().unwrap()
}
