//! Reads the log: rows as they are, in little room, incidents in the order of the file.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::super::input::{self, Fields, Mistake, Rows};

/// The file's columns.
pub(crate) const HEADER: [&str; 36] = [
    "number",
    "incident_state",
    "active",
    "reassignment_count",
    "reopen_count",
    "sys_mod_count",
    "made_sla",
    "caller_id",
    "opened_by",
    "opened_at",
    "sys_created_by",
    "sys_created_at",
    "sys_updated_by",
    "sys_updated_at",
    "contact_type",
    "location",
    "category",
    "subcategory",
    "u_symptom",
    "cmdb_ci",
    "impact",
    "urgency",
    "priority",
    "assignment_group",
    "assigned_to",
    "knowledge",
    "u_priority_confirmation",
    "notify",
    "problem_id",
    "rfc",
    "vendor",
    "caused_by",
    "closed_code",
    "resolved_by",
    "resolved_at",
    "closed_at",
];

/// The log's scales: of priorities the least first, as settings have them.
pub(super) const PRIORITIES: [&str; 4] = ["4 - Low", "3 - Moderate", "2 - High", "1 - Critical"];
pub(super) const IMPACTS: [&str; 3] = ["1 - High", "2 - Medium", "3 - Low"];
pub(super) const URGENCIES: [&str; 3] = IMPACTS;

/// A column that the replay reads, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Number = 0,
    State = 1,
    Active = 2,
    ReopenCount = 4,
    ModCount = 5,
    Caller = 7,
    OpenedBy = 8,
    OpenedAt = 9,
    CreatedAt = 11,
    UpdatedBy = 12,
    UpdatedAt = 13,
    ContactType = 14,
    Category = 16,
    Subcategory = 17,
    Impact = 20,
    Urgency = 21,
    Priority = 22,
    Group = 23,
    Person = 24,
    ClosedCode = 32,
    ResolvedAt = 34,
}

macro_rules! words {
    ($(#[$doc:meta])* $kind:ident: $($name:ident $text:literal,)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum $kind { $($name,)* }

        impl $kind {
            pub(super) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The log's own name for it.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

words! {
    /// What a row says of the incident's state.
    State:
    New "New",
    Active "Active",
    AwaitingUserInfo "Awaiting User Info",
    AwaitingVendor "Awaiting Vendor",
    AwaitingProblem "Awaiting Problem",
    AwaitingEvidence "Awaiting Evidence",
    Resolved "Resolved",
    Closed "Closed",
    Invalid "-100",
}

words! {
    /// How the caller came to the desk.
    Contact:
    Phone "Phone",
    SelfService "Self service",
    Email "Email",
    Ivr "IVR",
    DirectOpening "Direct opening",
}

impl State {
    pub(super) fn is_done(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed)
    }
}

/// A value of the log, by its place among all that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(u32);

impl Name {
    /// No value: the log writes `?`.
    pub(super) const MISSING: Self = Self(0);

    pub(super) fn known(self) -> Option<Self> {
        (self != Self::MISSING).then_some(self)
    }

    /// A number for whoever has this name.
    pub(super) fn number(self) -> u128 {
        u128::from(self.0)
    }
}

/// Every value that was read, once.
#[derive(Debug)]
pub(super) struct Names {
    texts: Vec<Arc<str>>,
    places: HashMap<Arc<str>, Name>,
}

impl Default for Names {
    fn default() -> Self {
        let missing: Arc<str> = "?".into();
        Self { texts: vec![missing.clone()], places: HashMap::from([(missing, Name::MISSING)]) }
    }
}

impl Names {
    fn name(&mut self, text: &str) -> Name {
        if let Some(known) = self.places.get(text) {
            return *known;
        }
        let (text, name): (Arc<str>, _) =
            (text.into(), Name(u32::try_from(self.texts.len()).unwrap_or(u32::MAX)));
        self.texts.push(text.clone());
        self.places.insert(text, name);
        name
    }

    pub(super) fn text(&self, name: Name) -> &str {
        self.texts.get(name.0 as usize).map_or("?", |text| text)
    }
}

/// What a row says of an incident that a command can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) state: State,
    pub(super) group: Name,
    pub(super) person: Name,
    pub(super) category: Name,
    pub(super) subcategory: Name,
    pub(super) impact: Name,
    pub(super) urgency: Name,
    pub(super) priority: Name,
    pub(super) reopen_count: u32,
}

/// A row of the log: an incident after one update.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) at: DateTime<Utc>,
    pub(super) now: Standing,
    pub(super) active: bool,
    pub(super) mod_count: u32,
    pub(super) caller: Name,
    pub(super) contact: Contact,
    pub(super) updated_by: Name,
    pub(super) closed_code: Name,
    /// Whether `sys_created_at`, `opened_by` and `resolved_at` are missing.
    pub(super) missing: [bool; 3],
    /// Of the whole row, by which rows are compared.
    pub(super) digest: u64,
}

/// An incident: a ticket of that desk.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) number: Arc<str>,
    pub(super) opened_at: DateTime<Utc>,
    /// In the order of the file, and never none.
    pub(super) rows: Vec<Row>,
}

