//! A ticket in the model: what was said and done, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::clocks::Report;
use super::{
    Admission, ModelMember, ModelSide, ModelTodo, Offer, Picture, Pledge, Snapshot, Words,
};
use crate::sla::policy::Audience;
use crate::{
    About, Actor, AgentId, CategoryName, Channel, ContactId, DepartmentName, ExternalRef,
    FieldName, FieldValue, Follower, GuestId, ImpactName, LinkKind, MessageRef, NoticeId,
    OrganisationId, Origin, PriorityName, ReasonName, ReceivedAt, ReopenClocks, Requester,
    ResolutionCode, Revision, Settings, Span, StatusCategory, StatusDraft, StatusName, Tag,
    TicketId, Timers, UrgencyName,
};

/// In which part somebody speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The one who asked.
    Asks,
    /// A human agent, to the one who asked.
    Answers,
    /// A machine, the host, or anybody in a note.
    Neither,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// When.
    pub at: DateTime<Utc>,
    /// In which part.
    pub voice: Voice,
    /// Whether the customer may read it.
    pub public: bool,
    /// Whether it was said without words: a solution was rejected.
    pub silent: bool,
    /// How it travelled.
    pub channel: Channel,
    /// In these words.
    pub text: String,
    /// Its place in the history, once it is known; see [`Model::learn`](super::Model::learn).
    pub revision: Revision,
    /// The contact whose words they are, where that is known.
    pub contact: Option<ContactId>,
    /// Whether it has been split off.
    pub gone: bool,
}

/// A ticket as the model keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the getters of `Ticket`")]
pub struct ModelTicket {
    pub id: TicketId,
    /// What the desk says its history's length is; see [`Model::learn`](super::Model::learn).
    pub revision: Revision,
    /// The last event that somebody caused, and the last of those that customers see.
    pub news: Revision,
    pub public_news: Revision,
    pub requester: Requester,
    pub origin: Origin,
    pub opened_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub received_at: Option<ReceivedAt>,
    pub channel: Channel,
    pub subject: String,
    /// Everything that was said, in the order in which it was recorded; the first opened it.
    pub thread: Vec<Said>,
    /// Since when a desk's head remembers that its own questions wait.
    pub asked_since: Option<DateTime<Utc>>,
    pub status: StatusName,
    pub category: StatusCategory,
    pub status_since: DateTime<Utc>,
    pub reason: Option<ReasonName>,
    pub postponed_until: Option<DateTime<Utc>>,
    /// Whether it was in a status of category new when it was postponed.
    pub postponed_from_new: bool,
    pub unresolved_since: DateTime<Utc>,
    /// Since when its total resolution counts, where that began anew or elsewhere.
    pub begun_anew: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub auto_close_cancelled: bool,
    pub warned: bool,
    pub overdue: bool,
    pub resolution: Option<(ResolutionCode, String, Actor, DateTime<Utc>)>,
    /// Who confirmed that resolution.
    pub confirmed_by: Option<Actor>,
    /// The solution that waits for the customer's word.
    pub offer: Option<Offer>,
    pub spam: bool,
    /// What was said with third parties.
    pub sides: Vec<ModelSide>,
    /// What was not delivered, after how many attempts.
    pub undelivered: Vec<(NoticeId, u32)>,
    pub owner: Option<AgentId>,
    pub department: Option<DepartmentName>,
    pub about: Option<CategoryName>,
    pub priority: PriorityName,
    pub impact: Option<ImpactName>,
    pub urgency: Option<UrgencyName>,
    pub tags: BTreeSet<Tag>,
    pub fields: BTreeMap<FieldName, FieldValue>,
    pub followers: BTreeSet<Follower>,
    /// What it is about; `about` is its category.
    pub subjects: BTreeSet<About>,
    pub external_refs: BTreeSet<ExternalRef>,
    pub guests: BTreeMap<GuestId, Admission>,
    pub links: BTreeSet<(LinkKind, TicketId)>,
    /// In the order in which they were added.
    pub todos: Vec<ModelTodo>,
    /// How it stood, and since when, oldest first.
    pub pictures: Vec<(DateTime<Utc>, Picture)>,
    pub reopened: u32,
    pub escalated: u32,
    pub transferred: u32,
    pub organisation: Option<OrganisationId>,
    pub follows: Option<TicketId>,
    pub followed_up_by: Vec<TicketId>,
    pub merged_into: Option<TicketId>,
    /// How it stood when it was merged.
    pub stood: Option<Box<ModelTicket>>,
    pub members: Vec<ModelMember>,
    /// Who follows it by which merge into what it follows up, and for no other reason but another
    /// merge.
    pub lent: BTreeSet<(TicketId, Follower)>,
    /// Who followed it by which merge only, until they were taken off by hand.
    pub dropped: BTreeSet<(TicketId, Follower)>,
    pub split_from: Option<MessageRef>,
    /// To whom its total resolution goes on from that of the ticket which it follows up: when that
    /// began, how long it ran, and whether a miss was told.
    pub continued: BTreeMap<Audience, (DateTime<Utc>, TimeDelta, bool)>,
    pub timers: Timers,
    /// What is promised, where anything was when it was opened.
    pub pledge: Option<Box<Pledge>>,
    /// How it was from its opening on, as long as it is promised nothing.
    pub unpromised: Vec<Snapshot>,
    /// What was told elsewhere of what comes to it.
    pub(super) reports: Vec<(Audience, Report)>,
    pub held: bool,
    /// What is personal on it.
    pub words: Words,
}

