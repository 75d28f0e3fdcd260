//! Views generated from the one definition of the record structures.

use crate::{STRUCTURES, VERSION, access, counter, deed, flag, how, kind, relation, role};
use core::fmt::Write;

/// One structure of the record.
pub(crate) struct Structure {
    pub(crate) name: &'static str,
    pub(crate) kind: u16,
    pub(crate) size: usize,
    pub(crate) fields: &'static [Field],
}

/// One field of a structure.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) offset: usize,
}

const KINDS: &[(&str, u16)] = &[
    ("EXEC", kind::EXEC),
    ("FORK", kind::FORK),
    ("EXIT", kind::EXIT),
    ("FILE_CREATE", kind::FILE_CREATE),
    ("FILE_DELETE", kind::FILE_DELETE),
    ("NETWORK", kind::NETWORK),
    ("PROCESS", kind::PROCESS),
    ("FILE_TIME", kind::FILE_TIME),
    ("RAW_READ", kind::RAW_READ),
    ("ACCESS", kind::ACCESS),
    ("INJECT", kind::INJECT),
    ("TAMPER", kind::TAMPER),
    ("STREAM", kind::STREAM),
    ("PIPE_CREATE", kind::PIPE_CREATE),
    ("PIPE_CONNECT", kind::PIPE_CONNECT),
    ("MODULE", kind::MODULE),
    ("IMAGE_LOAD", kind::IMAGE_LOAD),
    ("BPF", kind::BPF),
    ("EXECUTABLE", kind::EXECUTABLE),
    ("DNS", kind::DNS),
    ("DONE", kind::DONE),
    ("CONTAINER", kind::CONTAINER),
    ("BLOCKED_EXECUTABLE", kind::BLOCKED_EXECUTABLE),
    ("BLOCKED_SHREDDING", kind::BLOCKED_SHREDDING),
    ("INTERFERENCE", kind::INTERFERENCE),
    ("TOUCH", kind::TOUCH),
    ("COUNT", kind::COUNT),
];

const FLAGS: &[(&str, u16)] = &[
    ("PATH_INCOMPLETE", flag::PATH_INCOMPLETE),
    ("ARGS_TRUNCATED", flag::ARGS_TRUNCATED),
    ("UNLINKED", flag::UNLINKED),
    ("PLAIN", flag::PLAIN),
    ("RELATIVE", flag::RELATIVE),
    ("UNRESOLVED", flag::UNRESOLVED),
    ("ASCII", flag::ASCII),
    ("FAULT", flag::FAULT),
    ("FOREIGN", flag::FOREIGN),
    ("CWD_INCOMPLETE", flag::CWD_INCOMPLETE),
    ("FOLLOWED", flag::FOLLOWED),
    ("PENDING", flag::PENDING),
    ("WHOLE", flag::WHOLE),
];

const HOWS: &[(&str, u32)] = &[
    ("OPEN", how::OPEN),
    ("MKNOD", how::MKNOD),
    ("LINK", how::LINK),
    ("SYMLINK", how::SYMLINK),
    ("RENAME", how::RENAME),
    ("UNLINK", how::UNLINK),
    ("CHANGE", how::CHANGE),
    ("ABSTRACT", how::ABSTRACT),
    ("SET_IMAGE", how::SET_IMAGE),
    ("CODE_IN_DATA", how::CODE_IN_DATA),
    ("CODE_CHANGED", how::CODE_CHANGED),
    ("WRITE", how::WRITE),
    ("MAP", how::MAP),
];

const ACCESSES: &[(&str, u32)] = &[
    ("ATTACH", access::ATTACH),
    ("READ", access::READ),
    ("OPEN_READ", access::OPEN_READ),
    ("OPEN_WRITE", access::OPEN_WRITE),
    ("OPEN_BOTH", access::OPEN_BOTH),
    ("OPEN_MAPS", access::OPEN_MAPS),
    ("OPEN_ENVIRONMENT", access::OPEN_ENVIRONMENT),
    ("DUPLICATE", access::DUPLICATE),
    ("POKE", access::POKE),
    ("REGISTERS", access::REGISTERS),
    ("WRITE", access::WRITE),
    ("FILE_WRITE", access::FILE_WRITE),
];