/// The log, as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) cases: Vec<Case>,
    pub(super) names: Names,
    pub(super) rows: Rows,
}

impl Log {
    /// Reads the file; tells of each malformed row and goes on, or stops there.
    pub(super) fn read(
        path: &Path,
        strict: bool,
        err: &mut dyn Write,
    ) -> Result<Self, Box<dyn Error>> {
        let mut log = Self::default();
        let mut places: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        log.rows = input::each_row(path, &HEADER, strict, err, |fields| {
            let (number, opened_at, row) = read(fields, &mut log.names)?;
            let place = match places.get(number) {
                Some(place) => *place,
                None => {
                    let number: Arc<str> = number.into();
                    places.insert(number.clone(), log.cases.len());
                    log.cases.push(Case { number, opened_at, rows: Vec::new() });
                    log.cases.len() - 1
                }
            };
            if let Some(case) = log.cases.get_mut(place) {
                case.rows.push(row);
            }
            Ok(())
        })?;
        Ok(log)
    }

    /// Every row as one stream by time, each case begun by its opening, which is step 0: a merge
    /// of the cases, each in the order of the file, which alone breaks ties.
    pub(super) fn stream(&self) -> Vec<(usize, usize)> {
        let mut stream = Vec::new();
        for (index, case) in self.cases.iter().enumerate() {
            let mut clock = opening(case);
            stream.push((clock, 0, index));
            for (place, row) in case.rows.iter().enumerate() {
                // A row cannot come before the one above it in its case.
                clock = clock.max(row.at);
                stream.push((clock, place + 1, index));
            }
        }
        stream.sort();
        stream.into_iter().map(|(_, step, case)| (case, step)).collect()
    }
}

/// When an incident was opened; the log has rows from before that, which then count.
pub(super) fn opening(case: &Case) -> DateTime<Utc> {
    case.rows.first().map_or(case.opened_at, |first| case.opened_at.min(first.at))
}

fn read<'a>(
    fields: Fields<'a>,
    names: &mut Names,
) -> Result<(&'a str, DateTime<Utc>, Row), Mistake> {
    let time =
        |column: Column| fields.instant(column as usize, "%d/%m/%Y %H:%M", "29/2/2016 01:23");
    let number = |column: Column| fields.parsed(column as usize, "a number");
    let mut name = |column: Column| Ok(names.name(fields.name(column as usize)?));
    let case = fields.name(Column::Number as usize)?;
    let state = word(fields, Column::State, State::ALL, State::name)?;
    let contact = word(fields, Column::ContactType, Contact::ALL, Contact::name)?;
    let now = Standing {
        state,
        group: name(Column::Group)?,
        person: name(Column::Person)?,
        category: name(Column::Category)?,
        subcategory: name(Column::Subcategory)?,
        impact: name(Column::Impact)?,
        urgency: name(Column::Urgency)?,
        priority: name(Column::Priority)?,
        reopen_count: number(Column::ReopenCount)?,
    };
    for (column, scale) in [
        (Column::Impact, &IMPACTS[..]),
        (Column::Urgency, &URGENCIES[..]),
        (Column::Priority, &PRIORITIES[..]),
    ] {
        word(fields, column, scale, |known| known)?;
    }
    let mut digest = DefaultHasher::new();
    for field in fields.all() {
        field.hash(&mut digest);
    }
    let missing = [Column::CreatedAt, Column::OpenedBy, Column::ResolvedAt]
        .map(|column| fields.get(column as usize) == "?");
    let row = Row {
        at: time(Column::UpdatedAt)?,
        now,
        active: fields.parsed(Column::Active as usize, "`true` or `false`")?,
        mod_count: number(Column::ModCount)?,
        caller: name(Column::Caller)?,
        contact,
        updated_by: name(Column::UpdatedBy)?,
        closed_code: name(Column::ClosedCode)?,
        missing,
        digest: digest.finish(),
    };
    Ok((case, time(Column::OpenedAt)?, row))
}

/// A field that is one of a few words.
fn word<T: Copy>(
    fields: Fields<'_>,
    column: Column,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<T, Mistake> {
    let text = fields.get(column as usize);
    let known = all.iter().copied().find(|known| name(*known) == text);
    known.ok_or_else(|| fields.mistake(column as usize, format!("no `{text}` is known")))
}
