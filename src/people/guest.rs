//! Guests: people who come by a link to one ticket, without an account.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{ContactId, GuestId};
use crate::time::{self, Instant};

/// The space in which secrets become guests; drawn once, and never to be changed.
const SPACE: Uuid = Uuid::from_u128(0x5f1d_9c3e_7a62_4b0d_8e54_c2a9_f306_71bb);

/// The fewest bytes of a secret.
const SECRET_BYTES: usize = 16;

/// A secret is too short to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret of {found} bytes can be guessed: it takes at least 16 random ones")]
pub struct WeakSecret {
    found: usize,
}

impl GuestId {
    /// The guest who has this secret: a digest of it, from which it cannot be had back.
    ///
    /// A host draws at least 16 random bytes, puts them into the link that it sends, and
    /// [grants](crate::command::GrantAccess) this id what the link is for. When the link is
    /// opened, it computes the id again. The desk never has the secret.
    ///
    /// ```
    /// use helpdesk::GuestId;
    ///
    /// let secret = [0x5e; 16]; // From the host's random generator.
    /// let guest = GuestId::of(&secret)?;
    /// assert_eq!(guest, GuestId::of(&secret)?);
    /// assert!(GuestId::of(b"maria").is_err());
    /// # Ok::<(), helpdesk::WeakSecret>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] where it is shorter than 16 bytes.
    pub fn of(secret: &[u8]) -> Result<Self, WeakSecret> {
        if secret.len() < SECRET_BYTES {
            return Err(WeakSecret { found: secret.len() });
        }
        Ok(Self::from_uuid(Uuid::new_v5(&SPACE, secret)))
    }
}

/// What a guest may do on the one ticket that they were let in to, and on what their own late words
/// opened after it. Each shows its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GuestRight {
    /// Look its status up, and nothing else.
    Status,
    /// Read what its requester reads.
    View,
    /// Write public messages, as the contact in whose name the grant is.
    Reply,
}

/// What one guest may do on a ticket, in whose name, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Who comes by it.
    pub guest: GuestId,
    /// In whose name they write.
    pub contact: ContactId,
    /// What they may do.
    pub rights: BTreeSet<GuestRight>,
    /// Until when; at that instant it has ended.
    #[serde(deserialize_with = "time::truncated")]
    pub until: DateTime<Utc>,
}

impl Grant {
    /// Whether it still holds.
    pub(crate) fn holds(&self, now: Instant) -> bool {
        now < self.until
    }
}
