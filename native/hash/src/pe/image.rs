//! Headers and sections of a PE file, and what stands at its addresses, read in place with bounded memory.

use crate::Reason;

const WINDOW_SIZE: usize = 4096;
const MOST_SECTIONS: u16 = 0x800;
const SECTION_HEADER_SIZE: u64 = 40;
const SECTOR: u32 = 0x200;
const PAGE: u32 = 0x1000;
const MAGIC_PE32: u16 = 0x10b;
const MAGIC_PE32_PLUS: u16 = 0x20b;
/// Of the import table.
pub(crate) const IMPORT_DIRECTORY: usize = 1;
/// Of the resources.
pub(crate) const RESOURCE_DIRECTORY: usize = 2;
/// Of the certificates; its address is a file offset.
pub(crate) const SECURITY_DIRECTORY: usize = 4;
const DIRECTORIES: usize = 5;

/// Fills a buffer from a file offset as far as the file reaches; returns the bytes filled.
pub(crate) trait ReadAt: FnMut(u64, &mut [u8]) -> Result<usize, Reason> {}
impl<F: FnMut(u64, &mut [u8]) -> Result<usize, Reason>> ReadAt for F {}

#[derive(Clone, Copy)]
struct Section {
    start: u64,
    end: u64,
    file_offset: u64,
    file_size: u64,
}

/// Where one of the directories lies.
#[derive(Clone, Copy, Default)]
pub(crate) struct Directory {
    pub rva: u32,
    pub size: u32,
}

/// An open PE file.
pub(crate) struct PeImage<R> {
    file: Window<R>,
    size: u64,
    sections: Vec<Section>,
    plus: bool,
    directories: [Directory; DIRECTORIES],
}

impl<R: ReadAt> PeImage<R> {
    /// Reads the headers; `None` if this is no PE file.
    pub fn parse(read: R, size: u64) -> Result<Option<PeImage<R>>, Reason> {
        let mut file = Window {
            read,
            bytes: vec![0; WINDOW_SIZE],
            offset: 0,
            length: 0,
        };
        if file.array::<2>(0)? != Some(*b"MZ") {
            return Ok(None);
        }
        let Some(headers) = file.u32(0x3c)?.map(u64::from) else {
            return Ok(None);
        };
        if file.array::<4>(headers)? != Some(*b"PE\0\0") {
            return Ok(None);
        }
        let optional = headers + 24;
        let (Some(section_count), Some(optional_size), Some(magic)) = (
            file.u16(headers + 6)?,
            file.u16(headers + 20)?,
            file.u16(optional)?,
        ) else {
            return Ok(None);
        };
        let plus = match magic {
            MAGIC_PE32 => false,
            MAGIC_PE32_PLUS => true,
            _ => return Ok(None),
        };
        let table = optional + if plus { 108 } else { 92 };
        let (Some(section_alignment), Some(file_alignment), Some(count)) = (
            file.u32(optional + 32)?,
            file.u32(optional + 36)?,
            file.u32(table)?,
        ) else {
            return Ok(None);
        };
        let mut directories = [Directory::default(); DIRECTORIES];
        for (directory, number) in directories.iter_mut().zip(0..count) {
            let at = table + 4 + u64::from(number) * 8;
            if let (Some(rva), Some(size)) = (file.u32(at)?, file.u32(at + 4)?) {
                *directory = Directory { rva, size };
            }
        }
        let table = optional + u64::from(optional_size);
        let mut raw = Vec::new();
        for number in 0..section_count.min(MOST_SECTIONS) {
            let at = table + u64::from(number) * SECTION_HEADER_SIZE + 8;
            let Some(words) = file.array::<16>(at)? else {
                break;
            };
            raw.push(RawSection::from(words));
        }
        let sections = place(raw, section_alignment, file_alignment, size);
        Ok(Some(PeImage {
            file,
            size,
            sections,
            plus,
            directories,
        }))
    }

    /// One of the directories, if the file has it.
    pub fn directory(&self, number: usize) -> Option<Directory> {
        let directory = self.directories[number];
        (directory.rva != 0).then_some(directory)
    }

    /// At most `longest` bytes from `rva`, fewer where the data ends.
    pub fn bytes_at_rva(&mut self, rva: u64, longest: usize) -> Result<Vec<u8>, Reason> {
        let (offset, available) = self.locate(rva);
        let longest = usize::try_from(available).map_or(longest, |bytes| bytes.min(longest));
        self.bytes_at(offset, longest)
    }

    /// At most `longest` bytes from a file offset, fewer where the file ends.
    pub fn bytes_at(&mut self, mut offset: u64, longest: usize) -> Result<Vec<u8>, Reason> {
        let mut all = Vec::new();
        while all.len() < longest {
            let bytes = self.file.at_most(offset, longest - all.len())?;
            if bytes.is_empty() {
                break;
            }
            all.extend(bytes);
            offset += bytes.len() as u64;
        }
        Ok(all)
    }

    pub fn ordinal_flag(&self) -> u64 {
        if self.plus { 1 << 63 } else { 1 << 31 }
    }

    pub fn thunk_size(&self) -> u64 {
        if self.plus { 8 } else { 4 }
    }

    /// Whether there can be data at `rva`.
    pub fn reaches(&self, rva: u64) -> bool {
        self.section_of(rva).is_some() || rva < self.size
    }

