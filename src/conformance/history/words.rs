//! What a random call says: requests, edits, texts, names, some of them wrong.

use chrono::TimeDelta;

use super::cast;
use super::draw::Draw;
use crate::command::*;
use crate::conformance::model::ModelTicket;
use crate::{
    Attachment, Channel, DepartmentName, FieldName, FieldValue, Follower, Origin, ReasonName,
    Requester, TicketId,
};

/// Too long for a name, not for an address.
const LONG: &str = "an-address-that-is-longer-than-a-name-may-be@a-host-of-ours.example.com";

/// A ticket, by number.
pub(super) fn ticket_id(index: u128) -> TicketId {
    TicketId::from_u128(0x7000 + index)
}

impl Draw<'_> {
    pub(super) fn new_id(&mut self) -> TicketId {
        // Rarely an id that is in use.
        let used = self.view.model.tickets().keys().next().copied();
        let fresh = ticket_id(self.random.below(1 << 40) as u128);
        used.filter(|_| self.random.percent(5)).unwrap_or(fresh)
    }

    pub(super) fn open(&mut self) -> Open {
        let requester = if self.random.percent(80) {
            Requester::Contact(cast::contact(self.random.below(3) as u128))
        } else {
            Requester::Agent(self.agent())
        };
        let mut open = Open::new(self.new_id(), requester, self.text());
        if self.random.percent(15) {
            open.origin = Origin::AgentReachedOut;
        }
        open.channel = self.channel();
        open.received_at =
            self.maybe(10, |draw| draw.one(["help@example.com", " bad", LONG]).into());
        open.subject = self.maybe(40, Self::subject);
        open.attachments = self.attachments();
        open.department = self.maybe(60, Self::department);
        open.category = self.maybe(20, |draw| draw.one(["billing", "product", "weather"]).into());
        open.priority = self.maybe(15, |draw| draw.one(["low", "critical", "purple"]).into());
        open.impact = self.maybe(20, Self::grade).map(Into::into);
        open.urgency = self.maybe(20, Self::grade).map(Into::into);
        if self.random.percent(10) {
            open.tags = (0..self.random.below(6)).map(|_| self.tag().into()).collect();
        }
        if self.random.percent(15) {
            open.fields.extend([self.field()]);
        }
        if self.random.percent(10) {
            open.followers = (0..self.random.below(5)).map(|_| self.follower()).collect();
        }
        self.attach(&mut open);
        open
    }

    pub(super) fn log(&mut self, id: TicketId, ticket: &ModelTicket) -> LogConversation {
        let said_by = match self.random.below(10) {
            0..5 => SaidBy::Requester,
            5..8 => SaidBy::Agent(cast::agent(self.random.below(4) as u128)),
            _ => SaidBy::Agent(self.agent()),
        };
        let instants = [
            self.now,
            self.now + TimeDelta::microseconds(1),
            ticket.status_since,
            ticket.status_since - TimeDelta::microseconds(1),
            ticket.opened_at - TimeDelta::minutes(5),
            ticket.resolved_at.unwrap_or(self.now),
            ticket.waiting_since().unwrap_or(self.now),
            self.now - TimeDelta::minutes(self.random.below(5000) as i64),
            self.now - TimeDelta::minutes(self.random.below(60) as i64),
        ];
        let occurred_at = self.one(instants);
        let (channel, text) = (self.channel(), self.text());
        LogConversation { ticket: id, said_by, channel, occurred_at, text }
    }

    pub(super) fn edit(&mut self, id: TicketId, ticket: &ModelTicket) -> Edit {
        let mut edit = Edit::new(id);
        if self.random.percent(15) {
            edit.subject = Some(self.subject());
        }
        if self.random.percent(15) {
            let category = self.one(["billing", "product", "weather"]);
            edit.category = self.patch(category.into());
        }
        if self.random.percent(25) {
            edit.add_tags = (0..self.random.below(4)).map(|_| self.tag().into()).collect();
            edit.remove_tags = (0..self.random.below(4)).map(|_| self.tag().into()).collect();
        }
        if self.random.percent(35) {
            let (name, value) = self.field();
            edit.fields.insert(name, self.maybe(70, |_| value));
        }
        if ticket.status == "suspended" && self.random.percent(30) {
            edit.fields.insert("order".into(), None);
        }
        edit.priority = self.maybe(15, |draw| draw.one(["low", "critical", "purple"]).into());
        if self.random.percent(20) {
            let grade = self.grade();
            edit.impact = self.patch(grade.into());
        }
        if self.random.percent(20) {
            let grade = self.grade();
            edit.urgency = self.patch(grade.into());
        }
        if self.random.percent(20) {
            edit.follow = (0..self.random.below(3)).map(|_| self.follower()).collect();
            edit.unfollow = (0..self.random.below(3)).map(|_| self.follower()).collect();
        }
        self.attach_anew(&mut edit, ticket);
        edit
    }

    pub(super) fn patch<T>(&mut self, value: T) -> Patch<T> {
        if self.random.percent(75) { Patch::Set(value) } else { Patch::Clear }
    }

    pub(super) fn resolving(&mut self, ticket: &ModelTicket) -> Resolving {
        if let Some((code, text, ..)) = &ticket.resolution
            && self.random.percent(40)
        {
            return Resolving { code: code.clone(), text: text.clone() };
        }
        let code = self.one(["solved", "solved", "duplicate", "withdrawn", "magic"]);
        let text = self.one(["", "", "restarted"]).to_owned();
        Resolving { code: code.into(), text }
    }

    pub(super) fn status(&mut self, ticket: &ModelTicket) -> &'static str {
        let usual = ["open", "in_progress", "answered", "pending", "suspended"];
        let others = ["new", "triage", "postponed", "resolved", "closed", "limbo"];
        let same = usual.iter().chain(&others).find(|name| ticket.status == **name);
        match self.random.below(10) {
            0..6 => self.one(usual),
            6..8 => same.copied().unwrap_or("open"),
            _ => self.one(others),
        }
    }

    pub(super) fn text(&mut self) -> String {
        match self.random.below(50) {
            0 => String::new(),
            1 => " \n ".to_owned(),
            2 => "x".repeat(201),
            3 => format!("{} end", "long words ".repeat(9)),
            4 => "\n  The second line counts \n not this".to_owned(),
            _ => self.one(["It burns", "Have you tried it?", "Yes", "Grüße aus Köln"]).to_owned(),
        }
    }

    pub(super) fn subject(&mut self) -> String {
        let long = "s".repeat(41);
        self.one(["Printer", " Printer on fire ", "Invoice", " ", "", &long]).to_owned()
    }

    pub(super) fn attachments(&mut self) -> Vec<Attachment> {
        if !self.random.percent(6) {
            return Vec::new();
        }
        let count = 1 + self.random.below(3);
        let bytes = self.one([10, 1000, 1000, 1001]);
        let name = if self.random.percent(5) { "x".repeat(40) } else { "file".to_owned() };
        let file = |index| Attachment {
            name: format!("{name}{index}.png").into(),
            media_type: "image/png".into(),
            bytes,
            digest: None,
            key: format!("k{index}").into(),
        };
        (0..count).map(file).collect()
    }

    pub(super) fn channel(&mut self) -> Channel {
        if self.random.percent(2) {
            return Channel::Other(" no name".into());
        }
        self.one([Channel::Email, Channel::Chat, Channel::Phone, Channel::Social("x".into())])
    }

    pub(super) fn department(&mut self) -> DepartmentName {
        self.one(["support", "support", "billing", "specialists", "vendors", "nowhere"]).into()
    }

    pub(super) fn reason(&mut self) -> ReasonName {
        self.one(["information", "vendor", "look_again", "defect", "confirmation", "boredom"])
            .into()
    }

    pub(super) fn grade(&mut self) -> &'static str {
        self.one(["high", "medium", "low", "enormous"])
    }

    pub(super) fn tag(&mut self) -> &'static str {
        self.one(["vip", "printer", "fire", "loop", "old", " edge", "", LONG])
    }

    pub(super) fn follower(&mut self) -> Follower {
        match self.random.below(4) {
            0 => Follower::Agent(cast::agent(self.random.one_of([2, 2, 0, 1, 3, 4, 5, 99]))),
            index => Follower::Contact(cast::contact(index as u128)),
        }
    }

    pub(super) fn field(&mut self) -> (FieldName, FieldValue) {
        let number = self.random.below(600) as i64 - 20;
        let yes = self.random.percent(50);
        let order = self.one(["A-17", "A-18", "far too long an order"]);
        let plan = self.one(["free", "pro", "gold"]);
        match self.random.below(10) {
            0..5 => ("order".into(), FieldValue::Text(order.into())),
            5 => ("seats".into(), FieldValue::Integer(number)),
            6 => ("paid".into(), FieldValue::Boolean(yes)),
            7 => ("plan".into(), FieldValue::Choice(plan.into())),
            8 => ("paid".into(), FieldValue::Integer(number)),
            _ => ("mood".into(), FieldValue::Boolean(yes)),
        }
    }
}
