//! Reads the comments, and the turns beside them, as issues in the order of the file.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::Write;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::super::input::{self, Fields, Mistake, Rows};

/// The columns of the comments.
pub(crate) const HEADER: [&str; 9] = [
    "issue_id",
    "comment_id",
    "comment_seq",
    "created",
    "author",
    "author_role",
    "is_private",
    "utterances",
    "body",
];

/// The columns of the turns.
const TURNS: [&str; 13] = [
    "issue_id",
    "issue_num",
    "project",
    "reporter",
    "type",
    "priority",
    "contributors",
    "turn_no",
    "assignee",
    "started",
    "ended",
    "steps",
    "comments_count",
];

/// The file of the turns, beside that of the comments.
const TURNS_FILE: &str = "mendeley_helpdesk_turns.csv";

/// Who somebody is in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Reporter,
    Assignee,
    Others,
}

/// A comment.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) seq: u32,
    pub(super) at: DateTime<Utc>,
    /// As the file has it; [`person`] says who that is.
    pub(super) author: String,
    pub(super) role: Role,
    pub(super) private: bool,
    pub(super) utterances: u32,
    pub(super) body: String,
}

/// Somebody's turn at an issue.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// As the file has it; `None`: nobody's.
    pub(super) assignee: Option<String>,
    pub(super) started: DateTime<Utc>,
    pub(super) ended: DateTime<Utc>,
}

/// An issue: a ticket of that desk.
#[derive(Clone, Debug)]
pub(super) struct Issue {
    pub(super) id: String,
    pub(super) project: String,
    /// As the file has it; [`person`] says who that is.
    pub(super) reporter: String,
    pub(super) kind: String,
    pub(super) priority: String,
    /// In the order of the file, and never none.
    pub(super) turns: Vec<Turn>,
    /// In the order of the file; the first is public.
    pub(super) comments: Vec<Comment>,
}

/// The conversations, as far as they could be read.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) issues: Vec<Issue>,
    pub(super) turns: Rows,
    pub(super) comments: Rows,
}

/// Whose name this is: the file has some with a blank at the end, which are nobody else's.
pub(super) fn person(name: &str) -> &str {
    name.trim()
}

impl Log {
    /// Reads both files; tells of each malformed row and goes on, or stops there.
    pub(super) fn read(
        path: &Path,
        strict: bool,
        err: &mut dyn Write,
    ) -> Result<Self, Box<dyn Error>> {
        let beside = input::compressed_or_not(path.with_file_name(TURNS_FILE));
        if !input::header(&beside)?.iter().eq(TURNS.iter().map(|name| name.as_bytes())) {
            let shown = beside.display();
            return Err(format!("{shown}: its columns are not those of the turns").into());
        }
        let mut log = Self::default();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        log.turns = input::each_row(&beside, &TURNS, strict, err, |fields| {
            let (issue, turn) = turn(fields)?;
            let place = *places.entry(issue.id.clone()).or_insert_with(|| {
                log.issues.push(issue);
                log.issues.len() - 1
            });
            if let Some(issue) = log.issues.get_mut(place) {
                issue.turns.push(turn);
            }
            Ok(())
        })?;
        if log.turns.stopped {
            return Ok(log);
        }
        let mut seen = BTreeSet::new();
        log.comments = input::each_row(path, &HEADER, strict, err, |fields| {
            let comment = comment(fields)?;
            let place = places.get(fields.get(0)).copied();
            let issue = place.and_then(|place| log.issues.get_mut(place));
            let issue = issue.ok_or_else(|| fields.mistake(0, "the turns have no such issue"))?;
            if issue.comments.is_empty() && comment.private {
                return Err(fields.mistake(6, "nobody opens an issue with a note"));
            }
            seen.insert(issue.id.clone());
            issue.comments.push(comment);
            Ok(())
        })?;
        // Nobody opened these.
        log.issues.retain(|issue| seen.contains(&issue.id));
        Ok(log)
    }
}

const EXAMPLE: &str = "2022-01-02 11:12:51+00:00";
const FORMAT: &str = "%Y-%m-%d %H:%M:%S+00:00";

fn turn(fields: Fields<'_>) -> Result<(Issue, Turn), Mistake> {
    let name = |column| fields.name(column).map(str::to_owned);
    let assignee = match fields.get(8) {
        "" => None,
        _ => Some(name(8)?),
    };
    let turn = Turn {
        assignee,
        started: fields.instant(9, FORMAT, EXAMPLE)?,
        ended: fields.instant(10, FORMAT, EXAMPLE)?,
    };
    let issue = Issue {
        id: name(0)?,
        project: name(2)?,
        reporter: name(3)?,
        kind: name(4)?,
        priority: name(5)?,
        turns: Vec::new(),
        comments: Vec::new(),
    };
    Ok((issue, turn))
}

fn comment(fields: Fields<'_>) -> Result<Comment, Mistake> {
    let role = match fields.get(5) {
        "reporter" => Role::Reporter,
        "assignee" => Role::Assignee,
        "others" => Role::Others,
        other => return Err(fields.mistake(5, format!("no `{other}` is known"))),
    };
    let private = match fields.get(6) {
        "0" => false,
        "1" => true,
        other => return Err(fields.mistake(6, format!("`{other}` is not `0` or `1`"))),
    };
    Ok(Comment {
        id: fields.parsed(1, "a number")?,
        seq: fields.parsed(2, "a number")?,
        at: fields.instant(3, FORMAT, EXAMPLE)?,
        author: fields.name(4)?.to_owned(),
        role,
        private,
        utterances: fields.parsed(7, "a number")?,
        body: fields.get(8).to_owned(),
    })
}
