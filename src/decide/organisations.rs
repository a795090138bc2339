//! Organisations: what they are, and which domains are theirs.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::checks::{bad_name, long_name_problem, unknown, within};
use super::decision::{Decision, Expected, KeyChange, UniqueKey};
use super::editing::Fields;
use super::govern::write;
use super::{Cx, Refusal, Vocabulary};
use crate::ids::{Key, OrganisationId, Revision, name_problem};
use crate::people::{Deed, Organisation, OrganisationChange, OrganisationProfile};
use crate::personal::Personal;
use crate::record::{Change, Event, Head};

/// Puts an organisation on record, or says anew what it is.
pub(super) fn put(
    cx: &Cx<'_>,
    id: OrganisationId,
    profile: &OrganisationProfile,
) -> Result<Decision, Refusal> {
    cx.may(Deed::KeepOrganisations, None)?;
    let current = cx.loaded.organisation(cx.desk, id);
    let key = Key::organisation(cx.desk, id);
    let revision = current.map_or(Revision::ZERO, |current| current.revision());
    cx.has_seen(key, revision, revision)?;
    let domains = checked(cx, profile)?;
    let mut fields = Fields::default();
    for (field, value) in &profile.fields {
        fields.put(cx.settings.organisation_field(field), field, value)?;
    }
    let facts = OrganisationChange {
        group: profile.group.clone(),
        contract: profile.contract.clone(),
        domains: domains.iter().cloned().collect(),
        fields: fields.facts,
    };
    let personal = Personal {
        name: Some(profile.name.as_str().into()),
        fields: fields.personal,
        ..Personal::default()
    };
    if current.is_some_and(|current| current.is_as(&facts, &personal)) {
        return Ok(Decision::default());
    }
    for domain in &domains {
        let owner = cx.loaded.owner(&UniqueKey::Domain(domain.clone()));
        if owner.is_some_and(|owner| owner != key) {
            return Err(Refusal::DomainTaken { domain: domain.to_string() });
        }
    }
    let former: BTreeSet<Arc<str>> =
        current.iter().flat_map(|current| current.domains()).cloned().collect();
    let released = former.difference(&domains).cloned();
    let released = released.map(|domain| KeyChange::Release(UniqueKey::Domain(domain), key));
    let taken = domains.difference(&former).cloned();
    let taken = taken.map(|domain| KeyChange::Take(UniqueKey::Domain(domain), key));
    let keys = released.chain(taken).collect();
    let at = cx.now_of(key);
    let expected = current.map_or(Expected::New, |_| Expected::At(revision));
    let head = Organisation::after(id, revision.next(), at, &facts, Some(&personal));
    let event = Event {
        revision: revision.next(),
        at,
        cause: Arc::new(cx.cause(at)),
        change: Change::Organisation(facts),
        personal: Some(Box::new(personal)),
    };
    let write = write(key, expected, event, Head::Organisation(Arc::new(head)));
    Ok(Decision { writes: vec![write], keys, ..Decision::default() })
}

/// The domains, each once, of a profile whose words are all in order.
fn checked(cx: &Cx<'_>, profile: &OrganisationProfile) -> Result<BTreeSet<Arc<str>>, Refusal> {
    if let Some(problem) = long_name_problem(&profile.name) {
        return Err(bad_name(Vocabulary::OrganisationName, &profile.name, problem));
    }
    if let Some(group) = &profile.group
        && !cx.settings.draft().customer_groups.contains(group)
    {
        return Err(unknown(Vocabulary::CustomerGroup, group.as_str()));
    }
    if let Some(contract) = &profile.contract
        && let Some(problem) = name_problem(contract.as_str())
    {
        return Err(bad_name(Vocabulary::Contract, contract.as_str(), problem));
    }
    for domain in &profile.domains {
        if let Some(problem) = domain_problem(domain) {
            return Err(bad_name(Vocabulary::Domain, domain, problem));
        }
    }
    let domains = profile.normal_domains();
    within("domains", cx.settings.limits().domains, domains.len())?;
    Ok(domains)
}

/// What keeps a text from being a domain, if anything; one in another script than Latin is as
/// good as its form in ASCII.
fn domain_problem(domain: &str) -> Option<&'static str> {
    let label = |label: &str| {
        let inside = |c: char| c.is_alphanumeric() || c == '-';
        !label.is_empty() && label.chars().all(inside)
    };
    if domain.len() > 253 {
        Some("is longer than 253 bytes")
    } else {
        (!domain.split('.').all(label)).then_some("is no domain")
    }
}
