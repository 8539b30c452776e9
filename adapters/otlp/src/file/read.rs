//! Requests as they are read from a file.

use std::io::{self, BufRead, Read};

use bytes::Bytes;
use observatory_ports::Signal;

use super::FileFormat;

/// What is known of a file before it is read, and its bounds.
#[derive(Clone, Copy, Debug)]
pub struct RequestsOptions {
    /// Its form; else its first byte tells.
    pub format: Option<FileFormat>,
    /// The signal of all its requests; else each line of JSON tells its own.
    pub signal: Option<Signal>,
    /// Bytes of one request at the most, as it lies in the file.
    pub request_bytes_max: usize,
}

/// A request in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRequest {
    /// Its signal.
    pub signal: Signal,
    /// Its form.
    pub format: FileFormat,
    /// Where it lies, for people: `line 3`, `byte 4096`.
    pub place: String,
    /// The request itself.
    pub body: Bytes,
}

/// A file can't be read on.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system could not read it.
    #[error("{place}: it can't be read")]
    Io {
        /// Where.
        place: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It ends within a request.
    #[error(
        "{place}: the request says it has {expected} bytes, and the file ends after {found} of them: it was cut off, or is no {format} file"
    )]
    Truncated {
        /// Where the request begins.
        place: String,
        /// What it should have.
        expected: usize,
        /// What there is of it.
        found: usize,
        /// What the file was read as.
        format: &'static str,
    },
    /// A request is larger than allowed.
    #[error(
        "{place}: a request of {found} bytes is larger than {max}: raise OTLP_MAX_REQUEST_BYTES, or the file is no {format} file"
    )]
    TooLarge {
        /// Where the request begins.
        place: String,
        /// Its size, or what was read of it.
        found: usize,
        /// The bound.
        max: usize,
        /// What the file was read as.
        format: &'static str,
    },
    /// Nothing tells what a request is.
    #[error("{place}: {reason}")]
    UnknownSignal {
        /// Where.
        place: String,
        /// What was looked for, and what helps.
        reason: &'static str,
    },
}

/// The requests of a file, one after the other.
#[derive(Debug)]
pub struct Requests<R> {
    file: R,
    options: RequestsOptions,
    format: Option<FileFormat>,
    line: u64,
    byte: u64,
}

impl<R: BufRead> Requests<R> {
    /// The requests of `file`.
    pub const fn new(file: R, options: RequestsOptions) -> Self {
        Self { file, options, format: options.format, line: 0, byte: 0 }
    }

    /// The next one; nothing at the end of the file.
    ///
    /// # Errors
    /// When the file can't be read, or is not what it should be; then nothing more can be read from it.
    pub fn next_request(&mut self) -> Result<Option<FileRequest>, FileError> {
        let Some(format) = self.format()? else { return Ok(None) };
        match format {
            FileFormat::Json => self.line(),
            FileFormat::Protobuf => self.prefixed(),
        }
    }

    /// Detected from the first byte: a line of JSON begins with `{`, and a request whose length began
    /// with that byte would have 2 GB.
    fn format(&mut self) -> Result<Option<FileFormat>, FileError> {
        if self.format.is_none() {
            let first = match self.file.fill_buf() {
                Ok(buffer) => buffer.first().copied(),
                Err(source) => return Err(self.io(FileFormat::Json, source)),
            };
            self.format = first.map(|it| match it {
                b'{' | b' ' | b'\t' | b'\r' | b'\n' => FileFormat::Json,
                _ => FileFormat::Protobuf,
            });
        }
        Ok(self.format)
    }

    fn line(&mut self) -> Result<Option<FileRequest>, FileError> {
        loop {
            self.line += 1;
            let max = self.options.request_bytes_max;
            let mut body = Vec::new();
            let mut bounded = self.file.by_ref().take(max as u64 + 2);
            let found = match bounded.read_until(b'\n', &mut body) {
                Ok(found) => found,
                Err(source) => return Err(self.io(FileFormat::Json, source)),
            };
            if found == 0 {
                return Ok(None);
            }
            // Before what may be white space in the middle of a line is cut off.
            let is_cut = found > max + 1 && !body.ends_with(b"\n");
            let length = if is_cut { found } else { body.trim_ascii_end().len() };
            body.truncate(length);
            if length > max {
                let (place, format) = (self.place(FileFormat::Json), FileFormat::Json.name());
                return Err(FileError::TooLarge { place, found: length, max, format });
            }
            if !body.trim_ascii_start().is_empty() {
                return self.line_of(body).map(Some);
            }
        }
    }

    fn line_of(&self, body: Vec<u8>) -> Result<FileRequest, FileError> {
        let format = FileFormat::Json;
        let place = self.place(format);
        let Some(signal) = self.options.signal.or_else(|| signal_of(&body)) else {
            let reason = "none of resourceSpans, resourceMetrics, resourceLogs comes first: a line is \
                one whole request, {\"resourceSpans\":[…]}; or name the file's --signal";
            return Err(FileError::UnknownSignal { place, reason });
        };
        Ok(FileRequest { signal, format, place, body: body.into() })
    }

