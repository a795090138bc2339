//! Reads the log: rows as they are, cases in the order of the file, malformed rows named.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::super::input;

/// The file's columns. `Variant` is there twice, so everything is read by position.
pub(crate) const HEADER: [&str; 16] = [
    "Case ID",
    "Activity",
    "Resource",
    "Complete Timestamp",
    "Variant",
    "Variant index",
    "Variant",
    "seriousness",
    "customer",
    "product",
    "responsible_section",
    "seriousness_2",
    "service_level",
    "service_type",
    "support_section",
    "workgroup",
];

/// A column that the replay reads, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    CaseId = 0,
    Activity = 1,
    Resource = 2,
    Time = 3,
    Seriousness = 7,
    Customer = 8,
    Product = 9,
    ResponsibleSection = 10,
    Seriousness2 = 11,
    ServiceLevel = 12,
    ServiceType = 13,
    SupportSection = 14,
    Workgroup = 15,
}

macro_rules! activities {
    ($($name:ident $text:literal,)*) => {
        /// What a row says was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Activity { $($name,)* }

        impl Activity {
            pub(super) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The log's own name for it.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

activities! {
    TakeInCharge "Take in charge ticket",
    ResolveTicket "Resolve ticket",
    AssignSeriousness "Assign seriousness",
    Closed "Closed",
    Wait "Wait",
    RequireUpgrade "Require upgrade",
    InsertTicket "Insert ticket",
    CreateSwAnomaly "Create SW anomaly",
    ResolveSwAnomaly "Resolve SW anomaly",
    ScheduleIntervention "Schedule intervention",
    Verified "VERIFIED",
    Resolved "RESOLVED",
    Invalid "INVALID",
    Duplicate "DUPLICATE",
}

impl Activity {
    /// Whether the row is about a defect in the tracker: its customer, product and the rest are
    /// then the defect's, not the ticket's.
    pub(super) fn is_the_trackers(self) -> bool {
        matches!(self, Self::Verified | Self::Resolved | Self::Invalid | Self::Duplicate)
    }
}

/// A row of the log.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) activity: Activity,
    pub(super) at: DateTime<Utc>,
    text: csv::StringRecord,
}

impl Row {
    pub(super) fn get(&self, column: Column) -> &str {
        self.text.get(column as usize).unwrap_or_default()
    }

    pub(super) fn resource(&self) -> &str {
        self.get(Column::Resource)
    }

    /// Whether every column of another row says the same.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        self.text == other.text
    }

    fn read(record: csv::ByteRecord) -> Result<Self, String> {
        let found = record.len();
        if found != HEADER.len() {
            return Err(format!("{found} columns, where the log has {}", HEADER.len()));
        }
        let text = csv::StringRecord::from_byte_record(record).map_err(|_| "it is not UTF-8")?;
        for (name, value) in HEADER.iter().zip(&text) {
            // Values become names in settings; what cannot be one is no value.
            if value.is_empty() || value.len() > 40 || value.chars().any(char::is_control) {
                return Err(format!("`{name}` is empty, longer than 40 bytes, or no plain text"));
            }
        }
        let get = |column: Column| text.get(column as usize).unwrap_or_default();
        let activity = get(Column::Activity);
        let known = Activity::ALL.iter().copied().find(|known| known.name() == activity);
        let activity = known.ok_or_else(|| format!("no activity `{activity}` is known"))?;
        let time = get(Column::Time);
        let at = NaiveDateTime::parse_from_str(time, "%Y/%m/%d %H:%M:%S%.3f")
            .map_err(|_| format!("`{time}` is not a time such as 2012/10/09 14:50:17.000"))?
            .and_utc();
        Ok(Self { activity, at, text })
    }
}

/// A case: a ticket of that desk.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) id: String,
    /// In the order of the file, and never none.
    pub(super) rows: Vec<Row>,
}

/// The log, as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) cases: Vec<Case>,
    pub(super) rows: u64,
    pub(super) malformed: u64,
    /// A malformed row ended the reading.
    pub(super) stopped: bool,
}

impl Log {
    /// Reads the file; tells of each malformed row and goes on, or stops there.
    pub(super) fn read(
        path: &Path,
        strict: bool,
        err: &mut dyn Write,
    ) -> Result<Self, Box<dyn Error>> {
        let mut reader = input::reader(path)?;
        let mut log = Self::default();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for record in reader.byte_records() {
            let record = record.map_err(|error| format!("{}: {error}", path.display()))?;
            let line = record.position().map_or(0, csv::Position::line);
            match Row::read(record) {
                Ok(row) => {
                    log.rows += 1;
                    let id = row.get(Column::CaseId).to_owned();
                    let place = *places.entry(id.clone()).or_insert_with(|| {
                        log.cases.push(Case { id, rows: Vec::new() });
                        log.cases.len() - 1
                    });
                    if let Some(case) = log.cases.get_mut(place) {
                        case.rows.push(row);
                    }
                }
                Err(reason) => {
                    log.malformed += 1;
                    writeln!(err, "{}:{line}: {reason}", path.display())?;
                    if strict {
                        log.stopped = true;
                        break;
                    }
                }
            }
        }
        Ok(log)
    }

    /// Every row as one stream by time: a merge of the cases, each in the order of the file,
    /// which alone breaks ties.
    pub(super) fn stream(&self) -> Vec<(&Case, usize, &Row)> {
        let mut stream = Vec::new();
        for case in &self.cases {
            let mut clock = DateTime::<Utc>::MIN_UTC;
            for (place, row) in case.rows.iter().enumerate() {
                // A row cannot come before the one above it in its case.
                clock = clock.max(row.at);
                stream.push((clock, place, case, row));
            }
        }
        stream.sort_by_key(|(clock, place, _, _)| (*clock, *place));
        stream.into_iter().map(|(_, place, case, row)| (case, place, row)).collect()
    }
}
