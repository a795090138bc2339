//! What would come of a command under settings that are not in force.

use std::sync::Arc;

use super::flow::Flow;
use super::io::{Io, at_once};
use super::{AsyncDesk, Desk, DeskError, Outcome};
use crate::decide::{Call, Loaded, attempt};
use crate::ids::Key;
use crate::record::{Head, InForce, Record};
use crate::settings::Settings;
use crate::store::{AsyncStore, Store};

impl<S: Store> Desk<S> {
    /// What would come of a command under these settings, on the records as they are: a dry run of a
    /// rulebook, of a workflow or of service levels before they are published. Nothing is written, and
    /// nothing can be: it gives no commit.
    ///
    /// Each call is by itself, and sees nothing of one before it: timers that only these settings would
    /// set (of time rules, of service levels) are in its outcome, and a
    /// [`Tick`](crate::Command::Tick) does not fire them. Its causes name the revision of the settings in
    /// force. A command id is not asked for: what was carried out before is decided again.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::Command;
    /// use helpdesk::command::Reply;
    /// use helpdesk::rules::{Action, Trigger};
    ///
    /// let mut draft = desk.settings()?.draft().clone();
    /// let when = "messages changed".parse().unwrap();
    /// draft.rules.triggers = vec![Trigger::new("talk", when).then(Action::AddTag("busy".into()))];
    /// let planned = draft.build().unwrap();
    ///
    /// let call = agent.at(now).call(Command::Reply(Reply::new(id, "We look into it.")));
    /// let outcome = desk.rehearse(&planned, &call)?;
    /// assert_eq!(outcome.ticket().unwrap().tags().len(), 1);
    /// assert!(desk.ticket(id)?.unwrap().tags().is_empty());
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Refused`] where the rules say no under these settings; [`DeskError::Store`].
    pub fn rehearse(&self, settings: &Settings, call: &Call) -> Result<Outcome, DeskError> {
        at_once(self.flow().rehearse(settings, call))
    }
}

impl<S: AsyncStore> AsyncDesk<S> {
    /// What would come of a command under other settings: [`Desk::rehearse`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn rehearse(&self, settings: &Settings, call: &Call) -> Result<Outcome, DeskError> {
        self.flow().rehearse(settings, call).await
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn rehearse(
        &self,
        settings: &Settings,
        call: &Call,
    ) -> Result<Outcome, DeskError> {
        let settings = Arc::new(settings.clone());
        let key = Key::settings(self.id);
        // Where there is no desk yet, there is nothing to replace, and that is refused.
        let under = |loaded: &Loaded| {
            let mut loaded = loaded.clone();
            let planned = loaded.record(key).and_then(|record| {
                let Head::Settings(known) = &record.head else { return None };
                let planned = InForce { settings: settings.clone(), since: known.since };
                let head = Head::Settings(Arc::new(planned));
                Some(Record { head, ..record.clone() })
            });
            if let Some(planned) = planned {
                loaded.put(planned);
            }
            loaded
        };
        let tried = self.loading(|loaded| attempt(self.id, call, &under(loaded))).await?;
        let (loaded, decision) = tried;
        let mut outcome = Outcome::of(self.id, &call.command, &mut decision?, &under(&loaded));
        outcome.under(Some(&settings));
        Ok(outcome)
    }
}
