//! The real binary, as a process of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long anything may take on a busy machine before a test gives up.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A running service, killed when dropped.
#[derive(Debug)]
pub struct Service {
    child: Child,
    lines: watch::Receiver<Vec<String>>,
    reader: JoinHandle<()>,
    ports: BTreeMap<&'static str, String>,
}

/// How to start it.
#[derive(Clone, Debug)]
pub struct Start {
    variables: BTreeMap<String, String>,
    words: Vec<String>,
    binary: Option<PathBuf>,
}

impl Default for Start {
    fn default() -> Self {
        let quiet = [
            ("APP_HOST", "127.0.0.1"),
            ("APP_PORT", "0"),
            ("METRICS_PORT", "0"),
            ("OTLP_GRPC_PORT", "0"),
            ("OTLP_HTTP_PORT", "0"),
            ("COPY_LANES", "2"),
        ];
        let variables = quiet.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { variables, words: Vec::new(), binary: None }
    }
}

impl Start {
    /// On ports of its own, into the database at `url`.
    #[must_use]
    pub fn into_database(url: &str) -> Self {
        Self::default().set("DATABASE_URL", url)
    }

    /// With an environment variable.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With words on the command line.
    #[must_use]
    pub fn words(mut self, words: &[&str]) -> Self {
        self.words.extend(words.iter().map(|it| (*it).to_owned()));
        self
    }

    /// Another binary than this build's.
    #[must_use]
    pub fn binary(mut self, binary: PathBuf) -> Self {
        self.binary = Some(binary);
        self
    }

    /// Runs it to its end: exit status, standard output, standard error.
    pub async fn finish(self) -> (ExitStatus, String, String) {
        let output = tokio::time::timeout(PATIENCE, self.command().output()).await;
        let output = output.expect("it ends in time").expect("it starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status, text(output.stdout), text(output.stderr))
    }

    /// Starts it and waits until it takes requests.
    pub async fn ready(self) -> Service {
        let mut service = self.spawn();
        let line = service.line_with("\"message\":\"ready\"").await;
        let json: serde_json::Value = serde_json::from_str(&line).unwrap();
        for name in ["grpc", "http", "api", "metrics"] {
            let address = json[name].as_str().unwrap_or_default().to_owned();
            service.ports.insert(name, address);
        }
        service
    }

    /// Starts it and waits for nothing.
    #[must_use]
    pub fn spawn(self) -> Service {
        let mut child = self.command().stdout(Stdio::piped()).spawn().expect("the service starts");
        let output = child.stdout.take().expect("its output");
        let (lines, receiver) = watch::channel(Vec::new());
        #[expect(clippy::disallowed_methods, reason = "it ends with the process it reads from")]
        let reader = tokio::spawn(async move {
            let mut output = BufReader::new(output).lines();
            while let Ok(Some(line)) = output.next_line().await {
                lines.send_modify(|it| it.push(line));
            }
        });
        Service { child, lines: receiver, reader, ports: BTreeMap::new() }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.binary.clone().unwrap_or_else(binary));
        // Nothing of this process's environment is a variable of the service.
        command.env_clear().envs(&self.variables).args(&self.words).kill_on_drop(true);
        for name in ["PATH", "HOME", "TMPDIR", "LLVM_PROFILE_FILE"] {
            if let Some(value) = crate::database::variable(name) {
                command.env(name, value);
            }
        }
        command
    }
}

impl Service {
    /// The address of `grpc`, `http`, `api` or `metrics`.
    #[must_use]
    pub fn address(&self, name: &str) -> &str {
        &self.ports[name]
    }

    /// The first line of its log that contains `text`, now or later.
    pub async fn line_with(&mut self, text: &str) -> String {
        let found = |lines: &Vec<String>| lines.iter().any(|it| it.contains(text));
        let waited = {
            let waited = tokio::time::timeout(PATIENCE, self.lines.wait_for(found)).await;
            matches!(waited, Ok(Ok(_)))
        };
        let lines = self.lines.borrow().clone();
        assert!(waited, "no line with {text:?} in:\n{}", lines.join("\n"));
        lines.into_iter().find(|it| it.contains(text)).unwrap()
    }

    /// Everything it logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.lines.borrow().join("\n")
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Sends SIGTERM.
    pub async fn terminate(&self) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(sent.is_ok_and(|it| it.success()));
    }

    /// Waits for its end, and for the last line of its log.
    pub async fn ended(&mut self) -> ExitStatus {
        let ended = async {
            let status = self.child.wait().await.unwrap();
            // Once joined it can't be awaited again.
            if !self.reader.is_finished() {
                (&mut self.reader).await.unwrap();
            }
            status
        };
        tokio::time::timeout(PATIENCE, ended).await.expect("it ends in time")
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Kills it: SIGKILL.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// `GET path` of `port`: status code and body; nothing when nobody answers.
    pub async fn get(&self, port: &str, path: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(self.address(port)).await.ok()?;
        let request = format!("GET {path} HTTP/1.0\r\nHost: test\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    }

    /// Posts `body` as OTLP/HTTP traces; the answer's head and body.
    pub async fn post_traces(&self, body: &[u8]) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address("http")).await.expect("connect");
        let head = format!(
            "POST /v1/traces HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\
             Content-Type: application/x-protobuf\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).await.expect("send");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        let split = answer.windows(4).position(|it| it == b"\r\n\r\n").expect("a head");
        let body = answer.split_off(split + 4);
        (String::from_utf8(answer).unwrap(), body)
    }

    /// `/health`, parsed, with its status code.
    pub async fn health(&self) -> (u16, serde_json::Value) {
        let (code, body) = self.get("api", "/health").await.expect("health answers");
        (code, serde_json::from_str(&body).unwrap())
    }

    /// The value of a metric's series, as written in the exposition.
    pub async fn metric(&self, series: &str) -> Option<f64> {
        let (_, text) = self.get("metrics", "/metrics").await?;
        let line = text.lines().find_map(|it| it.strip_prefix(series)?.strip_prefix(' '))?;
        line.trim().parse().ok()
    }
}

/// Waits until `condition` holds.
pub async fn until<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    let started = tokio::time::Instant::now();
    while !condition().await {
        assert!(started.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The binary beside this test's own. cargo builds it for the tests of its own package only: a stale
/// one would make these speak of yesterday's code.
fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folders = own.ancestors().skip(1).take(2);
    let candidates: Vec<_> = folders.map(|it| it.join("llm-observatory-storage")).collect();
    let found = candidates.iter().find(|it| it.is_file());
    let found = found.unwrap_or_else(|| panic!("build the service first: cargo build"));
    let built = modified(found);
    let newer =
        sources(found).into_iter().find(|it| modified(it).is_none_or(|at| Some(at) > built));
    assert!(newer.is_none(), "build the service again: cargo build ({newer:?} has changed)");
    found.clone()
}

/// What cargo noted that `binary` is made of in this workspace.
fn sources(binary: &Path) -> Vec<PathBuf> {
    let note = std::fs::read_to_string(binary.with_extension("d")).expect("cargo's note beside it");
    let (_, names) = note.trim().split_once(": ").expect("the form of make's rules");
    let names = names.replace("\\ ", "\0");
    names.split(' ').map(|it| PathBuf::from(it.replace('\0', " "))).collect()
}

/// When `file` was modified; nothing when it is gone.
fn modified(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|it| it.modified()).ok()
}
