//! One record, from evtx's JSON form of it to a [`Batch`], without a tree in between.

use crate::batch::{Batch, Draft, Head};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use std::borrow::Cow;
use std::fmt;

/// Which of a head's texts.
const PROVIDER: usize = 0;
const COMPUTER: usize = 1;
const TIME: usize = 2;
const CHANNEL: usize = 3;

/// Adds a record. Where that fails, part of it may have been added.
pub(crate) fn add(
    number: u64,
    json: &[u8],
    scratch: &mut Draft,
    batch: &mut Batch,
) -> Result<(), serde_json::Error> {
    scratch.clear();
    let start = batch.position();
    let mut state = State {
        head: Head::default(),
        draft: scratch,
        batch,
    };
    let element = Element {
        kind: Kind::Document,
        state: &mut state,
    };
    element.deserialize(&mut serde_json::Deserializer::from_slice(json))?;
    let State { head, draft, batch } = state;
    batch.record(number, &head, draft, start);
    Ok(())
}

struct State<'a> {
    head: Head,
    draft: &'a mut Draft,
    batch: &'a mut Batch,
}

/// What an object of the JSON form is.
#[derive(Clone, Copy)]
enum Kind {
    Document,
    Event,
    System,
    /// EventData, or the element that UserData holds.
    Fields,
    UserData,
    /// An element, of which one attribute is a text of the head.
    Holder(usize, &'static str),
    /// Its attributes.
    Attributes(usize, &'static str),
}

/// Reads an object of the JSON form; anything else is passed over.
struct Element<'a, 'b> {
    kind: Kind,
    state: &'a mut State<'b>,
}

impl Element<'_, '_> {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let head = &mut self.state.head;
        let kind = match (self.kind, name) {
            (Kind::Document, "Event") => Kind::Event,
            (Kind::Event, "System") => Kind::System,
            (Kind::Event, "EventData") => Kind::Fields,
            (Kind::Event, "UserData") => Kind::UserData,
            (Kind::UserData | Kind::Fields, "#attributes") => return ignore(map),
            (Kind::UserData, _) => Kind::Fields,
            (Kind::System, "Provider") => Kind::Holder(PROVIDER, "Name"),
            (Kind::System, "TimeCreated") => Kind::Holder(TIME, "SystemTime"),
            (Kind::Holder(text, wanted), "#attributes") => Kind::Attributes(text, wanted),
            (Kind::Attributes(text, wanted), name) if wanted == name => {
                head.texts[text] = Some(text_of(&map.next_value()?));
                return Ok(());
            }
            (Kind::System, "Computer") => {
                head.texts[COMPUTER] = Some(text_of(&map.next_value()?));
                return Ok(());
            }
            (Kind::System, "Channel") => {
                head.texts[CHANNEL] = Some(text_of(&map.next_value()?));
                return Ok(());
            }
            (Kind::System, "EventID") => {
                head.id = text_of(&map.next_value()?).parse().ok();
                return Ok(());
            }
            (Kind::Fields, _) => {
                let draft = &mut *self.state.draft;
                draft.names.extend(name.bytes().filter(|byte| *byte != 0));
                draft.names.push(0);
                map.next_value_seed(Text(self.state.batch))?;
                draft.ends.push(self.state.batch.position());
                return Ok(());
            }
            _ => return ignore(map),
        };
        let state = &mut *self.state;
        map.next_value_seed(Element { kind, state })
    }
}

fn ignore<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

impl<'de> DeserializeSeed<'de> for Element<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an element")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key()? {
            self.member(&name, &mut map)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

/// A member's name.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// Adds a field's value as Windows prints it.
struct Text<'a>(&'a mut Batch);

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.push(text);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.push(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.0.push(&value.to_string());
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.0.push(&value.to_string());
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        if let Some(number) = Number::from_f64(value) {
            self.0.push(&number.to_string());
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(seq))?;
        self.0.push(&text_of(&value));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        self.0.push(&text_of(&value));
        Ok(())
    }
}

/// A value as Windows prints it; of an element with attributes, its content.
fn text_of(value: &Value) -> String {
    match value.get("#text").unwrap_or(value) {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
