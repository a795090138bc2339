//! A random desk, played from a seed: all that can be said and written on it, each text with a mark
//! of its own and a record of whose it is.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use helpdesk::command::{
    Assign, BlockContact, Edit, Escalate, FollowUp, GrantAccess, Hold, MarkSpam, Merge,
    MergeContacts, NewTodo, Note, NoteContact, Open, ProposeSolution, RejectSolution, Reopen,
    Reply, ReportUndelivered, Resolve, Resolving, Split, Transfer, UndoMerge, UnmarkSpam,
};
use helpdesk::condition::View;
use helpdesk::conformance::kit::Random;
use helpdesk::sla::Metric;
use helpdesk::sla::policy::{Obligation, SlaPolicy};
use helpdesk::{
    About, Actor, AgentSight, Confirmation, ContactId, ContactProfile, CustomerSight, Event,
    ExternalRef, Fact, FieldDef, FieldKind, FieldValue, Follower, GuestId, GuestRight, Identity,
    LinkKind, MergeAcross, MessageRef, OrganisationId, OrganisationProfile, Outcome, Recipient,
    Requester, SettingsDraft, SlaLevelName, Span, TicketChange, TicketId, Visibility,
};

use crate::oracle::Whose;
use crate::support::*;

/// Colleagues of Otto's, and the same person as Maria, once that is found out.
pub const PIA: ContactId = ContactId::from_u128(0xC3);
pub const DOUBLE: ContactId = ContactId::from_u128(0xC4);
/// Who has nothing on record.
pub const UGO: ContactId = ContactId::from_u128(0xC5);
/// Who has nothing to do with any ticket, but what they are asked beside it.
pub const VENDOR: ContactId = ContactId::from_u128(0xC6);
pub const CONTACTS: [ContactId; 6] = [MARIA, OTTO, PIA, DOUBLE, UGO, VENDOR];
pub const ACME: OrganisationId = OrganisationId::from_u128(0x06);

const STEPS: usize = 110;

/// What a text is to be, before it is written.
#[derive(Clone, Copy)]
enum As {
    Said { public: bool },
    Fact { public: bool },
    Beside,
}

pub struct World {
    pub desk: TestDesk,
    pub marks: BTreeMap<u32, Whose>,
    pub agent_sight: AgentSight,
    pub customer_sight: CustomerSight,
    pub external: Vec<ExternalRef>,
    /// Whether the double was found to be Maria.
    pub merged: bool,
    pub guests: BTreeSet<GuestId>,
    pub random: Random,
    next: Cell<u32>,
    /// The marks whose texts are to be others than they would be.
    other: BTreeSet<u32>,
    fresh: Vec<(u32, As)>,
    made: u128,
}

/// Ids that no other number in a text can be mistaken for.
pub fn id(n: u128) -> TicketId {
    ticket_id(0x7e57_0000_0000_4000_8000_0000_0000_0000 + n)
}

impl World {
    /// The desk of this seed; where it says `other`, with other words, as long as the first ones
    /// are not.
    pub fn played(seed: u64, other: &BTreeSet<u32>) -> Self {
        let mut random = Random::new(seed);
        let agent_sight = random.one_of([AgentSight::OwnDepartments, AgentSight::All]);
        let customer_sight = random.one_of([CustomerSight::Own, CustomerSight::Organisation]);
        let mut world = Self {
            desk: TestDesk::without_people(SettingsDraft::default()),
            marks: BTreeMap::new(),
            agent_sight,
            customer_sight,
            external: Vec::new(),
            merged: false,
            guests: BTreeSet::new(),
            random,
            next: Cell::new(1),
            other: other.clone(),
            fresh: Vec::new(),
            made: 0,
        };
        world.people();
        for _ in 0..STEPS {
            world.step();
            let minutes = world.random.below(400);
            world.desk.pass(chrono::TimeDelta::minutes(minutes as i64));
        }
        for _ in 0..6 {
            world.undelivered();
        }
        world
    }

    /// A text with a new mark.
    fn text(&self) -> (u32, String) {
        let mark = self.next.get();
        self.next.set(mark + 1);
        let words = if self.other.contains(&mark) { "quite another story" } else { "words" };
        (mark, format!("~{mark}~ {words}"))
    }

    fn host(&mut self) -> String {
        let (mark, text) = self.text();
        self.marks.insert(mark, Whose::Host);
        text
    }

    fn said(&mut self, public: bool) -> String {
        let (mark, text) = self.text();
        self.fresh.push((mark, As::Said { public }));
        text
    }

    fn fact(&mut self, public: bool) -> String {
        let (mark, text) = self.text();
        self.fresh.push((mark, As::Fact { public }));
        text
    }

