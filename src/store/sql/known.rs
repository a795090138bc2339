//! Heads that were read before: those of settings and of agents, which most commands rest on and few
//! change.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::ids::{Key, RecordKind};
use crate::record::Head;
use crate::store::codec::StoredHead;

/// How many are kept at most.
const MOST: usize = 4096;

/// Heads, each with the text that it was read from: of the same text it is the same head.
#[derive(Default)]
pub(in crate::store) struct Known {
    heads: Mutex<BTreeMap<Key, (StoredHead, Head)>>,
}

impl Known {
    /// The head that was read from this very text.
    pub(in crate::store) fn of(&self, key: &Key, stored: &StoredHead) -> Option<Head> {
        if !is_kept(key) {
            return None;
        }
        let heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.get(key).filter(|(text, _)| text == stored).map(|(_, head)| head.clone())
    }

    /// Keeps a head that was read from this text.
    pub(in crate::store) fn keep(&self, key: Key, stored: StoredHead, head: &Head) {
        if !is_kept(&key) {
            return;
        }
        let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        if heads.len() >= MOST && !heads.contains_key(&key) {
            heads.clear();
        }
        heads.insert(key, (stored, head.clone()));
    }

    /// Forgets a head, of whose history something is erased.
    pub(in crate::store) fn forget(&self, key: &Key) {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

fn is_kept(key: &Key) -> bool {
    match key.kind {
        RecordKind::Settings | RecordKind::Agent => true,
        RecordKind::Contact | RecordKind::Organisation | RecordKind::Ticket => false,
    }
}
