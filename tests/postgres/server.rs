//! A PostgreSQL server for tests: the one that `HELPDESK_POSTGRES` names by a connection string, else
//! one of our own, from the binaries on the machine, which is gone when the process is.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use helpdesk::store::PgStore;
use helpdesk::store::postgres::tokio_postgres::{AsyncMessage, Client, NoTls};
use helpdesk::store::postgres::{self, Connection, Connections, Options};

/// A server, and how to reach it.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) dsn: String,
    /// Where its files are, of one of our own.
    folder: Option<PathBuf>,
    /// Stops the server and removes its files when its input ends, however this process does.
    _guardian: Option<Child>,
}

/// Makes a cluster, starts it, and waits until its input ends.
const GUARDIAN: &str = r#"
set -e
umask 077
mkdir "$FOLDER"
trap 'rm -rf "$FOLDER"' EXIT
"$BIN/initdb" -D "$FOLDER/data" -U helpdesk -A trust -E UTF8 --no-sync >"$FOLDER/log" 2>&1
# What a crash left is read file by file before it is put right, unless the server knows better.
SYNC=
"$BIN/postgres" -D "$FOLDER/data" -C recovery_init_sync_method >/dev/null 2>&1 &&
  SYNC='-c recovery_init_sync_method=syncfs'
start() {
  "$BIN/postgres" -D "$FOLDER/data" -k "$FOLDER" -c listen_addresses= -c max_connections=120 \
    -c fsync="$FSYNC" -c synchronous_commit="$FSYNC" -c full_page_writes="$FSYNC" $SYNC \
    -c deadlock_timeout=100ms -c autovacuum=off >>"$FOLDER/log" 2>&1 &
  SERVER=$!
  until "$BIN/pg_isready" -q -h "$FOLDER"; do
    kill -0 $SERVER 2>/dev/null || return 1
    sleep 0.02
  done
}
start || { cat "$FOLDER/log" >&2; exit 1; }
echo ready
while read -r line; do
  # Killed as by the machine: neither it nor its children are told.
  kill -9 $SERVER
  wait $SERVER 2>/dev/null || true
  # Its children end by and by, and until then no other begins.
  TRIES=0
  until start; do
    TRIES=$((TRIES + 1))
    [ $TRIES -lt 500 ] || { cat "$FOLDER/log" >&2; exit 1; }
    sleep 0.02
  done
  echo ready
done
kill -INT $SERVER
wait $SERVER 2>/dev/null || true
"#;

/// Where the binaries of a server are.
fn binaries() -> Option<PathBuf> {
    let said = Command::new("pg_config").arg("--bindir").output().ok();
    let said = said.and_then(|it| String::from_utf8(it.stdout).ok());
    let said = said.map(|it| PathBuf::from(it.trim()));
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|it| it.path().join("bin")).collect();
    found.sort();
    let has = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    said.into_iter().chain(found.into_iter().rev()).find(has)
}

