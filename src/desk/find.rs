//! Listings: which tickets somebody asks for, of those that they may see, a page at a time.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::io::{Io, at_once};
use super::reader::Reader;
use super::shown::Row;
use super::{Desk, DeskError};
use crate::condition::{Fact, View};
use crate::decide::Refusal;
use crate::ids::{DepartmentName, DeskId};
use crate::matching::{Cursor, Listing, Order, Place, sight_matcher};
use crate::people::{Actor, Who};
use crate::record::Record;
use crate::store::{Query, Store};
use crate::ticket::Ticket;
use crate::time::whole_micros;

/// A page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The tickets, in order, each as the reader sees it.
    pub rows: Vec<Row>,
    /// What the next page comes after; `None`: this is the last, or a page of none was asked for.
    pub next: Option<Cursor>,
}

impl Page {
    /// The whole tickets, for a reader who sees all of them: an agent, or the host.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::matching::Listing;
    ///
    /// let page = desk.find(&agent, now, &Listing::every())?;
    /// assert_eq!(page.tickets().next().unwrap().requester(), Requester::Contact(maria));
    /// assert_eq!(page.rows[0].reference.to_string(), "HD-1");
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn tickets(&self) -> impl Iterator<Item = &Arc<Ticket>> {
        self.rows.iter().filter_map(Row::ticket)
    }
}

/// A view that somebody may use, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedView {
    /// Whose it is.
    pub owner: ViewOwner,
    /// The view.
    pub view: View,
}

/// Whose a view is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ViewOwner {
    /// The agent's own.
    Agent,
    /// A department's: of those who work there.
    Department(DepartmentName),
    /// The desk's: every agent's.
    Desk,
}

impl<S: Store> Desk<S> {
    /// Lists tickets that this actor may see, a page at a time.
    ///
    /// On return: those for which the condition is true and that the actor may see, in the order,
    /// after the cursor, and the cursor of the next page if there is one. Pages follow one
    /// another without gaps and overlaps as long as what the tickets are sorted by does not
    /// change; ages count from `now`. Customers and bots filter and sort by facts that they see
    /// ([`Fact::is_public`](crate::Fact::is_public)), so that no listing tells them of others.
    /// Each row shows as much as they see of it ([`Row`](crate::Row)).
    ///
    /// Conditions on category, owner, requester, department and deadline are answered from indexes,
    /// and an order by number, or by deadline among tickets that have one, stops where the page
    /// does. Any other order looks at every ticket that the indexes leave: the backlog, most often.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::matching::Listing;
    ///
    /// // What waits for somebody to take it, the longest first.
    /// let queue = || {
    ///     let listing = Listing::of("queued = true".parse().unwrap());
    ///     listing.sorted("waiting_since").unwrap().page(20)
    /// };
    /// let page = desk.find(&agent, now, &queue())?;
    /// assert_eq!(page.rows[0].reference.to_string(), "HD-1");
    /// assert_eq!(page.next, None);
    ///
    /// // Customers see their own, and do not learn what else there is.
    /// let refused = desk.find(&customer, now, &queue()).unwrap_err();
    /// assert_eq!(refused.to_string(), "`queued` is not public: only agents filter and sort by it");
    /// assert_eq!(desk.find(&customer, now, &Listing::every())?.rows.len(), 1);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// What falls due soonest, of what the agent sees; what is late already comes first:
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::matching::Listing;
    /// use helpdesk::sla::{Metric, policy::Obligation};
    ///
    /// let answer = Obligation::new(Metric::FirstResponse)
    ///     .within(Span::hours(4))
    ///     .for_priority("critical", Span::hours(1));
    /// let mut draft = SettingsDraft::default();
    /// draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    /// desk.adopt(now, None, 100)?;
    /// let mut urgent = Open::new(TicketId::from_u128(2), Requester::Contact(maria), "It smokes");
    /// urgent.priority = Some("critical".into());
    /// desk.open(Actor::Host.at(now), urgent)?;
    ///
    /// let soonest = Listing::of("sla_due_at is present".parse().unwrap());
    /// let page = desk.find(&agent, now, &soonest.sorted("sla_due_at").unwrap().page(50))?;
    /// let references: Vec<_> = page.rows.iter().map(|row| row.reference.to_string()).collect();
    /// assert_eq!(references, ["HD-2", "HD-1"]);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Refused:
    ///
    /// - [`BadCondition`](crate::Refusal::BadCondition): mistakes in condition or order, each
    ///   with its path.
    /// - [`NotPublic`](crate::Refusal::NotPublic): a customer or a bot asks by what customers do
    ///   not see.
    /// - [`Forbidden`](crate::Refusal::Forbidden): by guests, who come to one ticket.
    /// - [`CursorMismatch`](crate::Refusal::CursorMismatch): the cursor is of another order.
    /// - [`NotAnAgent`](crate::Refusal::NotAnAgent), [`NoSuchDesk`](crate::Refusal::NoSuchDesk).
    ///
    /// And [`DeskError::Store`].
    pub fn find(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        listing: &Listing,
    ) -> Result<Page, DeskError> {
        at_once(self.flow().find(actor, now, listing))
    }

