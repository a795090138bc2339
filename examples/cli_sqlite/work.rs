//! The commands that change something.

use std::path::Path;

use helpdesk::command::{Note, Open, Reply, Resolve, Resolving};
use helpdesk::store::sqlite::{Options, SqliteStore};
use helpdesk::{
    Actor, AgentProfile, ContactId, ContactProfile, Desk, Identity, Requester, Settings,
    SettingsDraft,
};
use serde_json::{Value, json};

use super::args::Cli;
use super::clock;
use super::failure::Failure;
use super::host::{DESK, Host};
use super::people::{Handle, contact_id, ticket_id};
use super::print::{Answer, HEADS, cells, done, first_line, instant, table, ticket};

const SETTINGS: &str = include_str!("settings.json");

/// May be run again: for another agent, for other settings, and after it was broken off.
pub(crate) fn init(
    cli: &Cli,
    agents: &[Handle],
    settings: Option<&Path>,
) -> Result<Answer, Failure> {
    let now = cli.now.unwrap_or_else(clock::now);
    let given = settings.map(read_settings).transpose()?;
    let options = Options::default();
    SqliteStore::migrate(&cli.file, &options)?;
    let store = SqliteStore::open(&cli.file, options)?;
    let first = match &given {
        Some(settings) => settings.clone(),
        None => built("the settings of the example", SETTINGS)?,
    };
    let (desk, created) = match Desk::create(store.clone(), DESK, first, now) {
        Ok(desk) => (desk, true),
        Err(error) if error.refusal() == Some(&helpdesk::Refusal::DeskExists) => {
            let desk = Desk::open_existing(store, DESK)?;
            if let Some(settings) = given {
                desk.publish(Actor::Host.at(now), settings)?;
            }
            (desk, false)
        }
        Err(error) => return Err(error.into()),
    };
    for handle in agents {
        // Who is on record keeps what is said of them there.
        if desk.agent(handle.id())?.is_none() {
            let profile = AgentProfile::new(handle.as_str());
            desk.put_agent(Actor::Host.at(now), handle.id(), profile)?;
        }
    }
    let names: Vec<&str> = agents.iter().map(Handle::as_str).collect();
    let how = if created { "was created" } else { "was there already" };
    let text = format!("the desk {how}; agents: {}\n", names.join(", "));
    Ok(Answer { json: json!({ "created": created, "agents": names }), text, partly: false })
}

fn read_settings(path: &Path) -> Result<Settings, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::argument(&name, error))?;
    built(&name, &text)
}

/// Reads first and checks then, so that a mistake in JSON is told with its line, and every mistake
/// in what it says with its path.
fn built(name: &str, text: &str) -> Result<Settings, Failure> {
    let draft: SettingsDraft =
        serde_json::from_str(text).map_err(|error| Failure::argument(name, error))?;
    draft.build().map_err(|error| Failure::argument(name, error))
}

/// What somebody asks.
pub(crate) struct Asked<'a> {
    pub(crate) text: &'a str,
    pub(crate) subject: &'a Option<String>,
    pub(crate) priority: &'a Option<String>,
    /// In whose name: a mail address.
    pub(crate) requester: &'a Option<String>,
}

pub(crate) fn open(host: &Host, asked: &Asked<'_>) -> Result<Answer, Failure> {
    let requester = match (&host.actor, asked.requester.as_ref().or(host.mail.as_ref())) {
        (_, Some(mail)) => Requester::Contact(on_record(host, mail)?),
        (Actor::Agent(agent), None) => Requester::Agent(*agent),
        (_, None) => return Err(Failure::argument("--for", "the host opens in somebody's name")),
    };
    let mut open = Open::new(ticket_id(host.now, host.command), requester, asked.text);
    open.subject = asked.subject.clone();
    open.priority = asked.priority.as_deref().map(Into::into);
    done(host, &host.desk.open(host.context(), open)?)
}

/// The contact with this address, put on record if nobody has it.
fn on_record(host: &Host, mail: &str) -> Result<ContactId, Failure> {
    let address = Identity::email(mail);
    if let Some(contact) = host.desk.contact_by(&address)? {
        return Ok(contact.id());
    }
    let profile = ContactProfile::default().identity(address);
    let id = contact_id(mail);
    // To who was slower than somebody else it changes nothing: the id is the same.
    host.desk.put_contact(Actor::Host.at(host.now), id, profile)?;
    Ok(id)
}

pub(crate) fn reply(host: &Host, name: &str, text: &str) -> Result<Answer, Failure> {
    let reply = Reply::new(host.ticket(name)?, text);
    done(host, &host.desk.reply(host.context(), reply)?)
}

pub(crate) fn note(host: &Host, name: &str, text: &str) -> Result<Answer, Failure> {
    let note = Note::new(host.ticket(name)?, text);
    done(host, &host.desk.note(host.context(), note)?)
}

pub(crate) fn resolve(host: &Host, name: &str, code: &str, text: &str) -> Result<Answer, Failure> {
    let resolution = Resolving { code: code.into(), text: text.to_owned() };
    let resolve = Resolve { ticket: host.ticket(name)?, resolution };
    done(host, &host.desk.resolve(host.context(), resolve)?)
}

pub(crate) fn solve_next(host: &Host) -> Result<Answer, Failure> {
    match host.desk.take_next(host.context())? {
        Some(taken) => {
            let mut answer = done(host, &taken)?;
            if let Some(ticket) = taken.ticket() {
                answer.text.push_str(&format!("{}\n", first_line(ticket.subject())));
            }
            Ok(answer)
        }
        None => {
            let json = json!({ "ticket": null, "changed": false, "repeated": false });
            Ok(Answer { json, text: "nothing is to be solved\n".to_owned(), partly: false })
        }
    }
}

/// Until nothing more is due: one tick takes on a thousand tickets.
pub(crate) fn tick(host: &Host) -> Result<Answer, Failure> {
    let (mut changed, mut failed) = (Vec::new(), Vec::new());
    let next_wake = loop {
        let ticked = host.desk.tick(host.now)?;
        let busy = !ticked.outcomes.is_empty();
        for outcome in &ticked.outcomes {
            if let Some(ticket) = outcome.ticket().filter(|_| !outcome.is_no_op()) {
                changed.push(host.desk.show(&Actor::Host, host.now, ticket.id())?);
            }
        }
        let told = |(key, error): (helpdesk::Key, helpdesk::DeskError)| json!({ "record": key.to_string(), "text": error.to_string() });
        failed.extend(ticked.failed.into_iter().map(told));
        match ticked.next_wake.filter(|at| busy && *at <= host.now) {
            Some(_) => {}
            None => break ticked.next_wake,
        }
    };
    let rows: Vec<Vec<String>> = changed.iter().map(cells).collect();
    let mut text = if rows.is_empty() { String::new() } else { table(&HEADS, &rows) };
    failed.iter().for_each(|failed| text.push_str(&format!("failed: {failed}\n")));
    text.push_str(&match next_wake {
        Some(at) => format!("next: {}\n", instant(at)),
        None => "next: nothing will happen by itself\n".to_owned(),
    });
    let changed: Vec<Value> =
        changed.iter().map(|row| ticket(host, row)).collect::<Result<_, _>>()?;
    let next_wake = next_wake.map(instant);
    let partly = !failed.is_empty();
    let json = json!({ "changed": changed, "failed": failed, "next_wake": next_wake });
    Ok(Answer { json, text, partly })
}