impl Server {
    /// A cluster of our own; `None`: there are no binaries.
    pub(crate) fn own(fsync: bool) -> Option<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let binaries = binaries()?;
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("helpdesk-pg-{}-{next}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        // PostgreSQL does not run as root.
        let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        let mut command = if root {
            let known = |user: &str| {
                Command::new("id").arg(user).output().is_ok_and(|it| it.status.success())
            };
            let user = if known("postgres") { "postgres" } else { "nobody" };
            let mut command = Command::new("setpriv");
            let group = Command::new("id").args(["-g", user]).output().unwrap().stdout;
            let group = String::from_utf8(group).unwrap();
            command.arg(format!("--reuid={user}")).arg(format!("--regid={}", group.trim()));
            command.args(["--clear-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        let mut guardian = command
            .args(["-c", GUARDIAN])
            .current_dir(std::env::temp_dir())
            .env("BIN", binaries)
            .env("FOLDER", &folder)
            .env("FSYNC", if fsync { "on" } else { "off" })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(guardian.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "the cluster did not start");
        let dsn = format!("host={} user=helpdesk dbname=postgres", folder.display());
        Some(Self { dsn, folder: Some(folder), _guardian: Some(guardian) })
    }

    /// Kills the server as the machine would, and starts it again.
    #[allow(dead_code, reason = "benches kill nothing")]
    pub(crate) fn kill_and_start(&mut self) {
        use std::io::Write as _;
        let guardian = self._guardian.as_mut().unwrap();
        guardian.stdin.as_mut().unwrap().write_all(b"again\n").unwrap();
        let mut line = String::new();
        BufReader::new(guardian.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "the cluster did not start again");
    }

    /// A new schema, empty.
    pub(crate) fn schema(&self) -> Schema {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("case_{}_{next}", std::process::id());
        Schema { dsn: self.dsn.clone(), name, drops: self.folder.is_none() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(guardian) = &mut self._guardian {
            drop(guardian.stdin.take());
            let _ = guardian.wait();
        }
    }
}

pub(crate) async fn client(dsn: &str) -> Result<Client, postgres::tokio_postgres::Error> {
    client_told(dsn, None).await
}

/// What the server says beside its answers.
type Told = Arc<Mutex<Vec<String>>>;

async fn client_told(
    dsn: &str,
    told: Option<Told>,
) -> Result<Client, postgres::tokio_postgres::Error> {
    let (client, mut connection) = postgres::tokio_postgres::connect(dsn, NoTls).await?;
    tokio::spawn(async move {
        while let Some(Ok(message)) = std::future::poll_fn(|cx| connection.poll_message(cx)).await {
            let text = match message {
                AsyncMessage::Notice(notice) => notice.message().to_owned(),
                AsyncMessage::Notification(notification) => notification.payload().to_owned(),
                _ => continue,
            };
            if let Some(told) = &told {
                told.lock().unwrap().push(text);
            }
        }
    });
    Ok(client)
}

/// The server of this process; `None`: there is none, and that was said aloud.
pub(crate) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        if let Ok(dsn) = std::env::var("HELPDESK_POSTGRES") {
            return Some(Server { dsn, folder: None, _guardian: None });
        }
        Server::own(false)
    });
    if server.is_none() {
        let required = std::env::var_os("HELPDESK_SKIP_NOTHING").is_some();
        assert!(!required, "there is no PostgreSQL server, and HELPDESK_SKIP_NOTHING is set");
        eprintln!(
            "SKIPPED: there is no PostgreSQL server: install one, or name one by HELPDESK_POSTGRES"
        );
    }
    server.as_ref()
}

/// A schema of one test's.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    pub(crate) dsn: String,
    pub(crate) name: String,
    drops: bool,
}

impl Schema {
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::default();
        options.schema = self.name.clone();
        options
    }

    pub(crate) async fn client(&self) -> Client {
        client(&self.dsn).await.unwrap()
    }

    /// The store in it, empty the first time.
    pub(crate) async fn store(&self) -> PgStore<Pool> {
        self.store_with(self.options()).await
    }

    pub(crate) async fn store_with(&self, options: Options) -> PgStore<Pool> {
        postgres::migrate(&mut self.client().await, &options).await.unwrap();
        PgStore::open(Pool::new(&self.dsn), options).await.unwrap()
    }

    /// A table of it, as a statement names it.
    #[allow(dead_code, reason = "benches look into none")]
    pub(crate) fn table(&self, table: &str) -> String {
        format!("\"{}\".{table}", self.name)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if !self.drops || std::thread::panicking() {
            return;
        }
        let (dsn, name) = (self.dsn.clone(), self.name.clone());
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let client = client(&dsn).await.unwrap();
                let text = format!("DROP SCHEMA IF EXISTS \"{name}\" CASCADE");
                client.batch_execute(&text).await.unwrap();
            });
        });
        let _ = dropped.join();
    }
}

/// As many connections as are needed at once, kept for the next call.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    dsn: Arc<str>,
    idle: Arc<Mutex<VecDeque<Connection>>>,
    told: Option<Told>,
}

impl Pool {
    pub(crate) fn new(dsn: &str) -> Self {
        Self { dsn: dsn.into(), idle: Arc::default(), told: None }
    }

    /// Keeps what the server says beside its answers.
    #[allow(dead_code, reason = "benches do not listen")]
    pub(crate) fn told(dsn: &str, told: Told) -> Self {
        Self { told: Some(told), ..Self::new(dsn) }
    }
}

impl Connections for Pool {
    type Held = Held;
    type Error = postgres::tokio_postgres::Error;

    async fn get(&self) -> Result<Held, Self::Error> {
        loop {
            let idle = self.idle.lock().unwrap().pop_front();
            let connection = match idle {
                Some(connection) if connection.is_closed() => continue,
                Some(connection) => connection,
                None => Connection::new(client_told(&self.dsn, self.told.clone()).await?),
            };
            return Ok(Held { connection: Some(connection), idle: self.idle.clone() });
        }
    }
}

/// A connection that goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    connection: Option<Connection>,
    idle: Arc<Mutex<VecDeque<Connection>>>,
}

impl Deref for Held {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().unwrap()
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().unwrap()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let connection = self.connection.take().filter(|it| !it.is_closed());
        self.idle.lock().unwrap().extend(connection);
    }
}

/// Runs a future to its end, on a runtime of its own.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(future)
}
