//! A PE file of any bytes: version strings and signer.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(facts) = monomi_hash::facts_of_bytes(bytes) else { return };
    assert!(facts.file_version.chars().count() <= 1024);
});
