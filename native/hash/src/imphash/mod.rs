//! IMPHASH: MD5 over the imported functions of a PE file, in the file's order.
//!
//! The definition is Mandiant's, in the reading that analysts compare against (pefile): library
//! name without `.dll`, `.sys` or `.ocx`, a dot, function name, all lower-case, joined by commas;
//! ordinals as their names for ws2_32, wsock32 and oleaut32, else as `ord7`. Its sanity checks
//! and limits are kept, because they decide which imports of a damaged file count.

mod ordinals;

use crate::Reason;
use crate::pe::image::{IMPORT_DIRECTORY, PeImage, ReadAt};

use md5::{Digest, Md5};
use std::collections::HashSet;

const DESCRIPTOR_SIZE: u32 = 20;
const LONGEST_NAME: usize = 0x200;
const MOST_DESCRIPTORS: u32 = 0x2000;
const MOST_THUNKS: u32 = 0x2000;
const MOST_BARREN_DESCRIPTORS: u32 = 5;
const MOST_REPEATED_ADDRESSES: u32 = 15;
const WIDEST_SPREAD: u64 = 128 << 20;
const INVALID_NAME: &[u8] = b"*invalid*";

/// Digests the import table of the PE file behind `read`, or `None` if it is no PE file or
/// imports nothing. `read` fills a buffer from an offset as far as the file of `size` bytes
/// reaches; `go_on` is asked before every library and function.
///
/// # Errors
/// Only what `read` and `go_on` report; no content of the file is an error.
pub(crate) fn imphash<R: ReadAt>(
    read: R,
    size: u64,
    go_on: &dyn Fn() -> Result<(), Reason>,
) -> Result<Option<[u8; 16]>, Reason> {
    let Some(image) = PeImage::parse(read, size)? else {
        return Ok(None);
    };
    let Some(directory) = image.directory(IMPORT_DIRECTORY) else {
        return Ok(None);
    };
    let mut imports = Imports {
        image,
        start: directory.rva,
        go_on,
        thunks_seen: 0,
        md5: Md5::new(),
        empty: true,
    };
    imports.take_all()?;
    Ok((!imports.empty).then(|| imports.md5.finalize().into()))
}

enum Import {
    Named(Vec<u8>),
    Ordinal(u16),
}

struct Imports<'a, R> {
    image: PeImage<R>,
    /// Where the descriptors begin.
    start: u32,
    go_on: &'a dyn Fn() -> Result<(), Reason>,
    thunks_seen: u32,
    md5: Md5,
    empty: bool,
}

