//! The desk's own affairs: its creation, its settings, its agents.

use std::sync::Arc;

use super::contacts::language_problem;
use super::decision::{Columns, Decision, Expected, KeyChange, UniqueKey, Write};
use super::{Call, Cx, Loaded, Refusal, Vocabulary, checks};
use crate::cause::Cause;
use crate::condition::View;
use crate::ids::{AgentId, DeskId, Key, Revision, name_problem};
use crate::matching::{ConditionError, channel_named, check_views};
use crate::people::command::SetAvailability;
use crate::people::{Actor, Agent, AgentChange, AgentProfile, Deed, Party, Role, Who};
use crate::personal::Personal;
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
    can_route(cx, profile)?;
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
    let (mut facts, personal) = (profile.facts(current), profile.personal());
    share_names(cx.settings, &mut facts);
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

/// Names an agent's departments and calendar by the settings' own text: a thousand agents share it,
/// and of one text it is seen at once that it is the same.
fn share_names(settings: &Settings, facts: &mut AgentChange) {
    for name in &mut facts.departments {
        if let Some(known) = settings.department(name) {
            *name = known.name.clone();
        }
    }
    if let Some(name) = &mut facts.calendar
        && let Some(known) = settings.draft().calendars.iter().find(|it| it.name == *name)
    {
        *name = known.name.clone();
    }
}

/// The most skills, languages and channels that an agent's profile names, of each.
const MOST_NAMED: u32 = 100;

/// What routing asks of an agent can be asked of this one.
fn can_route(cx: &Cx<'_>, profile: &AgentProfile) -> Result<(), Refusal> {
    checks::within("skills", MOST_NAMED, profile.skills.len())?;
    for (skill, level) in &profile.skills {
        let level = (!(1..=10).contains(level)).then_some("has a level that is not 1 to 10");
        if let Some(problem) = name_problem(skill.as_str()).or(level) {
            return Err(checks::bad_name(Vocabulary::Skill, skill.as_str(), problem));
        }
    }
    checks::within("languages", MOST_NAMED, profile.languages.len())?;
    for language in &profile.languages {
        if let Some(problem) = language_problem(language.as_str()) {
            return Err(checks::bad_name(Vocabulary::Language, language.as_str(), problem));
        }
    }
    if let Some(calendar) = &profile.calendar
        && cx.settings.calendar(calendar).is_none()
    {
        return Err(checks::unknown(Vocabulary::Calendar, calendar.as_str()));
    }
    checks::within("channel_capacity", MOST_NAMED, profile.channel_capacity.len())?;
    for channel in profile.channel_capacity.keys() {
        if channel_named(channel).is_none() {
            return Err(checks::bad_name(Vocabulary::Channel, channel, "is no channel"));
        }
    }
    Ok(())
}

/// Says whether an agent takes work.
pub(super) fn set_availability(
    cx: &Cx<'_>,
    SetAvailability { agent: id, available }: SetAvailability,
) -> Result<Decision, Refusal> {
    if !matches!(cx.who, Who::Agent(agent) if agent.id() == id) {
        cx.may(Deed::SetAvailability, None)?;
    }
    let agent = cx.agent(id).ok_or(Refusal::NoSuchAgent { agent: id })?;
    let (key, revision) = (Key::agent(cx.desk, id), agent.revision());
    cx.has_seen(key, revision, revision)?;
    if agent.is_available() == available {
        return Ok(Decision::default());
    }
    Ok(said_anew(cx, agent, agent.with_availability(available)))
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
    Ok(said_anew(cx, agent, agent.with_views(views)))
}

/// One event on the record of an agent, who is this since.
fn said_anew(cx: &Cx<'_>, agent: &Agent, (facts, personal): (AgentChange, Personal)) -> Decision {
    let key = Key::agent(cx.desk, agent.id());
    let (at, revision) = (cx.now_of(key), agent.revision().next());
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
    Decision { writes: vec![write], ..Decision::default() }
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
