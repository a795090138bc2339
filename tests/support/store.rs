//! The store of a test's desk: in memory, or in a SQLite file where `HELPDESK_STORE` says `sqlite`.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use helpdesk::store::sqlite::{Options, SqliteStore};
use helpdesk::store::{MemoryStore, TextStore};

/// A store that a test can look into, as far as it tells.
pub trait Kept: TextStore + Debug + Send + Sync {}

impl<S: TextStore + Debug + Send + Sync> Kept for S {}

/// Whichever it is.
pub type TestStore = Arc<dyn Kept>;

/// The folder of a database, gone when this is dropped.
pub struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A new store, and the folder that it is in.
pub fn fresh() -> (TestStore, Option<Folder>) {
    match std::env::var("HELPDESK_STORE").as_deref() {
        Err(_) | Ok("memory") => (Arc::new(MemoryStore::new()), None),
        Ok("sqlite") => {
            static NEXT: AtomicU64 = AtomicU64::new(0);
            let next = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("helpdesk-desk-{}-{next}", std::process::id());
            let folder = Folder(std::env::temp_dir().join(name));
            std::fs::create_dir_all(&folder.0).unwrap();
            let path = folder.0.join("desk.db");
            SqliteStore::migrate(&path, &Options::default()).unwrap();
            let store = SqliteStore::open(&path, Options::default()).unwrap();
            (Arc::new(store), Some(folder))
        }
        Ok(other) => panic!("HELPDESK_STORE is memory or sqlite, and not {other}"),
    }
}