impl Said {
    /// Whether it has a place in the history that is not known yet.
    pub(super) fn is_unplaced(&self) -> bool {
        self.revision == Revision::ZERO && !self.silent
    }
}

impl ModelTicket {
    /// Whether the work is finished.
    pub fn is_done(&self) -> bool {
        matches!(self.category, StatusCategory::Resolved | StatusCategory::Closed)
    }

    /// When the oldest question was asked that no human agent has answered: the first one
    /// after the last answer, in the order in which things were said; those count, too, that
    /// merged tickets brought. On a merged ticket nobody waits.
    pub fn waiting_since(&self) -> Option<DateTime<Utc>> {
        match self.merged_into {
            Some(_) => None,
            None => self.open_questions().into_iter().min(),
        }
    }

    /// Whether an answer was logged late, before a question that was on record. Of several
    /// such questions a desk's head remembers the newest only, and may say that one.
    pub fn was_answered_late(&self) -> bool {
        let mut last_asked = None;
        let own = self.thread.iter().filter(|said| said.public).any(|said| {
            if said.voice == Voice::Asks {
                last_asked = last_asked.max(Some(said.at));
            }
            said.voice == Voice::Answers && Some(said.at) < last_asked
        });
        own || self.answered_members_late()
    }

    /// Whether somebody asked at this instant.
    pub fn asked_at(&self, at: DateTime<Utc>) -> bool {
        let own = self.conversation();
        own.iter().any(|said| said.voice == Voice::Asks && said.at == at)
            || self.members.iter().any(|member| member.questions.contains(&at))
    }

    /// When a human agent first answered. Who reached out owes no first answer.
    pub fn first_answered_at(&self) -> Option<DateTime<Utc>> {
        if self.origin == Origin::AgentReachedOut {
            return None;
        }
        let rest = self.thread.iter().skip(1);
        let answers = rest.filter(|said| said.public && said.voice == Voice::Answers);
        // Nothing from before the request answers it.
        answers.map(|said| said.at).filter(|at| *at >= self.opened_at).min()
    }

    /// When somebody last spoke in this part.
    pub fn last(&self, voice: Voice) -> Option<DateTime<Utc>> {
        self.conversation().iter().filter(|said| said.voice == voice).map(|said| said.at).max()
    }

    /// How many messages are public.
    pub fn messages(&self) -> usize {
        self.thread.iter().filter(|said| said.public && !said.silent && !said.gone).count()
    }

    /// How many notes there are.
    pub fn notes(&self) -> usize {
        self.thread.iter().filter(|said| !said.public).count()
    }

    /// When it next does something by itself.
    pub fn next_wake(&self) -> Option<DateTime<Utc>> {
        let Timers {
            wake,
            auto_close,
            open_age_warning,
            open_age_overdue,
            retention,
            reminder,
            sla,
            rules,
            // The model knows desks without routing rules.
            routing: _,
        } = self.timers;
        let ages = [open_age_warning, open_age_overdue];
        let all = [wake, auto_close, retention, reminder, sla, rules].into_iter().chain(ages);
        all.flatten().min()
    }

    /// The public messages, in the order in which they were said. A question that was split off
    /// is asked elsewhere; an answer that was has been given all the same.
    pub(super) fn conversation(&self) -> Vec<Said> {
        let counts = |said: &&Said| said.public && !(said.gone && said.voice == Voice::Asks);
        let mut said: Vec<Said> = self.thread.iter().filter(counts).cloned().collect();
        said.sort_by_key(|said| said.at);
        said
    }

    /// Whether the present status has not taken into account what was said then: it began
    /// before; or, on finished work, the ticket was resolved before.
    pub(super) fn is_news(&self, said: DateTime<Utc>) -> bool {
        said >= self.resolved_at.unwrap_or(self.status_since)
    }

    /// Adds something to the thread.
    pub(super) fn say(&mut self, at: DateTime<Utc>, voice: Voice, public: bool, text: &str) {
        self.push(at, voice, public, text, false);
    }

    /// The customer rejects a solution without a word: it asks, and is no message.
    pub(super) fn shake_head(&mut self, at: DateTime<Utc>) {
        self.push(at, Voice::Asks, true, "", true);
    }

