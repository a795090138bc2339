//! What a desk does with a command, written once for both kinds of store.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::io::Io;
use super::read::PAGE;
use super::{DeskError, Outcome, Prepared};
use crate::decide::{Call, Command, Decision, Loaded, Needs, Passage, Refusal, attempt};
use crate::digest::digest;
use crate::ids::{DeskId, Key};
use crate::people::Actor;
use crate::record::Event;
use crate::settings::Settings;
use crate::store::{Commit, CommitError, NewReceipt, Receipt, Wanted};

/// How often a desk decides anew by default when others keep changing the same records.
pub(super) const TRIES: u32 = 32;

/// How often a commit is tried anew of which nobody knows whether it was made: each may have
/// taken as long as the database lets a call take.
const UNCERTAIN: u32 = 3;

/// A desk over a store of either kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow<I> {
    pub(super) io: I,
    pub(super) id: DeskId,
    pub(super) tries: u32,
}

impl<I: Io> Flow<I> {
    pub(super) async fn create(
        &self,
        settings: Settings,
        now: DateTime<Utc>,
    ) -> Result<(), DeskError> {
        let command = Command::CreateDesk(Arc::new(settings));
        self.execute(&Actor::Host.at(now).call(command)).await?;
        Ok(())
    }

    pub(super) async fn prepare(&self, call: &Call) -> Result<Prepared, DeskError> {
        let mut receipt = NewReceipt { command: call.context.command_id, digest: 0 };
        if receipt.command.is_some() {
            // What cannot be told from another is not taken for the same.
            let digest = digest(&(&call.context.actor, &call.command));
            receipt.digest = digest.ok_or(Refusal::CommandIdReused)?;
        }
        // First of all: what the rules say now of a repeated command is beside the point.
        if let Some(outcome) = self.earlier(&call.command, receipt).await? {
            return Ok(Prepared { commit: None, outcome });
        }
        let (loaded, decision) = self.decide(call).await?;
        // The same command may have been carried out between that question and this decision,
        // which then rests on what it did. A commit would be told; where there is none, ask.
        let nothing = decision.as_ref().map_or(true, |decision| decision.writes.is_empty());
        if nothing && let Some(outcome) = self.earlier(&call.command, receipt).await? {
            return Ok(Prepared { commit: None, outcome });
        }
        let mut decision = decision?;
        let settings = loaded.record(Key::settings(self.id)).and_then(|record| record.settings());
        let mut outcome = Outcome::of(self.id, &call.command, &mut decision, &loaded);
        outcome.under(settings.map(|settings| &**settings));
        let commit = (!decision.writes.is_empty()).then(|| Commit::of(self.id, decision, receipt));
        Ok(Prepared { commit, outcome })
    }

    pub(super) async fn execute(&self, call: &Call) -> Result<Outcome, DeskError> {
        let mut outcome = self.carry_out(call).await?;
        outcome.backlog = self.give_backlog(call, &outcome).await;
        Ok(outcome)
    }

    /// As [`execute`](Self::execute), and nothing that follows from it.
    pub(super) async fn carry_out(&self, call: &Call) -> Result<Outcome, DeskError> {
        let (mut tries, mut uncertain) = (0, 0);
        loop {
            tries += 1;
            let Prepared { commit, mut outcome } = self.prepare(call).await?;
            outcome.tries = tries;
            let Some(commit) = commit else { return Ok(outcome) };
            let digest = commit.parts().receipt.digest;
            let error = match self.io.commit(commit).await {
                Ok(receipt) => {
                    outcome.complete(&receipt);
                    return Ok(outcome);
                }
                Err(CommitError::Seen(earlier)) => {
                    return self.repeated(&call.command, digest, &earlier).await;
                }
                Err(error) => error,
            };
            if error.is_uncertain()
                && let Some(command) = call.context.command_id
                && let Some(receipt) = self.io.receipt(self.id, command).await?
            {
                let told = self.repeated(&call.command, digest, &receipt).await?;
                // The answer was lost, the commit was not; or the receipt is another sender's,
                // who was faster, and whose events are not these.
                if told.events != outcome.events {
                    return Ok(told);
                }
                outcome.complete(&receipt);
                return Ok(outcome);
            }
            uncertain += u32::from(error.is_uncertain());
            let once = call.context.command_id.is_some() && uncertain < UNCERTAIN;
            let again = error.is_conflict() || (error.is_uncertain() && once);
            match error {
                error if again && tries < self.tries => drop(error),
                CommitError::Store(error) => return Err(error.into()),
                last => return Err(DeskError::Contended { tries, last }),
            }
        }
    }