impl<R: ReadAt> Imports<'_, R> {
    fn take_all(&mut self) -> Result<(), Reason> {
        let mut barren = 0;
        for position in 0..MOST_DESCRIPTORS {
            (self.go_on)()?;
            let Some(rva) = self.start.checked_add(position * DESCRIPTOR_SIZE) else {
                break;
            };
            let Some(descriptor) = self.image.array_at_rva::<20>(rva.into())? else {
                break;
            };
            if descriptor == [0; 20] {
                break;
            }
            let [lookup_table, _, _, name, address_table] = split_words(&descriptor);
            let imports = self.imports_of(lookup_table, address_table)?;
            if barren > MOST_BARREN_DESCRIPTORS {
                break;
            }
            if imports.is_empty() {
                barren += 1;
                continue;
            }
            let mut library = self.image.text_at_rva(name.into(), LONGEST_NAME)?;
            library.make_ascii_lowercase();
            if !library.iter().all(|&byte| is_file_name_byte(byte)) {
                library = INVALID_NAME.to_vec();
            }
            if !library.is_empty() {
                self.digest_library(&library, &imports);
            }
        }
        Ok(())
    }

    fn digest_library(&mut self, library: &[u8], imports: &[Import]) {
        let shown = without_extension(library);
        for import in imports {
            let name = match import {
                Import::Named(name) => name.to_ascii_lowercase(),
                Import::Ordinal(ordinal) => ordinals::name_of(library, *ordinal)
                    .map_or_else(|| format!("ord{ordinal}").into_bytes(), Vec::from),
            };
            if !self.empty {
                self.md5.update(b",");
            }
            self.md5.update(shown);
            self.md5.update(b".");
            self.md5.update(&name);
            self.empty = false;
        }
    }

    /// The functions of one library: those of the lookup table if it can be used, else those of
    /// the address table, which are the same until the file is bound or loaded.
    fn imports_of(&mut self, lookup_table: u32, address_table: u32) -> Result<Vec<Import>, Reason> {
        let by_lookup = self.thunks_at(lookup_table)?;
        let by_address = self.thunks_at(address_table)?;
        let thunks = if by_lookup.is_empty() {
            by_address
        } else {
            by_lookup
        };
        let mut imports = Vec::new();
        for thunk in thunks {
            (self.go_on)()?;
            if thunk & self.image.ordinal_flag() != 0 {
                let ordinal = (thunk & 0xffff) as u16;
                if ordinal != 0 {
                    imports.push(Import::Ordinal(ordinal));
                }
                continue;
            }
            if !self.image.reaches(thunk) {
                return Ok(Vec::new());
            }
            let name = self.image.text_at_rva(thunk + 2, LONGEST_NAME)?;
            if !name.is_empty() && name.iter().all(|&byte| is_function_name_byte(byte)) {
                imports.push(Import::Named(name));
            }
        }
        Ok(imports)
    }

    /// A table of thunks up to its terminator; empty if it does not look like one.
    fn thunks_at(&mut self, table: u32) -> Result<Vec<u64>, Reason> {
        let mut thunks = Vec::new();
        let mut addresses = [Addresses::default(), Addresses::default()];
        let mut repeated = 0;
        let mut rva = u64::from(table);
        while rva != 0 && self.thunks_seen <= MOST_THUNKS {
            self.thunks_seen += 1;
            let implausible = repeated >= MOST_REPEATED_ADDRESSES
                || addresses.iter().any(|seen| seen.spread() > WIDEST_SPREAD);
            if implausible {
                return Ok(Vec::new());
            }
            let Some(thunk) = self.image.thunk_at_rva(rva)? else {
                return Ok(Vec::new());
            };
            if thunk == 0 || (u64::from(table)..=rva).contains(&thunk) {
                break;
            }
            if thunk & self.image.ordinal_flag() != 0 {
                if thunk & 0x7fff_ffff > 0xffff {
                    return Ok(Vec::new());
                }
            } else {
                let above_4_gib = usize::from(thunk > u64::from(u32::MAX));
                repeated += u32::from(!addresses[above_4_gib].insert(thunk));
            }
            thunks.push(thunk);
            rva += self.image.thunk_size();
        }
        Ok(thunks)
    }
}

#[derive(Default)]
struct Addresses {
    seen: HashSet<u64>,
    range: Option<(u64, u64)>,
}

impl Addresses {
    fn insert(&mut self, address: u64) -> bool {
        let (lowest, highest) = self.range.unwrap_or((address, address));
        self.range = Some((lowest.min(address), highest.max(address)));
        self.seen.insert(address)
    }

    fn spread(&self) -> u64 {
        self.range.map_or(0, |(lowest, highest)| highest - lowest)
    }
}

fn split_words(bytes: &[u8; 20]) -> [u32; 5] {
    std::array::from_fn(|word| {
        u32::from_le_bytes(std::array::from_fn(|byte| bytes[word * 4 + byte]))
    })
}

fn without_extension(library: &[u8]) -> &[u8] {
    [b".dll", b".sys", b".ocx"]
        .iter()
        .find_map(|extension| library.strip_suffix(*extension))
        .unwrap_or(library)
}

fn is_file_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'()-@^_`{}~+,.;=[]\\/".contains(&byte)
}

fn is_function_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._?@$()<>".contains(&byte)
}

#[cfg(test)]
mod tests;