const DEEDS: &[(&str, u32)] = &[
    ("SIGNAL", deed::SIGNAL),
    ("TRACE", deed::TRACE),
    ("WRITE_MEMORY", deed::WRITE_MEMORY),
    ("OPEN_MEMORY", deed::OPEN_MEMORY),
    ("TAKE_DESCRIPTOR", deed::TAKE_DESCRIPTOR),
    ("OPEN", deed::OPEN),
    ("REMOVE", deed::REMOVE),
    ("RENAME", deed::RENAME),
    ("TRUNCATE", deed::TRUNCATE),
    ("CHANGE_MODE", deed::CHANGE_MODE),
    ("MAKE", deed::MAKE),
];

const RELATIONS: &[(&str, u32)] = &[
    ("STRANGER", relation::STRANGER),
    ("MANAGER", relation::MANAGER),
    ("OWN", relation::OWN),
    ("PARENT", relation::PARENT),
    ("UNLOCKED", relation::UNLOCKED),
    ("KERNEL", relation::KERNEL),
];

const ROLES: &[(&str, u32)] = &[
    ("SENSOR", role::SENSOR),
    ("SUPERVISOR", role::SUPERVISOR),
    ("UNLOCKED", role::UNLOCKED),
];

/// A table of 32-bit values: prefix of the names in C, name and description in TypeScript.
type Table = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, u32)],
);

const TABLES: &[Table] = &[
    (
        "HOW",
        "How",
        "Which operation made or ended a file name.",
        HOWS,
    ),
    (
        "ACCESS",
        "Access",
        "In which way a process reached into another one.",
        ACCESSES,
    ),
    ("DEED", "Deed", "What was done to the sensor.", DEEDS),
    (
        "RELATION",
        "Relation",
        "What a process is to the sensor that it did something to.",
        RELATIONS,
    ),
    ("ROLE", "Role", "What a protected process is.", ROLES),
];

const COUNTERS: &[(&str, usize)] = &[
    ("EMITTED", counter::EMITTED),
    ("RING_FULL", counter::RING_FULL),
    ("PATH_INCOMPLETE", counter::PATH_INCOMPLETE),
    ("FAULT", counter::FAULT),
    ("TABLE_FULL", counter::TABLE_FULL),
    ("ARGS_TRUNCATED", counter::ARGS_TRUNCATED),
    ("INTERNAL", counter::INTERNAL),
    ("RECURSION", counter::RECURSION),
    ("COUNT", counter::COUNT),
];

/// The layout as text, one field a line; checked in as `native/record/layout.txt`.
#[must_use]
pub fn snapshot() -> String {
    let mut text = format!("version {VERSION}\n");
    for (name, value) in KINDS {
        let _ = writeln!(text, "kind {name} {value}");
    }
    for (name, value) in FLAGS {
        let _ = writeln!(text, "flag {name} {value}");
    }
    for (prefix, _, _, values) in TABLES {
        for (name, value) in *values {
            let _ = writeln!(text, "{} {name} {value}", prefix.to_lowercase());
        }
    }
    for (name, value) in COUNTERS {
        let _ = writeln!(text, "counter {name} {value}");
    }
    for structure in STRUCTURES {
        let _ = writeln!(
            text,
            "struct {} kind {} size {}",
            structure.name, structure.kind, structure.size
        );
        for field in structure.fields {
            let _ = writeln!(text, "  {} {} at {}", field.name, field.kind, field.offset);
        }
    }
    text
}