    fn push(&mut self, at: DateTime<Utc>, voice: Voice, public: bool, text: &str, silent: bool) {
        let (channel, text) = (self.channel.clone(), text.to_owned());
        let revision = Revision::ZERO;
        let waits = self.asked_since;
        match voice {
            Voice::Asks if public && self.last(Voice::Answers) <= Some(at) => {
                self.asked_since = Some(waits.map_or(at, |since| since.min(at)));
            }
            // Of several that were asked after an answer which is told late, the newest is
            // remembered.
            Voice::Answers if public && waits.is_some_and(|since| since <= at) => {
                self.asked_since = self.last(Voice::Asks).filter(|asked| *asked > at);
            }
            _ => {}
        }
        self.thread.push(Said {
            at,
            voice,
            public,
            silent,
            channel,
            text,
            revision,
            contact: None,
            gone: false,
        });
    }

    /// What the workflow says of the present status.
    pub(super) fn rules<'a>(&self, settings: &'a Settings) -> Option<&'a StatusDraft> {
        status(settings, &self.status)
    }

    /// Goes to another status, and keeps the books of finishing and reopening.
    pub(super) fn enter(&mut self, settings: &Settings, to: &StatusName, at: DateTime<Utc>) {
        let category = status(settings, to).map_or(self.category, |status| status.category);
        let was_done = self.is_done();
        self.status = to.clone();
        self.category = category;
        self.status_since = at;
        self.reason = None;
        self.offer = None;
        self.postponed_until = None;
        self.postponed_from_new = false;
        if was_done != self.is_done() {
            // The flags are of unfinished work.
            self.warned = false;
            self.overdue = false;
        }
        match (was_done, self.is_done()) {
            (false, true) => {
                self.resolved_at = Some(at);
                self.auto_close_cancelled = false;
            }
            (true, false) => {
                self.reopened += 1;
                self.unresolved_since = at;
                if settings.clock_rules().reopen == ReopenClocks::Anew {
                    self.begun_anew = Some(at);
                }
                self.resolved_at = None;
                self.closed_at = None;
                self.auto_close_cancelled = false;
            }
            _ => {}
        }
        if category == StatusCategory::Closed {
            self.closed_at = Some(at);
        }
    }

    /// Sets the timers by these settings, from the instants that they count from.
    pub(super) fn arm(&mut self, settings: &Settings) {
        if self.merged_into.is_some() {
            // It does nothing more by itself, but that people are reminded of what they were to
            // do. Its words go with those of the ticket that shows them.
            self.timers = Timers { reminder: self.next_reminder(), ..Timers::default() };
            return;
        }
        let open_age = settings.open_age().filter(|_| !self.is_done());
        let unresolved = self.unresolved_since;
        let closing = self.category == StatusCategory::Resolved && !self.auto_close_cancelled;
        self.timers = Timers {
            wake: self.postponed_until,
            auto_close: match (settings.auto_close(), self.resolved_at) {
                (Some(span), Some(resolved)) if closing => Some(later(resolved, span)),
                _ => None,
            },
            open_age_warning: open_age
                .filter(|_| !self.warned)
                .map(|age| later(unresolved, age.warn)),
            open_age_overdue: open_age
                .filter(|_| !self.overdue)
                .map(|age| later(unresolved, age.overdue)),
            sla: self.service_wake(),
            // Histories have no rulebooks.
            rules: None,
            retention: self.kept_until(settings),
            reminder: self.next_reminder(),
            routing: None,
        };
    }

    /// Does the first thing that is due at this instant. A move sets the timers by the
    /// settings in force; what only raises a flag leaves the other timers alone. `held`: something
    /// unfinished keeps it from closing.
    pub(super) fn fire(&mut self, settings: &Settings, due: DateTime<Utc>, held: bool) {
        let landmarks = &settings.draft().workflow.landmarks;
        // It may be due before the last thing that happened, where the settings changed.
        let at = due.max(self.updated_at);
        let Timers { wake, auto_close, open_age_warning, open_age_overdue, retention, .. } =
            self.timers;
        if wake == Some(due) {
            let to = if self.postponed_from_new { &landmarks.initial } else { &landmarks.woken };
            self.enter(settings, to, at);
            self.arm(settings);
        } else if auto_close == Some(due) && held {
            self.auto_close_cancelled = true;
            self.timers.auto_close = None;
        } else if auto_close == Some(due) {
            self.enter(settings, &landmarks.closed, at);
            self.arm(settings);
        } else if open_age_warning == Some(due) {
            self.warned = true;
            self.timers.open_age_warning = None;
        } else if open_age_overdue == Some(due) {
            self.overdue = true;
            self.timers.open_age_overdue = None;
        } else if retention == Some(due) {
            self.forget(|_| true);
            self.words.gone();
            self.timers.retention = None;
        } else {
            self.reminded(due);
            self.timers.reminder = self.next_reminder();
        }
        self.updated_at = at;
        // An event each.
        self.revision.0 += 1;
    }
}

pub(super) fn status<'a>(settings: &'a Settings, name: &StatusName) -> Option<&'a StatusDraft> {
    settings.draft().workflow.statuses.iter().find(|status| status.name == *name)
}

pub(super) fn later(instant: DateTime<Utc>, span: Span) -> DateTime<Utc> {
    instant
        .checked_add_signed(TimeDelta::microseconds(span.as_micros()))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
