//! A folder of a test's own, with a database in it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use helpdesk::store::sqlite::{Options, SqliteStore, rusqlite};

/// Gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("helpdesk-sqlite-{}-{next}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where the database is.
    pub(crate) fn path(&self) -> PathBuf {
        self.0.join("desk.db")
    }

    /// The store in it, empty the first time.
    pub(crate) fn store(&self) -> SqliteStore {
        self.store_with(&Options::default())
    }

    pub(crate) fn store_with(&self, options: &Options) -> SqliteStore {
        SqliteStore::migrate(self.path(), options).unwrap();
        SqliteStore::open(self.path(), options.clone()).unwrap()
    }

    /// A connection of somebody else's.
    pub(crate) fn connection(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }

    /// Everything that stands in the files of the database.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(&self.0).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
