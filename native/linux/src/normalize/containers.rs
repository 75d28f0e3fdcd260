//! Records about where a process runs: paths of its control groups, its image as the host names it.

use super::{
    Normalizer,
    plain::{finish, read, take, write},
};
use crate::paths::push_reversed;
use monomi_record::Container;

impl Normalizer {
    /// Delivers a container record.
    pub(crate) fn container(&mut self, raw: &[u8], out: &mut [u8]) -> Option<usize> {
        let mut record: Container = read(raw)?;
        let mut rest = &raw[size_of::<Container>()..];
        let group = take(&mut rest, record.group_len)?;
        let legacy = take(&mut rest, record.legacy_len)?;
        let image = take(&mut rest, record.image_len)?;
        let text = &mut self.text;
        text.clear();
        if record.has_groups != 0 {
            push_reversed(group, text);
            record.group_len = text.len() as u32;
            if !legacy.is_empty() {
                push_reversed(legacy, text);
                record.legacy_len = text.len() as u32 - record.group_len;
            }
        }
        record.image_len = 0;
        if !image.is_empty() {
            let mut inside = Vec::new();
            push_reversed(image, &mut inside);
            if let Some(path) = self.mounts.path_on_host(record.device, &inside) {
                text.extend_from_slice(&path);
                record.image_len = path.len() as u32;
            }
        }
        record.device = 0;
        finish(&mut record.header, size_of::<Container>(), text);
        Some(write(&record, &[], text, out))
    }
}