    /// Words of a side conversation.
    pub fn beside_text(&mut self) -> String {
        let (mark, text) = self.text();
        self.fresh.push((mark, As::Beside));
        text
    }

    fn view(&mut self, department: Option<&'static str>) -> View {
        let (mark, text) = self.text();
        self.marks.insert(mark, Whose::View(department));
        View::new(format!("v{mark}"), format!("subject contains \"{text}\"").parse().unwrap())
    }

    /// The name of a policy or a level.
    fn promise(&mut self) -> String {
        let (mark, text) = self.text();
        self.marks.insert(mark, Whose::Promise);
        text
    }

    fn policy(&mut self, level: &str) -> SlaPolicy {
        SlaPolicy::new(self.promise().as_str())
            .level(SlaLevelName::from(level))
            .obligation(Obligation::new(Metric::FirstResponse).within(Span::hours(8)))
            .obligation(Obligation::new(Metric::TotalResolution).within(Span::days(3)))
            .obligation(Obligation::new(Metric::NextResponse).within(Span::hours(2)).internal())
    }

    fn people(&mut self) {
        let levels = [self.promise(), self.promise()];
        let billing = self.policy(&levels[0]).when(Fact::Department.equals("billing"));
        let mut draft = SettingsDraft {
            sla_policies: vec![billing, self.policy(&levels[1])],
            sla_levels: levels.iter().map(|level| level.as_str().into()).collect(),
            agent_sight: self.agent_sight,
            customer_sight: self.customer_sight,
            fields: vec![
                FieldDef::new("shown", FieldKind::Text { max_bytes: 99 }).public(),
                FieldDef::new("kept", FieldKind::Text { max_bytes: 99 }),
            ],
            contact_fields: vec![
                FieldDef::new("badge", FieldKind::Text { max_bytes: 99 }).personal(),
            ],
            views: vec![self.view(None)],
            ..confirming(Confirmation::Offered)
        };
        draft.merging.across = MergeAcross::SameOrganisation;
        for (department, name) in
            draft.departments.iter_mut().zip(["support", "billing", "engineering"])
        {
            department.views.push(self.view(Some(name)));
        }
        self.desk.publish(draft);
        for id in EVERY_AGENT {
            self.desk.put_agent(id, profile(id));
        }
        let acme = OrganisationProfile::new(self.host());
        let host = self.desk.context(&Actor::Host);
        self.desk.desk.put_organisation(host.clone(), ACME, acme).unwrap();
        for contact in [MARIA, OTTO, PIA, DOUBLE] {
            let address = format!("c{:x}@example.com", contact.as_uuid().as_u128());
            let mut profile = ContactProfile::new(self.host()).identity(Identity::email(&*address));
            profile.location = Some(self.host());
            profile.fields = [("badge".into(), FieldValue::Text(self.host().into()))].into();
            if contact == OTTO || contact == PIA {
                profile.organisation = Some(ACME);
            }
            self.desk.desk.put_contact(host.clone(), contact, profile).unwrap();
        }
    }

    /// Carries out a command. The marks in it that were recorded are from now on whose they are.
    pub fn run(&mut self, actor: &Actor, command: impl Into<Cmd>) -> Option<Outcome> {
        let fresh = std::mem::take(&mut self.fresh);
        let outcome = self.desk.run(actor, command).ok()?;
        let events: Vec<(TicketId, &Event)> = outcome
            .all_events()
            .filter_map(|(key, event)| Some((key.as_ticket()?, event)))
            .collect();
        for (mark, what) in fresh {
            let spelt = format!("~{mark}~");
            let mut places =
                events.iter().filter(|(_, event)| format!("{event:?}").contains(&spelt));
            let Some((ticket, event)) = places.next() else { continue };
            let ticket = *ticket;
            let whose = match what {
                // Words on an internal ticket that was merged into a customer's are a note there.
                As::Said { public } => {
                    let message = event.ticket_change().and_then(TicketChange::message);
                    let said = message.is_some_and(|it| it.visibility == Visibility::Public);
                    let public = public && said;
                    Whose::Said { ticket, revision: event.revision, public }
                }
                As::Fact { public } => Whose::Fact { ticket, public },
                As::Beside => {
                    let said = event.ticket_change().and_then(TicketChange::side_said).unwrap();
                    Whose::Beside { ticket, side: said.side }
                }
            };
            self.marks.insert(mark, whose);
        }
        Some(outcome)
    }

    fn ticket(&mut self) -> TicketId {
        let tickets = self.tickets();
        self.random.pick(&tickets).copied().unwrap_or(id(0))
    }

    fn follower(&mut self) -> Follower {
        match self.random.percent(70) {
            true => Follower::Contact(self.random.one_of(CONTACTS)),
            false => Follower::Agent(self.random.one_of(EVERY_AGENT)),
        }
    }

