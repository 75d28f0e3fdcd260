//! One record, or why there is none, as a line of JSON.

use evtx::err::EvtxError;
use serde_json::{Map, Value, json};
use std::error::Error;

/// A line of JSON, its end included.
pub(crate) struct Line(String);

impl Line {
    /// A record out of evtx's JSON form of it.
    pub(crate) fn record(number: u64, record: &Value) -> Self {
        let system = &record["Event"]["System"];
        let fields = record["Event"]["EventData"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| *name != "#attributes")
            .map(|(name, value)| (name.clone(), Value::String(text(value))));
        Self::of(&json!({
            "record": number,
            "provider": attribute(&system["Provider"], "Name"),
            "id": content(&system["EventID"]),
            "version": content(&system["Version"]),
            "time": attribute(&system["TimeCreated"], "SystemTime"),
            "computer": content(&system["Computer"]),
            "fields": fields.collect::<Map<_, _>>(),
        }))
    }

    /// A record that cannot be read.
    pub(crate) fn failed(reason: &EvtxError) -> Self {
        let number = match reason {
            EvtxError::FailedToParseRecord { record_id, .. } => Some(*record_id),
            _ => None,
        };
        Self::problem(number, reason)
    }

    /// Something that cannot be read.
    pub(crate) fn problem(number: Option<u64>, reason: &dyn Error) -> Self {
        let mut message = reason.to_string();
        let mut cause = reason.source();
        while let Some(error) = cause {
            message.push_str(": ");
            message.push_str(&error.to_string());
            cause = error.source();
        }
        Self::message(number, &message)
    }

    /// Something worth saying of the log.
    pub(crate) fn message(number: Option<u64>, message: &str) -> Self {
        Self::of(&json!({ "record": number, "problem": message }))
    }

    fn of(value: &Value) -> Self {
        Self(format!("{value}\n"))
    }

    /// In bytes.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn write_to(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

/// An element's content, whether or not it has attributes too.
fn content(element: &Value) -> &Value {
    element.get("#text").unwrap_or(element)
}

fn attribute<'a>(element: &'a Value, name: &str) -> &'a Value {
    &element["#attributes"][name]
}

/// A value as Windows prints it.
fn text(value: &Value) -> String {
    match content(value) {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
