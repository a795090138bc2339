//! Agents and settings in the model.

use super::{ADDRESS, Changes, Model, NAME, Step, is_label};
use crate::condition::View;
use crate::matching::{Order, Place};
use crate::{Actor, AgentId, AgentProfile, Command, Party, Role};

impl Model {
    pub(super) fn govern(&self, step: &mut Step<'_>, command: &Command) -> Changes {
        let own = match command {
            Command::SetAvailability(set) => *step.actor == Actor::Agent(set.agent),
            _ => false,
        };
        step.require(own || super::people::may(step.party, command, false), "forbidden");
        let mut changes = Changes::default();
        match command {
            Command::PutAgent { id, profile } => {
                let mut profile = profile.clone();
                // Each once, in whatever order they were named.
                profile.departments.sort();
                profile.departments.dedup();
                self.put_agent(step, *id, &profile);
                changes.agent = Some((*id, profile));
            }
            Command::SetAvailability(set) => {
                step.require(self.agents.contains_key(&set.agent), "no_such_agent");
                changes.availability = Some((set.agent, set.available));
            }
            Command::SaveViews(views) => {
                self.save_views(step, views);
                if let Actor::Agent(id) = step.actor {
                    changes.views = Some((*id, views.clone()));
                }
            }
            Command::PublishSettings(settings) => changes.settings = Some(settings.clone()),
            Command::EraseAgent(id) => changes.agent = self.erase_agent(step, *id),
            _ => {}
        }
        changes
    }

    fn save_views(&self, step: &mut Step<'_>, views: &[View]) {
        let most = self.settings.draft().limits.views as usize;
        step.require(views.len() <= most, "limit_exceeded");
        let lexicon = self.settings.lexicon();
        let sound = views.iter().enumerate().all(|(index, view)| {
            is_label(view.name.as_str(), NAME)
                && views.iter().take(index).all(|other| other.name != view.name)
                && view.filter.check(&lexicon, Place::View).is_ok()
                && Order::check(&view.sort, &lexicon).is_ok()
        });
        step.require(sound, "bad_condition");
    }

    fn put_agent(&self, step: &mut Step<'_>, id: AgentId, profile: &AgentProfile) {
        let before = self.agents.get(&id);
        let owners =
            profile.role == Role::Owner || before.is_some_and(|before| before.role == Role::Owner);
        let may_make_owners = matches!(step.party, Party::Owner | Party::Host);
        step.require(!owners || may_make_owners, "owners_only");
        step.require(is_label(&profile.name, 200), "bad_name");
        if before == Some(profile) && step.faults.is_empty() {
            return;
        }
        for department in &profile.departments {
            step.require(self.knows_department(department), "unknown_name");
        }
        if let Some(email) = &profile.email {
            step.require(is_label(email.trim(), ADDRESS), "bad_name");
            let same = |other: &String| other.trim().to_lowercase() == email.trim().to_lowercase();
            let mut others = self.agents.iter().filter(|(other, _)| **other != id);
            let taken = others.any(|(_, other)| other.email.as_ref().is_some_and(same));
            step.require(!taken, "email_taken");
        }
    }
}
