//! A chunk of an event log (EVTX) of any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    assert!(monomi_logs::read_chunk(bytes).len() <= monomi_logs::MAX_OUTPUT + 1024);
});