    pub fn thunk_at_rva(&mut self, rva: u64) -> Result<Option<u64>, Reason> {
        Ok(if self.plus {
            self.array_at_rva::<8>(rva)?.map(u64::from_le_bytes)
        } else {
            self.array_at_rva::<4>(rva)?
                .map(|bytes| u32::from_le_bytes(bytes).into())
        })
    }

    pub fn array_at_rva<const N: usize>(&mut self, rva: u64) -> Result<Option<[u8; N]>, Reason> {
        let (offset, available) = self.locate(rva);
        if available < N as u64 {
            Ok(None)
        } else {
            self.file.array(offset)
        }
    }

    /// The bytes from `rva` up to a zero, the end of the data, or `longest`.
    pub fn text_at_rva(&mut self, rva: u64, longest: usize) -> Result<Vec<u8>, Reason> {
        let (mut offset, available) = self.locate(rva);
        let longest = usize::try_from(available).map_or(longest, |bytes| bytes.min(longest));
        let mut text = Vec::new();
        while text.len() < longest {
            let bytes = self.file.at_most(offset, longest - text.len())?;
            let end = bytes.iter().position(|&byte| byte == 0);
            text.extend(&bytes[..end.unwrap_or(bytes.len())]);
            if end.is_some() || bytes.is_empty() {
                break;
            }
            offset += bytes.len() as u64;
        }
        Ok(text)
    }

    /// File offset of `rva` and the bytes that belong together there. What no section holds is
    /// taken as a file offset, as it is for headers.
    fn locate(&self, rva: u64) -> (u64, u64) {
        match self.section_of(rva) {
            Some(section) => {
                let within = rva - section.start;
                (
                    section.file_offset + within,
                    section.file_size.saturating_sub(within),
                )
            }
            None => (rva, self.size.saturating_sub(rva)),
        }
    }

    fn section_of(&self, rva: u64) -> Option<&Section> {
        self.sections
            .iter()
            .find(|section| (section.start..section.end).contains(&rva))
    }
}

struct RawSection {
    virtual_size: u32,
    virtual_address: u32,
    file_size: u32,
    file_offset: u32,
}

impl From<[u8; 16]> for RawSection {
    fn from(bytes: [u8; 16]) -> RawSection {
        let word = |at: usize| u32::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]));
        RawSection {
            virtual_size: word(0),
            virtual_address: word(4),
            file_size: word(8),
            file_offset: word(12),
        }
    }
}

/// Where the loader would put the sections: file offsets round down to sectors, addresses to
/// the section alignment, and a section ends where the next one begins.
fn place(
    mut raw: Vec<RawSection>,
    section_alignment: u32,
    file_alignment: u32,
    size: u64,
) -> Vec<Section> {
    raw.sort_by_key(|section| section.virtual_address);
    let alignment = if section_alignment < PAGE {
        file_alignment
    } else {
        section_alignment
    };
    let mut sections = Vec::with_capacity(raw.len());
    for (position, section) in raw.iter().enumerate() {
        let misalignment = section.virtual_address.checked_rem(alignment).unwrap_or(0);
        let start = u64::from(section.virtual_address - misalignment);
        let file_offset = if file_alignment < SECTOR {
            section.file_offset
        } else {
            section.file_offset - section.file_offset % SECTOR
        };
        let truncated = size.saturating_sub(file_offset.into()) < u64::from(section.file_size);
        let length = if truncated {
            section.virtual_size
        } else {
            section.file_size.max(section.virtual_size)
        };
        let mut end = start + u64::from(length);
        if let Some(next) = raw.get(position + 1)
            && next.virtual_address > section.virtual_address
        {
            end = end.min(next.virtual_address.into());
        }
        let file_offset = u64::from(file_offset);
        sections.push(Section {
            start,
            end,
            file_offset,
            file_size: section.file_size.into(),
        });
    }
    sections
}

/// A file seen through one small buffer.
struct Window<R> {
    read: R,
    bytes: Vec<u8>,
    offset: u64,
    length: usize,
}

impl<R: ReadAt> Window<R> {
    /// Between one and `wanted` bytes from `offset`; none at the end of the file.
    fn at_most(&mut self, offset: u64, wanted: usize) -> Result<&[u8], Reason> {
        let end = self.offset + self.length as u64;
        if !(self.offset..end).contains(&offset) {
            self.offset = offset - offset % WINDOW_SIZE as u64;
            self.length = 0;
            self.length = (self.read)(self.offset, &mut self.bytes)?;
        }
        let start = usize::try_from(offset - self.offset)
            .unwrap_or(usize::MAX)
            .min(self.length);
        let end = start.saturating_add(wanted).min(self.length);
        Ok(&self.bytes[start..end])
    }

    fn array<const N: usize>(&mut self, offset: u64) -> Result<Option<[u8; N]>, Reason> {
        let mut array = [0; N];
        let mut filled = 0;
        while filled < N {
            let bytes = self.at_most(offset + filled as u64, N - filled)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            array[filled..filled + bytes.len()].copy_from_slice(bytes);
            filled += bytes.len();
        }
        Ok(Some(array))
    }

    fn u16(&mut self, offset: u64) -> Result<Option<u16>, Reason> {
        Ok(self.array(offset)?.map(u16::from_le_bytes))
    }

    fn u32(&mut self, offset: u64) -> Result<Option<u32>, Reason> {
        Ok(self.array(offset)?.map(u32::from_le_bytes))
    }
}
