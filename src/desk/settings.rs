//! Settings that a desk has, and had.

use std::sync::Arc;

use super::flow::Flow;
use super::io::{Io, at_once};
use super::{Desk, DeskError};
use crate::decide::Refusal;
use crate::ids::{Key, Revision};
use crate::record::{Change, Record};
use crate::settings::Settings;
use crate::store::Store;
use crate::ticket::ReplayError;

impl<S: Store> Desk<S> {
    /// The settings in force.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSuchDesk`]; [`DeskError::Store`].
    pub fn settings(&self) -> Result<Arc<Settings>, DeskError> {
        at_once(self.flow().settings())
    }

    /// The settings as they were published at a revision: those that an event or a ticket names,
    /// such as [`Cause::settings`](crate::Cause::settings), under which it was decided, or
    /// [`Promised::settings`](crate::Promised::settings), whose policy and calendar its clocks are
    /// measured by. The first are those that the desk was created with.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let week = SettingsDraft { auto_close: Some(Span::days(7)), ..SettingsDraft::default() };
    /// desk.publish(Actor::Host.at(now), week.build().unwrap())?;
    ///
    /// let opening = &desk.history(Key::ticket(desk.id(), id), Revision::ZERO, 1)?[0];
    /// let then = desk.settings_at(opening.cause.settings)?;
    /// assert_eq!(then.auto_close(), Some(Span::days(4)));
    /// assert_eq!(desk.settings_at(Revision(2))?, desk.settings()?);
    ///
    /// let never = desk.settings_at(Revision(3)).unwrap_err();
    /// let (key, revision) = (Key::settings(desk.id()), Revision(3));
    /// assert_eq!(never.refusal(), Some(&Refusal::NoSuchEvent { key, revision }));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSuchEvent`] where none were published at this revision, or not yet;
    /// [`Refusal::NoSuchDesk`]; [`DeskError::Replay`] where a newer build published what this one
    /// cannot read; [`DeskError::Store`].
    pub fn settings_at(&self, revision: Revision) -> Result<Arc<Settings>, DeskError> {
        at_once(self.flow().settings_at(revision))
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn settings(&self) -> Result<Arc<Settings>, DeskError> {
        let record = self.record(Key::settings(self.id)).await?;
        let settings = record.as_ref().and_then(Record::settings).cloned();
        settings.ok_or_else(|| Refusal::NoSuchDesk.into())
    }

    pub(super) async fn settings_at(&self, revision: Revision) -> Result<Arc<Settings>, DeskError> {
        let key = Key::settings(self.id);
        let before = revision.0.checked_sub(1).map(Revision);
        let page = match before {
            Some(before) => self.io.history(key, before, 1).await?,
            None => Vec::new(),
        };
        let Some(event) = page.into_iter().find(|event| event.revision == revision) else {
            // Of a desk that there is not, nothing was ever published.
            self.settings().await?;
            return Err(Refusal::NoSuchEvent { key, revision }.into());
        };
        match event.change {
            Change::Settings(settings) => Ok(settings),
            Change::Newer(newer) => {
                Err(ReplayError::Newer { key, revision, tag: newer.tag }.into())
            }
            Change::Ticket(_) | Change::Agent(_) | Change::Contact(_) | Change::Organisation(_) => {
                Err(ReplayError::WrongKind { key, revision }.into())
            }
        }
    }
}
