//! Organisations: to whom contacts belong, in which customer group, under which contract.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::contact::field_value;
use crate::identity::normal_domain;
use crate::ids::{ContractName, CustomerGroupName, FieldName, OrganisationId, Revision};
use crate::personal::{Erasable, Personal};
use crate::time::{self, Instant};
use crate::value::{FieldFact, FieldValue};

/// What a host says of an organisation: everything but the id. [`Desk::put_organisation`] puts it
/// on record.
///
/// [`Desk::put_organisation`]: crate::Desk::put_organisation
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrganisationProfile {
    /// What it is called; 1 to 200 bytes.
    pub name: String,
    /// Its customer group, one that the settings know
    /// ([`SettingsDraft::customer_groups`](crate::SettingsDraft::customer_groups)).
    pub group: Option<CustomerGroupName>,
    /// The contract that it has; 1 to 64 bytes.
    pub contract: Option<ContractName>,
    /// Its e-mail domains, such as `example.com`: a contact with an address there belongs to it.
    /// Each is one organisation's, letter case aside; subdomains are domains of their own.
    pub domains: BTreeSet<String>,
    /// Custom fields, as the settings define them
    /// ([`SettingsDraft::organisation_fields`](crate::SettingsDraft::organisation_fields)).
    pub fields: BTreeMap<FieldName, FieldValue>,
}

impl OrganisationProfile {
    /// An organisation of this name, of which nothing else is known.
    ///
    /// ```
    /// # use helpdesk::OrganisationProfile;
    /// let acme = OrganisationProfile::new("Acme").group("gold").domain("acme.example");
    /// assert!(acme.domains.contains("acme.example"));
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The same organisation in this customer group.
    #[must_use]
    pub fn group(mut self, group: impl Into<CustomerGroupName>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// The same organisation under this contract.
    #[must_use]
    pub fn contract(mut self, contract: impl Into<ContractName>) -> Self {
        self.contract = Some(contract.into());
        self
    }

    /// The same organisation with one e-mail domain more.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domains.insert(domain.into());
        self
    }

    /// The domains as keys have them, in order, each once.
    pub(crate) fn normal_domains(&self) -> BTreeSet<Arc<str>> {
        self.domains.iter().map(|domain| normal_domain(domain)).collect()
    }
}

/// An organisation as the record stands.
///
/// Put on record with [`Desk::put_organisation`](crate::Desk::put_organisation), which also has
/// an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    id: OrganisationId,
    revision: Revision,
    #[serde(deserialize_with = "time::truncated")]
    updated_at: DateTime<Utc>,
    name: Erasable<Arc<str>>,
    facts: OrganisationChange,
    fields: Vec<(FieldName, FieldValue)>,
}

/// An organisation was put on record, or what is said of one changed: this is all of it.
///
/// The name is the event's personal payload: it may be that of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
// Each event says everything anew: what this build passed over, its next event would lack.
#[serde(deny_unknown_fields)]
pub struct OrganisationChange {
    /// The customer group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<CustomerGroupName>,
    /// The contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractName>,
    /// The e-mail domains, in lower case, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<Arc<str>>,
    /// The custom fields, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(FieldName, FieldFact)>,
}

impl Organisation {
    /// Which organisation this is.
    pub fn id(&self) -> OrganisationId {
        self.id
    }

    /// How many events the record has.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// When the host last said something new of it.
    pub fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }

    /// What it is called; empty where it was erased.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Its customer group.
    pub fn group(&self) -> Option<&CustomerGroupName> {
        self.facts.group.as_ref()
    }

    /// The contract that it has.
    pub fn contract(&self) -> Option<&ContractName> {
        self.facts.contract.as_ref()
    }

    /// Its e-mail domains, in lower case, in order.
    pub fn domains(&self) -> &[Arc<str>] {
        &self.facts.domains
    }

    /// What this custom field holds; `None`: nothing.
    pub fn field(&self, name: &FieldName) -> Option<Erasable<FieldValue>> {
        let (_, fact) = self.facts.fields.iter().find(|(known, _)| known == name)?;
        Some(field_value(name, fact, &self.fields))
    }

    /// The head that an event leaves behind: an organisation's event says everything anew.
    pub(crate) fn after(
        id: OrganisationId,
        revision: Revision,
        updated_at: Instant,
        change: &OrganisationChange,
        personal: Option<&Personal>,
    ) -> Self {
        Self {
            id,
            revision,
            updated_at,
            name: personal.and_then(|personal| personal.name.clone()).into(),
            facts: change.clone(),
            fields: personal.map(|personal| personal.fields.clone()).unwrap_or_default(),
        }
    }

    /// Whether this is on record already.
    pub(crate) fn is_as(&self, facts: &OrganisationChange, personal: &Personal) -> bool {
        self.facts == *facts
            && self.name.known() == personal.name.as_ref()
            && self.fields == personal.fields
    }
}