    fn prefixed(&mut self) -> Result<Option<FileRequest>, FileError> {
        let format = FileFormat::Protobuf;
        let place = self.place(format);
        let length = self.up_to(4)?;
        let Ok(prefix) = <[u8; 4]>::try_from(length.as_slice()) else {
            if length.is_empty() {
                return Ok(None);
            }
            let (expected, found, format) = (4, length.len(), format.name());
            return Err(FileError::Truncated { place, expected, found, format });
        };
        // The bound is below what a usize holds.
        let expected = usize::try_from(u32::from_be_bytes(prefix)).unwrap_or(usize::MAX);
        let (max, name) = (self.options.request_bytes_max, format.name());
        if expected > max {
            return Err(FileError::TooLarge { place, found: expected, max, format: name });
        }
        let body = self.up_to(expected)?;
        if body.len() < expected {
            return Err(FileError::Truncated { place, expected, found: body.len(), format: name });
        }
        let Some(signal) = self.options.signal else {
            let reason = "nothing in a protobuf file tells what it holds: name its --signal, or call \
                the file traces.binpb, metrics.binpb or logs.binpb";
            return Err(FileError::UnknownSignal { place, reason });
        };
        Ok(Some(FileRequest { signal, format, place, body: body.into() }))
    }

    /// Reads `bytes`, or as many as there are.
    fn up_to(&mut self, bytes: usize) -> Result<Vec<u8>, FileError> {
        let mut read = Vec::new();
        match self.file.by_ref().take(bytes as u64).read_to_end(&mut read) {
            Ok(found) => {
                self.byte += found as u64;
                Ok(read)
            }
            Err(source) => Err(self.io(FileFormat::Protobuf, source)),
        }
    }

    fn io(&self, format: FileFormat, source: io::Error) -> FileError {
        FileError::Io { place: self.place(format), source }
    }

    fn place(&self, format: FileFormat) -> String {
        match format {
            FileFormat::Json => format!("line {}", self.line.max(1)),
            FileFormat::Protobuf => format!("byte {}", self.byte),
        }
    }
}

/// The signal of a line, by its first key.
fn signal_of(line: &[u8]) -> Option<Signal> {
    let key = line.trim_ascii_start().strip_prefix(b"{")?.trim_ascii_start();
    let keys = [
        (Signal::Traces, &b"\"resourceSpans\""[..]),
        (Signal::Metrics, b"\"resourceMetrics\""),
        (Signal::Logs, b"\"resourceLogs\""),
    ];
    keys.into_iter().find(|(_, it)| key.starts_with(it)).map(|(signal, _)| signal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(file: &[u8], options: RequestsOptions) -> Result<Vec<FileRequest>, FileError> {
        let mut requests = Requests::new(file, options);
        std::iter::from_fn(|| requests.next_request().transpose()).collect()
    }

    const OPEN: RequestsOptions =
        RequestsOptions { format: None, signal: None, request_bytes_max: 100 };

    #[test]
    fn lines_tell_their_signal_and_empty_ones_are_skipped() {
        let file = b"{\"resourceSpans\":[]}\n\n { \"resourceLogs\":[]}\r\n{\"resourceMetrics\":[]}";
        let found = all(file, OPEN).unwrap();
        let told: Vec<_> = found.iter().map(|it| (it.signal, it.place.as_str())).collect();
        let expected =
            [(Signal::Traces, "line 1"), (Signal::Logs, "line 3"), (Signal::Metrics, "line 4")];
        assert_eq!(told, expected);
        assert!(all(b"", OPEN).unwrap().is_empty());
    }

    #[test]
    fn protobuf_is_told_by_its_first_byte_and_cut_by_its_lengths() {
        let options = RequestsOptions { signal: Some(Signal::Logs), ..OPEN };
        let file = b"\0\0\0\x02ab\0\0\0\0\0\0\0\x01c";
        let found = all(file, options).unwrap();
        let told: Vec<_> = found.iter().map(|it| (it.place.as_str(), &it.body[..])).collect();
        assert_eq!(told, [("byte 0", &b"ab"[..]), ("byte 6", b""), ("byte 10", b"c")]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_a_remedy() {
        let logs = RequestsOptions { signal: Some(Signal::Logs), ..OPEN };
        let long = [b"{\"resourceLogs\":[]}\n{", &[b' '; 120][..], b"}\n"].concat();
        for (file, options, told) in [
            (
                &b"\0\0\0\x02a"[..],
                logs,
                "byte 0: the request says it has 2 bytes, and the file ends after 1",
            ),
            (
                b"\0\0\0\x01a\0\0",
                logs,
                "byte 5: the request says it has 4 bytes, and the file ends after 2",
            ),
            (
                b"\0\x01\0\0",
                logs,
                "byte 0: a request of 65536 bytes is larger than 100: raise OTLP_MAX",
            ),
            (
                b"\0\0\0\x01a",
                OPEN,
                "byte 0: nothing in a protobuf file tells what it holds: name its --signal",
            ),
            (b"{}\n", OPEN, "line 1: none of resourceSpans"),
            (&long, OPEN, "line 2: a request of 102 bytes is larger than 100"),
        ] {
            let error = all(file, options).unwrap_err().to_string();
            assert!(error.starts_with(told), "{error}");
        }
    }
}
