//! The Python programs that tests run against: an AWS emulator (moto) and boto3.
//!
//! `AWS_RETRY_TEST_PYTHON` names the interpreter that has them; the default is `python3`. If a peer is missing, its
//! test says so and is skipped; `AWS_RETRY_REQUIRE_PEERS=1` makes that a failure.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::missing::missing;

/// The interpreter, if the statement `import`, which `peer` needs, works there.
fn python_with(peer: &str, import: &str) -> Option<String> {
    let python = env::var("AWS_RETRY_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let tried = Command::new(&python).args(["-c", import]).stdin(Stdio::null()).output();
    let missed = match tried {
        Ok(output) if output.status.success() => return Some(python),
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim_end().to_owned(),
        Err(error) => error.to_string(),
    };
    missing(&format!("{peer} in {python}, which AWS_RETRY_TEST_PYTHON can replace"), &missed);
    None
}

/// `moto_server`, an emulator of AWS, on a free port of loopback.
#[derive(Debug)]
pub struct Moto {
    pub address: SocketAddr,
    _lifeline: ChildStdin,
}

/// The server ends with the test: when this end of its standard input is closed, which happens even
/// when the test is killed.
const MOTO: &str = "
import os, sys, threading
from moto.server import main
def live():
    sys.stdin.read()
    os._exit(0)
threading.Thread(target=live, daemon=True).start()
main(['-H', '127.0.0.1', '-p', sys.argv[1]])
";

impl Moto {
    /// None where moto is not installed.
    pub fn start() -> Option<Self> {
        Self::start_at(0)
    }

    /// At this port, such as the one of a server that was dropped; 0 stands for any free port.
    pub fn start_at(port: u16) -> Option<Self> {
        let python = python_with("moto_server", "import moto.server")?;
        let mut process = Command::new(python)
            .args(["-c", MOTO, &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("python starts");
        let lifeline = process.stdin.take().expect("a pipe");
        let log = process.stderr.take().expect("a pipe");
        reap(process);
        Some(Self { address: announced(log), _lifeline: lifeline })
    }
}

/// Waits for the child's end elsewhere.
fn reap(mut process: Child) {
    std::thread::spawn(move || process.wait());
}

/// The address that the server logs once it listens. Its later lines, one per request, are read
/// and dropped, so that the pipe does not fill up.
fn announced(log: ChildStderr) -> SocketAddr {
    let mut lines = BufReader::new(log).lines().map_while(Result::ok);
    let mut said = String::new();
    let address = lines.by_ref().find_map(|line| {
        said.push_str(&line);
        said.push('\n');
        let (_, url) = line.split_once("Running on http://")?;
        url.trim().parse().ok()
    });
    std::thread::spawn(|| lines.for_each(drop));
    address.unwrap_or_else(|| panic!("moto did not start:\n{said}"))
}

/// A Python program that answers each line of JSON with a line of JSON, and ends with its input.
#[derive(Debug)]
pub struct Driver {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Driver {
    /// None where `import` fails, because `peer`, which `program` drives, is not installed.
    pub fn start(peer: &str, import: &str, program: &str) -> Option<Self> {
        let python = python_with(peer, import)?;
        let mut process = Command::new(python)
            .args(["-c", program])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let input = process.stdin.take().expect("a pipe");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        reap(process);
        Some(Self { input, output })
    }

    pub fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.input, "{question}").expect("the driver reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the driver answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in answer {line:?}"))
    }
}
