//! Unpacks plain LZ77 ([MS-XCA] 2.4), in which sessions with EVENT_TRACE_COMPRESSED_MODE write.

/// At most `limit` bytes of what `packed` stands for; `None` where it contradicts itself.
pub(crate) fn unpack(packed: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut input = Input {
        packed,
        at: 0,
        half: None,
    };
    let mut out = Vec::with_capacity(limit.min(packed.len().saturating_mul(8)));
    loop {
        let Some(flags) = input.number(4) else {
            return Some(out);
        };
        for bit in (0..32).rev() {
            if out.len() >= limit || input.at >= packed.len() {
                return Some(out);
            }
            if flags >> bit & 1 == 0 {
                out.push(input.number(1)? as u8);
                continue;
            }
            let (distance, length) = input.reference()?;
            let from = out.len().checked_sub(distance)?;
            let length = length.min(limit - out.len());
            for at in from..from + length {
                out.push(out[at]);
            }
        }
    }
}

struct Input<'a> {
    packed: &'a [u8],
    at: usize,
    /// Where the byte is whose upper half still holds a length.
    half: Option<usize>,
}

impl Input<'_> {
    fn number(&mut self, bytes: usize) -> Option<usize> {
        let taken = self.packed.get(self.at..self.at + bytes)?;
        self.at += bytes;
        Some(
            taken
                .iter()
                .rev()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
        )
    }

    /// How far back, and how many bytes.
    fn reference(&mut self) -> Option<(usize, usize)> {
        const SHORTEST: usize = 3;
        let symbol = self.number(2)?;
        let distance = (symbol >> 3) + 1;
        let mut length = symbol & 7;
        if length == 7 {
            length = match self.half.take() {
                Some(at) => usize::from(self.packed[at] >> 4),
                None => {
                    self.half = Some(self.at);
                    self.number(1)? & 15
                }
            };
            if length == 15 {
                length = self.number(1)?;
                if length == 255 {
                    length = self.number(2)?;
                    if length == 0 {
                        length = self.number(4)?;
                    }
                    length = length.checked_sub(15 + 7)?;
                }
                length = length.checked_add(15)?;
            }
            length = length.checked_add(7)?;
        }
        Some((distance, length.checked_add(SHORTEST)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two examples of [MS-XCA] 3.1.
    #[test]
    fn examples_of_the_specification() {
        let mut plain = vec![0x3f, 0, 0, 0];
        plain.extend(b"abcdefghijklmnopqrstuvwxyz");
        assert_eq!(unpack(&plain, 100).unwrap(), b"abcdefghijklmnopqrstuvwxyz");
        let repeated = [
            0xff, 0xff, 0xff, 0x1f, b'a', b'b', b'c', 0x17, 0x00, 0x0f, 0xff, 0x26, 0x01,
        ];
        assert_eq!(unpack(&repeated, 1000).unwrap(), b"abc".repeat(100));
        assert_eq!(unpack(&repeated, 10).unwrap(), b"abcabcabca");
    }

    #[test]
    fn a_reference_before_the_start_is_refused() {
        assert_eq!(unpack(&[0, 0, 0, 0x80, 0x08, 0x00, 0], 10), None);
    }
}