    fn new_id(&mut self) -> TicketId {
        self.made += 1;
        id(self.made)
    }

    fn external(&mut self) -> ExternalRef {
        let reference = ExternalRef::new("tracker", "ops", self.fact(false));
        self.external.push(reference.clone());
        reference
    }

    fn open(&mut self) {
        let internal = self.random.percent(25);
        let requester = match internal {
            true => Requester::Agent(self.random.one_of([BEN, CARL, EVA, RHEA])),
            false => Requester::Contact(self.random.one_of(CONTACTS)),
        };
        let mut open = Open::new(self.new_id(), requester, self.said(true));
        open.subject = Some(self.fact(true));
        open.department = self.random.one_of([
            None,
            Some("support".into()),
            Some("billing".into()),
            Some("engineering".into()),
        ]);
        let actor = match (requester, self.random.below(4)) {
            (Requester::Contact(contact), 0 | 1) => customer(contact),
            (Requester::Contact(_), 2) => bot(),
            (Requester::Agent(asker), _) => agent(asker),
            (Requester::Contact(_), _) => Actor::Host,
        };
        if self.random.percent(60) && !matches!(actor, Actor::Customer(_)) {
            open.tags = [self.fact(false).as_str().into()].into();
            let shown = FieldValue::Text(self.fact(true).into());
            let kept = FieldValue::Text(self.fact(false).into());
            open.fields = [("shown".into(), shown), ("kept".into(), kept)].into();
            open.about = [About::new("order", self.fact(false))].into();
            open.external_refs = [self.external()].into();
            open.followers = [self.follower()].into();
        }
        self.run(&actor, open);
    }

    fn speak(&mut self, ticket: TicketId) {
        let head = self.desk.ticket(ticket);
        let author = match self.random.below(6) {
            0 => agent(OWNER),
            1 => Actor::Guest(self.guest()),
            2 => customer(self.random.one_of(CONTACTS)),
            3 => bot(),
            _ => match head.requester() {
                Requester::Contact(contact) => customer(contact),
                Requester::Agent(asker) => agent(asker),
            },
        };
        let reply = Reply::new(ticket, self.said(true));
        self.run(&author, reply);
    }

    /// What was sent of a ticket comes back.
    fn undelivered(&mut self) {
        let ticket = self.ticket();
        let mut notice = not_sent(ticket);
        notice.to = Recipient::Contact(self.random.one_of(CONTACTS));
        let sender = self.random.one_of([Actor::Host, Actor::System]);
        let report = ReportUndelivered::new(notice).text(self.fact(false));
        self.run(&sender, report);
    }

    fn note(&mut self, ticket: TicketId) {
        let mut note = Note::new(ticket, self.said(false));
        note.mentions = [self.random.one_of(EVERY_AGENT)].into();
        note.todos = vec![NewTodo::new(self.fact(false))];
        note.todos[0].remind_at = Some(self.desk.now() + hours(2));
        let author = self.random.one_of([agent(OWNER), bot()]);
        self.run(&author, note);
    }

    fn edit(&mut self, ticket: TicketId) {
        let mut edit = Edit::new(ticket);
        match self.random.below(5) {
            0 => edit.subject = Some(self.fact(true)),
            1 => {
                let shown = FieldValue::Text(self.fact(true).into());
                let kept = FieldValue::Text(self.fact(false).into());
                edit.fields = [("shown".into(), Some(shown)), ("kept".into(), Some(kept))].into();
            }
            2 => edit.add_external_refs = [self.external()].into(),
            3 => edit.unfollow = [self.follower()].into(),
            _ => edit.follow = [self.follower()].into(),
        }
        self.run(&Actor::Host, edit);
    }

    fn structure(&mut self, ticket: TicketId) {
        match self.random.below(5) {
            0 | 1 => {
                let into = self.ticket();
                self.run(&agent(OWNER), Merge::new(ticket, into));
            }
            2 => {
                self.run(&agent(OWNER), UndoMerge { ticket });
            }
            3 => {
                let now = self.desk.now();
                let thread = self.desk.desk.thread(&Actor::Host, now, ticket, None, 99).unwrap();
                let said = thread.posts.iter().filter(|post| {
                    post.message.visibility == Visibility::Public && post.revision.0 > 1
                });
                let said: Vec<MessageRef> = said.map(helpdesk::Post::id).collect();
                let Some(message) = self.random.pick(&said).copied() else { return };
                let end = self.desk.desk.survivor(ticket).unwrap().unwrap();
                let mut split = Split::new(end, message, self.new_id());
                split.subject = Some(self.fact(true));
                self.run(&agent(OWNER), split);
            }
            _ => {
                let kind = self.random.one_of([
                    LinkKind::Related,
                    LinkKind::ParentOf,
                    LinkKind::DuplicateOf,
                ]);
                let other = self.ticket();
                self.run(&agent(OWNER), link(ticket, kind, other));
            }
        }
    }

