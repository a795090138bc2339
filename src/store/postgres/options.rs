//! How a store treats its database.

/// How a [`PgStore`](super::PgStore) treats its database.
///
/// ```
/// use helpdesk::store::postgres::Options;
///
/// let mut options = Options::default();
/// assert_eq!(options.schema, "helpdesk");
/// assert!(options.prepares && options.channel.is_none());
/// options.schema = "desk_of_acme".to_owned();
/// options.prepares = false;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The schema in which all tables are: letters, digits and underscores of ASCII, 1 to 40, the first
    /// no digit, and not `pg_`. Letter case counts. A database may hold several stores. `helpdesk` by
    /// default.
    pub schema: String,
    /// Whether statements are prepared once for each connection. To be switched off behind a pooler
    /// that gives each transaction another connection and does not know of prepared statements, as
    /// PgBouncer's transaction mode before 1.21: each statement is planned anew then. On by default.
    pub prepares: bool,
    /// A channel that commits notify (`NOTIFY`, with the desk's id), where they leave notices or set a
    /// wake: for hosts that would relay or tick at once instead of at their next look. It is a hint, and
    /// never the truth: it is lost while nobody listens, and at most it saves waiting. Commits that
    /// notify reach the disk one after the other. 1 to 63 bytes; letter case counts, which it does in a
    /// `LISTEN` only with quotes: [`listen`](Self::listen) gives that. `None` by default: nobody is notified.
    pub channel: Option<String>,
}

impl Options {
    /// The statement by which a connection of the host's listens to the [channel](Self::channel), quoted.
    ///
    /// ```
    /// use helpdesk::store::postgres::Options;
    ///
    /// let mut options = Options::default();
    /// assert_eq!(options.listen(), None);
    /// options.channel = Some("Desk".to_owned());
    /// assert_eq!(options.listen().as_deref(), Some("LISTEN \"Desk\""));
    /// ```
    pub fn listen(&self) -> Option<String> {
        self.channel.as_ref().map(|name| format!("LISTEN \"{}\"", name.replace('"', "\"\"")))
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { schema: "helpdesk".to_owned(), prepares: true, channel: None }
    }
}