    /// The views that this actor may use: an agent's own, those of the agent's departments, and
    /// the desk's. The host has the departments' and the desk's; customers and bots have none.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::condition::View;
    ///
    /// let mut draft = SettingsDraft::default();
    /// draft.views = vec![View::new("unanswered", "first_answered_at is missing".parse().unwrap())];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    /// let mine = View::new("mine", "assignee = me".parse().unwrap());
    /// desk.save_views(agent.at(now), vec![mine])?;
    ///
    /// let views = desk.views(&agent, now)?;
    /// let names: Vec<&str> = views.iter().map(|saved| saved.view.name.as_str()).collect();
    /// assert_eq!(names, ["mine", "unanswered"]);
    /// assert_eq!(desk.find(&agent, now, &views[1].view.listing())?.rows.len(), 1);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotAnAgent`](crate::Refusal::NotAnAgent), [`NoSuchDesk`](crate::Refusal::NoSuchDesk);
    /// [`DeskError::Store`].
    pub fn views(&self, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<SavedView>, DeskError> {
        at_once(self.flow().views(actor, now))
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn find(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        listing: &Listing,
    ) -> Result<Page, DeskError> {
        let reader = self.reader(actor, now).await?;
        let Some(mut query) = query(&reader, listing, now, self.id)? else {
            return Ok(Page { rows: Vec::new(), next: None });
        };
        // One more tells whether there is another page.
        query.limit = listing.limit.saturating_add(1);
        let mut tickets = self.io.find(&query).await?;
        let more = tickets.len() > listing.limit;
        tickets.truncate(listing.limit);
        let last = tickets.last().filter(|_| more).and_then(|record| query.place(record));
        let next = last.map(|place| query.order.cursor(&place));
        let row = |record: &Record| {
            let sight = reader.sight(record.ticket()?)?;
            Row::of(record, sight, &reader.settings)
        };
        let mut rows: Vec<Row> = tickets.iter().filter_map(row).collect();
        self.unname(&reader, &mut rows).await?;
        Ok(Page { rows, next })
    }

    pub(super) async fn views(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Vec<SavedView>, DeskError> {
        let reader = self.reader(actor, now).await?;
        let own = reader.agent.iter().flat_map(|agent| agent.views());
        let mut views: Vec<SavedView> =
            own.map(|view| SavedView { owner: ViewOwner::Agent, view: view.clone() }).collect();
        let settings = reader.settings.draft();
        for department in settings.departments.iter().filter(|it| reader.works_in(&it.name)) {
            let owner = ViewOwner::Department(department.name.clone());
            let saved = |view: &View| SavedView { owner: owner.clone(), view: view.clone() };
            views.extend(department.views.iter().map(saved));
        }
        if matches!(reader.who(), Who::Agent(_) | Who::Host | Who::System) {
            let saved = |view: &View| SavedView { owner: ViewOwner::Desk, view: view.clone() };
            views.extend(settings.views.iter().map(saved));
        }
        Ok(views)
    }
}

/// What a store is asked; `None`: this reader sees nothing at all.
pub(super) fn query(
    reader: &Reader,
    listing: &Listing,
    now: DateTime<Utc>,
    desk: DeskId,
) -> Result<Option<Query>, Refusal> {
    let who = reader.who();
    if let Who::Guest(..) = who {
        return Err(Refusal::Forbidden { party: who.party(), deed: "list tickets" });
    }
    // Who sees no more of a ticket than its requester does is not told the rest by a listing.
    if matches!(who, Who::Customer(_) | Who::AutoResponder(_) | Who::Bot) {
        let sorted = listing.sort.iter().map(|sort| &sort.by);
        let public = |fact: &Fact| match fact {
            Fact::Field(name) => reader.settings.field(name).is_some_and(|field| field.public),
            fact => fact.is_public(),
        };
        let hidden = listing.filter.facts().chain(sorted).find(|fact| !public(fact));
        if let Some(fact) = hidden {
            return Err(Refusal::NotPublic { fact: fact.clone() });
        }
    }
    let bad = |problems| Refusal::BadCondition { problems };
    let lexicon = reader.settings.lexicon();
    let mut filter = listing.filter.check(&lexicon, Place::View).map_err(bad)?;
    if let Who::Agent(agent) = who {
        filter = filter.for_agent(agent.id());
    }
    let order = Order::check(&listing.sort, &lexicon).map_err(bad)?;
    let after = match &listing.after {
        Some(cursor) => Some(order.resume(cursor).map_err(|_| Refusal::CursorMismatch)?),
        None => None,
    };
    let Some(sight) = sight_matcher(who, reader.settings.sight_policy()) else { return Ok(None) };
    let now = whole_micros(now);
    Ok(Some(Query { desk, filter: filter.and(&sight), order, after, now, limit: 0 }))
}
