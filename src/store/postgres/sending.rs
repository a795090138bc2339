//! How a commit's statement is sent: by itself, or in a transaction of the host's.

use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use super::connection::{Tables, get};
use super::error::{Fault, is_race};
use super::function::CALL;
use super::{CommitParameters, Connections, PgStore, answer};
use crate::store::{Commit, CommitError, CommitParts, Receipt};

/// How often a commit's statement is sent, where others do something at the same time.
pub(super) const TRIES: usize = 16;

/// Where a host's transaction stood before a commit.
const SAVEPOINT: &str = "helpdesk_commit";

/// Back to there, and the locks with it.
const BACK: &str = "ROLLBACK TO SAVEPOINT helpdesk_commit";

impl<C: Connections> PgStore<C> {
    /// Writes a commit in a transaction of the host's own, with rows of its own: all of it is there
    /// when that is committed, and nothing of it when it is not. The transaction must be one on this
    /// store's database. Until it ends, it keeps locked what the commit wrote or rests on, and where it opened a
    /// ticket nobody else opens one: it should be short. Whoever asks the desk for a command on the same
    /// records waits for it, and so does its own host, for ever where that waits inside of it: between
    /// `commit_in` and the end of the transaction, ask the desk for nothing that writes, or set a
    /// `lock_timeout` on the store's connections.
    ///
    /// Whoever commits in this way decides by [`AsyncDesk::prepare`](crate::AsyncDesk::prepare).
    ///
    /// ```no_run
    /// # use helpdesk::store::postgres::{PgStore, Single, tokio_postgres::Client};
    /// # use helpdesk::{AsyncDesk, Call};
    /// # async fn with(
    /// #     desk: AsyncDesk<PgStore<Single>>, mut ours: Client, call: Call,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// let commit = desk.prepare(&call).await?.commit.unwrap();
    /// let mut transaction = ours.transaction().await?;
    /// desk.store().commit_in(&mut transaction, commit).await?;
    /// transaction.execute("INSERT INTO orders VALUES ('4711')", &[]).await?;
    /// transaction.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Store::commit`](crate::store::Store::commit); nothing of the commit is written then, and
    /// the transaction may go on: it stands where it stood, and what it had locked for the commit is
    /// free. But where the database wants the transaction begun anew (SQLSTATE 40001 or 40P01, as the
    /// source says), the store is [`Unavailable`](crate::store::StoreErrorKind::Unavailable), and the
    /// host begins it anew. It is to be `READ COMMITTED`: under a stricter isolation, who was faster may
    /// not be seen, and the store fails.
    ///
    /// Where the future is dropped before it is ready, the transaction has the whole commit in it or
    /// nothing of it, and may go on.
    pub async fn commit_in(
        &self,
        transaction: &mut Transaction<'_>,
        commit: Commit,
    ) -> Result<Receipt, CommitError> {
        let parts = commit.into_parts();
        self.within(transaction, &parts).await.unwrap_or_else(|fault| Err(fault.committing()))
    }

    async fn within(
        &self,
        transaction: &mut Transaction<'_>,
        parts: &CommitParts,
    ) -> Result<Result<Receipt, CommitError>, Fault> {
        // Dropped before it is released, it goes back by itself.
        let nested = transaction.savepoint(SAVEPOINT).await?;
        let tables = Tables::within(&nested, None, &self.inner.named);
        let mut tries = 1;
        let sent = loop {
            let sent = self.send(&tables, parts).await;
            // What was refused holds up nobody: its locks go with it.
            if !matches!(sent, Ok(Ok(_))) {
                nested.batch_execute(BACK).await?;
            }
            match sent {
                Err(fault) if tries < TRIES && fault.sqlstate() == Some("23505") => tries += 1,
                sent => break sent,
            }
        };
        nested.commit().await?;
        sent
    }

    /// Sends a commit's statement once; what became of it, if the database answered.
    async fn send(
        &self,
        tables: &Tables<'_>,
        parts: &CommitParts,
    ) -> Result<Result<Receipt, CommitError>, Fault> {
        let parameters = CommitParameters::with(parts, self.inner.options.channel.as_deref())?;
        let values = [(&parameters.desk as _, Type::TEXT), (&parameters.commit as _, Type::TEXT)];
        let Some(row) = tables.first(CALL, &values).await? else {
            return Err(Fault::Column("the statement of a commit answered nothing".into()));
        };
        let result = answer::judged(parts, get(&row, 0)?);
        if result.is_ok() {
            parts.erasures.iter().for_each(|erasure| self.inner.known.forget(&erasure.key));
        }
        Ok(result)
    }

    /// Writes a commit by itself.
    pub(super) async fn written(&self, parts: CommitParts) -> Result<Receipt, CommitError> {
        let held = self.held().await.map_err(Fault::committing)?;
        let tables = held.tables(&self.inner.named);
        let mut tries = 1;
        loop {
            match self.send(&tables, &parts).await {
                Ok(result) => return result,
                Err(fault) if fault.sqlstate().is_some_and(is_race) => {
                    tries += 1;
                    if tries > TRIES {
                        return Err(Fault::Contended("others were faster each time").committing());
                    }
                }
                Err(fault) => return Err(fault.committing()),
            }
        }
    }
}
