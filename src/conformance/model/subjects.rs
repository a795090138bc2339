//! What tickets are about in the model, and what others call them: T10 of the requirements.

use std::collections::BTreeSet;

use super::{Model, ModelTicket, NAME, Step, is_label};
use crate::command::Edit;
use crate::{About, ExternalRef, Party};

/// Whether this can be the name of a kind, a role or a provider: a name without what stands
/// between names.
fn is_word(name: &str, separators: &[char]) -> bool {
    is_label(name, NAME) && !name.contains(separators)
}

impl Model {
    /// Attaches subjects to a new ticket. Whoever may open it may say what it is about.
    pub(super) fn relate(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        add: &BTreeSet<About>,
    ) {
        for about in add.difference(&ticket.subjects.clone()) {
            let subject = &about.subject;
            step.require(is_word(subject.kind.as_str(), &[':', '/']), "bad_name");
            if let Some(role) = &about.role {
                step.require(is_word(role.as_str(), &[':', '/']), "bad_name");
            }
            self.at_most(step, subject.id.len(), self.settings.limits().object_id_bytes);
            step.require(is_label(&subject.id, usize::MAX), "bad_name");
            ticket.subjects.insert(about.clone());
        }
    }

    /// Gives a ticket names in other systems. None of them is another ticket's.
    pub(super) fn refer(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        add: &BTreeSet<ExternalRef>,
    ) {
        for reference in add.difference(&ticket.external_refs.clone()) {
            let ExternalRef { provider, scope, id } = reference;
            step.require(is_word(provider.as_str(), &[':']), "bad_name");
            let scoped = is_label(scope, usize::MAX) && !scope.contains(':');
            step.require(scope.is_empty() || scoped, "bad_name");
            step.require(is_label(id, usize::MAX), "bad_name");
            for text in [scope, id] {
                self.at_most(step, text.len(), self.settings.limits().object_id_bytes);
            }
            let mut others = self.tickets.values().filter(|other| other.id != ticket.id);
            let taken = others.any(|other| other.external_refs.contains(reference));
            step.require(!taken, "external_ref_taken");
            ticket.external_refs.insert(reference.clone());
        }
    }

    /// What a ticket is opened with.
    pub(super) fn relate_new(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        about: &BTreeSet<About>,
        external_refs: &BTreeSet<ExternalRef>,
    ) {
        self.relate(step, ticket, about);
        self.at_most(step, about.len(), self.settings.limits().about);
        let staff = Party::STAFF.contains(&step.party);
        let may = staff || matches!(step.party, Party::Bot | Party::Host);
        step.require(may || external_refs.is_empty(), "forbidden");
        self.refer(step, ticket, external_refs);
        self.at_most(step, external_refs.len(), self.settings.limits().external_refs);
    }

    /// What an edit attaches and detaches; a limit that was lowered asks nobody to make room, but
    /// for what is new.
    pub(super) fn relate_anew(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, edit: &Edit) {
        let limits = self.settings.limits();
        let (about, refs) = (ticket.subjects.clone(), ticket.external_refs.clone());
        self.relate(step, ticket, &edit.add_about);
        ticket.subjects.retain(|it| edit.add_about.contains(it) || !edit.remove_about.contains(it));
        if !ticket.subjects.is_subset(&about) {
            self.at_most(step, ticket.subjects.len(), limits.about);
        }
        self.refer(step, ticket, &edit.add_external_refs);
        let (come, go) = (&edit.add_external_refs, &edit.remove_external_refs);
        ticket.external_refs.retain(|it| come.contains(it) || !go.contains(it));
        if !ticket.external_refs.is_subset(&refs) {
            self.at_most(step, ticket.external_refs.len(), limits.external_refs);
        }
    }
}

impl ModelTicket {
    /// Nothing leads to it any more. Says whether anything did.
    pub(super) fn detach(&mut self) -> bool {
        let led = !self.subjects.is_empty() || !self.external_refs.is_empty();
        self.subjects.clear();
        self.external_refs.clear();
        led
    }
}
