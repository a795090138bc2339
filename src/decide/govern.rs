//! The desk's own affairs: its creation, its settings, its agents.

use std::sync::Arc;

use super::decision::{Columns, Decision, Expected, KeyChange, UniqueKey, Write};
use super::{Call, Cx, Loaded, Refusal, Vocabulary, checks};
use crate::cause::Cause;
use crate::condition::View;
use crate::ids::{AgentId, DeskId, Key, Revision};
use crate::matching::{ConditionError, check_views};
use crate::people::{Actor, Agent, AgentProfile, Deed, Party, Role, Who};
use crate::problem::Problems;
use crate::record::{Change, Event, Head, InForce};
use crate::settings::Settings;
use crate::time::whole_micros;

/// Creates the desk.
pub(super) fn create(
    desk: DeskId,
    call: &Call,
    loaded: &Loaded,
    settings: &Arc<Settings>,
) -> Result<Decision, Refusal> {
    if call.context.actor != Actor::Host {
        return Err(Refusal::NoSuchDesk);
    }
    let key = Key::settings(desk);
    if loaded.record(key).is_some() {
        return Err(Refusal::DeskExists);
    }
    let cause = Cause {
        actor: call.context.actor.clone(),
        command: call.context.command_id,
        correlation: call.context.correlation.clone(),
        rule: None,
        parent: None,
        depth: 0,
        settings: Revision(1),
        actor_revision: None,
        claimed_at: None,
    };
    let at = whole_micros(call.context.now);
    let event = Event {
        revision: Revision(1),
        at,
        cause: Arc::new(cause),
        change: Change::Settings(settings.clone()),
        personal: None,
    };
    let head = Head::Settings(Arc::new(InForce { settings: settings.clone(), since: at }));
    Ok(Decision { writes: vec![write(key, Expected::New, event, head)], ..Decision::default() })
}

/// Puts settings in force.
pub(super) fn publish(cx: &Cx<'_>, settings: &Arc<Settings>) -> Result<Decision, Refusal> {
    cx.may(Deed::Govern, None)?;
    let key = Key::settings(cx.desk);
    cx.has_seen(key, cx.settings_revision, cx.settings_revision)?;
    for status in settings.workflow().statuses() {
        let known = cx.settings.workflow().status(status.name.as_str());
        if let Some(known) = known.filter(|known| known.category != status.category) {
            return Err(Refusal::StatusRedefined {
                status: status.name.clone(),
                found: known.category,
                wanted: status.category,
            });
        }
    }
    if settings == cx.settings {
        return Ok(Decision::default());
    }
    let revision = cx.settings_revision.next();
    let at = cx.now_of(key);
    let event = Event {
        revision,
        at,
        cause: Arc::new(cx.cause(at)),
        change: Change::Settings(settings.clone()),
        personal: None,
    };
    let head = Head::Settings(Arc::new(InForce { settings: settings.clone(), since: at }));
    let expected = Expected::At(cx.settings_revision);
    let write = write(key, expected, event, head);
    Ok(Decision { writes: vec![write], ..Decision::default() })
}

/// Registers an agent, or says anew what an agent is.
pub(super) fn put_agent(
    cx: &Cx<'_>,
    id: AgentId,
    profile: &AgentProfile,
) -> Result<Decision, Refusal> {
    cx.may(Deed::Govern, None)?;
    let current = cx.agent(id);
    let key = Key::agent(cx.desk, id);
    let revision = current.map_or(Revision::ZERO, Agent::revision);
    cx.has_seen(key, revision, revision)?;
    may_touch(cx, profile.role == Role::Owner || current.is_some_and(is_owner))?;
    if let Some(problem) = checks::long_name_problem(&profile.name) {
        return Err(checks::bad_name(Vocabulary::AgentName, &profile.name, problem));
    }
    if let Some(email) = &profile.email
        && let Some(problem) = checks::address_problem(email)
    {
        return Err(checks::bad_name(Vocabulary::Email, email, problem));
    }
    for department in &profile.departments {
        checks::department(cx, department)?;
    }
    if current.is_some_and(|agent| agent.is_as(profile)) {
        return Ok(Decision::default());
    }
    let email = profile.email.as_deref().map(UniqueKey::agent_email);
    if let Some(email) = &email
        && cx.loaded.owner(email).is_some_and(|owner| owner != key)
    {
        return Err(Refusal::EmailTaken);
    }
    let former = current.and_then(Agent::email).map(UniqueKey::agent_email);
    let keys = if former == email {
        Vec::new()
    } else {
        let release = former.map(|former| KeyChange::Release(former, key));
        let take = email.map(|email| KeyChange::Take(email, key));
        release.into_iter().chain(take).collect()
    };
    let expected = current.map_or(Expected::New, |agent| Expected::At(agent.revision()));
    let revision = current.map_or(Revision::ZERO, Agent::revision).next();
    let at = cx.now_of(key);
    let views = current.map_or(&[][..], Agent::views);
    let (facts, personal) = (profile.facts(views), profile.personal());
    let head = Head::Agent(Arc::new(Agent::after(id, revision, at, &facts, Some(&personal))));
    let event = Event {
        revision,
        at,
        cause: Arc::new(cx.cause(at)),
        change: Change::Agent(facts),
        personal: Some(Box::new(personal)),
    };
    let writes = vec![write(key, expected, event, head)];
    Ok(Decision { writes, keys, ..Decision::default() })
}

/// Owners are made, changed and unmade only by owners and the host.
pub(super) fn may_touch(cx: &Cx<'_>, owner: bool) -> Result<(), Refusal> {
    if owner && !matches!(cx.party(), Party::Owner | Party::Host) {
        return Err(Refusal::OwnersOnly { party: cx.party() });
    }
    Ok(())
}

pub(super) fn is_owner(agent: &Agent) -> bool {
    agent.role() == Role::Owner
}

/// Keeps an agent's own views.
pub(super) fn save_views(cx: &Cx<'_>, views: &[View]) -> Result<Decision, Refusal> {
    cx.may(Deed::SaveViews, None)?;
    let Who::Agent(agent) = cx.who else { return Ok(Decision::default()) };
    let (key, revision) = (Key::agent(cx.desk, agent.id()), agent.revision());
    cx.has_seen(key, revision, revision)?;
    checks::within("views", cx.settings.limits().views, views.len())?;
    let mut problems = Problems::none();
    check_views(views, &cx.settings.lexicon(), "views", &mut problems);
    if !problems.is_empty() {
        return Err(Refusal::BadCondition { problems: ConditionError::of(problems) });
    }
    if agent.views() == views {
        return Ok(Decision::default());
    }
    let at = cx.now_of(key);
    let (facts, personal) = agent.with_views(views);
    let revision = revision.next();
    let head = Agent::after(agent.id(), revision, at, &facts, Some(&personal));
    let event = Event {
        revision,
        at,
        cause: Arc::new(cx.cause(at)),
        change: Change::Agent(facts),
        personal: Some(Box::new(personal)),
    };
    let head = Head::Agent(Arc::new(head));
    let write = write(key, Expected::At(agent.revision()), event, head);
    Ok(Decision { writes: vec![write], ..Decision::default() })
}

/// One event on a record, and the head after it.
pub(super) fn write(key: Key, expected: Expected, event: Event, head: Head) -> Write {
    Write {
        key,
        expected,
        events: Arc::new([event]),
        columns: Columns::of(&head),
        next_wake: None,
        head,
    }
}
