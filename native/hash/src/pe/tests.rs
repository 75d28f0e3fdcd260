//! Facts about programs that a compiler made, about Wine's, and about damaged ones.

use super::{PeFacts, facts_of_bytes};

/// See `fixtures/pe/README.md`.
const VERSIONED: &[u8] = include_bytes!("../../../../fixtures/pe/versioned.exe");
const SIGNED: &[u8] = include_bytes!("../../../../fixtures/pe/signed.exe");
const SIGNATURE: &[u8] = include_bytes!("../../../../fixtures/pe/signature.der");
const WINE: &str = "/usr/lib/x86_64-linux-gnu/wine/x86_64-windows";
/// Of the certificate table's address in a 64-bit program, from the PE signature.
const SECURITY_ENTRY: usize = 24 + 112 + 4 * 8;

fn word(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// The program with a certificate table that holds `message`, padded as signing tools do.
fn signed_with(message: &[u8]) -> Vec<u8> {
    let mut file = VERSIONED.to_vec();
    file.resize(file.len().next_multiple_of(8), 0);
    let (start, length) = (file.len(), 8 + message.len());
    file.extend((length as u32).to_le_bytes());
    file.extend([0, 2, 2, 0]);
    file.extend(message);
    file.resize(start + length.next_multiple_of(8), 0);
    let entry = word(&file, 0x3c) + SECURITY_ENTRY;
    let size = (file.len() - start) as u32;
    file[entry..entry + 4].copy_from_slice(&(start as u32).to_le_bytes());
    file[entry + 4..entry + 8].copy_from_slice(&size.to_le_bytes());
    file
}

#[test]
fn strings_of_the_files_own_language() {
    let facts = facts_of_bytes(VERSIONED).unwrap();
    assert_eq!(
        facts,
        PeFacts {
            file_version: "1.2.3.4 (built here)".into(),
            description: "A program for tests".into(),
            product: "monomi".into(),
            company: "Müller & Söhne".into(),
            original_file_name: "versioned.exe".into(),
            is_signed: false,
            signer: String::new(),
        }
    );
}

#[test]
fn the_signer_of_an_embedded_signature() {
    let facts = facts_of_bytes(&signed_with(SIGNATURE)).unwrap();
    assert!(facts.is_signed);
    assert_eq!(facts.signer, "A signer");
    assert_eq!(facts.product, "monomi");
    assert_eq!(facts_of_bytes(SIGNED).unwrap(), facts);
}

#[test]
fn a_signature_that_cannot_be_read_has_no_signer() {
    let half = facts_of_bytes(&signed_with(&SIGNATURE[..SIGNATURE.len() / 2])).unwrap();
    assert_eq!((half.is_signed, half.signer.as_str()), (true, ""));
    let none = facts_of_bytes(&signed_with(b"")).unwrap();
    assert!(!none.is_signed);
}

#[test]
fn what_is_no_program_has_no_facts() {
    assert_eq!(facts_of_bytes(b""), None);
    assert_eq!(facts_of_bytes(b"\x7fELF"), None);
    assert_eq!(facts_of_bytes(&VERSIONED[..0x60]), None);
    let headers = word(VERSIONED, 0x3c) + 300;
    assert_eq!(
        facts_of_bytes(&VERSIONED[..headers]),
        Some(PeFacts::default())
    );
}

#[test]
fn wine_s_libraries_have_versions() {
    let Ok(entries) = std::fs::read_dir(WINE) else {
        return eprintln!("skipped: Wine is not installed");
    };
    let mut versioned = 0;
    for entry in entries.map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if !["kernel32.dll", "user32.dll", "advapi32.dll", "msi.dll"].contains(&name.as_str()) {
            continue;
        }
        let facts = facts_of_bytes(&std::fs::read(entry.path()).unwrap()).unwrap();
        assert_eq!(facts.original_file_name, name);
        assert_eq!(facts.company, "Microsoft Corporation", "{name}");
        assert!(facts.file_version.contains('.'), "{facts:?}");
        assert!(!facts.is_signed);
        versioned += 1;
    }
    assert_eq!(versioned, 4);
}

#[test]
fn no_damage_is_fatal() {
    const MUTATIONS: usize = 100_000;
    let mut state = 7_u64;
    let mut random = |limit: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % limit
    };
    let originals = [signed_with(SIGNATURE), SIGNED.to_vec()];
    let mut readable = 0;
    for number in 0..MUTATIONS {
        let mut file = originals[number % originals.len()].clone();
        let resources = VERSIONED.len() - 2048;
        for _ in 0..=random(6) {
            let at = match random(2) {
                0 => random(0x400),
                _ => resources + random(file.len() - resources),
            };
            file[at] = [0, 0xff, random(256) as u8][random(3)];
        }
        if random(8) == 0 {
            file.truncate(random(file.len()));
        }
        readable += usize::from(facts_of_bytes(&file).is_some());
    }
    assert!(readable > MUTATIONS / 2, "{readable}");
}
