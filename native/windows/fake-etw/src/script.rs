//! What is to happen, one thing a line; `#` begins a comment.
//!
//! | line | |
//! |---|---|
//! | `fail FUNCTION CODE` | the function returns this error |
//! | `refuse ID CODE` | EventWrite of the event with this number returns this error |
//! | `deaf` | nobody listens to providers of events |
//! | `session NAME` | a session that another process has left |
//! | `lost EVENTS BUFFERS` | what a query says from now on |
//! | `event PROVIDER id=N version=N pid=N tid=N time=FILETIME payload=HEX` | delivered if the session has enabled it |
//! | `class GUID type=N flag=HEX version=N pid=N tid=N time=FILETIME payload=HEX` | delivered if the session has one of the kernel's flags |
//! | `sid=HEX` at the end of both | the user, as the event's extended data |
//! | `keyword=HEX` of an event | which keyword it has |
//! | `await PROVIDER ID` | goes on once the session has enabled this event |
//! | `await-off PROVIDER` | goes on once it is disabled |
//! | `end` | ends the session, as an administrator can |

use monomi_windows::etl::Guid;
use std::collections::HashMap;

/// An event to deliver.
pub(crate) struct Event {
    pub(crate) guid: Guid,
    /// Kernel flags, one of which delivers it; `None` for a provider's.
    pub(crate) class_flag: Option<u32>,
    /// Its number, or the type of a class.
    pub(crate) id: u16,
    pub(crate) version: u8,
    pub(crate) keyword: u64,
    pub(crate) pid: u32,
    pub(crate) tid: u32,
    pub(crate) time: i64,
    pub(crate) sid: Vec<u8>,
    pub(crate) payload: Vec<u8>,
}

/// A line.
pub(crate) enum Step {
    Lost { events: u32, buffers: u32 },
    Deliver(Event),
    AwaitEnabled { provider: Guid, id: u16 },
    AwaitDisabled { provider: Guid },
    End,
}

/// A whole script.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) failing: HashMap<String, u32>,
    pub(crate) refused: HashMap<u16, u32>,
    pub(crate) is_deaf: bool,
    pub(crate) sessions: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

impl Script {
    /// Reads a script. Panics, with the line, where there is no sense in it.
    pub(crate) fn parse(text: &str) -> Self {
        let mut script = Self::default();
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            script
                .add(line)
                .unwrap_or_else(|| panic!("no line of a script: {line}"));
        }
        script
    }

    fn add(&mut self, line: &str) -> Option<()> {
        let mut words = line.split_whitespace();
        let step = match words.next()? {
            "fail" => {
                let function = words.next()?.to_owned();
                self.failing.insert(function, words.next()?.parse().ok()?);
                return Some(());
            }
            "refuse" => {
                let id = words.next()?.parse().ok()?;
                self.refused.insert(id, words.next()?.parse().ok()?);
                return Some(());
            }
            "deaf" => {
                self.is_deaf = true;
                return Some(());
            }
            "session" => {
                self.sessions.push(words.next()?.to_owned());
                return Some(());
            }
            "lost" => Step::Lost {
                events: words.next()?.parse().ok()?,
                buffers: words.next()?.parse().ok()?,
            },
            "event" => Step::Deliver(event(words, false)?),
            "class" => Step::Deliver(event(words, true)?),
            "await" => Step::AwaitEnabled {
                provider: guid(words.next()?)?,
                id: words.next()?.parse().ok()?,
            },
            "await-off" => Step::AwaitDisabled {
                provider: guid(words.next()?)?,
            },
            "end" => Step::End,
            _ => return None,
        };
        self.steps.push(step);
        Some(())
    }
}

fn event<'a>(mut words: impl Iterator<Item = &'a str>, is_class: bool) -> Option<Event> {
    let guid = guid(words.next()?)?;
    let pairs: Option<HashMap<&str, &str>> = words.map(|word| word.split_once('=')).collect();
    let pairs = pairs?;
    let number =
        |name: &str| -> Option<i64> { pairs.get(name).map_or(Some(0), |n| n.parse().ok()) };
    let hexadecimal = |name: &str| pairs.get(name).map_or(Some(Vec::new()), |text| bytes(text));
    let radix16 = |name: &str| u64::from_str_radix(pairs.get(name)?, 16).ok();
    Some(Event {
        guid,
        class_flag: is_class.then(|| radix16("flag").unwrap_or(0) as u32),
        id: number(if is_class { "type" } else { "id" })? as u16,
        version: number("version")? as u8,
        keyword: radix16("keyword").unwrap_or(u64::MAX),
        pid: number("pid")? as u32,
        tid: number("tid")? as u32,
        time: number("time")?,
        sid: hexadecimal("sid")?,
        payload: hexadecimal("payload")?,
    })
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// `01234567-89ab-cdef-0123-456789abcdef`.
fn guid(text: &str) -> Option<Guid> {
    let digits = bytes(&text.replace('-', ""))?;
    let [a, b, c, d, e, f, g, h, rest @ ..] = <[u8; 16]>::try_from(digits).ok()?;
    let first = u32::from_be_bytes([a, b, c, d]);
    let second = u16::from_be_bytes([e, f]);
    let third = u16::from_be_bytes([g, h]);
    Some(Guid::of(first, second, third, rest))
}
