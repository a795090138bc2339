//! What a random history says of contacts and organisations, some of it wrong.

use super::cast;
use super::draw::Draw;
use crate::command::{BlockContact, EraseContact, MergeContacts, NoteContact, UndoContactMerge};
use crate::{
    Actor, Command, ContactId, ContactProfile, FieldName, FieldValue, Identity, OrganisationId,
    OrganisationProfile,
};

impl Draw<'_> {
    /// Something that is done with a contact or an organisation.
    pub(super) fn people(&mut self) -> (Actor, Command) {
        let actor = match self.random.below(12) {
            0..5 => Actor::Host,
            5..10 => Actor::Agent(cast::agent(self.random.below(4) as u128)),
            _ => super::draw::anybody(&mut self.random),
        };
        let contact = self.contact();
        let command = match self.random.below(100) {
            0..35 => Command::PutContact { id: contact, profile: self.contact_profile(contact) },
            35..55 => {
                let (id, profile) = (self.organisation(), self.organisation_profile());
                Command::PutOrganisation { id, profile }
            }
            55..72 => {
                let again = self.random.percent(25);
                let contact = if again { self.merged() } else { contact };
                Command::MergeContacts(MergeContacts { contact, into: self.contact() })
            }
            72..80 => Command::UndoContactMerge(UndoContactMerge { contact: self.merged() }),
            80..91 => {
                let contacts = self.view.model.contacts().iter();
                let blocked = contacts.filter(|(_, it)| it.blocked).map(|(id, _)| *id).next();
                // Mostly lifted again, or nobody writes any more.
                let (contact, blocked) = match blocked {
                    Some(blocked) if self.random.percent(80) => (blocked, false),
                    _ => (contact, self.random.percent(60)),
                };
                Command::BlockContact(BlockContact { contact, blocked, reason: self.text() })
            }
            91..95 => Command::NoteContact(NoteContact { contact, text: self.text() }),
            _ => Command::EraseContact(EraseContact::new(contact, self.text())),
        };
        (actor, command)
    }

    fn contact(&mut self) -> ContactId {
        cast::contact(self.random.below(cast::CONTACTS as usize) as u128)
    }

    /// A contact that was merged, mostly, if there is one.
    fn merged(&mut self) -> ContactId {
        let contacts = self.view.model.contacts().iter();
        let merged: Vec<ContactId> =
            contacts.filter(|(_, it)| it.into.is_some()).map(|(id, _)| *id).collect();
        let any = self.contact();
        if self.random.percent(80) {
            self.random.pick(&merged).copied().unwrap_or(any)
        } else {
            any
        }
    }

    fn organisation(&mut self) -> OrganisationId {
        // One more than there are, mostly: one that nobody has put on record.
        cast::organisation(self.random.below(3) as u128)
    }

    fn contact_profile(&mut self, id: ContactId) -> ContactProfile {
        let known = self.view.model.contacts().get(&id);
        if let Some(known) = known
            && self.random.percent(15)
        {
            return known.profile.clone();
        }
        let mut profile = ContactProfile {
            name: self.maybe(70, |draw| {
                let bad = draw.random.percent(5);
                draw.one(if bad { ["", " Edge", "\n"] } else { ["Maria", "Otto", "Lea"] }).into()
            }),
            identities: (0..self.random.below(4)).map(|_| self.identity()).collect(),
            location: self.maybe(10, |draw| draw.one(["Rome", "", "Köln"]).into()),
            time_zone: self.maybe(10, |draw| draw.one(["Europe/Rome", "UTC", "a//b"]).into()),
            language: self.maybe(10, |draw| draw.one(["it", "pt-BR", "x"]).into()),
            organisation: self.maybe(15, Self::organisation),
            ..ContactProfile::default()
        };
        profile.fields.extend(self.maybe(10, Self::detail));
        profile
    }

    fn identity(&mut self) -> Identity {
        if self.random.percent(3) {
            return self.one([
                Identity::email("no address"),
                Identity::phone("0221 4711"),
                Identity::social("a:b", "maria"),
                Identity::other("customer", ""),
            ]);
        }
        let emails = ["maria@one.example", "Maria@One.example", "otto@two.example"];
        let phones = ["+39 06 123456", "+3906123456", "+49-221-4711"];
        match self.random.below(20) {
            0..10 => Identity::email(self.one(emails)),
            10..16 => Identity::phone(self.one(phones)),
            16..18 => Identity::social(self.one(["x", "X"]), self.one(["maria", "Otto"])),
            _ => Identity::other("customer", self.one(["1001", "1002"])),
        }
    }

    fn organisation_profile(&mut self) -> OrganisationProfile {
        let bad = self.random.percent(5);
        let domains = if bad {
            ["not one", "", "a..b"]
        } else {
            ["one.example", "ONE.example", "two.example"]
        };
        let mut profile = OrganisationProfile {
            name: self.one(["One", "Two", "Three", "One", "Two", "Three", ""]).into(),
            group: self.maybe(20, |draw| draw.one(["gold", "gold", "lead"]).into()),
            contract: self.maybe(10, |draw| draw.one(["premium", "basic", " edge"]).into()),
            domains: (0..1 + self.random.below(2)).map(|_| self.one(domains).into()).collect(),
            ..OrganisationProfile::default()
        };
        profile.fields.extend(self.maybe(10, Self::detail));
        profile
    }

    fn detail(&mut self) -> (FieldName, FieldValue) {
        let text = self.one(["blue", "far too long for it"]);
        match self.random.below(4) {
            0 => ("floor".into(), FieldValue::Integer(self.random.below(120) as i64)),
            1 => ("mood".into(), FieldValue::Boolean(true)),
            _ => ("badge".into(), FieldValue::Text(text.into())),
        }
    }
}
