//! A trace (ETL) of any bytes, read to its end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use monomi_windows::lines::Lines;
use std::io::Cursor;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut lines) = Lines::open(Cursor::new(bytes)) else { return };
    let mut out = String::new();
    lines.write(&mut out, usize::MAX);
});
