//! What a ticket is about, and what other systems call it: kept apart in the head, since most
//! tickets have neither.

use serde::{Deserialize, Serialize};

use super::apply::merge_sorted;
use super::{Details, Ticket};
use crate::subject::{About, ExternalRef};

/// Subjects and external references, each in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refs {
    about: Vec<About>,
    external_refs: Vec<ExternalRef>,
}

impl Refs {
    /// These, where there are any.
    pub(super) fn of(about: &[About], external_refs: &[ExternalRef]) -> Option<Box<Self>> {
        Self { about: about.to_vec(), external_refs: external_refs.to_vec() }.kept()
    }

    fn kept(self) -> Option<Box<Self>> {
        let empty = self.about.is_empty() && self.external_refs.is_empty();
        (!empty).then(|| Box::new(self))
    }
}

impl Details {
    /// Subjects come and go.
    pub(super) fn change_about(&mut self, added: &[About], removed: &[About]) {
        self.change_refs(|refs| merge_sorted(&mut refs.about, added, removed));
    }

    /// External references come and go.
    pub(super) fn change_external_refs(&mut self, added: &[ExternalRef], removed: &[ExternalRef]) {
        self.change_refs(|refs| merge_sorted(&mut refs.external_refs, added, removed));
    }

    fn change_refs(&mut self, change: impl FnOnce(&mut Refs)) {
        let mut refs = self.refs.take().map_or_else(Refs::default, |refs| *refs);
        change(&mut refs);
        self.refs = refs.kept();
    }
}

impl Ticket {
    /// Its subjects: which of the host's own objects it is about, and in which roles; in order.
    pub fn about(&self) -> &[About] {
        self.details.refs.as_ref().map_or(&[], |refs| &refs.about)
    }

    /// What other systems call it, in order. None of it is another ticket's.
    pub fn external_refs(&self) -> &[ExternalRef] {
        self.details.refs.as_ref().map_or(&[], |refs| &refs.external_refs)
    }
}