    /// The decision on this call, and what it was made on: loaded in as many rounds as it takes, the
    /// last of which lacks nothing. What a store does not answer is not asked for again, and is
    /// missing.
    async fn decide(&self, call: &Call) -> Result<(Loaded, Result<Decision, Refusal>), DeskError> {
        self.loading(|loaded| attempt(self.id, call, loaded)).await
    }

    /// What an attempt comes to once everything is loaded that it says it lacks.
    pub(super) async fn loading<T>(
        &self,
        attempt: impl Fn(&Loaded) -> Result<Result<T, Refusal>, Needs>,
    ) -> Result<(Loaded, Result<T, Refusal>), DeskError> {
        let mut loaded = Loaded::default();
        let mut known = None;
        loop {
            let needs = match attempt(&loaded) {
                Ok(decision) => return Ok((loaded, decision)),
                Err(needs) => needs,
            };
            // A round that brought nothing would be asked for without end.
            if known.replace(loaded.len()) == Some(loaded.len()) {
                return Ok((loaded, Err(Refusal::NotLoaded)));
            }
            let Needs { records, counters, keys, passages, rosters } = needs;
            let wanted = Wanted { records, counters, roster: None, channel: None };
            // A round may be for histories only.
            if !(wanted.records.is_empty() && wanted.counters.is_empty()) {
                let found = self.io.load(self.id, &wanted).await?;
                loaded.add_records(wanted.records, found.records);
                for (counter, value) in wanted.counters.into_iter().zip(found.counters) {
                    loaded.add_counter(counter, value);
                }
            }
            if !keys.is_empty() {
                let owners = self.io.resolve(self.id, &keys).await?;
                for (key, owner) in keys.into_iter().zip(owners) {
                    loaded.add_key(key, owner);
                }
            }
            for (roster, channel) in rosters {
                let wanted = Wanted {
                    roster: Some(roster.clone()),
                    channel: Some(channel.clone()),
                    ..Wanted::default()
                };
                let found = self.io.load(self.id, &wanted).await?;
                loaded.add_roster(roster, channel, found.roster);
            }
            for passage in passages {
                loaded.add_passage(passage, self.passage(passage).await?);
            }
        }
    }

    /// A piece of a history, a page at a time.
    async fn passage(&self, passage: Passage) -> Result<Vec<Event>, DeskError> {
        let Passage { key, mut after, to } = passage;
        let mut events = Vec::new();
        while after < to {
            let left = usize::try_from(to.0 - after.0).unwrap_or(usize::MAX).min(PAGE);
            let page = self.io.history(key, after, left).await?;
            // A store that does not go on is not asked without end.
            let Some(last) = page.last().filter(|last| last.revision > after) else { break };
            after = last.revision;
            events.extend(page);
        }
        Ok(events)
    }

    /// The outcome of this command, if it has an id and was carried out before.
    async fn earlier(
        &self,
        command: &Command,
        NewReceipt { command: id, digest }: NewReceipt,
    ) -> Result<Option<Outcome>, DeskError> {
        let Some(id) = id else { return Ok(None) };
        match self.io.receipt(self.id, id).await? {
            Some(earlier) => Ok(Some(self.repeated(command, digest, &earlier).await?)),
            None => Ok(None),
        }
    }

    /// The outcome of a command that was carried out before, as its receipt says.
    async fn repeated(
        &self,
        command: &Command,
        digest: u64,
        receipt: &Receipt,
    ) -> Result<Outcome, DeskError> {
        if receipt.digest != digest {
            return Err(Refusal::CommandIdReused.into());
        }
        let mut outcome = Outcome::repeated(self.id, command, receipt);
        outcome.under(Some(&*self.settings().await?));
        for touched in &receipt.touched {
            let limit = touched.to.0.saturating_sub(touched.from.0);
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let events = self.io.history(touched.key, touched.from, limit).await?;
            outcome.events.push((touched.key, events.into()));
        }
        let wanted = Wanted::records(outcome.keys(receipt));
        let found = self.io.load(self.id, &wanted).await?;
        outcome.records.extend(found.records.into_iter().flatten());
        Ok(outcome)
    }
}