    fn finish(&mut self, ticket: TicketId) {
        let mut resolution = Resolving::new("solved");
        resolution.text = self.fact(false);
        match self.random.below(7) {
            0 => self.run(&agent(OWNER), Resolve { ticket, resolution }),
            1 => self.run(
                &agent(OWNER),
                helpdesk::command::Close { ticket, resolution: Some(resolution) },
            ),
            2 => {
                self.fresh.clear();
                let reason = self.fact(false);
                self.run(&agent(OWNER), Reopen { ticket, reason })
            }
            3 => {
                self.desk.pass(days(40));
                self.speak(ticket);
                None
            }
            4 => {
                self.fresh.clear();
                let id = self.new_id();
                let again = FollowUp::new(ticket, id, self.said(true));
                self.run(&Actor::Host, again)
            }
            5 => {
                let said = self.said(true);
                let proposal =
                    ProposeSolution { resolution, ..ProposeSolution::new(ticket, said, "solved") };
                self.run(&agent(OWNER), proposal)
            }
            _ => {
                self.fresh.clear();
                let no = RejectSolution::new(ticket).because(self.said(true));
                match self.desk.ticket(ticket).requester() {
                    Requester::Contact(contact) => self.run(&customer(contact), no),
                    Requester::Agent(_) => None,
                }
            }
        };
        self.fresh.clear();
    }

    fn hand_on(&mut self, ticket: TicketId) {
        match self.random.below(5) {
            0 => {
                let to = self.random.one_of(["support", "billing", "engineering"]);
                self.run(&Actor::Host, Transfer { ticket, department: to.into(), agent: None });
            }
            1 => {
                let reason = self.fact(false);
                let department = "engineering".into();
                self.run(&Actor::Host, Escalate { ticket, department, agent: None, reason });
            }
            2 => {
                let reason = self.fact(false);
                let hold = self.random.percent(50);
                self.run(&Actor::Host, Hold { ticket, hold, reason });
            }
            _ => {
                let to = self.random.one_of([RHEA, RUDI, ANNA, BEN]);
                self.run(&Actor::Host, Assign::new(ticket, to));
            }
        }
    }

    fn guest(&mut self) -> GuestId {
        let guest = GuestId::from_u128(0x60 + self.random.below(5) as u128);
        self.guests.insert(guest);
        guest
    }

    fn let_in(&mut self, ticket: TicketId) {
        let rights = match self.random.below(3) {
            0 => [GuestRight::Status].into(),
            1 => [GuestRight::View].into(),
            _ => [GuestRight::View, GuestRight::Reply].into(),
        };
        let until = self.desk.now() + days(self.random.one_of([2, 900]));
        let (guest, contact) = (self.guest(), self.random.one_of(CONTACTS));
        self.run(&Actor::Host, GrantAccess { ticket, guest, contact, rights, until });
    }

    fn contacts(&mut self) {
        let contact = self.random.one_of(CONTACTS);
        match self.random.below(6) {
            0 => {
                let merged = self
                    .run(&Actor::Host, MergeContacts { contact: DOUBLE, into: MARIA })
                    .is_some_and(|outcome| !outcome.is_no_op());
                self.merged |= merged;
            }
            1 => {
                for blocked in [true, false] {
                    let reason = self.host();
                    self.run(&Actor::Host, BlockContact { contact, blocked, reason });
                }
            }
            _ => {
                let (mark, text) = self.text();
                if self.run(&agent(OWNER), NoteContact { contact, text }).is_some() {
                    self.marks.insert(mark, Whose::AboutContact);
                }
            }
        }
    }

    fn step(&mut self) {
        if self.made < 6 {
            return self.open();
        }
        let ticket = self.ticket();
        match self.random.below(100) {
            0..12 => self.open(),
            12..36 => self.speak(ticket),
            36..46 => self.note(ticket),
            46..58 => self.edit(ticket),
            58..72 => self.structure(ticket),
            72..82 => self.finish(ticket),
            82..87 => self.hand_on(ticket),
            87..90 => self.let_in(ticket),
            90..94 => self.beside(ticket),
            94..96 => {
                self.run(&agent(OWNER), MarkSpam { ticket });
                if self.random.percent(60) {
                    self.run(&agent(OWNER), UnmarkSpam { ticket });
                }
            }
            _ => self.contacts(),
        }
        self.fresh.clear();
    }
}
