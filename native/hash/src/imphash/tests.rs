//! IMPHASH of PE files that are built here byte by byte, and of damaged ones.

use super::imphash;
use crate::Reason;
use md5::{Digest, Md5};
use std::cell::Cell;

const SECTION_RVA: u32 = 0x2000;
const SECTION_OFFSET: u32 = 0x400;
const HEADERS_AT: usize = 0x80;

enum Imported {
    Name(&'static str),
    Ordinal(u16),
}
use Imported::{Name, Ordinal};

struct Library {
    name: &'static str,
    functions: Vec<Imported>,
    lookup_table: bool,
}

fn library(name: &'static str, functions: Vec<Imported>) -> Library {
    Library {
        name,
        functions,
        lookup_table: true,
    }
}

/// A PE file with one section that holds the import directory.
fn pe_file(plus: bool, libraries: &[Library]) -> Vec<u8> {
    let mut data = vec![0; (libraries.len() + 1) * 20];
    for (number, library) in libraries.iter().enumerate() {
        let name = append(&mut data, library.name.as_bytes());
        let mut thunks = Vec::new();
        for function in &library.functions {
            let thunk = match function {
                Ordinal(ordinal) => u64::from(*ordinal) | 1 << if plus { 63 } else { 31 },
                Name(name) => {
                    let hint_and_name = [b"\x07\x00", name.as_bytes()].concat();
                    u64::from(append(&mut data, &hint_and_name))
                }
            };
            thunks.extend(&thunk.to_le_bytes()[..if plus { 8 } else { 4 }]);
        }
        thunks.extend([0; 8]);
        let address_table = append(&mut data, &thunks);
        let lookup_table = if library.lookup_table {
            append(&mut data, &thunks)
        } else {
            0
        };
        let words = [lookup_table, 0, 0, name, address_table];
        let descriptor: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        data[number * 20..][..20].copy_from_slice(&descriptor);
    }
    let optional_size = if plus { 240 } else { 224 };
    let optional = HEADERS_AT + 24;
    let directories = optional + optional_size - 128;
    let section = optional + optional_size;
    let mut file = vec![0; SECTION_OFFSET as usize];
    put(&mut file, 0, b"MZ");
    put(&mut file, 0x3c, &(HEADERS_AT as u32).to_le_bytes());
    put(&mut file, HEADERS_AT, b"PE\0\0");
    put(
        &mut file,
        HEADERS_AT + 4,
        if plus { b"\x64\x86" } else { b"\x4c\x01" },
    );
    put(&mut file, HEADERS_AT + 6, &1_u16.to_le_bytes());
    put(
        &mut file,
        HEADERS_AT + 20,
        &(optional_size as u16).to_le_bytes(),
    );
    put(
        &mut file,
        optional,
        if plus { b"\x0b\x02" } else { b"\x0b\x01" },
    );
    put(&mut file, optional + 32, &0x1000_u32.to_le_bytes());
    put(&mut file, optional + 36, &0x200_u32.to_le_bytes());
    put(&mut file, directories - 4, &16_u32.to_le_bytes());
    put(&mut file, directories + 8, &SECTION_RVA.to_le_bytes());
    data.resize(data.len().next_multiple_of(0x200), 0);
    put(&mut file, section, b".idata\0\0");
    for (word, value) in [
        data.len() as u32,
        SECTION_RVA,
        data.len() as u32,
        SECTION_OFFSET,
    ]
    .iter()
    .enumerate()
    {
        put(&mut file, section + 8 + word * 4, &value.to_le_bytes());
    }
    file.extend(data);
    file
}

fn append(data: &mut Vec<u8>, bytes: &[u8]) -> u32 {
    let rva = SECTION_RVA + data.len() as u32;
    data.extend(bytes);
    data.push(0);
    rva
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

struct Outcome {
    result: Result<Option<[u8; 16]>, Reason>,
    bytes_read: usize,
    steps: usize,
}

fn run(file: &[u8]) -> Outcome {
    let bytes_read = Cell::new(0);
    let steps = Cell::new(0);
    let read = |offset: u64, bytes: &mut [u8]| {
        let start = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(file.len());
        let got = bytes.len().min(file.len() - start);
        bytes[..got].copy_from_slice(&file[start..start + got]);
        bytes_read.set(bytes_read.get() + got);
        Ok(got)
    };
    let go_on = || {
        steps.set(steps.get() + 1);
        Ok(())
    };
    let result = imphash(read, file.len() as u64, &go_on);
    Outcome {
        result,
        bytes_read: bytes_read.get(),
        steps: steps.get(),
    }
}

fn imphash_of(file: &[u8]) -> Option<[u8; 16]> {
    run(file).result.unwrap()
}

fn sample() -> Vec<Library> {
    vec![
        library(
            "KERNEL32.dll",
            vec![Name("ExitProcess"), Name("CreateFileW")],
        ),
        library("WS2_32.dll", vec![Ordinal(4), Ordinal(100), Name("send")]),
        library("driver.SYS", vec![Ordinal(7)]),
        library("OLEAUT32.dll", vec![Ordinal(2)]),
        library("a.b.ocx", vec![Name("?f@@YAXXZ")]),
        library("no_extension", vec![Name("g")]),
    ]
}

const SAMPLE_TEXT: &str = "kernel32.exitprocess,kernel32.createfilew,ws2_32.connect,ws2_32.ord100,\
    ws2_32.send,driver.ord7,oleaut32.sysallocstring,a.b.?f@@yaxxz,no_extension.g";

#[test]
fn names_and_ordinals_in_file_order() {
    let expected = Some(Md5::digest(SAMPLE_TEXT).into());
    for plus in [false, true] {
        assert_eq!(
            imphash_of(&pe_file(plus, &sample())),
            expected,
            "PE32+: {plus}"
        );
    }
}

#[test]
fn address_table_serves_where_there_is_no_lookup_table() {
    let bare = Library {
        lookup_table: false,
        ..library("a.dll", vec![Name("f")])
    };
    assert_eq!(
        imphash_of(&pe_file(true, &[bare])),
        Some(Md5::digest("a.f").into())
    );
}

#[test]
fn unusable_names_do_not_count() {
    let odd = [
        library(
            "a.dll",
            vec![Name("good"), Name("b\u{1}d"), Name(""), Name("fine")],
        ),
        library("caf\u{e9}.dll", vec![Name("f")]),
        library("", vec![Name("f")]),
    ];
    let expected = Md5::digest("a.good,a.fine,*invalid*.f");
    assert_eq!(imphash_of(&pe_file(false, &odd)), Some(expected.into()));
}

#[test]
fn absent_for_anything_else() {
    assert_eq!(imphash_of(&pe_file(true, &[])), None);
    assert_eq!(imphash_of(b""), None);
    assert_eq!(imphash_of(b"\x7fELF\x02\x01\x01"), None);
    assert_eq!(imphash_of(b"MZ, a text that begins like a PE file"), None);
    let mut no_directory = pe_file(false, &sample());
    put(
        &mut no_directory,
        HEADERS_AT + 24 + 92,
        &1_u32.to_le_bytes(),
    );
    assert_eq!(imphash_of(&no_directory), None);
}

#[test]
fn reader_and_deadline_errors_come_through() {
    let file = pe_file(true, &sample());
    let broken = |_: u64, _: &mut [u8]| Err(Reason::IoError);
    assert_eq!(imphash(broken, 4096, &|| Ok(())), Err(Reason::IoError));
    let read = |offset: u64, bytes: &mut [u8]| {
        let rest = &file[usize::try_from(offset).unwrap().min(file.len())..];
        let got = rest.len().min(bytes.len());
        bytes[..got].copy_from_slice(&rest[..got]);
        Ok(got)
    };
    let out_of_time = || Err(Reason::Timeout);
    assert_eq!(
        imphash(read, file.len() as u64, &out_of_time),
        Err(Reason::Timeout)
    );
}

#[test]
fn endless_looking_tables_end() {
    let mut all_descriptors = pe_file(false, &sample());
    let table = SECTION_OFFSET as usize;
    let first: Vec<u8> = all_descriptors[table..table + 20].to_vec();
    all_descriptors.truncate(table);
    for _ in 0..100_000 {
        all_descriptors.extend(&first);
    }
    let size = (all_descriptors.len() - table) as u32;
    let section = HEADERS_AT + 24 + 224;
    put(&mut all_descriptors, section + 8, &size.to_le_bytes());
    put(&mut all_descriptors, section + 16, &size.to_le_bytes());
    assert_bounded(&run(&all_descriptors), "descriptors without end");

    let many = (0..20_000).map(|n| Ordinal(n % 60_000 + 1)).collect();
    assert_bounded(
        &run(&pe_file(true, &[library("many.dll", many)])),
        "20,000 functions",
    );
}

#[test]
fn damaged_files_neither_panic_nor_run_away() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let interesting = [
        0,
        1,
        0x7fff_ffff,
        0x8000_0000,
        u32::MAX,
        SECTION_RVA,
        SECTION_RVA + 20,
    ];
    for round in 0..20_000 {
        let mut file = pe_file(round % 2 == 0, &sample());
        for _ in 0..=random.below(6) {
            let at = random.below(file.len() - 4);
            match random.below(4) {
                0 => file[at] = random.next() as u8,
                1 => file[at] ^= 1 << random.below(8),
                2 => put(&mut file, at, &interesting[random.below(7)].to_le_bytes()),
                _ => {
                    let header = HEADERS_AT + random.below(SECTION_OFFSET as usize - HEADERS_AT);
                    file[header] = random.next() as u8;
                }
            }
        }
        if random.below(8) == 0 {
            file.truncate(random.below(file.len()));
        }
        assert_bounded(&run(&file), &format!("round {round}"));
    }
}

fn assert_bounded(outcome: &Outcome, what: &str) {
    assert!(outcome.result.is_ok(), "{what}");
    assert!(outcome.steps < 0x8000, "{what}: {} steps", outcome.steps);
    assert!(
        outcome.bytes_read < 256 << 20,
        "{what}: {} bytes",
        outcome.bytes_read
    );
}

/// Marsaglia's xorshift: the same sequence every time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}
