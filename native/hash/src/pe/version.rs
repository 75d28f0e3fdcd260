//! Strings of a version resource (VS_VERSIONINFO and what is in it).

use super::PeFacts;

/// Length, length of the value, type.
const HEAD_SIZE: usize = 6;
/// Blocks looked at on one level; real resources have fewer than twenty.
const MOST_BLOCKS: usize = 256;
/// Longest text taken, in UTF-16 code units.
const LONGEST_TEXT: usize = 1024;
/// Digits of a language and a code page, which name a table of strings.
const TABLE_KEY: usize = 8;

/// One of the nested blocks that a version resource is made of.
struct Block<'a> {
    key: String,
    /// From behind the key to the block's end: value, then blocks.
    content: &'a [u8],
    /// Bytes of the value, as the block says it.
    value_length: usize,
}

/// The strings of the table for the file's first language, or else of the first table.
pub(super) fn strings(resource: &[u8]) -> PeFacts {
    let mut facts = PeFacts::default();
    let Some(root) = blocks(resource).next() else {
        return facts;
    };
    let fixed = aligned(root.value_length).min(root.content.len());
    let inner = &root.content[fixed..];
    let language = language_of(inner);
    let tables: Vec<Block<'_>> = blocks(inner)
        .filter(|block| block.key == "StringFileInfo")
        .flat_map(|block| blocks(block.content))
        .collect();
    let of_language = tables
        .iter()
        .find(|table| Some(table.key.to_ascii_lowercase()) == language);
    let Some(table) = of_language.or(tables.first()) else {
        return facts;
    };
    for string in blocks(table.content) {
        let field = match string.key.as_str() {
            "FileVersion" => &mut facts.file_version,
            "FileDescription" => &mut facts.description,
            "ProductName" => &mut facts.product,
            "CompanyName" => &mut facts.company,
            "OriginalFilename" => &mut facts.original_file_name,
            _ => continue,
        };
        // Compilers disagree about what the value's length counts; the text ends at a zero.
        *field = text(string.content).trim().to_owned();
    }
    facts
}

/// Key of the table that VarFileInfo's first translation means.
fn language_of(inner: &[u8]) -> Option<String> {
    let var = blocks(inner).find(|block| block.key == "VarFileInfo")?;
    let translation = blocks(var.content).find(|block| block.key == "Translation")?;
    let [a, b, c, d] = *translation.content.first_chunk::<4>()?;
    let (language, page) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
    Some(format!("{language:04x}{page:04x}")).filter(|key| key.len() == TABLE_KEY)
}

fn blocks(mut bytes: &[u8]) -> impl Iterator<Item = Block<'_>> {
    let next = move || {
        let word = |at: usize| Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let length = usize::from(word(0)?);
        let is_text = word(4)? == 1;
        let value_length = usize::from(word(2)?) * if is_text { 2 } else { 1 };
        let block = bytes.get(..length.min(bytes.len()))?;
        if length <= HEAD_SIZE {
            return None;
        }
        let key = text(block.get(HEAD_SIZE..)?);
        let behind_key = HEAD_SIZE + (key.encode_utf16().count() + 1) * 2;
        bytes = &bytes[aligned(length).min(bytes.len())..];
        Some(Block {
            key,
            content: block.get(aligned(behind_key)..).unwrap_or_default(),
            value_length,
        })
    };
    std::iter::from_fn(next).take(MOST_BLOCKS)
}

/// Everything begins at a multiple of four bytes from the resource's beginning; so do its blocks.
fn aligned(length: usize) -> usize {
    length.next_multiple_of(4)
}

fn text(bytes: &[u8]) -> String {
    let units = bytes
        .chunks_exact(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
        .take(LONGEST_TEXT)
        .take_while(|unit| *unit != 0);
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
