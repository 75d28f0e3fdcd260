//! What Windows traces say, decoded without Windows.
//!
//! [`etl`] reads trace files (ETL): buffers, record headers and clocks. [`layout`] knows, as tables,
//! how the fields of each event lie in a record's payload. [`lines`] joins the two: one JSON object
//! for each record whose layout is known, and a count for every record there is. [`live`] gets the
//! same records, and makes the same lines of them, from a running Windows; [`images`] asks its files, and
//! [`event_log`] writes to its event log.
//!
//! Everything read here is hostile: no input makes these modules panic, allocate without bound or
//! loop without end.

mod bytes;
pub mod etl;
pub mod event_log;
pub mod images;
pub mod layout;
pub mod lines;
pub mod live;
mod values;