/// The layout as a C header for the kernel programs, with its own size and offset assertions.
#[must_use]
pub fn c_header() -> String {
    let mut text = String::from("/* Generated from native/record; do not edit. */\n#pragma once\n");
    for (prefix, values) in [("KIND", KINDS), ("FLAG", FLAGS)] {
        for (name, value) in values {
            let _ = writeln!(text, "#define {prefix}_{name} {value}");
        }
    }
    for (prefix, _, _, values) in TABLES {
        for (name, value) in *values {
            let _ = writeln!(text, "#define {prefix}_{name} {value}");
        }
    }
    for (name, value) in COUNTERS {
        let _ = writeln!(text, "#define COUNTER_{name} {value}");
    }
    for structure in STRUCTURES {
        let name = c_name(structure.name);
        let _ = writeln!(text, "struct {name} {{");
        for field in structure.fields {
            let _ = match field.kind {
                "[u8; 16]" => writeln!(text, "\tu8 {}[16];", field.name),
                "Header" => writeln!(text, "\tstruct record_header {};", field.name),
                kind => writeln!(text, "\t{kind} {};", field.name),
            };
        }
        let _ = writeln!(text, "}};");
        let _ = writeln!(
            text,
            "_Static_assert(sizeof(struct {name}) == {}, \"size of {name}\");",
            structure.size
        );
        for field in structure.fields {
            let _ = writeln!(
                text,
                "_Static_assert(__builtin_offsetof(struct {name}, {}) == {}, \"{name}.{}\");",
                field.name, field.offset, field.name
            );
        }
    }
    text
}

/// The layout as TypeScript constants; checked in as `src/events/record_layout.ts`.
#[must_use]
pub fn typescript() -> String {
    let mut text = String::from(
        "/**\n * Offsets of the binary record, in bytes. Generated from native/record by\n * `deno task layout`; a test compares the two.\n */\n\n",
    );
    let _ = writeln!(
        text,
        "/** Version of the layout; readers refuse any other. */\nexport const LAYOUT_VERSION = {VERSION};\n"
    );
    let mut table = |doc: &str, name: &str, rows: Vec<(String, u64)>| {
        let _ = writeln!(text, "/** {doc} */\nexport const {name} = {{");
        for (key, value) in rows {
            let _ = writeln!(text, "  {key}: {value},");
        }
        let _ = writeln!(text, "}} as const;\n");
    };
    let rows = |values: &[(&str, u64)]| {
        values
            .iter()
            .map(|(name, value)| ((*name).to_string(), *value))
            .collect::<Vec<_>>()
    };
    table("What a record says.", "Kind", rows(&widen(KINDS)));
    table("Bits of a record's flags.", "Flag", rows(&widen(FLAGS)));
    for (_, name, doc, values) in TABLES {
        table(doc, name, rows(&widen(values)));
    }
    table(
        "What the kernel side counts, per kind.",
        "Counter",
        COUNTERS
            .iter()
            .map(|(name, value)| ((*name).to_string(), *value as u64))
            .collect(),
    );
    for structure in STRUCTURES {
        let mut rows: Vec<(String, u64)> = structure
            .fields
            .iter()
            .filter(|field| field.name != "header")
            .map(|field| (camel(field.name), field.offset as u64))
            .collect();
        rows.push(("bytes".to_string(), structure.size as u64));
        table(
            &format!("Offsets in a record's {} part.", structure.name),
            &format!("{}Layout", structure.name),
            rows,
        );
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn widen<T: Copy + Into<u64>>(values: &'static [(&'static str, T)]) -> Vec<(&'static str, u64)> {
    values
        .iter()
        .map(|(name, value)| (*name, (*value).into()))
        .collect()
}

fn c_name(name: &str) -> String {
    format!("record_{}", name.to_lowercase())
}

fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for c in name.chars() {
        if c == '_' {
            upper = true;
        } else if upper {
            out.push(c.to_ascii_uppercase());
            upper = false;
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checked_in_snapshot_is_the_layout() {
        assert_eq!(include_str!("../layout.txt"), snapshot());
    }

    #[test]
    fn checked_in_typescript_is_the_layout() {
        assert_eq!(
            include_str!("../../../src/events/record_layout.ts"),
            typescript()
        );
    }

    #[test]
    fn structures_are_multiples_of_eight_bytes() {
        for structure in STRUCTURES {
            assert_eq!(structure.size % 8, 0, "{}", structure.name);
        }
    }
}
