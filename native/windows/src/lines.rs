//! Records as lines of JSON.
//!
//! - `{"event":"ProcessEnd","time":1582910147412.5905,"pid":4,"tid":8,"fields":{…}}`: a record whose
//!   layout is known; `pid` and `tid` are those it was written by, where it says so
//! - `{"problem":"…"}`: something is damaged
//! - `{"head":{…}}`: first of all, what the trace says of itself
//! - `{"total":{…}}`: last of all, what was in the trace, counted by origin, id and version

use crate::bytes::Bytes;
use crate::etl::{Counters, Record, Refusal, Source, Trace};
use crate::layout::{self, Value, tracelogging};
use crate::values::{milliseconds, sid};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{Read, Seek};

/// Kinds of records that are told apart in the total; a trace with more makes them up.
const MOST_KINDS: usize = 4096;

/// A kind of record: whose, which version, and the name that it brings along itself.
type Kind = (Source, u8, Option<String>);

/// A trace as lines.
#[derive(Debug)]
pub struct Lines<R> {
    trace: Trace<R>,
    counts: BTreeMap<Kind, u64>,
    uncounted: u64,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Head,
    Records,
    Over,
}

impl<R: Read + Seek> Lines<R> {
    /// Opens a trace.
    ///
    /// # Errors
    /// As [`Trace::open`].
    pub fn open(file: R) -> Result<Self, Refusal> {
        let trace = Trace::open(file)?;
        Ok(Self {
            trace,
            counts: BTreeMap::new(),
            uncounted: 0,
            state: State::Head,
        })
    }

    /// Appends whole lines to `out` until it has at least `enough` bytes; nothing at the end. A line
    /// has at most [`LONGEST_LINE`] bytes.
    pub fn write(&mut self, out: &mut String, enough: usize) {
        if self.state == State::Head {
            self.state = State::Records;
            self.head(out);
        }
        while self.state == State::Records && out.len() < enough {
            if let Some(problem) = self.trace.problem() {
                line(out, &json!({ "problem": problem }));
                continue;
            }
            let Some((time, record)) = self.trace.record() else {
                if let Some(problem) = self.trace.problem() {
                    line(out, &json!({ "problem": problem }));
                    continue;
                }
                self.state = State::Over;
                self.total(out);
                return;
            };
            let name = write_record(out, time, &record);
            let kind = (record.source, record.version, name);
            if let Some(count) = self.counts.get_mut(&kind) {
                *count += 1;
            } else if self.counts.len() < MOST_KINDS {
                self.counts.insert(kind, 1);
            } else {
                self.uncounted += 1;
            }
        }
    }

    fn head(&self, out: &mut String) {
        let head = self.trace.head();
        let time = |filetime| milliseconds(filetime).and_then(|text| text.parse::<f64>().ok());
        line(
            out,
            &json!({ "head": {
                "session": head.session,
                "build": head.build,
                "pointerBytes": head.pointer_size.bytes(),
                "bootTime": time(head.boot_time),
                "startTime": time(head.start_time),
                "eventsLost": head.events_lost,
                "buffersLost": head.buffers_lost,
            } }),
        );
    }

    fn total(&self, out: &mut String) {
        let Counters {
            buffers,
            damaged,
            unused,
            compressed,
            skipped_bytes,
            records,
        } = self.trace.counters();
        let kinds = self.counts.iter().map(|((source, version, name), count)| {
            let origin = layout::origin(source);
            let known = layout::find(source, *version).map(|known| known.event);
            json!({
                "origin": origin.name,
                "id": origin.id,
                "version": version,
                "event": known,
                "name": name,
                "count": count,
            })
        });
        line(
            out,
            &json!({ "total": {
                "records": records,
                "kinds": kinds.collect::<Vec<_>>(),
                "furtherKinds": self.uncounted,
                "buffers": buffers,
                "damaged": damaged,
                "unused": unused,
                "compressed": compressed,
                "skippedBytes": skipped_bytes,
            } }),
        );
    }
}

/// Longest line: a record has at most 64 KiB, of which each byte takes at most six characters; the
/// total of [`MOST_KINDS`] kinds is shorter.
pub const LONGEST_LINE: usize = 2 * 1024 * 1024;

fn line(out: &mut String, value: &serde_json::Value) {
    out.push_str(&value.to_string());
    out.push('\n');
}

/// Writes a record that is known; of others, gives the name that they bring along.
pub(crate) fn write_record(out: &mut String, time: i64, record: &Record) -> Option<String> {
    let Some(known) = layout::find(&record.source, record.version) else {
        return record
            .schema
            .and_then(tracelogging::event_name)
            .map(shortened);
    };
    out.push_str("{\"event\":\"");
    out.push_str(known.event);
    out.push_str("\",\"time\":");
    out.push_str(milliseconds(time).as_deref().unwrap_or("null"));
    for (name, value) in [("pid", record.process), ("tid", record.thread)] {
        // The kernel logger writes this where it does not know.
        const UNKNOWN: u32 = u32::MAX;
        if let Some(value) = value.filter(|value| *value != UNKNOWN) {
            out.push_str(&format!(",\"{name}\":{value}"));
        }
    }
    if let Some(key) = record.start_key {
        out.push_str(&format!(",\"startKey\":\"{key:#x}\""));
    }
    if let Some(sid) = record.sid.and_then(|bytes| sid(&mut Bytes::new(bytes))) {
        out.push_str(&format!(",\"sid\":\"{sid}\""));
    }
    out.push_str(",\"fields\":{");
    let mut separator = "";
    layout::read(&known, record, |name, value| {
        out.push_str(separator);
        separator = ",";
        out.push('"');
        out.push_str(name);
        out.push_str("\":");
        match value {
            Value::Number(number) => out.push_str(&number.to_string()),
            Value::Milliseconds(number) => out.push_str(&number),
            Value::Text(text) => out.push_str(&serde_json::Value::from(text).to_string()),
        }
    });
    out.push_str("}}\n");
    None
}

/// A name that is no longer than names are.
fn shortened(mut name: String) -> String {
    const LONGEST: usize = 128;
    name.truncate(name.floor_char_boundary(LONGEST));
    name
}

#[cfg(test)]
mod tests;
