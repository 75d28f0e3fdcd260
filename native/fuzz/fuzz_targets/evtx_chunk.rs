//! A chunk of an event log (EVTX) of any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut batch = monomi_logs::Batch::default();
    monomi_logs::read_chunks(bytes, monomi_logs::MAX_OUTPUT, &mut batch);
    assert!(batch.size() <= monomi_logs::MAX_OUTPUT);
});
